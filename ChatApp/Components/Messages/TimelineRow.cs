using ChatApp.Accounts;
using ChatApp.Messages;
using Microsoft.AspNetCore.Components;

namespace ChatApp.Components.Messages;

/// <summary>How far a message has come.</summary>
public enum RowState
{
    /// <summary>On disk.</summary>
    Stored,

    /// <summary>On disk, but only its place is left.</summary>
    Deleted,

    /// <summary>On its way.</summary>
    Pending,

    /// <summary>Refused.</summary>
    Failed,

    /// <summary>Waits for a moderator.</summary>
    Held,
}

/// <summary>
/// A line of the timeline: a stored message, or one of the reader's own that is not stored yet. Both are one kind of row
/// with one key, so a message that gets stored keeps its element, its focus and its place. Immutable, and everything that
/// a render shows is ready in it.
/// </summary>
public sealed class TimelineRow
{
    /// <summary>Author and sender's key.</summary>
    public required string Key { get; init; }

    /// <summary>Who wrote it.</summary>
    public required UserCard Author { get; init; }

    /// <summary>Their picture or initials; empty where the row shows none.</summary>
    public MarkupString Picture { get; init; }

    /// <summary>Who wrote what it answers; null where it answers nothing.</summary>
    public UserCard? Quoted { get; init; }

    /// <summary>Safe HTML.</summary>
    public required string Html { get; init; }

    /// <summary>How far it has come.</summary>
    public required RowState State { get; init; }

    /// <summary>The stored message; null where there is none yet.</summary>
    public MessageView? Stored { get; init; }

    /// <summary>The message that is not stored; null where it is.</summary>
    public PendingMessage? Unsent { get; init; }

    /// <summary>What it answers; null where it answers nothing.</summary>
    public ReplyPreview? ReplyTo => Stored is null ? Unsent?.ReplyTo : Stored.ReplyTo;

    /// <summary>Messages that it links to, the first ones; nearly always none.</summary>
    public IReadOnlyList<Permalink> Links { get; init; } = [];

    /// <summary>The stored message's id as text; null where there is none yet.</summary>
    public string? Id { get; init; }

    /// <summary>The stored message's place in the room as text, for links; null where there is none yet.</summary>
    public string? Place { get; init; }

    /// <summary>The local day, where it is another one than that of the row before.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>True where author and time are shown: another author or another minute than before.</summary>
    public bool IsHead { get; init; }

    /// <summary>The moment, as machines read it.</summary>
    public required string Stamp { get; init; }

    /// <summary>Local time of day.</summary>
    public required string Clock { get; init; }

    /// <summary>The same without "AM" and "PM", for the narrow column beside a message that follows another.</summary>
    public required string ShortClock { get; init; }

    /// <summary>Author and time, for those who hear the page.</summary>
    public required string Label { get; init; }

    /// <summary>CSS classes of its state.</summary>
    public required string Class { get; init; }

    /// <summary>The moment as the reader's clock shows it.</summary>
    public DateTime Local { get; init; }
}

/// <summary>Rows that are rendered together.</summary>
/// <param name="Key">Tells the groups of a timeline apart.</param>
/// <param name="Rows">The rows; the same object as long as they are the same ones.</param>
public readonly record struct TimelineGroup(long Key, IReadOnlyList<TimelineRow> Rows);

/// <summary>On what the markup of rows depends besides the rows: where one of these changes, all are rendered anew.</summary>
/// <param name="Viewer">Who looks, as they are now.</param>
/// <param name="IsArchived">Whether the room is archived, which decides what may be done.</param>
/// <param name="Divider">Where "new from here" stands.</param>
/// <param name="Target">Which message is marked, and how often one was.</param>
/// <param name="Editing">Which message is an editor.</param>
/// <param name="Names">Grows when people have other names, or what they said is folded away or no longer.</param>
/// <param name="Found">Grows when other messages are bookmarked, or cards say something else.</param>
/// <param name="HasOlder">Whether there are older answers than those that stand below what a thread hangs on.</param>
public readonly record struct RowLook(UserCard Viewer, bool IsArchived, Offset? Divider, (Offset? Place, int Number) Target, MessageId? Editing, int Names, int Found = 0, bool HasOlder = false);
