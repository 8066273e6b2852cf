using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using ChatApp.Accounts;
using ChatApp.Messages;

namespace ChatApp.Moderation;

/// <summary>What somebody reports; the numbers are stored, so they never change meaning.</summary>
[SuppressMessage("Design", "CA1008", Justification = "stored numbers begin at 1, so that a missing one is seen")]
public enum ReportCategory
{
    /// <summary>Advertising, or the same again and again.</summary>
    Spam = 1,

    /// <summary>Insults, threats, pressure on somebody.</summary>
    Harassment = 2,

    /// <summary>Against people for what they are.</summary>
    Hate = 3,

    /// <summary>Violence, or harm to oneself.</summary>
    Violence = 4,

    /// <summary>Sexual content that does not belong here.</summary>
    Sexual = 5,

    /// <summary>Something else: the comment says what.</summary>
    Other = 6,
}

/// <summary>What a report came to; the numbers are stored, so they never change meaning.</summary>
[SuppressMessage("Design", "CA1008", Justification = "stored numbers begin at 1, so that a missing one is seen")]
public enum ReportDecision
{
    /// <summary>Nothing had to be done.</summary>
    Dismiss = 1,

    /// <summary>The message was deleted.</summary>
    Delete = 2,

    /// <summary>The person was warned.</summary>
    Warn = 3,

    /// <summary>The person was muted.</summary>
    Mute = 4,

    /// <summary>The person was banned.</summary>
    Ban = 5,
}

/// <summary>One report as stored.</summary>
public sealed class Report
{
    /// <summary>Longest comment, in UTF-16 units.</summary>
    public const int MaxCommentLength = 1000;

    /// <summary>Given by the database, growing.</summary>
    public long Id { get; init; }

    /// <summary>Who reports. Whom it is about never learns it.</summary>
    public required string ReporterId { get; init; }

    /// <summary>Whom it is about: for a message, its author.</summary>
    public required string UserId { get; init; }

    /// <summary>Where: the message's room, or where the person was met; null where that is nowhere in particular.</summary>
    public string? RoomId { get; init; }

    /// <summary>The message; null where it is about the person.</summary>
    public long? MessageId { get; init; }

    /// <summary>What is wrong.</summary>
    public ReportCategory Category { get; init; }

    /// <summary>In their words; at most <see cref="MaxCommentLength"/> characters, may be empty.</summary>
    public required string Comment { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>When it was decided; null while it is open.</summary>
    public DateTimeOffset? ResolvedAt { get; set; }

    /// <summary>Who decided.</summary>
    public string? ResolvedById { get; set; }

    /// <summary>What it came to.</summary>
    public ReportDecision? Outcome { get; set; }

    /// <summary>Why; both sides read it where both are told.</summary>
    public string? Reason { get; set; }

    /// <summary>When the reporter said that they have read the decision.</summary>
    public DateTimeOffset? ReporterSeenAt { get; set; }

    /// <summary>When whom it is about said that they have read the decision.</summary>
    public DateTimeOffset? UserSeenAt { get; set; }
}

/// <summary>What somebody reports.</summary>
/// <param name="Message">The message; null where it is about a person.</param>
/// <param name="User">The person; ignored where there is a message.</param>
/// <param name="Room">Where the person was met: one in which both are; null for nowhere in particular, or where there is a message.</param>
/// <param name="Category">What is wrong.</param>
/// <param name="Comment">In their words; at most <see cref="Report.MaxCommentLength"/> characters, not empty for <see cref="ReportCategory.Other"/>.</param>
public sealed record ReportOrder(MessageId? Message, UserId User, RoomId? Room, ReportCategory Category, string Comment);

/// <summary>How something about a report went.</summary>
public enum ReportOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>There is no such message or person, as far as the reporter may know.</summary>
    NotFound,

    /// <summary>Nobody reports themselves; and nobody decides who does not stand above whom it is about.</summary>
    NotAllowed,

    /// <summary>The same person has reported the same already.</summary>
    Already,

    /// <summary>No such category, or a comment that is too long, or none where one is needed.</summary>
    BadComment,

    /// <summary>The reporter has <see cref="Reports.MostOpen"/> open reports.</summary>
    TooMany,

    /// <summary>More than <see cref="Reports.MostPerMinute"/> in a minute.</summary>
    TooFast,

    /// <summary>Somebody has decided it already.</summary>
    Resolved,

    /// <summary>No reason, or one that is too long.</summary>
    BadReason,

    /// <summary>A term that this kind of sanction cannot have.</summary>
    BadTerm,

    /// <summary>This cannot be done about it: there is no message to delete, or nobody can be taken out of that room.</summary>
    NotPossible,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>Outcome of reporting, or of deciding.</summary>
/// <param name="Outcome">How it went.</param>
/// <param name="Id">The report, where there is one.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ReportResult(ReportOutcome Outcome, long Id = 0)
{
    /// <summary>True where it was done.</summary>
    public bool IsDone => Outcome == ReportOutcome.Done;
}

/// <summary>A report as its reporter finds it, or a decision as whom it is about finds it.</summary>
/// <param name="Id">Identity.</param>
/// <param name="User">Whom it is about.</param>
/// <param name="Message">The message; null where it is about the person.</param>
/// <param name="Category">What was wrong; null for whom it is about.</param>
/// <param name="Comment">What the reporter said; empty for whom it is about.</param>
/// <param name="At">When it was reported, or for whom it is about, decided.</param>
/// <param name="Decision">What it came to; null while it is open.</param>
/// <param name="Reason">Why; empty while it is open.</param>
/// <param name="IsSeen">True where the reader said that they have read the decision.</param>
/// <param name="IsOwn">True for the reporter, false for whom it is about.</param>
public sealed record ReportNotice(
    long Id, UserCard User, MessageId? Message, ReportCategory? Category, string Comment, DateTimeOffset At, ReportDecision? Decision, string Reason, bool IsSeen, bool IsOwn);

/// <summary>Tells both sides of a report what it came to; whom it is about only where something was done.</summary>
/// <param name="Notice">The report, as far as the reader may know of it.</param>
/// <param name="At">When.</param>
public sealed record ReportResolved(ReportNotice Notice, DateTimeOffset At);

/// <summary>Tells open pages of moderators that there are other reports now.</summary>
public sealed record ReportsChanged;
