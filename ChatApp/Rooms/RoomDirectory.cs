using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Rooms;

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

    /// <summary>
    /// The rooms that a person has on their list, default rooms first and direct ones last, each by name. A direct room in which
    /// nothing was said since they took it off, or since somebody else opened it, is not among them.
    /// </summary>
    public IReadOnlyList<RoomView> RoomsOf(UserId user)
    {
        using var db = database.OpenRead();
        var memberships = RoomAccess.Memberships(db);
        var rooms = db.Rooms
            .Where(room => room.IsDefault || memberships.Any(m => m.RoomId == room.Id && m.UserId == user.Value))
            .Where(room => !db.RoomPreferences.Any(own => own.RoomId == room.Id && own.UserId == user.Value && own.HiddenUpTo != null))
            .ToList();
        return [.. RoomView.Of(db, rooms)
            .OrderByDescending(room => room.IsDefault)
            .ThenBy(room => room.IsDirect)
            .ThenBy(room => RoomNames.Of(room, user, users), StringComparer.CurrentCultureIgnoreCase)];
    }

    /// <summary>
    /// Who is in a room and whose name contains <paramref name="part"/>: those of the highest role first, each by name, at most
    /// <see cref="MaxLines"/>; and how many are in the room in all. Null where the viewer is not a member. In a default room ranks
    /// stand for roles.
    /// </summary>
    /// <param name="id">The room.</param>
    /// <param name="viewer">Who asks.</param>
    /// <param name="part">Part of a name; empty for all.</param>
    /// <param name="first">People who come first among those of their role: where there are more than fit, they are listed.</param>
    public (IReadOnlyList<RoomMember> Members, int Total)? MembersOf(RoomId id, UserId viewer, string part = "", IReadOnlyCollection<UserId>? first = null)
    {
        string[] preferred = [.. (first ?? []).Select(user => user.Value)];
        using var db = database.OpenRead();
        if (RoomAccess.Find(db, id, viewer) is not { IsMember: true } standing) return null;
        var pattern = DisplayName.Fold(part);
        if (standing.Room.IsDefault)
        {
            var everybody = db.Users
                .Where(user => user.DeletedAt == null && user.NormalizedDisplayName.Contains(pattern))
                .OrderByDescending(user => user.Rank).ThenByDescending(user => EF.Parameter(preferred).Contains(user.Id)).ThenBy(user => user.NormalizedDisplayName)
                .Take(MaxLines)
                .Select(UserCard.FromAccount)
                .AsEnumerable()
                .Select(user => new RoomMember(users.Shared(user), RoomRole.Member));
            return ([.. everybody], db.Users.Count(user => user.DeletedAt == null));
        }

        var members = db.Memberships
            .Where(m => m.RoomId == id.Value)
            .Join(db.Users, m => m.UserId, user => user.Id, (m, user) => new { User = user, m.Role })
            .Where(member => member.User.NormalizedDisplayName.Contains(pattern))
            .OrderByDescending(member => member.Role).ThenByDescending(member => EF.Parameter(preferred).Contains(member.User.Id)).ThenBy(member => member.User.NormalizedDisplayName)
            .Take(MaxLines)
            .AsEnumerable()
            .Select(member => new RoomMember(users.Shared(UserCard.Of(member.User)), member.Role));
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
