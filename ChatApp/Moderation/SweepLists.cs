using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Moderation;

/// <summary>Shows sweeps to moderators: to those of the instance all, to those of rooms the ones that are about their rooms alone.</summary>
/// <param name="database">Where they are stored.</param>
/// <param name="users">Names and ranks.</param>
public sealed class SweepLists(ChatDatabase database, UserDirectory users)
{
    /// <summary>Most lines of a list.</summary>
    public const int MaxLines = 100;

    /// <summary>Those that touch a room, or all of the instance, the newest first, at most <see cref="MaxLines"/>; null where the actor may not see those.</summary>
    /// <param name="actor">Who looks.</param>
    /// <param name="room">The room; null for the instance.</param>
    /// <param name="before">Those before this one; null for the newest.</param>
    public IReadOnlyList<SweepLine>? List(Actor actor, RoomId? room, long? before = null)
    {
        using var db = database.OpenRead();
        var by = users.Get(actor);
        return (room is { } one ? MayIn(db, actor, by, one) : IsOfInstance(actor, by)) ? Lines(db, actor, by, room, before) : null;
    }

    /// <summary>The same for all that the actor may see; null where they moderate nothing.</summary>
    public IReadOnlyList<SweepLine>? Of(Actor actor)
    {
        using var db = database.OpenRead();
        var by = users.Get(actor);
        return IsModeratorAnywhere(db, actor, by) ? Lines(db, actor, by, room: null, before: null) : null;
    }

    private List<SweepLine> Lines(ChatDbContext db, Actor actor, UserCard by, RoomId? room, long? before)
    {
        var rows = db.Sweeps.OrderByDescending(sweep => sweep.Id).Where(sweep => before == null || sweep.Id < before);
        if (room is { } wanted) rows = rows.Where(sweep => db.SweepParts.Any(part => part.SweepId == sweep.Id && part.RoomId == wanted.Value));
        if (!IsOfInstance(actor, by)) rows = rows.Where(sweep => db.SweepParts.Any(part => part.SweepId == sweep.Id && db.Memberships.Any(row => row.RoomId == part.RoomId && row.UserId == by.Id.Value && row.Role > RoomRole.Member)));
        return [.. rows.Take(MaxLines).ToList().Where(sweep => MaySee(db, actor, by, sweep)).Select(sweep => LineOf(db, sweep, by))];
    }

    internal SweepLine LineOf(ChatDbContext db, Sweep sweep, UserCard viewer)
    {
        var rooms = RoomsOf(db, sweep);
        var known = RoomAccess.Find(db, rooms.Select(room => new RoomId(room.Id)), viewer.Id);
        return new SweepLine(
            sweep.Id, users.Get(new UserId(sweep.UserId)), users.Get(new UserId(sweep.ById)), sweep.At, sweep.Since,
            [.. rooms.Select(room => known.ContainsKey(new RoomId(room.Id)) ? room.Name : AuditLog.NameOf(room))], sweep.Reason, sweep.State, sweep.Messages,
            db.SweptMessages.Count(message => message.SweepId == sweep.Id), sweep.At + Sweeps.KeptFor);
    }

    internal static List<Room> RoomsOf(ChatDbContext db, Sweep sweep)
    {
        var ids = sweep.Rooms.Split(' ');
        return [.. db.Rooms.Where(room => EF.Parameter(ids).Contains(room.Id)).OrderBy(room => room.Name)];
    }

    internal static bool MaySee(ChatDbContext db, Actor actor, UserCard by, Sweep sweep) =>
        IsOfInstance(actor, by) || Array.TrueForAll(sweep.Rooms.Split(' '), room => MayIn(db, actor, by, new RoomId(room)));

    /// <summary>True where somebody is a moderator of the instance or of any room.</summary>
    internal static bool IsModeratorAnywhere(ChatDbContext db, Actor actor, UserCard by) =>
        IsOfInstance(actor, by)
        || (ModerationRights.May("sweep.list", ModerationRights.Of(actor, by, RoomRole.Moderator)) && db.Memberships.Any(row => row.UserId == by.Id.Value && row.Role > RoomRole.Member));

    private static bool IsOfInstance(Actor actor, UserCard by) => ModerationRights.May("sweep.list@instance", ModerationRights.Of(actor, by, RoomRole.Member));

    private static bool MayIn(ChatDbContext db, Actor actor, UserCard by, RoomId room)
    {
        var standing = RoomAccess.Find(db, room, by.Id);
        return ModerationRights.May("sweep.list", ModerationRights.Of(actor, by, standing is { IsMember: true } ? standing.Role : RoomRole.Member));
    }
}
