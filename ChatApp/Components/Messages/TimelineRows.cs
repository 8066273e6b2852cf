using ChatApp.Accounts;
using ChatApp.Components.Shared;
using ChatApp.Messages;

namespace ChatApp.Components.Messages;

/// <summary>
/// Makes the rows of one page. Messages are immutable, so a row is made once and taken again for as long as the same
/// message stands at the same place of its group: a render after one event makes one row, not three hundred. Rows of stored messages
/// are shared by all pages that show them alike.
/// </summary>
/// <param name="local">A moment as the reader's clock shows it.</param>
/// <param name="cards">People as they are now: a message carries its author as they were when it was read. Null takes that.</param>
public sealed class TimelineRows(Func<DateTimeOffset, DateTime> local, Func<UserId, UserCard>? cards = null)
{
    // Enough that a window has few groups, and few enough rows that rendering a group is cheap.
    private const int GroupSpan = 32;

    // Of the reader's own messages so many keep the element that they had while they were on their way.
    private const int KeptApart = 10;

    // A full window, and some that are on their way.
    private const int UsualRows = RoomFeed.WindowSize + 10;

    private static readonly Shelf<MessageView, Face, TimelineRow> Known = new();

    private readonly Queue<string> _sent = new();
    private readonly List<TimelineGroup> _groups = [];
    private bool _isAfterRoot;
    private MessageView? _root;
    private bool _mayBeOthers;
    private int _next;
    private List<TimelineRow> _before = new(UsualRows);
    private List<TimelineRow> _rows = new(UsualRows);

    /// <summary>People may have another name or picture now: the next rows are made with what they are then.</summary>
    public void PeopleChanged() => _mayBeOthers = true;

    /// <summary>The rows of a feed, oldest first, one's own unsent messages last. Good until the next call.</summary>
    /// <param name="feed">The feed.</param>
    /// <param name="viewer">Who looks.</param>
    public IReadOnlyList<TimelineRow> Of(RoomFeed feed, UserCard viewer)
    {
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(viewer);
        (_before, _rows) = (_rows, _before);
        _rows.Clear();
        _next = 0;
        _isAfterRoot = false;
        _root = feed.Root;
        KeepApart(feed.Pending);
        if (feed.Root is { } root)
        {
            Add(root, root.Author, root.At, root, unsent: null);
            _isAfterRoot = true;
        }

        foreach (var message in feed.Messages) Add(message, message.Author, message.At, message, unsent: null);
        foreach (var own in feed.Pending) Add(own, viewer, own.At, stored: null, own);
        _mayBeOthers = false;
        return _rows;
    }

    /// <summary>
    /// The same rows in groups of those whose places in the room's log are near each other, so that a group stays the same
    /// whatever comes before or after it. What the reader has just written is a group of its own, on its way and afterwards, and so keeps
    /// its element.
    /// </summary>
    public IReadOnlyList<TimelineGroup> GroupsOf(RoomFeed feed, UserCard viewer)
    {
        var rows = Of(feed, viewer);
        var before = _groups.ToDictionary(group => group.Key);
        _groups.Clear();
        var (stretch, part) = (-1L, 0);
        for (var start = 0; start < rows.Count;)
        {
            var first = rows[start];
            if (first.Stored is { } stored && stored.Offset.Value / GroupSpan is var next && next != stretch) (stretch, part) = (next, 0);
            var end = start + 1;
            while (!first.IsApart && end < rows.Count && !rows[end].IsApart && rows[end].Stored!.Offset.Value / GroupSpan == stretch) end++;
            var key = first.IsApart ? new GroupKey(0, 0, first.Key) : new GroupKey(stretch, part);
            if (first.IsApart) part++;
            var isSame = before.TryGetValue(key, out var group) && IsSame(group.Rows, rows, start, end);
            _groups.Add(isSame ? group : new TimelineGroup(key, [.. rows.Skip(start).Take(end - start)]));
            start = end;
        }

        return _groups;
    }

