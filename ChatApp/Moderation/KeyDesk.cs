using ChatApp.Accounts;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>Which keys somebody wants to see.</summary>
/// <param name="Part">Contained in the name of the key or of its account; empty for all.</param>
/// <param name="WithRevoked">True for those that were revoked too.</param>
public sealed record KeyQuery(string Part = "", bool WithRevoked = false);

/// <summary>A key of the server API as an administrator sees it: never the key itself.</summary>
/// <param name="Id">Names it; 8 characters.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Account">In whose name it acts.</param>
/// <param name="Scopes">What it may be used for.</param>
/// <param name="Channels">What the channels that it may be used for begin with; empty for all.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="LastUsedAt">When it was used last, to the minute; null where it never was.</param>
/// <param name="RevokedAt">When it was revoked; null while it holds. A key has no other end.</param>
public sealed record KeyHolding(
    string Id, string Name, UserCard Account, ApiScopes Scopes, string Channels, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt);

/// <summary>The keys of the server API, for administrators. They are made on the server's machine only (<c>key add</c>).</summary>
/// <param name="database">Where they are stored.</param>
/// <param name="commits">The one writer.</param>
/// <param name="users">Who is who.</param>
/// <param name="time">The clock: what may still be brought back.</param>
public sealed class KeyDesk(ChatDatabase database, CommitQueue commits, UserDirectory users, TimeProvider time)
{
    /// <summary>How long a key that was revoked can be brought back.</summary>
    public static readonly TimeSpan Returnable = TimeSpan.FromDays(1);

    /// <summary>A page of them, sorted by <c>name</c>, <c>account</c>, <c>used</c> or, as usual, <c>created</c>; null for all but administrators.</summary>
    public LinePage<KeyHolding>? List(Actor actor, KeyQuery query, PageAsk ask)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (!MayLook(actor)) return null;
        using var db = database.OpenRead();
        var found = db.ApiKeys.Where(key => query.WithRevoked || key.RevokedAt == null).Join(db.Users, key => key.UserId, user => user.Id, (key, user) => new { Key = key, User = user });
        if (query.Part.Trim() is { Length: > 0 } part)
        {
            var (folded, upper) = (DisplayName.Fold(part), part.ToUpperInvariant());
#pragma warning disable CA1304, CA1311, CA1862, MA0011 // translated to SQL, which knows no StringComparison
            found = found.Where(line => line.User.NormalizedDisplayName.Contains(folded) || line.Key.Name.ToUpper().Contains(upper));
#pragma warning restore CA1304, CA1311, CA1862, MA0011
        }

        var sorted = ask.Sort switch
        {
            "name" => found.Order(ask, line => line.Key.Name),
            "account" => found.Order(ask, line => line.User.NormalizedDisplayName),
            "used" => found.Order(ask, line => line.Key.LastUsedAt),
            _ => found.Order(ask, line => line.Key.CreatedAt),
        };
        return sorted.ThenBy(line => line.Key.Id).Page(ask, line => new KeyHolding(
            line.Key.Id, line.Key.Name, users.Capped(UserCard.Of(line.User)), line.Key.Scopes, line.Key.Channels, line.Key.CreatedAt, line.Key.LastUsedAt, line.Key.RevokedAt));
    }

    /// <summary>True where a key that was revoked can still be brought back.</summary>
    public bool IsReturnable(KeyHolding key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.RevokedAt is { } at && time.GetUtcNow() - at < Returnable;
    }

    /// <summary>Revokes a key: the next request with it is refused. Administrators only.</summary>
    /// <param name="actor">Who acts.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="reason">Why; it stands in the audit log, and must not be missing.</param>
    public Task<ModerationOutcome> RevokeAsync(Actor actor, string id, string reason) => ChangeAsync(actor, reason, commit =>
    {
        if (commit.Db.ApiKeys.FirstOrDefault(key => key.Id == id && key.RevokedAt == null) is not { } key) return ModerationOutcome.NotFound;
        key.RevokedAt = commit.Now;
        AuditLog.Add(commit, actor.Id, "key.revoke", key.Id, key.Name, reason);
        return ModerationOutcome.Done;
    });

    /// <summary>
    /// Takes that back within <see cref="Returnable"/>: the same key holds again. Administrators only; <see cref="ModerationOutcome.NameTaken"/>
    /// where another key has its name by now.
    /// </summary>
    /// <param name="actor">Who acts.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="reason">Why; it stands in the audit log, and must not be missing.</param>
    public Task<ModerationOutcome> RestoreAsync(Actor actor, string id, string reason) => ChangeAsync(actor, reason, commit =>
    {
        var since = commit.Now - Returnable;
        if (commit.Db.ApiKeys.FirstOrDefault(key => key.Id == id && key.RevokedAt > since) is not { } key) return ModerationOutcome.NotFound;
        // Whoever deletes their account takes their keys along.
        if (!commit.Db.Users.Any(user => user.Id == key.UserId && user.DeletedAt == null)) return ModerationOutcome.NotFound;
        if (commit.Db.ApiKeys.Any(other => other.Name == key.Name && other.RevokedAt == null)) return ModerationOutcome.NameTaken;
        key.RevokedAt = null;
        AuditLog.Add(commit, actor.Id, "key.restore", key.Id, key.Name, reason);
        return ModerationOutcome.Done;
    });

    private bool MayLook(Actor actor) => users.Get(actor).Rank == Rank.Administrator;

    private async Task<ModerationOutcome> ChangeAsync(Actor actor, string reason, Func<Commit, ModerationOutcome> change)
    {
        if (!MayLook(actor)) return ModerationOutcome.NotAllowed;
        if (string.IsNullOrWhiteSpace(reason)) return ModerationOutcome.ReasonMissing;
        try
        {
            // Once more by what is stored: a demotion in the same batch counts.
            return await commits.CommitAsync(commit => commit.CardOf(users, actor.Id)?.UpTo(actor.UpTo) is { Rank: Rank.Administrator } ? change(commit) : ModerationOutcome.NotAllowed);
        }
        catch (StorageUnavailableException)
        {
            return ModerationOutcome.Busy;
        }
    }
}
