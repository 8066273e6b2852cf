using ChatApp.Moderation;
using ChatApp.Storage;

namespace ChatApp.Accounts;

/// <summary>
/// Makes and reads keys of the server API. A key is a <see cref="Secret"/>.
/// It is looked up anew for each request, so that it ends in the moment in which it is revoked, by whichever process.
/// </summary>
/// <param name="database">Where they are stored.</param>
/// <param name="commits">Notes when one was used.</param>
/// <param name="time">The clock.</param>
public sealed class ApiKeys(ChatDatabase database, CommitQueue commits, TimeProvider time)
{
    /// <summary>What every key begins with, so that people and programs that look for lost secrets know it.</summary>
    public const string Prefix = "chatapp_";

    /// <summary>Longest name, in UTF-16 units.</summary>
    public const int MaxNameLength = 64;

    private static readonly int KeyLength = Secret.LengthWith(Prefix);
    private readonly UseNotes _uses = new(commits, time, static (commit, id, now, _) =>
        commit.Execute("UPDATE api_keys SET LastUsedAt = ?2 WHERE Id = ?1", id, now.ToUnixTimeMilliseconds()));

    /// <summary>A new key and its row, which the caller stores.</summary>
    public static (string Key, ApiKey Row) Make(string name, ApiScopes scopes, string channels, UserId user, DateTimeOffset now)
    {
        var key = Secret.Make(Prefix);
        return (key, new ApiKey
        {
            Id = Secret.NewId(),
            Name = name,
            Hash = Secret.Hash(key),
            Scopes = scopes,
            Channels = channels,
            UserId = user.Value,
            CreatedAt = now,
        });
    }

    /// <summary>Whose key this is and what it may be used for; null where it is none, or one that was revoked.</summary>
    public ApiCaller? Read(string? key)
    {
        // What cannot be a key costs nothing.
        if (key?.Length != KeyLength || !key.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var hash = Secret.Hash(key);
        using var db = database.OpenRead();
        var row = db.ApiKeys.Where(stored => stored.Hash == hash && stored.RevokedAt == null)
            .Select(stored => new { stored.Id, stored.UserId, stored.Scopes, stored.Channels, stored.LastUsedAt }).FirstOrDefault();
        // Whose account is locked, banned or gone has no say by a key either.
        if (row is null || !db.OpenAccounts(time.GetUtcNow()).Any(account => account.Id == row.UserId)) return null;
        _uses.Note(row.Id, row.LastUsedAt);
        return new ApiCaller(row.Id, new UserId(row.UserId), row.Scopes, row.Channels);
    }
}
