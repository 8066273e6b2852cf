using System.ComponentModel.DataAnnotations;

namespace ChatApp.Moderation.Policies;

/// <summary>That a program checks what is said in a room. Stored; which program it is, is known only while it is connected.</summary>
public sealed class RoomPolicy
{
    /// <summary>The room.</summary>
    public required string RoomId { get; init; }

    /// <summary>What becomes of a message where no answer comes: true refuses it for now, false lets it through.</summary>
    public bool FailsClosed { get; set; }

    /// <summary>Who said so last.</summary>
    public required string SetById { get; set; }

    /// <summary>When.</summary>
    public DateTimeOffset SetAt { get; set; }
}

/// <summary>What becomes of a message of which the program says nothing in time.</summary>
public enum PolicyMode
{
    /// <summary>No program checks the room.</summary>
    None,

    /// <summary>It is posted.</summary>
    Open,

    /// <summary>It is refused, and may be tried again.</summary>
    Closed,
}

/// <summary>A room's policy as moderators see it.</summary>
/// <param name="Mode">What becomes of a message where no answer comes.</param>
/// <param name="Checker">Who checks at this moment; null where nobody does.</param>
public sealed record PolicyState(PolicyMode Mode, UserId? Checker);

/// <summary>How programs check messages. Section <c>Policy</c> of the settings.</summary>
public sealed class PolicyOptions
{
    /// <summary>Milliseconds in which a program has to answer; 50 by default, 1 to 1,000.</summary>
    [Range(1, 1000)]
    public int Milliseconds { get; init; } = 50;

    /// <summary>Messages that may wait for one program's answer; more get none. 1,000 by default, 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int Waiting { get; init; } = 1000;
}

/// <summary>What a program says of a message.</summary>
internal enum PolicyWord
{
    /// <summary>It is good, or nobody checks.</summary>
    Allow,

    /// <summary>It is refused.</summary>
    Deny,

    /// <summary>A moderator shall look at it.</summary>
    Hold,

    /// <summary>No answer came in time, and then it is refused.</summary>
    NoneClosed,
}

/// <summary>What was answered.</summary>
/// <param name="Word">The answer.</param>
/// <param name="Reason">Words for the author; null for none.</param>
/// <param name="Checker">Who has answered; null for nobody.</param>
internal readonly record struct PolicyAnswer(PolicyWord Word, string? Reason, string? Checker);
