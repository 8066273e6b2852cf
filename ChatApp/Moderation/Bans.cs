using ChatApp.Accounts;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>
/// Bans from the instance, for whoever asks whether an account may act at all. Unlike an administrator's lock
/// (<see cref="AccountLock"/>) a ban is a sanction: it has a reason that its owner reads, and may end by itself.
/// </summary>
public static class Bans
{
    /// <summary>The accounts in whose name anybody may act now: not deleted, not locked by an administrator, not banned.</summary>
    /// <param name="db">Where they are stored.</param>
    /// <param name="now">The moment: a ban that ends then is over.</param>
    public static IQueryable<ChatUser> OpenAccounts(this ChatDbContext db, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(db);
        var bans = Of(db, now);
        return db.Users.Where(AccountLock.IsOpenAccount).Where(user => !bans.Any(ban => ban.UserId == user.Id));
    }

    /// <summary>The bans from the instance that hold at a moment.</summary>
    public static IQueryable<Sanction> Of(ChatDbContext db, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(db);
        return SanctionGuard.Holding(db.Sanctions, now).Where(sanction => sanction.Kind == SanctionKind.Ban && sanction.RoomId == null);
    }
}
