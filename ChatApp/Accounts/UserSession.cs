namespace ChatApp.Accounts;

/// <summary>What signed in.</summary>
public enum SessionKind
{
    /// <summary>A browser, by its cookie.</summary>
    Browser = 0,

    /// <summary>A program, by access tokens that it renews with a refresh token.</summary>
    Program = 1,
}

/// <summary>One sign-in of an account, as stored: what a cookie or a token of it says is worth nothing once it has ended.</summary>
public sealed class UserSession
{
    /// <summary>Identity; 16 random characters. Cookies and tokens carry it.</summary>
    public required string Id { get; init; }

    /// <summary>Whose.</summary>
    public required string UserId { get; init; }

    /// <summary>What signed in.</summary>
    public SessionKind Kind { get; init; }

    /// <summary>What the browser or program says it is; at most 200 characters.</summary>
    public string Name { get; set; } = "";

    /// <summary>Network address from which it was used last; at most 64 characters.</summary>
    public string Address { get; set; } = "";

    /// <summary>When it began.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was used last, to the minute.</summary>
    public DateTimeOffset LastSeenAt { get; set; }

    /// <summary>When it ends by itself unless it is used before.</summary>
    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>When it was ended by somebody; null while it lives.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>How often its refresh token was changed for another; only the newest one is good. Always 0 for browsers.</summary>
    public int Generation { get; set; }
}
