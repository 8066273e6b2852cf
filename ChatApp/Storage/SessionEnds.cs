using ChatApp.Accounts;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Storage;

/// <summary>
/// What a save of accounts ends besides: another security stamp ends all sessions of the account but the one that made the
/// change; deletion and a lock by an administrator end all. It is a part of that save, whoever makes it, Identity included.
/// </summary>
internal static class SessionEnds
{
    /// <summary>Ends what the changes that wait in a context end.</summary>
    /// <param name="db">The context, before its save.</param>
    /// <param name="acting">The session that makes the change; null where none does.</param>
    /// <param name="now">When they end.</param>
    public static void Add(ChatDbContext db, string? acting, DateTimeOffset now)
    {
        foreach (var account in db.ChangeTracker.Entries<ChatUser>().Where(static entry => entry.State is EntityState.Modified).Select(static entry => entry.Entity).ToList())
        {
            // Read and not taken from the entry: Identity may attach an account anew, and marks all of it as changed.
            var stored = db.Users.Where(user => user.Id == account.Id).Select(user => new { user.SecurityStamp, user.DeletedAt, user.LockoutEnd }).FirstOrDefault();
            if (stored is null) continue;
            var closes = !AccountLock.IsOpen(account.DeletedAt, account.LockoutEnd) && AccountLock.IsOpen(stored.DeletedAt, stored.LockoutEnd);
            if (!closes && stored.SecurityStamp == account.SecurityStamp) continue;
            foreach (var session in db.Sessions.AsTracking().Where(session => session.UserId == account.Id && session.EndedAt == null))
            {
                if (closes || session.Id != (account.ChangedBy ?? acting)) session.EndedAt = now;
            }
        }
    }
}
