using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>A state of rooms that moderators look for.</summary>
public enum RoomState
{
    /// <summary>Open: not archived.</summary>
    Open,

    /// <summary>Archived.</summary>
    Archived,

    /// <summary>Locked: only moderators post.</summary>
    Locked,

    /// <summary>In slow mode.</summary>
    Slow,
}

/// <summary>Which rooms somebody wants to see.</summary>
/// <param name="Part">Contained in the name; empty for all.</param>
/// <param name="State">In this state; null for all.</param>
public sealed record RoomQuery(string Part = "", RoomState? State = null);

/// <summary>A room as a moderator of the instance sees it.</summary>
/// <param name="Room">The room.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Members">How many are in it.</param>
/// <param name="Messages">How many messages it holds, deleted ones included; at most <see cref="RoomDesk.MostCounted"/>, which stands for "that many or more".</param>
public sealed record RoomLine(RoomView Room, DateTimeOffset CreatedAt, int Members, int Messages);

/// <summary>
/// The rooms, for moderators of the instance: those that they may know of. Private rooms and conversations of others are their members' affair; of
/// those only the number is told.
/// </summary>
/// <param name="database">Where they are stored.</param>
/// <param name="users">Ranks.</param>
public sealed class RoomDesk(ChatDatabase database, UserDirectory users)
{
    /// <summary>Counting a room's messages stops here.</summary>
    public const int MostCounted = 10_000;

    /// <summary>A page of them, sorted by <c>members</c>, <c>created</c> or, as usual, <c>name</c>; null for members.</summary>
    public LinePage<RoomLine>? List(Actor actor, RoomQuery query, PageAsk ask)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (!users.Get(actor).IsModerator) return null;
        using var db = database.OpenRead();
        var memberships = RoomAccess.Memberships(db);
        var everybody = db.Users.Count(user => user.DeletedAt == null);
        var pattern = query.Part.Trim().ToUpperInvariant();
        var wanted = db.Rooms
            .Where(room => room.Visibility == RoomVisibility.Public || (room.Visibility == RoomVisibility.Private && memberships.Any(m => m.RoomId == room.Id && m.UserId == actor.Id.Value)))
#pragma warning disable CA1304, CA1311, CA1862, MA0011 // translated to SQL, which knows no StringComparison
            .Where(room => pattern == "" || room.Name.ToUpper().Contains(pattern));
#pragma warning restore CA1304, CA1311, CA1862, MA0011
        wanted = query.State switch
        {
            RoomState.Open => wanted.Where(room => !room.IsArchived),
            RoomState.Archived => wanted.Where(room => room.IsArchived),
            RoomState.Locked => wanted.Where(room => room.IsLocked),
            RoomState.Slow => wanted.Where(room => room.SlowSeconds > 0),
            _ => wanted,
        };
        var found = wanted.Select(room => new { Room = room, Members = room.IsDefault ? everybody : db.Memberships.Count(m => m.RoomId == room.Id) });
        var sorted = ask.Sort switch
        {
            "members" => found.Order(ask, line => line.Members),
            "created" => found.Order(ask, line => line.Room.CreatedAt),
            _ => found.Order(ask, line => line.Room.Name),
        };
        var page = sorted.ThenBy(line => line.Room.Name).ThenBy(line => line.Room.Id).Page(ask, line => line);
        return new LinePage<RoomLine>(
            [.. page.Lines.Select(line => new RoomLine(RoomView.Of(line.Room), line.Room.CreatedAt, line.Members, db.Messages.Where(message => message.RoomId == line.Room.Id).Take(MostCounted).Count()))],
            page.Total);
    }

    /// <summary>How many rooms and conversations there are besides, of which only their members know; null for members.</summary>
    public (int Private, int Direct)? Hidden(Actor actor)
    {
        if (!users.Get(actor).IsModerator) return null;
        using var db = database.OpenRead();
        var memberships = RoomAccess.Memberships(db);
        var others = db.Rooms.Where(room => !memberships.Any(m => m.RoomId == room.Id && m.UserId == actor.Id.Value));
        return (others.Count(room => room.Visibility == RoomVisibility.Private), others.Count(room => room.Visibility == RoomVisibility.Direct));
    }
}