    /// <summary>The place of a row within its group, from 0 on; what comes and goes beside it does not move it.</summary>
    public static int PlaceOf(TimelineRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.IsApart ? 0 : (int)(row.Stored!.Offset.Value % GroupSpan);
    }

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
        var same = Before(source);
        var isApart = unsent is not null || ReferenceEquals(source, _root) || (_sent.Count > 0 && _sent.Contains(stored!.Key));
        if (same is not null && same.IsApart == isApart && IsUnmoved)
        {
            _rows.Add(same);
            return;
        }

        author = same is null || _mayBeOthers ? Now(author) : same.Author;
        var quoted = (stored is null ? unsent!.ReplyTo : stored.ReplyTo) is { } quote ? same is null || _mayBeOthers ? Now(quote.Author) : same.Quoted : null;
        var previous = _rows is [.., var last] ? last : null;
        var time = same?.Local ?? local(at);
        var isNewDay = previous is null || time.Date != previous.Local.Date;
        // What a thread hangs on stands apart from the answers.
        var isHead = isNewDay || _isAfterRoot || previous!.Author.Id != author.Id || time.Hour != previous.Local.Hour || time.Minute != previous.Local.Minute;
        if (same is null || same.IsHead != isHead || same.IsNewDay != isNewDay || same.IsApart != isApart || !ReferenceEquals(same.Author, author) || !ReferenceEquals(same.Quoted, quoted))
        {
            var face = new Face(author, quoted, isHead, isNewDay, isApart, time);
            same = stored is null ? Make(face, stored, unsent) : Known.Get(stored, face, (face, stored), static it => Make(it.face, it.stored, unsent: null));
        }

        _isAfterRoot = false;
        _rows.Add(same);
    }

    // True where the row that was just found stands behind the same one as in the last pass, and nobody has another name: then it is what it was.
    private bool IsUnmoved => !_mayBeOthers && !_isAfterRoot && _rows.Count > 0 && _next > 1 && ReferenceEquals(_rows[^1], _before[_next - 2]);

    private static TimelineRow Make(Face face, MessageView? stored, PendingMessage? unsent) => new()
    {
        Author = face.Author,
        Quoted = face.Quoted,
        State = stored is null ? StateOf(unsent!) : stored.IsDeleted ? RowState.Deleted : RowState.Stored,
        Stored = stored,
        Unsent = unsent,
        Links = stored is null ? [] : Permalink.In(stored.Html, MessageCards.MaxOfMessage),
        IsHead = face.IsHead,
        IsNewDay = face.IsNewDay,
        IsApart = face.IsApart,
        Local = face.Local,
    };

    private static RowState StateOf(PendingMessage unsent) => unsent switch
    {
        { Refusal: PostRefusal.Withdrawn } => RowState.Withdrawn,
        { Refusal: not null } => RowState.Failed,
        { Held: not null } => RowState.Held,
        _ => RowState.Pending,
    };

    // The row of the same object in the last pass: nearly always the one after the last that was found.
    private TimelineRow? Before(object source)
    {
        for (var looked = 0; looked < _before.Count; looked++, _next++)
        {
            if (_next >= _before.Count) _next = 0;
            var row = _before[_next];
            if (!ReferenceEquals(row.Stored, source) && !ReferenceEquals(row.Unsent, source)) continue;
            _next++;
            return row;
        }

        return null;
    }

    private void KeepApart(IReadOnlyList<PendingMessage> pending)
    {
        foreach (var own in pending)
        {
            if (_sent.Contains(own.Key)) continue;
            _sent.Enqueue(own.Key);
            if (_sent.Count > KeptApart) _sent.Dequeue();
        }
    }

    private UserCard Now(UserCard user) => cards?.Invoke(user.Id) ?? user;

    // On what the row of a message depends besides the message.
    private readonly record struct Face(UserCard Author, UserCard? Quoted, bool IsHead, bool IsNewDay, bool IsApart, DateTime Local);
}
