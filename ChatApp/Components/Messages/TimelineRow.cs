using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Components.Shared;
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

    /// <summary>Has waited for one, and was taken back.</summary>
    Withdrawn,
}

/// <summary>
/// A line of the timeline: a stored message, or one of the reader's own that is not stored yet. Both are one kind of row
/// with one key, so a message that gets stored keeps its element, its focus and its place. Immutable, and small: a page holds
/// hundreds of them, so the words of a line are made when it is rendered, which happens once.
/// </summary>
public sealed class TimelineRow
{
    /// <summary>Author and sender's key.</summary>
    public string Key => Author.Id.Value + (Stored?.Key ?? Unsent!.Key);

    /// <summary>Who wrote it.</summary>
    public required UserCard Author { get; init; }

    /// <summary>Their picture or initials; empty where the row shows none.</summary>
    public MarkupString Picture => IsHead ? Avatar.Of(Author) : default;

    /// <summary>Who wrote what it answers; null where it answers nothing.</summary>
    public UserCard? Quoted { get; init; }

    /// <summary>Safe HTML.</summary>
    public string Html => Stored?.Html ?? Unsent!.Html;

    /// <summary>How far it has come.</summary>
    public required RowState State { get; init; }

    /// <summary>The stored message; null where there is none yet.</summary>
    public MessageView? Stored { get; init; }

    /// <summary>The message that is not stored; null where it is.</summary>
    public PendingMessage? Unsent { get; init; }

    /// <summary>True where it is pinned in the room.</summary>
    public bool IsPinned => Stored is { IsPinned: true };

    /// <summary>What it answers; null where it answers nothing.</summary>
    public ReplyPreview? ReplyTo => Stored is null ? Unsent?.ReplyTo : Stored.ReplyTo;

    /// <summary>Messages that it links to, the first ones; nearly always none.</summary>
    public IReadOnlyList<Permalink> Links { get; init; } = [];

    /// <summary>The stored message's id as text; null where there is none yet.</summary>
    public string? Id => Stored?.Id.ToString();

    /// <summary>The stored message's place in the room as text, for links; null where there is none yet.</summary>
    public string? Place => Stored?.Offset.ToString();

    /// <summary>The local day, where it is another one than that of the row before.</summary>
    public DateOnly? Day => IsNewDay ? DateOnly.FromDateTime(Local) : null;

    /// <summary>True where author and time are shown: another author or another minute than before.</summary>
    public bool IsHead { get; init; }

    /// <summary>True where it is the first one of its local day.</summary>
    public bool IsNewDay { get; init; }

    /// <summary>True where it stands by itself, as a group of one: what its reader has just written, and what a thread hangs on.</summary>
    public bool IsApart { get; init; }

    /// <summary>The moment, as machines read it.</summary>
    public string Stamp => (Stored?.At ?? Unsent!.At).ToString("O", CultureInfo.InvariantCulture);

    /// <summary>Local time of day.</summary>
    public string Clock => Local.ToString("t", CultureInfo.CurrentCulture);

    /// <summary>The same without "AM" and "PM", for the narrow column beside a message that follows another.</summary>
    public string ShortClock => Local.ToString(CultureInfo.CurrentCulture.DateTimeFormat.ShortTimePattern.Replace("tt", "", StringComparison.Ordinal).Trim(), CultureInfo.CurrentCulture);

    /// <summary>Author and time, for those who hear the page.</summary>
    public string Label => $"{Author.Name}, {Clock}";

    /// <summary>CSS classes of its state.</summary>
    public string Class => (IsHead ? "message message-head" : "message") + ClassOf(State) + (Stored is { IsPinned: true } ? " message-pinned" : null);

    /// <summary>The moment as the reader's clock shows it.</summary>
    public DateTime Local { get; init; }

    private static string? ClassOf(RowState state) => state switch
    {
        RowState.Deleted => " message-deleted",
        RowState.Pending => " message-pending",
        RowState.Failed => " message-failed",
        RowState.Held => " message-held",
        RowState.Withdrawn => " message-withdrawn",
        _ => null,
    };
}

/// <summary>Rows that are rendered together.</summary>
/// <param name="Key">Tells the groups of a timeline apart.</param>
/// <param name="Rows">The rows; the same object as long as they are the same ones.</param>
public readonly record struct TimelineGroup(GroupKey Key, IReadOnlyList<TimelineRow> Rows);

/// <summary>What stays the same of a group whatever comes before or after it.</summary>
/// <param name="Stretch">Which stretch of the room's log its rows are from; 0 for a row apart.</param>
/// <param name="Part">How many rows apart stand before it in that stretch.</param>
/// <param name="Apart">Key of the one row that stands apart; null for all others.</param>
public readonly record struct GroupKey(long Stretch, int Part, string? Apart = null);

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
