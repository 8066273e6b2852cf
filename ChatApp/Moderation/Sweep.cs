using System.Diagnostics.CodeAnalysis;
using ChatApp.Accounts;

namespace ChatApp.Moderation;

/// <summary>How far a sweep is; the numbers are stored, so they never change meaning.</summary>
[SuppressMessage("Design", "CA1008", Justification = "stored numbers begin at 1, so that a missing one is seen")]
public enum SweepState
{
    /// <summary>Messages are being hidden.</summary>
    Running = 1,

    /// <summary>All of them are hidden, and can be brought back.</summary>
    Done = 2,

    /// <summary>Somebody stopped it: what was hidden until then is, and can be brought back.</summary>
    Cancelled = 3,

    /// <summary>They are being brought back.</summary>
    Undoing = 4,

    /// <summary>All are back as they were.</summary>
    Undone = 5,

    /// <summary>The kept texts are being removed.</summary>
    Purging = 6,

    /// <summary>The kept texts are gone for good.</summary>
    Purged = 7,
}

/// <summary>One sweep as stored: messages of one person in a stretch of time, hidden together.</summary>
public sealed class Sweep
{
    /// <summary>Given by the database, growing.</summary>
    public long Id { get; init; }

    /// <summary>Whose messages.</summary>
    public required string UserId { get; init; }

    /// <summary>Who swept.</summary>
    public required string ById { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Messages that were said from this moment on.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>The rooms, by their ids with a space between.</summary>
    public required string Rooms { get; init; }

    /// <summary>Why; 1 to <see cref="Sanction.MaxReasonLength"/> characters.</summary>
    public required string Reason { get; init; }

    /// <summary>How far it is.</summary>
    public SweepState State { get; set; } = SweepState.Running;

    /// <summary>Messages that it has hidden.</summary>
    public int Messages { get; set; }

    /// <summary>Who stopped it, brought it back or purged it last; null where nobody did.</summary>
    public string? ChangedById { get; set; }

    /// <summary>Only messages below this one are still to be hidden.</summary>
    public long Below { get; set; }
}

/// <summary>One change of a room that a sweep or its undoing made: which messages its place in the log stands for.</summary>
public sealed class SweepPart
{
    /// <summary>The room.</summary>
    public required string RoomId { get; init; }

    /// <summary>The place in the room's log.</summary>
    public long Offset { get; init; }

    /// <summary>The sweep.</summary>
    public long SweepId { get; init; }

    /// <summary>The first of the messages: all of the person's from it to <see cref="Last"/> in this room.</summary>
    public long First { get; init; }

    /// <summary>The last of them.</summary>
    public long Last { get; init; }

    /// <summary>Place of the first of them.</summary>
    public long From { get; init; }

    /// <summary>Place of the last of them.</summary>
    public long To { get; init; }
}

/// <summary>What a swept message said, until it is brought back or purged. Nothing but the sweep itself reads it.</summary>
public sealed class SweptMessage
{
    /// <summary>The message, which is stored as a deleted one meanwhile.</summary>
    public long MessageId { get; init; }

    /// <summary>The sweep.</summary>
    public long SweepId { get; init; }

    /// <summary>Its text.</summary>
    public required string Text { get; init; }

    /// <summary>Its HTML.</summary>
    public required string Html { get; init; }

    /// <summary>The rules that made the HTML.</summary>
    public int HtmlVersion { get; init; }

    /// <summary>When it was pinned; null where it was not.</summary>
    public DateTimeOffset? PinnedAt { get; init; }

    /// <summary>True where it mentioned everybody.</summary>
    public bool MentionsAll { get; init; }
}

/// <summary>What shall be swept.</summary>
/// <param name="User">Whose messages.</param>
/// <param name="Minutes">Of how many minutes up to now; 1 to <see cref="Sweeps.MostMinutes"/>.</param>
/// <param name="Rooms">In these rooms, at most <see cref="Sweeps.MostRooms"/>; null for all in which the actor may.</param>
/// <param name="Reason">Why; 1 to <see cref="Sanction.MaxReasonLength"/> characters.</param>
/// <param name="Mute">
/// Mutes the person too, for so long: in the rooms that are swept, or everywhere where no rooms are named and the actor is a moderator of the instance.
/// </param>
public sealed record SweepOrder(UserId User, int Minutes, IReadOnlyList<RoomId>? Rooms, string Reason, TimeSpan? Mute = null);

/// <summary>How something about a sweep went.</summary>
public enum SweepOutcome
{
    /// <summary>Done, or begun where it is long.</summary>
    Done,

    /// <summary>There is no message to hide.</summary>
    Empty,

    /// <summary>The actor may not do this there, or not to that person.</summary>
    NotAllowed,

    /// <summary>There is no such room, as far as the actor may know.</summary>
    RoomNotFound,

    /// <summary>There is no such person.</summary>
    NoSuchUser,

    /// <summary>There is no such sweep, as far as the actor may know.</summary>
    NotFound,

    /// <summary>Conversations are not swept.</summary>
    NotPossible,

    /// <summary>Not 1 to <see cref="Sweeps.MostMinutes"/> minutes, or more than <see cref="Sweeps.MostRooms"/> rooms.</summary>
    BadRange,

    /// <summary>No reason, or one that is too long.</summary>
    BadReason,

    /// <summary>A mute cannot last so long.</summary>
    BadTerm,

    /// <summary>Its time is over, its texts are gone, or it goes another way already.</summary>
    TooLate,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>Outcome of an act on a sweep.</summary>
/// <param name="Outcome">How it went.</param>
/// <param name="Line">The sweep as it is then, where there is one.</param>
public readonly record struct SweepResult(SweepOutcome Outcome, SweepLine? Line = null)
{
    /// <summary>True where it was done.</summary>
    public bool IsDone => Outcome == SweepOutcome.Done;
}

/// <summary>A sweep as a moderator sees it.</summary>
/// <param name="Id">Identity.</param>
/// <param name="User">Whose messages.</param>
/// <param name="By">Who swept.</param>
/// <param name="At">When.</param>
/// <param name="Since">Messages from this moment on.</param>
/// <param name="Rooms">Where: names, or for private rooms that the moderator is not in what the audit log calls them.</param>
/// <param name="Reason">Why.</param>
/// <param name="State">How far it is.</param>
/// <param name="Messages">Messages that it has hidden.</param>
/// <param name="Left">Those that are hidden still, and can be brought back.</param>
/// <param name="Until">Until when: then they are purged.</param>
public sealed record SweepLine(
    long Id, UserCard User, UserCard By, DateTimeOffset At, DateTimeOffset Since, IReadOnlyList<string> Rooms, string Reason, SweepState State, int Messages, int Left, DateTimeOffset Until)
{
    /// <summary>True where it can be brought back, or purged.</summary>
    public bool IsKept => State is SweepState.Done or SweepState.Cancelled;
}

/// <summary>Tells open pages of moderators that a sweep is another one now.</summary>
public sealed record SweepsChanged;
