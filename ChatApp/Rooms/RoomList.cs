using ChatApp.Accounts;
using ChatApp.Storage;

namespace ChatApp.Rooms;

/// <summary>A room as it stands in somebody's own list.</summary>
/// <param name="Room">The room; of a direct one, with its people.</param>
/// <param name="Name">What it is called for them, see <see cref="RoomNames"/>.</param>
/// <param name="Choice">What they have chosen for it.</param>
/// <param name="Newest">The newest message of a direct room; null for other rooms, and where nothing was said yet.</param>
public sealed record ListedRoom(RoomView Room, string Name, RoomChoice Choice, MessageId? Newest);

/// <summary>A room as a place to jump to: what a list of thousands needs of it.</summary>
/// <param name="Id">The room.</param>
/// <param name="Name">Its name.</param>
public sealed record RoomPlace(RoomId Id, string Name);

/// <summary>The lists that people move by: their own rooms, and where else they may go.</summary>
/// <param name="directory">The rooms of a person.</param>
/// <param name="preferences">What they chose for them.</param>
/// <param name="users">Names of people.</param>
/// <param name="database">Where rooms are stored.</param>
public sealed class RoomList(RoomDirectory directory, RoomPreferences preferences, UserDirectory users, ChatDatabase database)
{
    /// <summary>Most public rooms that <see cref="Elsewhere"/> gives.</summary>
    public const int MaxPlaces = 5000;

    /// <summary>The rooms that a person is in: those with a name by it, default rooms first; then direct rooms, the newest conversation first.</summary>
    public IReadOnlyList<ListedRoom> Of(UserId user)
    {
        var choices = preferences.Of(user);
        var rooms = directory.RoomsOf(user);
        var newest = NewestIn([.. rooms.Where(room => room.IsDirect).Select(room => room.Id.Value)]);
        var listed = rooms.Select(room => new ListedRoom(
            room, RoomNames.Of(room, user, users), choices.GetValueOrDefault(room.Id) ?? new RoomChoice(room.Id), newest.TryGetValue(room.Id.Value, out var id) ? id : null)).ToList();
        return [.. listed.Where(one => !one.Room.IsDirect), .. listed.Where(one => one.Room.IsDirect).OrderByDescending(one => one.Newest?.Value ?? 0).ThenBy(one => one.Name, StringComparer.CurrentCultureIgnoreCase)];
    }

    /// <summary>Public rooms that the person is not in, by name; at most <see cref="MaxPlaces"/>.</summary>
    public IReadOnlyList<RoomPlace> Elsewhere(UserId user)
    {
        using var db = database.OpenRead();
        var memberships = RoomAccess.Memberships(db);
        return [.. db.Rooms
            .Where(room => room.Visibility == RoomVisibility.Public && !room.IsDefault && !room.IsArchived && !memberships.Any(m => m.RoomId == room.Id && m.UserId == user.Value))
            .OrderBy(room => room.Name)
            .Take(MaxPlaces)
            .Select(room => new { room.Id, room.Name })
            .AsEnumerable()
            .Select(room => new RoomPlace(new RoomId(room.Id), room.Name))];
    }

    // Ids of messages grow with the order of storage, so they order rooms too.
    private Dictionary<string, MessageId> NewestIn(string[] rooms)
    {
        if (rooms.Length == 0) return [];
        using var db = database.OpenRead();
        return db.Rooms
            .Where(room => rooms.Contains(room.Id))
            .Select(room => new { room.Id, Newest = db.Messages.Where(m => m.RoomId == room.Id).OrderByDescending(m => m.Offset).Select(m => (long?)m.Id).FirstOrDefault() })
            .Where(found => found.Newest != null)
            .ToDictionary(found => found.Id, found => new MessageId(found.Newest!.Value), StringComparer.Ordinal);
    }
}
