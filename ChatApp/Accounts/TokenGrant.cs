using ChatApp.Push;

namespace ChatApp.Accounts;

/// <summary>By what somebody has shown who they are.</summary>
public enum CredentialKind
{
    /// <summary>A sign-in: a browser's cookie, or the access token of a login.</summary>
    SignIn,

    /// <summary>A token that somebody made for a program or a bot.</summary>
    Personal,

    /// <summary>A token that a configured issuer has signed.</summary>
    Issued,
}

/// <summary>
/// What a token may be used for at most. It gives no right: what its account may do is looked up at each action, and the meet of
/// both counts.
/// </summary>
/// <param name="Scopes">What it may be used for.</param>
/// <param name="Rooms">The only rooms in which; null for all.</param>
public sealed record TokenGrant(TokenScopes Scopes, IReadOnlySet<RoomId>? Rooms = null)
{
    /// <summary>All that the account may do.</summary>
    public static readonly TokenGrant Full = new(TokenScopes.Read | TokenScopes.Post | TokenScopes.Moderate | TokenScopes.Admin);

    /// <summary>What a connection by it may hear at most.</summary>
    public Reach Reach => this == Full ? Reach.All : new Reach(Allows(TokenScopes.Read), Rooms);

    /// <summary>How much of the account's rank it lets through.</summary>
    public Rank UpTo => Allows(TokenScopes.Admin) ? Rank.Administrator : Allows(TokenScopes.Moderate) ? Rank.Moderator : Rank.Member;

    /// <summary>True where it may be used for this, whatever the room.</summary>
    public bool Allows(TokenScopes scope) => (Scopes & scope) == scope;

    /// <summary>True where it may be used in that room.</summary>
    public bool Includes(RoomId room) => Rooms is null || Rooms.Contains(room);

    /// <summary>What both may be used for.</summary>
    public TokenGrant Meet(TokenGrant other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var rooms = Rooms is null ? other.Rooms : other.Rooms is null ? Rooms : Rooms.Intersect(other.Rooms).ToHashSet();
        return new TokenGrant(Scopes & other.Scopes, rooms);
    }
}
