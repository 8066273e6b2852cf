using System.Collections.Concurrent;
using ChatApp.Storage;

namespace ChatApp.Rooms;

/// <summary>
/// How many people are in a room, for what makes no sense in a crowd: who types and who is there. The number is kept for some
/// seconds, because it is asked for with each word that somebody types.
/// </summary>
/// <param name="database">Where memberships are stored.</param>
/// <param name="time">The clock.</param>
public sealed class RoomCrowds(ChatDatabase database, TimeProvider time)
{
    /// <summary>Members up to which a room is told who types and who is there; 1,000.</summary>
    public const int Most = 1000;

    // SQLite takes some ten thousand values in one statement.
    private const int AtOnce = 1000;
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<RoomId, (int Members, long Since)> _sizes = new();

    /// <summary>True where more than <see cref="Most"/> people are in the room.</summary>
    public bool IsLarge(RoomId room)
    {
        if (!_sizes.TryGetValue(room, out var size) || time.GetElapsedTime(size.Since) > Kept)
        {
            // Old sizes of many rooms are not worth their memory.
            if (_sizes.Count > AtOnce) _sizes.Clear();
            _sizes[room] = size = (Count(room), time.GetTimestamp());
        }

        return size.Members > Most;
    }

    /// <summary>Those of some people who are in the room.</summary>
    public IReadOnlySet<UserId> Among(RoomId room, IReadOnlyList<UserId> users)
    {
        using var db = database.OpenRead();
        if (db.Rooms.Any(one => one.Id == room.Value && one.IsDefault)) return users.ToHashSet();
        var memberships = RoomAccess.Memberships(db);
        return users.Select(static user => user.Value)
            .Chunk(AtOnce)
            .SelectMany(some => memberships.Where(membership => membership.RoomId == room.Value && some.Contains(membership.UserId)).Select(membership => membership.UserId))
            .Select(static id => new UserId(id))
            .ToHashSet();
    }

    /// <summary>Everybody in a room that is not large: at most <see cref="Most"/>, and a few who came just now.</summary>
    public IReadOnlyList<UserId> Members(RoomId room)
    {
        using var db = database.OpenRead();
        var ids = db.Rooms.Any(one => one.Id == room.Value && one.IsDefault)
            ? db.Users.Where(user => user.DeletedAt == null).Select(user => user.Id)
            : RoomAccess.Memberships(db).Where(membership => membership.RoomId == room.Value).Select(membership => membership.UserId);
        return [.. ids.Take(2 * Most).AsEnumerable().Select(static id => new UserId(id))];
    }

    private int Count(RoomId room)
    {
        using var db = database.OpenRead();
        return db.Rooms.Any(one => one.Id == room.Value && one.IsDefault)
            ? db.Users.Count(user => user.DeletedAt == null)
            : db.Memberships.Count(membership => membership.RoomId == room.Value);
    }
}
