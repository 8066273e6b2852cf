using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Storage;

namespace ChatApp.Rooms;

/// <summary>How a change of a room went.</summary>
public enum RoomOutcome
{
    /// <summary>Done, or it was so already.</summary>
    Done,

    /// <summary>There is no such room, as far as this person may know.</summary>
    NotFound,

    /// <summary>The name is empty or longer than <see cref="RoomWriter.MaxNameLength"/>.</summary>
    BadName,

    /// <summary>The topic is longer than <see cref="RoomWriter.MaxTopicLength"/>.</summary>
    BadTopic,

    /// <summary>The description is longer than <see cref="RoomSettings.MaxDescriptionLength"/>.</summary>
    BadDescription,

    /// <summary>There is no such person, or they are not in the room.</summary>
    NoSuchUser,

    /// <summary>Not with this room: nobody leaves or archives a default room, the last member stays in a private one.</summary>
    NotPossible,

    /// <summary>A room has an owner: the last one neither leaves nor becomes something else.</summary>
    LastOwner,

    /// <summary>The room is archived: it has to be restored first.</summary>
    Archived,

    /// <summary>The person may not do this to the room.</summary>
    NotAllowed,

    /// <summary>Not a number of days from 1 to <see cref="RoomSettings.MaxRetentionDays"/>.</summary>
    BadRetention,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>Outcome of a change of a room.</summary>
/// <param name="Outcome">How it went.</param>
/// <param name="Room">The room, where it was done.</param>
public readonly record struct RoomResult(RoomOutcome Outcome, RoomView? Room = null)
{
    /// <summary>True where it was done.</summary>
    public bool IsDone => Outcome == RoomOutcome.Done;
}

/// <summary>
/// Makes rooms and moves people in and out. Every change is an entry of the room's log, committed before anybody is told.
/// </summary>
/// <param name="commits">The one writer.</param>
/// <param name="broker">Tells the viewers.</param>
/// <param name="users">Names of people.</param>
public sealed class RoomWriter(CommitQueue commits, RoomBroker broker, UserDirectory users)
{
    /// <summary>Longest name, in UTF-16 units.</summary>
    public const int MaxNameLength = 60;

    /// <summary>Longest topic, in UTF-16 units.</summary>
    public const int MaxTopicLength = 250;

    /// <summary>Makes a room; its maker is its owner and first member.</summary>
    public Task<RoomResult> CreateAsync(UserId actor, string name, string topic, RoomVisibility visibility)
    {
        var cleanName = RoomText.OneLine(name);
        var cleanTopic = RoomText.OneLine(topic);
        if (!RoomText.IsName(cleanName)) return Task.FromResult(new RoomResult(RoomOutcome.BadName));
        if (cleanTopic.Length > MaxTopicLength) return Task.FromResult(new RoomResult(RoomOutcome.BadTopic));
        if (!Enum.IsDefined(visibility)) visibility = RoomVisibility.Private;
        return commits.CommitRoomAsync(commit =>
        {
            var room = new Room
            {
                Id = RoomId.New().Value,
                Name = cleanName,
                Topic = cleanTopic,
                Visibility = visibility,
                Epoch = ChatDatabase.NewEpoch(),
                CreatedAt = commit.Now,
            };
            commit.Db.Rooms.Add(room);
            RoomLog.Append(commit, room, LogEntryKind.RoomCreated, actor);
            Add(commit, room, actor, actor, RoomRole.Owner);
            return new RoomResult(RoomOutcome.Done, RoomView.Of(room));
        });
    }

    /// <summary>Enters a public room. Already being there is fine.</summary>
    public Task<RoomResult> JoinAsync(UserId actor, RoomId id) => commits.CommitRoomAsync(commit =>
    {
        if (RoomAccess.Find(commit.Db, id, actor) is not { } standing) return new RoomResult(RoomOutcome.NotFound);
        if (standing.IsMember) return new RoomResult(RoomOutcome.Done, standing.Room);
        var room = commit.Db.Rooms.Find(id.Value)!;
        Add(commit, room, actor, actor, RoomRole.Member);
        return new RoomResult(RoomOutcome.Done, RoomView.Of(room));
    });

    /// <summary>Any member of a room may bring somebody in; into a private one there is no other way.</summary>
    public Task<RoomResult> InviteAsync(UserId actor, RoomId id, UserId guest) => commits.CommitRoomAsync(commit =>
    {
        if (RoomAccess.Find(commit.Db, id, actor) is not { IsMember: true }) return new RoomResult(RoomOutcome.NotFound);
        if (!commit.Db.Users.Any(user => user.Id == guest.Value && user.DeletedAt == null)) return new RoomResult(RoomOutcome.NoSuchUser);
        var room = commit.Db.Rooms.Find(id.Value)!;
        if (RoomAccess.Find(commit.Db, id, guest) is not { IsMember: true }) Add(commit, room, guest, actor, RoomRole.Member);
        return new RoomResult(RoomOutcome.Done, RoomView.Of(room));
    });

    /// <summary>Leaves a room. All devices stop receiving from it at once. The last owner stays until somebody else is one.</summary>
    public Task<RoomResult> LeaveAsync(UserId actor, RoomId id) => commits.CommitRoomAsync(commit =>
    {
        if (RoomAccess.Find(commit.Db, id, actor) is not { } standing) return new RoomResult(RoomOutcome.NotFound);
        if (!standing.IsMember) return new RoomResult(RoomOutcome.Done, standing.Room);
        if (standing.Room.IsDefault || IsLastOfPrivate(commit, standing.Room)) return new RoomResult(RoomOutcome.NotPossible);
        if (standing.Role == RoomRole.Owner && RoomRoles.IsLastOwner(commit, id)) return new RoomResult(RoomOutcome.LastOwner);
        var room = commit.Db.Rooms.Find(id.Value)!;
        commit.Db.Memberships.Remove(commit.Db.Memberships.Single(m => m.RoomId == id.Value && m.UserId == actor.Value));
        var offset = RoomLog.Append(commit, room, LogEntryKind.MemberLeft, actor, subject: actor);
        var view = RoomView.Of(room);
        var member = users.Get(actor);
        commit.AfterCommit(() =>
        {
            // First the door, then the news: nobody reads of a room after leaving it.
            broker.Revoke(actor, id, EndReason.RemovedByServer);
            broker.PublishToUser(actor, new OwnRoomsChanged(view, IsMember: false));
            broker.Publish(id, new MemberChanged(id, member, IsMember: false, commit.Now), offset);
        });
        return new RoomResult(RoomOutcome.Done, view);
    });

    private void Add(Commit commit, Room room, UserId member, UserId actor, RoomRole role)
    {
        commit.Db.Memberships.Add(new Membership { RoomId = room.Id, UserId = member.Value, Role = role, JoinedAt = commit.Now });
        RoomLog.Append(commit, room, LogEntryKind.MemberJoined, actor, broker, new MemberChanged(new RoomId(room.Id), users.Get(member), IsMember: true, commit.Now), subject: member);
        var view = RoomView.Of(room);
        commit.AfterCommit(() => broker.PublishToUser(member, new OwnRoomsChanged(view, IsMember: true)));
    }

    // A private room that nobody is in could never be entered again.
    private static bool IsLastOfPrivate(Commit commit, RoomView room) =>
        room.Visibility == RoomVisibility.Private && commit.Db.Memberships.Count(m => m.RoomId == room.Id.Value) == 1;
}
