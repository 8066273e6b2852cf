using ChatApp.Accounts;
using ChatApp.Messages;

namespace ChatApp.Rooms;

/// <summary>In which order the directory shows rooms.</summary>
public enum DirectoryOrder
{
    /// <summary>By name.</summary>
    Name,

    /// <summary>Those with the most members first.</summary>
    Members,

    /// <summary>Those made last first.</summary>
    Newest,
}

/// <summary>A line of the directory.</summary>
/// <param name="Room">The room.</param>
/// <param name="Members">How many are in it.</param>
/// <param name="IsMember">True where the person who asks is.</param>
public sealed record DirectoryEntry(RoomView Room, int Members, bool IsMember);

/// <summary>What somebody sees of a room before they enter it: no message.</summary>
/// <param name="Room">The room.</param>
/// <param name="Members">How many are in it.</param>
/// <param name="Faces">Some of them: those who are in it longest; at most <see cref="RoomDirectory.MaxFaces"/>.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Creator">Who made it; null where that is not known any more.</param>
public sealed record RoomPreview(RoomView Room, int Members, IReadOnlyList<UserCard> Faces, DateTimeOffset CreatedAt, UserCard? Creator);

/// <summary>Public rooms, to choose from.</summary>
public sealed partial class RoomDirectory
{
    /// <summary>Most rooms that <see cref="Browse"/> gives.</summary>
    public const int MaxBrowsed = 1001;

    /// <summary>Most people that <see cref="Preview"/> names.</summary>
    public const int MaxFaces = 6;

    /// <summary>Public rooms whose name or topic contains <paramref name="part"/>.</summary>
    /// <param name="viewer">Who asks.</param>
    /// <param name="part">What to look for; null or blank for all.</param>
    /// <param name="order">In which order; rooms that are equal by it stand by name.</param>
    /// <param name="count">How many at most, up to <see cref="MaxBrowsed"/>.</param>
    public IReadOnlyList<DirectoryEntry> Browse(UserId viewer, string? part = null, DirectoryOrder order = DirectoryOrder.Name, int count = MaxLines)
    {
        var pattern = (part ?? "").Trim().ToUpperInvariant();
        using var db = database.OpenRead();
        var memberships = RoomAccess.Memberships(db);
        var everybody = db.Users.Count(user => user.DeletedAt == null);
        var found = db.Rooms
            .Where(room => room.Visibility == RoomVisibility.Public)
#pragma warning disable CA1304, CA1311, CA1862, MA0011 // translated to SQL, which knows no StringComparison
            .Where(room => pattern == "" || room.Name.ToUpper().Contains(pattern) || room.Topic.ToUpper().Contains(pattern))
#pragma warning restore CA1304, CA1311, CA1862, MA0011
            .Select(room => new
            {
                Room = room,
                Members = room.IsDefault ? everybody : db.Memberships.Count(m => m.RoomId == room.Id),
                IsMember = room.IsDefault || memberships.Any(m => m.RoomId == room.Id && m.UserId == viewer.Value),
            });
        var ordered = order switch
        {
            DirectoryOrder.Members => found.OrderByDescending(line => line.Members).ThenBy(line => line.Room.Name),
            DirectoryOrder.Newest => found.OrderByDescending(line => line.Room.CreatedAt).ThenBy(line => line.Room.Name),
            _ => found.OrderBy(line => line.Room.Name),
        };
        return [.. ordered.ThenBy(line => line.Room.Id).Take(Math.Clamp(count, 0, MaxBrowsed)).AsEnumerable().Select(line => new DirectoryEntry(RoomView.Of(line.Room), line.Members, line.IsMember))];
    }

    /// <summary>What the viewer sees of a room before they enter it; null where there is no such room for them.</summary>
    public RoomPreview? Preview(RoomId id, UserId viewer)
    {
        using var db = database.OpenRead();
        if (RoomAccess.Find(db, id, viewer) is not { } standing) return null;
        var people = standing.Room.IsDefault
            ? db.Users.Where(user => user.DeletedAt == null).OrderBy(user => user.CreatedAt)
            : db.Memberships.Where(m => m.RoomId == id.Value).Join(db.Users, m => m.UserId, user => user.Id, (m, user) => new { m.JoinedAt, User = user }).OrderBy(member => member.JoinedAt).Select(member => member.User);
        var faces = people.Take(MaxFaces).Select(UserCard.FromAccount).ToList();
        var maker = db.Log
            .Where(entry => entry.RoomId == id.Value && entry.Offset == 1 && entry.Kind == LogEntryKind.RoomCreated)
            .Join(db.Users.Where(user => user.DeletedAt == null), entry => entry.ActorId, user => user.Id, (entry, user) => user)
            .Select(UserCard.FromAccount).FirstOrDefault();
        return new RoomPreview(standing.Room, people.Count(), faces.ConvertAll(users.Capped), db.Rooms.Where(room => room.Id == id.Value).Select(room => room.CreatedAt).Single(), maker is null ? null : users.Capped(maker));
    }
}
