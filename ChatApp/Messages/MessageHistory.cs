using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Messages;

/// <summary>A stretch of a room's messages, oldest first.</summary>
/// <param name="Messages">The messages, deleted ones as places.</param>
/// <param name="HasOlder">True where there are messages before the first one.</param>
/// <param name="Head">The room's newest change when this was read: everything up to it is contained.</param>
/// <param name="Epoch">Name of the log that the offsets belong to.</param>
public sealed record MessagePage(IReadOnlyList<MessageView> Messages, bool HasOlder, Offset Head, string Epoch);

/// <summary>Reads what was said, page by page, by the place in the room and never by time. Members only.</summary>
/// <param name="database">Where messages are stored.</param>
/// <param name="users">Names of authors.</param>
public sealed class MessageHistory(ChatDatabase database, UserDirectory users)
{
    /// <summary>Longest page.</summary>
    public const int MaxCount = 200;

    /// <summary>The newest messages; null where the viewer is not a member of such a room.</summary>
    public MessagePage? Latest(UserId viewer, RoomId room, int count) => Read(viewer, room, new Offset(long.MaxValue), count);

    /// <summary>The messages before a place; null where the viewer is not a member of such a room.</summary>
    public MessagePage? Before(UserId viewer, RoomId room, Offset place, int count) => Read(viewer, room, place, count);

    private MessagePage? Read(UserId viewer, RoomId room, Offset before, int count)
    {
        count = Math.Clamp(count, 1, MaxCount);
        using var db = database.OpenRead();
        // The head first: whatever happens between the two reads comes again as a live event, and none is missed.
        if (RoomAccess.Find(db, room, viewer) is not { IsMember: true } standing) return null;
        var head = standing.Room.Head;
        var rows = db.Messages
            .Where(m => m.RoomId == room.Value && m.Offset < before.Value && m.Offset <= head.Value)
            .OrderByDescending(m => m.Offset)
            .Take(count + 1)
            .ToList();
        var hasOlder = rows.Count > count;
        if (hasOlder) rows.RemoveAt(count);
        rows.Reverse();
        return new MessagePage([.. rows.Select(row => MessageView.Of(row, users))], hasOlder, head, standing.Room.Epoch);
    }
}
