namespace ChatApp.Accounts;

/// <summary>A link with which people make accounts, as stored. The secret in the link is not: only its hash.</summary>
public sealed class Invitation
{
    /// <summary>Names the invitation to people and in the audit log; 8 characters.</summary>
    public required string Id { get; init; }

    /// <summary>SHA-256 of the secret in the link, Base64.</summary>
    public required string Hash { get; init; }

    /// <summary>Who made it.</summary>
    public required string CreatedById { get; init; }

    /// <summary>Whom it is for, in the words of who made it; at most 64 characters.</summary>
    public string Note { get; init; } = "";

    /// <summary>The rank of who comes by it.</summary>
    public Rank Rank { get; init; }

    /// <summary>The room that they are made members of; null for none.</summary>
    public string? RoomId { get; init; }

    /// <summary>How many may come by it; 1 to 1,000.</summary>
    public int MaxUses { get; init; }

    /// <summary>How many have come.</summary>
    public int Uses { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends by itself; null where it does not.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was revoked; null while it holds.</summary>
    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>Somebody who came by an invitation.</summary>
public sealed class InvitationUse
{
    /// <summary>By which.</summary>
    public required string InvitationId { get; init; }

    /// <summary>Who.</summary>
    public required string UserId { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }
}
