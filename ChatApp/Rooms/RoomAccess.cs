using ChatApp.Push;
using ChatApp.Storage;

namespace ChatApp.Rooms;

/// <summary>What a person has to do with a room they may know of.</summary>
/// <param name="Room">The room.</param>
/// <param name="IsMember">True where they read and post there.</param>
/// <param name="Role">Their role; <see cref="RoomRole.Member"/> for others.</param>
public sealed record RoomStanding(RoomView Room, bool IsMember, RoomRole Role);

/// <summary>A room as people and programs see it. Immutable.</summary>
/// <param name="Id">Identity and address.</param>
/// <param name="Name">Name.</param>
/// <param name="Topic">Topic; may be empty.</param>
/// <param name="Visibility">Who may find and enter it.</param>
/// <param name="IsDefault">True where everybody is in it and nobody can leave.</param>
/// <param name="Head">Offset of the newest change.</param>
/// <param name="Epoch">Name of the log that the offsets belong to.</param>
public sealed record RoomView(RoomId Id, string Name, string Topic, RoomVisibility Visibility, bool IsDefault, Offset Head, string Epoch)
{
    /// <summary>What the room is for, at length, in plain text; may be empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>Changes up to this one are no longer held.</summary>
    public Offset Floor { get; init; }

    /// <summary>Where its log stands, as the engine knows it.</summary>
    public ChannelState State => new(Epoch, Floor, Head);

    /// <summary>True where nothing is posted any more.</summary>
    public bool IsArchived { get; init; }

    /// <summary>Messages older than this many days go; null where the room itself sets no limit.</summary>
    public int? RetentionDays { get; init; }

    internal static RoomView Of(Room room) =>
        new(new RoomId(room.Id), room.Name, room.Topic, room.Visibility, room.IsDefault, new Offset(room.Head), room.Epoch)
        {
            Description = room.Description,
            Floor = new Offset(room.Floor),
            IsArchived = room.IsArchived,
            RetentionDays = room.RetentionDays,
        };
}

/// <summary>
/// The one place that says who may know of a room and who is in it. Whoever may not know of a room gets the same
/// answer as for a room that does not exist.
/// </summary>
public static class RoomAccess
{
    /// <summary>The room and the person's place in it; null where there is no such room for them.</summary>
    public static RoomStanding? Find(ChatDbContext db, RoomId id, UserId user)
    {
        ArgumentNullException.ThrowIfNull(db);
        var room = db.Rooms.FirstOrDefault(r => r.Id == id.Value);
        if (room is null) return null;
        var membership = room.IsDefault ? null : db.Memberships.FirstOrDefault(m => m.RoomId == id.Value && m.UserId == user.Value);
        return Judge(RoomView.Of(room), membership?.Role);
    }

    /// <summary>The same for many rooms at once; those that are not there for the person are left out.</summary>
    public static IReadOnlyDictionary<RoomId, RoomStanding> Find(ChatDbContext db, IEnumerable<RoomId> ids, UserId user)
    {
        ArgumentNullException.ThrowIfNull(db);
        string[] wanted = [.. ids.Select(id => id.Value)];
        return db.Rooms
            .Where(room => wanted.Contains(room.Id))
            .Select(room => new
            {
                Room = room,
                Role = db.Memberships.Where(m => m.RoomId == room.Id && m.UserId == user.Value).Select(m => (RoomRole?)m.Role).FirstOrDefault(),
            })
            .AsEnumerable()
            .Select(found => Judge(RoomView.Of(found.Room), found.Role))
            .OfType<RoomStanding>()
            .ToDictionary(standing => standing.Room.Id);
    }

    /// <summary>The same on the writer, without its context: asked for each message that is posted.</summary>
    public static RoomStanding? Find(Commit commit, RoomId id, UserId user)
    {
        ArgumentNullException.ThrowIfNull(commit);
        return commit.First(
            """
            SELECT r.Name, r.Topic, r.Visibility, r.IsDefault, r.Head, r.Epoch, r.Floor, r.IsArchived, r.RetentionDays, r.Description, m.Role
            FROM rooms r LEFT JOIN memberships m ON m.RoomId = r.Id AND m.UserId = $2
            WHERE r.Id = $1
            """,
            row => Judge(
                new RoomView(id, row.GetString(0), row.GetString(1), (RoomVisibility)row.GetInt32(2), row.GetBoolean(3), new Offset(row.GetInt64(4)), row.GetString(5))
                {
                    Floor = new Offset(row.GetInt64(6)),
                    IsArchived = row.GetBoolean(7),
                    RetentionDays = row.IsDBNull(8) ? null : row.GetInt32(8),
                    Description = row.GetString(9),
                },
                row.IsDBNull(10) ? null : (RoomRole)row.GetInt32(10)),
            id.Value, user.Value);
    }

    private static RoomStanding? Judge(RoomView room, RoomRole? role)
    {
        var isMember = room.IsDefault || role is not null;
        return isMember || room.Visibility != RoomVisibility.Private ? new RoomStanding(room, isMember, role ?? RoomRole.Member) : null;
    }
}
