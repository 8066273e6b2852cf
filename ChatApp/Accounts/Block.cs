namespace ChatApp.Accounts;

/// <summary>Somebody does not want to hear from somebody. Only the one who blocks knows.</summary>
public sealed class Block
{
    /// <summary>Who blocks.</summary>
    public required string UserId { get; init; }

    /// <summary>Who is blocked.</summary>
    public required string BlockedId { get; init; }

    /// <summary>Since when.</summary>
    public DateTimeOffset At { get; init; }
}
