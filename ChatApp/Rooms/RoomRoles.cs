using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Storage;

namespace ChatApp.Rooms;

/// <summary>Gives members of a room their roles. Default rooms and direct ones have none: there the ranks of the instance hold.</summary>
/// <param name="commits">The one writer.</param>
/// <param name="broker">Tells the viewers.</param>
/// <param name="users">Names and ranks.</param>
public sealed class RoomRoles(CommitQueue commits, RoomBroker broker, UserDirectory users)
{
    /// <summary>
    /// Gives a member another role: an entry of the room's log and one of the audit log. Who may is
    /// <see cref="RoomRights.CanGive"/>'s affair; the last owner remains one.
    /// </summary>
    public Task<RoomResult> SetAsync(Actor actor, RoomId id, UserId member, RoomRole role) => commits.CommitRoomAsync(commit =>
    {
        var by = users.Get(actor);
        if (!Enum.IsDefined(role) || commit.FindRoom(id, by) is not var (room, standing, _)) return new RoomResult(RoomOutcome.NotFound);
        if (room.IsDefault) return new RoomResult(RoomOutcome.NotPossible);
        if (room.Visibility == RoomVisibility.Direct) return new RoomResult(RoomOutcome.NotAllowed);
        var own = standing is { IsMember: true } ? standing.Role : RoomRole.Member;
        if (commit.Db.Memberships.FirstOrDefault(m => m.RoomId == id.Value && m.UserId == member.Value) is not { } membership)
            return new RoomResult(standing is { IsMember: true } || by.Rank == Rank.Administrator ? RoomOutcome.NoSuchUser : RoomOutcome.NotAllowed);
        var target = users.Get(member);
        // What a bot may do hangs on its owner, and so does that it is there: it stays a plain member.
        if (target.IsBot) return new RoomResult(RoomOutcome.NotPossible);
        if (!RoomRights.CanGive((own, by.Rank), (membership.Role, target.Rank), isSelf: by.Id == member, role)) return new RoomResult(RoomOutcome.NotAllowed);
        if (membership.Role == role) return new RoomResult(RoomOutcome.Done, RoomView.Of(room));
        if (membership.Role == RoomRole.Owner && IsLastOwner(commit, id)) return new RoomResult(RoomOutcome.LastOwner);

        AuditLog.Add(commit, by.Id, "room.role", member.Value, $"{target.Name} in {AuditLog.NameOf(room)}: {membership.Role} -> {role}", reason: "", membership.Role.ToString(), role.ToString());
        membership.Role = role;
        RoomLog.Append(commit, room, LogEntryKind.RoleChanged, by.Id, broker, new RoleChanged(id, target, role, by, commit.Now), subject: member);
        return new RoomResult(RoomOutcome.Done, RoomView.Of(room));
    });

    /// <summary>True where a room has one owner and no more.</summary>
    internal static bool IsLastOwner(Commit commit, RoomId room) =>
        commit.Db.Memberships.Count(m => m.RoomId == room.Value && m.Role == RoomRole.Owner) == 1;
}
