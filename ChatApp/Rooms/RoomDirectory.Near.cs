using ChatApp.Accounts;

namespace ChatApp.Rooms;

/// <summary>Somebody who may be meant where a name is typed.</summary>
/// <param name="User">Who.</param>
/// <param name="IsMember">True where they are in the room.</param>
public sealed record PersonNear(UserCard User, bool IsMember);

/// <summary>Who and which room is meant while a name is typed: the nearest first.</summary>
public sealed partial class RoomDirectory
{
    /// <summary>
    /// People whose name contains <paramref name="part"/>, without the viewer: those of the room first, and of these the ones
    /// whose name begins with it. Nobody where the viewer is not a member.
    /// </summary>
    public IReadOnlyList<PersonNear> PeopleNear(RoomId id, UserId viewer, string part, int count)
    {
        var pattern = DisplayName.Fold(part);
        using var db = database.OpenRead();
        if (RoomAccess.Find(db, id, viewer) is not { IsMember: true } standing) return [];
        var isDefault = standing.Room.IsDefault;
        return [.. db.Users
            .Where(user => user.NormalizedDisplayName.Contains(pattern) && user.Id != viewer.Value)
            .Select(user => new { User = user, IsMember = isDefault || db.Memberships.Any(m => m.RoomId == id.Value && m.UserId == user.Id) })
            .OrderByDescending(found => found.IsMember)
            .ThenByDescending(found => found.User.NormalizedDisplayName.StartsWith(pattern))
            .ThenBy(found => found.User.NormalizedDisplayName)
            .Take(count)
            .Select(found => new { found.User.Id, found.User.DisplayName, found.User.Rank, found.IsMember })
            .AsEnumerable()
            .Select(found => new PersonNear(users.Find(new UserId(found.Id)) ?? new UserCard(new UserId(found.Id), found.DisplayName, found.Rank), found.IsMember))];
    }

    /// <summary>Rooms whose name contains <paramref name="part"/> and that the viewer may know of: those they are in first.</summary>
    public IReadOnlyList<RoomView> RoomsNear(UserId viewer, string part, int count)
    {
        var own = RoomsOf(viewer).Where(room => !room.IsDirect && room.Name.Contains(part.Trim(), StringComparison.CurrentCultureIgnoreCase)).ToList();
        var others = Browse(viewer, part).Where(entry => !entry.IsMember && entry.Room.Name.Contains(part.Trim(), StringComparison.CurrentCultureIgnoreCase)).Select(entry => entry.Room);
        return [.. own.Concat(own.Count < count ? others : []).Take(count)];
    }
}
