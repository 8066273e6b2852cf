namespace ChatApp.Accounts;

/// <summary>What a personal access token may be used for. Higher ones do not include lower ones.</summary>
[Flags]
public enum TokenScopes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Reading and listening.</summary>
    Read = 1,

    /// <summary>Writing in the name of the account: messages, reactions, rooms.</summary>
    Post = 2,

    /// <summary>What moderators do, where the account is one.</summary>
    Moderate = 4,

    /// <summary>What administrators do, where the account is one.</summary>
    Admin = 8,
}

/// <summary>A token that somebody made for a program, or for a bot, as stored. The token itself is not: only its hash.</summary>
public sealed class PersonalToken
{
    /// <summary>Names the token to people and in the audit log; 8 characters.</summary>
    public required string Id { get; init; }

    /// <summary>In whose name it acts: the person's own, or a bot of theirs.</summary>
    public required string UserId { get; init; }

    /// <summary>What it is for, in the person's words; 1 to 64 characters.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the token, Base64.</summary>
    public required string Hash { get; init; }

    /// <summary>What it may be used for.</summary>
    public TokenScopes Scopes { get; init; }

    /// <summary>Ids of the rooms that it may be used in, separated by spaces, at most 50; empty for all.</summary>
    public string Rooms { get; init; } = "";

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends by itself; null where it does not.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was used last, to the minute; null where it never was.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>Network address from which it was used last; at most 64 characters.</summary>
    public string LastAddress { get; set; } = "";

    /// <summary>When it was revoked; null while it holds.</summary>
    public DateTimeOffset? RevokedAt { get; set; }
}
