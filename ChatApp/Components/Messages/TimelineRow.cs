using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Messages;

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
}

/// <summary>
/// A line of the timeline: a stored message, or one of the reader's own that is not stored yet. Both are one kind of row
/// with one key, so a message that gets stored keeps its element, its focus and its place.
/// </summary>
/// <param name="Key">Author and sender's key.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="At">When.</param>
/// <param name="Html">Safe HTML.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Stored">The stored message; null where there is none yet.</param>
/// <param name="Unsent">The message that is not stored; null where it is.</param>
public sealed record TimelineRow(
    string Key, UserCard Author, DateTimeOffset At, string Html, RowState State, MessageView? Stored, PendingMessage? Unsent)
{
    /// <summary>The local day, where it is another one than that of the row before.</summary>
    public DateOnly? Day { get; private init; }

    /// <summary>True where author and time are shown: another author or another minute than before.</summary>
    public bool IsHead { get; private init; }

    /// <summary>Local time of day.</summary>
    public string Clock { get; private init; } = "";

    /// <summary>The same without "AM" and "PM", for the narrow column beside a message that follows another.</summary>
    public string ShortClock { get; private init; } = "";

    /// <summary>The rows of a feed, oldest first, one's own unsent messages last.</summary>
    /// <param name="feed">The feed.</param>
    /// <param name="viewer">Who looks.</param>
    /// <param name="local">A moment as the reader's clock shows it.</param>
    public static IEnumerable<TimelineRow> Of(RoomFeed feed, UserCard viewer, Func<DateTimeOffset, DateTime> local)
    {
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(viewer);
        ArgumentNullException.ThrowIfNull(local);
        return Arrange(feed.Messages.Select(Of).Concat(feed.Pending.Select(own => Of(own, viewer))), local);
    }

    private static TimelineRow Of(MessageView message) => new(
        message.Author.Id.Value + message.Key, message.Author, message.At, message.Html,
        message.IsDeleted ? RowState.Deleted : RowState.Stored, message, Unsent: null);

    private static TimelineRow Of(PendingMessage own, UserCard viewer) => new(
        viewer.Id.Value + own.Key, viewer, own.At, own.Html, own.Refusal is null ? RowState.Pending : RowState.Failed, Stored: null, own);

    private static IEnumerable<TimelineRow> Arrange(IEnumerable<TimelineRow> rows, Func<DateTimeOffset, DateTime> local)
    {
        var culture = CultureInfo.CurrentCulture;
        var shortPattern = culture.DateTimeFormat.ShortTimePattern.Replace("tt", "", StringComparison.Ordinal).Trim();
        TimelineRow? previous = null;
        DateTime previousTime = default;
        foreach (var row in rows)
        {
            var time = local(row.At);
            var isNewDay = previous is null || time.Date != previousTime.Date;
            yield return row with
            {
                Day = isNewDay ? DateOnly.FromDateTime(time) : null,
                IsHead = isNewDay || previous!.Author.Id != row.Author.Id || time.Hour != previousTime.Hour || time.Minute != previousTime.Minute,
                Clock = time.ToString("t", culture),
                ShortClock = time.ToString(shortPattern, culture),
            };
            (previous, previousTime) = (row, time);
        }
    }
}
