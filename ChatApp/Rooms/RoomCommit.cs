using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Storage;

namespace ChatApp.Rooms;

/// <summary>What changes of rooms have in common.</summary>
internal static class RoomCommit
{
    /// <summary>Runs a change on the one writer; a writer that takes nothing now is an outcome.</summary>
    public static async Task<RoomResult> CommitRoomAsync(this CommitQueue commits, Func<Commit, RoomResult> change)
    {
        try
        {
            return await commits.CommitAsync(change);
        }
        catch (StorageUnavailableException)
        {
            return new RoomResult(RoomOutcome.Busy);
        }
    }

    /// <summary>
    /// The room, and what the actor may change of it; null where there is none for them. Administrators act in every room
    /// whose id they know, direct ones excepted.
    /// </summary>
    public static (Room Room, RoomStanding? Standing, RoomRights Rights)? FindRoom(this Commit commit, RoomId id, UserCard actor)
    {
        var standing = RoomAccess.Find(commit.Db, id, actor.Id);
        if (standing is null && actor.Rank != Rank.Administrator) return null;
        return commit.Db.Rooms.FirstOrDefault(room => room.Id == id.Value) is { } room && (standing is not null || room.Visibility != RoomVisibility.Direct)
            ? (room, standing, RoomRights.Of(standing, actor.Rank))
            : null;
    }

    /// <summary>Takes the next offset for a change of the room itself, and tells those who look at it.</summary>
    /// <param name="commit">The change.</param>
    /// <param name="room">The room, changed already.</param>
    /// <param name="by">Who changed it.</param>
    /// <param name="broker">Tells them.</param>
    /// <param name="tellMembers">True where lists of rooms show the change: then members who look elsewhere are told too.</param>
    public static RoomResult LogRoomChange(this Commit commit, Room room, UserCard by, RoomBroker broker, bool tellMembers)
    {
        // The offset of this very change belongs to what viewers are told.
        var view = RoomView.Of(room) with { Head = new Offset(room.Head + 1) };
        var happened = new RoomChanged(view, by, commit.Now);
        RoomLog.Append(commit, room, LogEntryKind.RoomChanged, by.Id, broker, happened);
        if (tellMembers) TellMembers(commit, view, broker, happened);
        return new RoomResult(RoomOutcome.Done, view);
    }

    private static void TellMembers(Commit commit, RoomView room, RoomBroker broker, RoomChanged happened)
    {
        // Few are connected of the many who may be members.
        var connected = broker.Connections.Select(connection => connection.User).ToHashSet();
        if (!room.IsDefault)
        {
            var members = commit.Db.Memberships.Where(m => m.RoomId == room.Id.Value).Select(m => m.UserId).AsEnumerable().Select(id => new UserId(id)).ToHashSet();
            connected.IntersectWith(members);
        }

        commit.AfterCommit(() =>
        {
            foreach (var user in connected) broker.PublishToUser(user, happened);
        });
    }
}
