using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Messages;

/// <summary>A stretch of a room's messages, oldest first.</summary>
/// <param name="Messages">The messages, deleted ones as places.</param>
/// <param name="HasOlder">True where there are messages before the first one.</param>
/// <param name="Head">The room's newest change when this was read: everything up to it is contained.</param>
/// <param name="Epoch">Name of the log that the offsets belong to.</param>
public sealed record MessagePage(IReadOnlyList<MessageView> Messages, bool HasOlder, Offset Head, string Epoch)
{
    /// <summary>True where there are messages after the last one.</summary>
    public bool HasNewer { get; init; }

    /// <summary>Messages up to this place are gone by retention, pinned ones excepted.</summary>
    public Offset Floor { get; init; }

    /// <summary>Where this page stands in the room's log.</summary>
    public LogPosition Position => new(Epoch, Floor, Head);
}

/// <summary>Which messages of a room are read; without anything said, those that stand in the room itself.</summary>
/// <param name="Thread">Only the answers of this thread; null for none in particular.</param>
/// <param name="IsAll">True for everything in the order of the room's log, answers in threads included.</param>
public readonly record struct HistoryScope(MessageId? Thread = null, bool IsAll = false)
{
    /// <summary>Everything, answers in threads included.</summary>
    public static readonly HistoryScope All = new(IsAll: true);

    /// <summary>The answers of one thread; of the room itself where <paramref name="thread"/> is null.</summary>
    public static HistoryScope Of(MessageId? thread) => new(thread);
}

/// <summary>
/// Reads what was said, page by page, by the place in the room and never by time: a page of a room with a million messages
/// costs what one of fifty costs. Members only; every answer is null for others.
/// </summary>
/// <param name="database">Where messages are stored.</param>
/// <param name="users">Names of authors.</param>
public sealed class MessageHistory(ChatDatabase database, UserDirectory users)
{
    /// <summary>Longest page.</summary>
    public const int MaxCount = 200;

    private readonly SharedViews _shared = new();

    /// <summary>The newest messages.</summary>
    public MessagePage? Latest(UserId viewer, RoomId room, int count, HistoryScope scope = default) => Before(viewer, room, new Offset(long.MaxValue), count, scope);

    /// <summary>The messages before a place.</summary>
    public MessagePage? Before(UserId viewer, RoomId room, Offset place, int count, HistoryScope scope = default) => Read(viewer, room, scope, rows =>
    {
        var page = Older(rows, place, Clamp(count), out var hasOlder);
        return (page, hasOlder, rows.Any(m => m.Offset >= place.Value));
    });

    /// <summary>The messages after a place.</summary>
    public MessagePage? After(UserId viewer, RoomId room, Offset place, int count, HistoryScope scope = default) => Read(viewer, room, scope, rows =>
    {
        var page = Newer(rows, place, Clamp(count), out var hasNewer);
        return (page, rows.Any(m => m.Offset <= place.Value), hasNewer);
    });

    /// <summary>The messages around a place, about half of them before it; the one at the place is among them.</summary>
    public MessagePage? Around(UserId viewer, RoomId room, Offset place, int count, HistoryScope scope = default) => Read(viewer, room, scope, rows =>
    {
        var half = Math.Max(1, Clamp(count) / 2);
        var older = Older(rows, place, half, out var hasOlder);
        var newer = Newer(rows, new Offset(place.Value - 1), half, out var hasNewer);
        return ([.. older, .. newer], hasOlder, hasNewer);
    });

    /// <summary>The messages around the first one of a moment.</summary>
    public MessagePage? Around(UserId viewer, RoomId room, DateTimeOffset moment, int count, HistoryScope scope = default)
    {
        long? place;
        using (var db = database.OpenRead())
        {
            // The order of time is that of places: one index seek from the end of the time before.
            place = In(db, room, scope).Where(m => m.At >= moment).OrderBy(m => m.At).ThenBy(m => m.Offset).Select(m => (long?)m.Offset).FirstOrDefault();
        }

        return place is { } offset ? Around(viewer, room, new Offset(offset), count, scope) : Latest(viewer, room, count, scope);
    }

