using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Components.Shared;
using ChatApp.Messages;

namespace ChatApp.Components.Messages;

/// <summary>
/// Makes the rows of one page. Messages are immutable, so a row is made once and taken again for as long as the same
/// message stands at the same place of its group: a render after one event makes one row, not three hundred.
/// </summary>
/// <param name="local">A moment as the reader's clock shows it.</param>
/// <param name="cards">People as they are now: a message carries its author as they were when it was read. Null takes that.</param>
public sealed class TimelineRows(Func<DateTimeOffset, DateTime> local, Func<UserId, UserCard>? cards = null)
{
    // Enough that a window has few groups, and few enough rows that rendering a group is cheap.
    private const int GroupSpan = 32;

    private readonly CultureInfo _culture = CultureInfo.CurrentCulture;
    private readonly string _shortPattern = CultureInfo.CurrentCulture.DateTimeFormat.ShortTimePattern.Replace("tt", "", StringComparison.Ordinal).Trim();
    private readonly List<TimelineRow> _rows = [];
    private readonly List<TimelineGroup> _groups = [];
    private bool _isAfterRoot;
    private Dictionary<object, TimelineRow> _before = new(ReferenceEqualityComparer.Instance);
    private Dictionary<object, TimelineRow> _now = new(ReferenceEqualityComparer.Instance);

    /// <summary>The rows of a feed, oldest first, one's own unsent messages last. Good until the next call.</summary>
    /// <param name="feed">The feed.</param>
    /// <param name="viewer">Who looks.</param>
    public IReadOnlyList<TimelineRow> Of(RoomFeed feed, UserCard viewer)
    {
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(viewer);
        (_before, _now) = (_now, _before);
        _now.Clear();
        _rows.Clear();
        _isAfterRoot = false;
        if (feed.Root is { } root)
        {
            Add(root, root.Author, root.At, root, unsent: null);
            _isAfterRoot = true;
        }

        foreach (var message in feed.Messages) Add(message, message.Author, message.At, message, unsent: null);
        foreach (var own in feed.Pending) Add(own, viewer, own.At, stored: null, own);
        return _rows;
    }

    /// <summary>
    /// The same rows in groups of those whose places in the room's log are near each other, so that a group stays the same
    /// whatever comes before or after it. Unsent messages stand where they will be when they are stored, and so keep their elements.
    /// </summary>
    public IReadOnlyList<TimelineGroup> GroupsOf(RoomFeed feed, UserCard viewer)
    {
        var rows = Of(feed, viewer);
        var before = _groups.ToDictionary(group => group.Key);
        _groups.Clear();
        var unsent = feed.Next.Value / GroupSpan;
        for (var start = 0; start < rows.Count;)
        {
            var key = KeyOf(rows[start]) ?? unsent;
            var end = start + 1;
            while (end < rows.Count && (KeyOf(rows[end]) ?? unsent) == key) end++;
            var isSame = before.TryGetValue(key, out var group) && IsSame(group.Rows, rows, start, end);
            _groups.Add(isSame ? group : new TimelineGroup(key, [.. rows.Skip(start).Take(end - start)]));
            start = end;
        }

        return _groups;
    }

    private static long? KeyOf(TimelineRow row) => row.Stored?.Offset.Value / GroupSpan;

    private static bool IsSame(IReadOnlyList<TimelineRow> group, IReadOnlyList<TimelineRow> rows, int start, int end)
    {
        if (group.Count != end - start) return false;
        for (var index = 0; index < group.Count; index++)
        {
            if (!ReferenceEquals(group[index], rows[start + index])) return false;
        }

        return true;
    }

    private void Add(object source, UserCard author, DateTimeOffset at, MessageView? stored, PendingMessage? unsent)
    {
        _before.TryGetValue(source, out var same);
        author = Now(author);
        var quoted = (stored is null ? unsent!.ReplyTo : stored.ReplyTo) is { } quote ? Now(quote.Author) : null;
        var previous = _rows is [.., var last] ? last : null;
        var time = same?.Local ?? local(at);
        var isNewDay = previous is null || time.Date != previous.Local.Date;
        // What a thread hangs on stands apart from the answers.
        var isHead = isNewDay || _isAfterRoot || previous!.Author.Id != author.Id || time.Hour != previous.Local.Hour || time.Minute != previous.Local.Minute;
        if (same is null || same.IsHead != isHead || same.Day is not null != isNewDay || !ReferenceEquals(same.Author, author) || !ReferenceEquals(same.Quoted, quoted))
            same = Make(author, quoted, at, time, stored, unsent, isHead, isNewDay);
        _isAfterRoot = false;
        _now[source] = same;
        _rows.Add(same);
    }

    private UserCard Now(UserCard user) => cards?.Invoke(user.Id) ?? user;

    private TimelineRow Make(UserCard author, UserCard? quoted, DateTimeOffset at, DateTime time, MessageView? stored, PendingMessage? unsent, bool isHead, bool isNewDay)
    {
        var clock = time.ToString("t", _culture);
        var state = stored is null
            ? unsent!.Refusal is not null ? RowState.Failed : unsent.HeldUntil is not null ? RowState.Held : RowState.Pending
            : stored.IsDeleted ? RowState.Deleted : RowState.Stored;
        return new TimelineRow
        {
            Key = author.Id.Value + (stored?.Key ?? unsent!.Key),
            Author = author,
            Picture = isHead ? Avatar.Of(author) : default,
            Quoted = quoted,
            Html = stored?.Html ?? unsent!.Html,
            State = state,
            Stored = stored,
            Unsent = unsent,
            Links = stored is null ? [] : Permalink.In(stored.Html, MessageCards.MaxOfMessage),
            Id = stored?.Id.ToString(),
            Place = stored?.Offset.ToString(),
            Day = isNewDay ? DateOnly.FromDateTime(time) : null,
            IsHead = isHead,
            Stamp = at.ToString("O", CultureInfo.InvariantCulture),
            Clock = clock,
            ShortClock = time.ToString(_shortPattern, _culture),
            Label = $"{author.Name}, {clock}",
            Class = (isHead ? "message message-head" : "message") + ClassOf(state) + (stored is { IsPinned: true } ? " message-pinned" : null),
            Local = time,
        };
    }

    private static string? ClassOf(RowState state) => state switch
    {
        RowState.Deleted => " message-deleted",
        RowState.Pending => " message-pending",
        RowState.Failed => " message-failed",
        RowState.Held => " message-held",
        _ => null,
    };
}
