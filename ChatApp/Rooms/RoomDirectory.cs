using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Storage;

namespace ChatApp.Rooms;

/// <summary>A line of the directory.</summary>
/// <param name="Room">The room.</param>
/// <param name="Members">How many are in it.</param>
/// <param name="IsMember">True where the person who asks is.</param>
public sealed record DirectoryEntry(RoomView Room, int Members, bool IsMember);

/// <summary>A line of a room's member list.</summary>
/// <param name="User">Who.</param>
/// <param name="Role">Their role in the room.</param>
public sealed record RoomMember(UserCard User, RoomRole Role);

/// <summary>Finds rooms and the people in them, as far as the person who asks may know of them.</summary>
/// <param name="database">Where rooms are stored.</param>
/// <param name="users">Names of people.</param>
/// <param name="broker">Where rooms are to which somebody listens.</param>
public sealed partial class RoomDirectory(ChatDatabase database, UserDirectory users, RoomBroker broker)
{
    /// <summary>Most lines that one answer holds.</summary>
    public const int MaxLines = 200;

    /// <summary>The room and the person's place in it; null where there is no such room for them.</summary>
    public RoomStanding? Find(RoomId id, UserId viewer) => Find([id], viewer).GetValueOrDefault(id);

    /// <summary>The same for many rooms in at most one read; those that are not there for the viewer are left out.</summary>
    /// <remarks>
    /// From memory where somebody listens to the room and the viewer is known as a member. What is known there was committed, and is
    /// forgotten after the commit that changes it and before <see cref="RoomBroker.Revoke"/>: who has subscribed and then looks here
    /// is refused, or was seen by that revocation.
    /// </remarks>
    public IReadOnlyDictionary<RoomId, RoomStanding> Find(IEnumerable<RoomId> ids, UserId viewer)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var found = new Dictionary<RoomId, RoomStanding>();
        List<RoomId>? unknown = null;
        foreach (var id in ids)
        {
            if (Recall(id, viewer) is { } standing) found[id] = standing;
            else (unknown ??= []).Add(id);
        }

        if (unknown is not null) Read(unknown, viewer, found);
        return found;
    }

    /// <summary>
    /// The same for whoever has got a position from somewhere: the database has the newest change a moment before its event passes by,
    /// so a position after the room's head is looked for there.
    /// </summary>
    public RoomStanding? Find(RoomId id, UserId viewer, Offset? position)
    {
        var standing = Find(id, viewer);
        if (standing is null || !(position > standing.Room.Head)) return standing;
        var found = new Dictionary<RoomId, RoomStanding>();
        Read([id], viewer, found);
        return found.GetValueOrDefault(id);
    }

    /// <summary>The rooms that a person is in, default rooms first, then by name.</summary>
    public IReadOnlyList<RoomView> RoomsOf(UserId user)
    {
        using var db = database.OpenRead();
        var memberships = RoomAccess.Memberships(db);
        return [.. db.Rooms
            .Where(room => room.IsDefault || memberships.Any(m => m.RoomId == room.Id && m.UserId == user.Value))
            .AsEnumerable()
            .Select(RoomView.Of)
            .OrderByDescending(room => room.IsDefault)
            .ThenBy(room => room.Name, StringComparer.CurrentCultureIgnoreCase)];
    }

    /// <summary>Public rooms whose name or topic contains <paramref name="part"/>; at most <see cref="MaxLines"/>, by name.</summary>
    public IReadOnlyList<DirectoryEntry> Browse(UserId viewer, string? part = null)
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
            .OrderBy(room => room.Name)
            .Take(MaxLines)
            .Select(room => new
            {
                Room = room,
                Members = db.Memberships.Count(m => m.RoomId == room.Id),
                IsMember = memberships.Any(m => m.RoomId == room.Id && m.UserId == viewer.Value),
            });
        return [.. found.AsEnumerable().Select(line => new DirectoryEntry(
            RoomView.Of(line.Room), line.Room.IsDefault ? everybody : line.Members, line.Room.IsDefault || line.IsMember))];
    }

    /// <summary>
    /// Who is in a room, by name, at most <see cref="MaxLines"/>, and how many there are in all; null where the viewer is
    /// not a member.
    /// </summary>
    public (IReadOnlyList<RoomMember> Members, int Total)? MembersOf(RoomId id, UserId viewer)
    {
        using var db = database.OpenRead();
        if (RoomAccess.Find(db, id, viewer) is not { IsMember: true } standing) return null;
        if (standing.Room.IsDefault)
            return ([.. users.Search("", MaxLines).Select(user => new RoomMember(user, RoomRole.Member))], db.Users.Count(user => user.DeletedAt == null));

        var members = db.Memberships
            .Where(m => m.RoomId == id.Value)
            .Join(db.Users, m => m.UserId, user => user.Id, (m, user) => new { User = user, m.Role })
            .OrderBy(member => member.User.NormalizedDisplayName)
            .Take(MaxLines)
            .AsEnumerable()
            .Select(member => new RoomMember(users.Capped(UserCard.Of(member.User)), member.Role));
        return ([.. members], db.Memberships.Count(m => m.RoomId == id.Value));
    }

    /// <summary>Those who have a role above a member's in a room, for pages that show what may be done with whom. Nobody's secret in the room.</summary>
    public IReadOnlyDictionary<UserId, RoomRole> StaffOf(RoomId id)
    {
        using var db = database.OpenRead();
        return db.Memberships.Where(m => m.RoomId == id.Value && m.Role > RoomRole.Member).AsEnumerable().ToDictionary(m => new UserId(m.UserId), m => m.Role);
    }

    private RoomStanding? Recall(RoomId id, UserId viewer)
    {
        var role = RoomRole.Member;
        if (!database.Kept.Rooms.TryFind(id, out var room)) return null;
        if (!room.IsDefault && !database.Kept.Members.TryFind((id, viewer), out role)) return null;
        if (broker.HeadOf(id)?.Value is not { } head) return null;
        return new RoomStanding(head > room.Head ? room with { Head = head } : room, IsMember: true, role);
    }

    private void Read(List<RoomId> ids, UserId viewer, Dictionary<RoomId, RoomStanding> found)
    {
        // Before reading: a hub that comes later has missed what was published between.
        var heads = ids.ConvertAll(id => broker.HeadOf(id));
        var (rooms, members) = (database.Kept.Rooms.Moment, database.Kept.Members.Moment);
        using var db = database.OpenRead();
        foreach (var (id, standing) in RoomAccess.Find(db, ids, viewer))
        {
            found[id] = standing;
            database.Kept.Rooms.Keep(id, standing.Room, rooms);
            if (standing is { IsMember: true, Room.IsDefault: false, IsOfBot: false }) database.Kept.Members.Keep((id, viewer), standing.Role, members);
            heads[ids.IndexOf(id)]?.Learn(standing.Room.Head);
        }
    }
}