    /// <summary>The pinned messages, the last pinned first, at most <see cref="MaxCount"/>.</summary>
    public IReadOnlyList<MessageView>? Pinned(UserId viewer, RoomId room)
    {
        using var db = database.OpenRead();
        if (RoomAccess.Find(db, room, viewer) is not { IsMember: true }) return null;
        return MessageViews.Of(
            db, [.. db.Messages.Where(m => m.RoomId == room.Value && m.PinnedAt != null).OrderByDescending(m => m.PinnedAt).Take(MaxCount)], users);
    }

    /// <summary>What messages of a room show of their answers, as they are now; without those that never had one, and nothing where the viewer is not in the room.</summary>
    public IReadOnlyDictionary<MessageId, ThreadSummary> AnswersOf(UserId viewer, RoomId room, IReadOnlyCollection<MessageId> messages)
    {
        if (messages.Count == 0) return new Dictionary<MessageId, ThreadSummary>();
        using var db = database.OpenRead();
        if (RoomAccess.Find(db, room, viewer) is not { IsMember: true }) return new Dictionary<MessageId, ThreadSummary>();
        long[] ids = [.. messages.Select(message => message.Value)];
        long[] own = [.. db.Messages.Where(m => EF.Parameter(ids).Contains(m.Id) && m.RoomId == room.Value).Select(m => m.Id)];
        return ThreadViews.Of(db, own).ToDictionary(answers => new MessageId(answers.Key), answers => answers.Value);
    }

    /// <summary>One message; null also where it is in a room that the viewer is not in.</summary>
    public MessageView? Find(UserId viewer, MessageId id)
    {
        using var db = database.OpenRead();
        var row = db.Messages.FirstOrDefault(m => m.Id == id.Value);
        if (row is null || RoomAccess.Find(db, new RoomId(row.RoomId), viewer) is not { IsMember: true }) return null;
        return MessageViews.Of(db, row, users);
    }

    /// <summary>In which room a message is, whoever may read it; null where there is none.</summary>
    public RoomId? RoomOf(MessageId id)
    {
        using var db = database.OpenRead();
        return db.Messages.Where(m => m.Id == id.Value).Select(m => m.RoomId).FirstOrDefault() is { } room ? new RoomId(room) : null;
    }

    private static int Clamp(int count) => Math.Clamp(count, 1, MaxCount);

    private static List<Message> Older(IQueryable<Message> rows, Offset before, int count, out bool more)
    {
        var page = rows.Where(m => m.Offset < before.Value).OrderByDescending(m => m.Offset).Take(count + 1).ToList();
        more = page.Count > count;
        if (more) page.RemoveAt(count);
        page.Reverse();
        return page;
    }

    private static List<Message> Newer(IQueryable<Message> rows, Offset after, int count, out bool more)
    {
        var page = rows.Where(m => m.Offset > after.Value).OrderBy(m => m.Offset).Take(count + 1).ToList();
        more = page.Count > count;
        if (more) page.RemoveAt(count);
        return page;
    }

    // The answers of a thread are found by the thread: all of them are in the room of the message that it hangs on.
    private static IQueryable<Message> In(ChatDbContext db, RoomId room, HistoryScope scope) => scope switch
    {
        { Thread: { } thread } => db.Messages.Where(m => m.ThreadId == thread.Value),
        { IsAll: true } => db.Messages.Where(m => m.RoomId == room.Value),
        _ => db.Messages.Where(m => m.RoomId == room.Value && m.ThreadId == null),
    };

    private MessagePage? Read(UserId viewer, RoomId room, HistoryScope scope, Func<IQueryable<Message>, (List<Message> Page, bool HasOlder, bool HasNewer)> choose)
    {
        using var db = database.OpenRead();
        // The head first: whatever happens between the two reads comes again as a live event, and none is missed.
        if (RoomAccess.Find(db, room, viewer) is not { IsMember: true } standing) return null;
        var head = standing.Room.Head;
        var (page, hasOlder, hasNewer) = choose(In(db, room, scope).Where(m => m.Offset <= head.Value));
        if (page.Exists(message => message.RoomId != room.Value)) return null;
        return new MessagePage([.. MessageViews.Of(db, page, users).Select(_shared.Of)], hasOlder, head, standing.Room.Epoch) { HasNewer = hasNewer, Floor = standing.Room.Floor };
    }
}
