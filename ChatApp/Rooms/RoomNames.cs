using ChatApp.Accounts;

namespace ChatApp.Rooms;

/// <summary>What a room is called where it is shown: a direct room by the people in it.</summary>
public static class RoomNames
{
    /// <summary>The room with the name that somebody in it reads.</summary>
    public static RoomView For(RoomView room, UserId viewer, UserDirectory users)
    {
        ArgumentNullException.ThrowIfNull(room);
        return room.IsDirect ? room with { Name = Of(room, viewer, users) } : room;
    }

    /// <summary>The name of a room as somebody in it reads it.</summary>
    /// <param name="room">The room.</param>
    /// <param name="viewer">Who reads: they are not named themselves, unless nobody else is left.</param>
    /// <param name="users">Names of people as they are now.</param>
    public static string Of(RoomView room, UserId viewer, UserDirectory users)
    {
        ArgumentNullException.ThrowIfNull(room);
        ArgumentNullException.ThrowIfNull(users);
        if (!room.IsDirect) return room.Name;
        var others = room.People.Where(person => person != viewer).ToList();
        return string.Join(", ", (others.Count > 0 ? others : [viewer]).Select(person => users.Get(person).Name).Order(StringComparer.CurrentCultureIgnoreCase));
    }
}
