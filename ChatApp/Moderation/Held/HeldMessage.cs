using ChatApp.Accounts;
using ChatApp.Messages;

namespace ChatApp.Moderation.Held;

/// <summary>How far a held message has come; the numbers are stored and never change meaning.</summary>
public enum HeldState
{
    /// <summary>It waits for a moderator.</summary>
    Waiting = 0,

    /// <summary>A moderator has turned it down. Its text is gone; the key stays, and answers.</summary>
    TurnedDown = 1,

    /// <summary>Its author has taken it back. Its text is gone; the key stays, and answers.</summary>
    Withdrawn = 2,
}

/// <summary>A message that waits for a moderator: in no room, without a place in any log. Once approved it is a message like all, and no row here.</summary>
public sealed class HeldMessage
{
    /// <summary>How long it waits; after that it cannot be approved any more.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(7);

    /// <summary>How long a key of what was turned down, or has waited too long, answers.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(30);

    /// <summary>Most messages of one person that wait, or were taken back within <see cref="Pause"/>: whoever sends and takes back in turn shall not keep moderators busy.</summary>
    public const int MostOfOne = 50;

    /// <summary>How long a message that was taken back counts as one that waits.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromDays(1);

    /// <summary>Most messages of one room that wait.</summary>
    public const int MostInRoom = 1000;

    /// <summary>Longest reason of a moderator, in UTF-16 units.</summary>
    public const int MaxReasonLength = 512;

    /// <summary>Longest <see cref="Source"/> and <see cref="Words"/>, in UTF-16 units.</summary>
    public const int MaxWordsLength = 300;

    /// <summary>Given by the database, growing.</summary>
    public long Id { get; init; }

    /// <summary>Who wrote it.</summary>
    public required string AuthorId { get; init; }

    /// <summary>For which room.</summary>
    public required string RoomId { get; init; }

    /// <summary>See <see cref="Message.Key"/>.</summary>
    public required string Key { get; init; }

    /// <summary>See <see cref="Message.Fingerprint"/>.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>What was written; empty once it waits no more.</summary>
    public required string Text { get; set; }

    /// <summary>What it answers.</summary>
    public long? ReplyTo { get; init; }

    /// <summary>In whose thread it was said.</summary>
    public long? ThreadId { get; init; }

    /// <summary>When it came.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Why it waits: the name of a rule, or of who checks the room.</summary>
    public required string Source { get; init; }

    /// <summary>What its author was told besides; may be empty.</summary>
    public string Words { get; init; } = "";

    /// <summary>How far it has come.</summary>
    public HeldState State { get; set; }

    /// <summary>Why it was turned down.</summary>
    public string Reason { get; set; } = "";

    /// <summary>When it was turned down, or taken back.</summary>
    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>When it cannot be approved any more.</summary>
    public DateTimeOffset Until => At + Life;

    /// <summary>True where it can be approved at a moment.</summary>
    public bool WaitsAt(DateTimeOffset now) => State == HeldState.Waiting && now < Until;
}

/// <summary>A held message as moderators see it.</summary>
/// <param name="Id">Identity.</param>
/// <param name="Room">For which room.</param>
/// <param name="RoomName">What that is called.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="Text">What.</param>
/// <param name="Source">Why it waits.</param>
/// <param name="At">When it came.</param>
/// <param name="Until">When it cannot be approved any more.</param>
public sealed record HeldLine(long Id, RoomId Room, string RoomName, UserCard Author, string Text, string Source, DateTimeOffset At, DateTimeOffset Until);

/// <summary>How a decision on a held message went, or taking it back.</summary>
public enum HeldOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>It waits no more, or is nothing that the actor may know of.</summary>
    NotFound,

    /// <summary>The actor may not decide there, or has written it.</summary>
    NotAllowed,

    /// <summary>No reason, or one that is too long.</summary>
    BadReason,

    /// <summary>Its author may not say it any more: is out of the room, muted, banned or gone, or the room is closed.</summary>
    AuthorMayNot,

    /// <summary>The thread that it was for is gone, or it mentions more people than it may.</summary>
    NotPossible,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>Outcome of a decision on a held message.</summary>
/// <param name="Outcome">How it went.</param>
/// <param name="Message">The message, where it was approved.</param>
/// <param name="Refusal">Why it could not be posted; null where it was, or that was not the problem.</param>
public readonly record struct HeldResult(HeldOutcome Outcome, MessageView? Message = null, PostRefusal? Refusal = null);

/// <summary>Tells the author of a held message what became of it; an approved one comes as a message besides.</summary>
/// <param name="Id">Which.</param>
/// <param name="Room">For which room.</param>
/// <param name="Key">The sender's key.</param>
/// <param name="IsApproved">True: it was posted; false: it was turned down, or taken back.</param>
/// <param name="Reason">Why it was turned down; empty where it was not.</param>
/// <param name="At">When.</param>
public sealed record HeldDecided(long Id, RoomId Room, string Key, bool IsApproved, string Reason, DateTimeOffset At)
{
    /// <summary>True where its author has taken it back, by whichever device.</summary>
    public bool IsWithdrawn { get; init; }
}

/// <summary>Tells moderators that more or fewer messages wait in a room.</summary>
/// <param name="Room">The room.</param>
/// <param name="Waiting">How many do now.</param>
/// <param name="At">When.</param>
public sealed record HeldChanged(RoomId Room, int Waiting, DateTimeOffset At);
