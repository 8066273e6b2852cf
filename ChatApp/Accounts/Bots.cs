using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Accounts;

/// <summary>How a change of bots went.</summary>
public enum BotOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>See <see cref="DisplayName"/>.</summary>
    BadName,

    /// <summary>Somebody has that name, or one that looks the same.</summary>
    NameTaken,

    /// <summary>The owner has <see cref="Bots.MaxBots"/> bots.</summary>
    TooMany,

    /// <summary>There is no such bot, or it is somebody else's.</summary>
    NotFound,

    /// <summary>Only people have bots.</summary>
    NotAllowed,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>Outcome of a change of a bot.</summary>
/// <param name="Outcome">How it went.</param>
/// <param name="Bot">The bot, where it was done.</param>
public readonly record struct BotResult(BotOutcome Outcome, UserId? Bot = null);

/// <summary>
/// Programs' accounts. A bot belongs to a person and comes only by tokens: it has no address and no password. What it may do is the meet of
/// its token's scopes, of what the bot itself was given (its rank, the rooms it is in) and of what its owner may at that moment.
/// </summary>
/// <param name="database">Where they are stored.</param>
/// <param name="commits">The one writer.</param>
/// <param name="users">Who is who.</param>
/// <param name="deletion">Takes a deleted one off everything.</param>
public sealed class Bots(ChatDatabase database, CommitQueue commits, UserDirectory users, AccountDeletion deletion)
{
    /// <summary>Bots of one owner.</summary>
    public const int MaxBots = 20;

    /// <summary>A new bot: a plain member, in General and nowhere else.</summary>
    public Task<BotResult> MakeAsync(UserId owner, string? name)
    {
        if (DisplayName.Normalize(name) is not { } clean) return Task.FromResult(new BotResult(BotOutcome.BadName));
        return CommitAsync(commit =>
        {
            if (!commit.Db.Users.Any(user => user.Id == owner.Value && !user.IsBot && user.DeletedAt == null)) return new BotResult(BotOutcome.NotAllowed);
            if (Live(commit.Db, owner).Count() >= MaxBots) return new BotResult(BotOutcome.TooMany);
            var folded = DisplayName.Fold(clean);
            if (commit.Db.Users.Any(user => user.NormalizedDisplayName == folded)) return new BotResult(BotOutcome.NameTaken);
            var bot = new ChatUser
            {
                DisplayName = clean,
                NormalizedDisplayName = folded,
                IsBot = true,
                OwnerId = owner.Value,
                CreatedAt = commit.Now,
                SecurityStamp = Guid.NewGuid().ToString("N"),
            };
            // It has to be called something there, and nobody signs in by it: there is no address and no password.
            bot.UserName = "bot:" + bot.Id;
            bot.NormalizedUserName = bot.UserName.ToUpperInvariant();
            commit.Db.Users.Add(bot);
            return new BotResult(BotOutcome.Done, new UserId(bot.Id));
        });
    }

    /// <summary>The bots of a person, by name.</summary>
    public IReadOnlyList<UserCard> Of(UserId owner)
    {
        using var db = database.OpenRead();
        return [.. Live(db, owner).OrderBy(bot => bot.NormalizedDisplayName).Select(UserCard.FromAccount).AsEnumerable().Select(users.Capped)];
    }

    /// <summary>
    /// Deletes a bot of one's own; administrators anybody's, which the audit log says. Its tokens and connections end, it leaves all rooms, its name is
    /// free again, and its messages stay under a name that is nobody's.
    /// </summary>
    public Task<BotResult> DeleteAsync(UserId actor, UserId id) => CommitAsync(commit =>
    {
        if (commit.Db.Users.FirstOrDefault(user => user.Id == id.Value && user.IsBot && user.DeletedAt == null) is not { } bot) return new BotResult(BotOutcome.NotFound);
        if (bot.OwnerId != actor.Value)
        {
            if (users.Get(actor).Rank != Rank.Administrator) return new BotResult(BotOutcome.NotFound);
            AuditLog.Add(commit, actor, "bot.delete", id.Value, $"{bot.DisplayName} of {users.Get(new UserId(bot.OwnerId ?? "")).Name}", reason: "");
        }

        deletion.Anonymise(commit, bot);
        return new BotResult(BotOutcome.Done, id);
    });

    private static IQueryable<ChatUser> Live(ChatDbContext db, UserId owner) => db.Users.Where(user => user.OwnerId == owner.Value && user.IsBot && user.DeletedAt == null);

    private async Task<BotResult> CommitAsync(Func<Commit, BotResult> change)
    {
        try
        {
            return await commits.CommitAsync(change);
        }
        catch (StorageUnavailableException)
        {
            return new BotResult(BotOutcome.Busy);
        }
    }
}
