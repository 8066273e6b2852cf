namespace ChatApp.Accounts;

/// <summary>What a key of the server API may be used for.</summary>
[Flags]
public enum ApiScopes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Publishing.</summary>
    Publish = 1,

    /// <summary>Reading history, presence and what is going on.</summary>
    Read = 2,

    /// <summary>Acting on the live connections of people.</summary>
    Manage = 4,
}

/// <summary>A key of the server API as stored. The key itself is not: only its hash.</summary>
public sealed class ApiKey
{
    /// <summary>Names the key to people and in the audit log; 8 characters.</summary>
    public required string Id { get; init; }

    /// <summary>What it is for, in the operator's words; 1 to 64 characters, unique among keys that are not revoked.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the key, Base64.</summary>
    public required string Hash { get; init; }

    /// <summary>What it may be used for.</summary>
    public ApiScopes Scopes { get; init; }

    /// <summary>What the channels that it may be used for begin with; empty for all.</summary>
    public string Channels { get; init; } = "";

    /// <summary>The account in whose name it acts, and whose rights it has.</summary>
    public required string UserId { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was used last, to the minute; null where it never was.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>When it was revoked; null while it holds.</summary>
    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>Whoever shows a key that holds.</summary>
/// <param name="Key">The key's id.</param>
/// <param name="User">In whose name it acts.</param>
/// <param name="Scopes">What it may be used for.</param>
/// <param name="Channels">What the channels that it may be used for begin with; empty for all.</param>
public sealed record ApiCaller(string Key, UserId User, ApiScopes Scopes, string Channels)
{
    /// <summary>True where the key may be used for this, whatever the channel.</summary>
    public bool Allows(ApiScopes scope) => (Scopes & scope) == scope;

    /// <summary>True where the key may be used for that channel.</summary>
    public bool Reaches(string channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return channel.StartsWith(Channels, StringComparison.Ordinal);
    }
}
