using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
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

    /// <summary>Not 2 to <see cref="DirectRooms.MaxPeople"/> people.</summary>
    BadPeople,

    /// <summary>The person cannot be reached: by a rule that who asks is not told, or because a bot's owner would not be there.</summary>
    Unreachable,

    /// <summary>A room has an owner: the last one neither leaves nor becomes something else.</summary>
    LastOwner,

    /// <summary>The room is archived: it has to be restored first.</summary>
    Archived,

    /// <summary>Only moderators post in the room at present.</summary>
    Locked,

    /// <summary>The person is muted, in the room or in the instance.</summary>
    Muted,

    /// <summary>The person is banned from the room.</summary>
    Banned,

    /// <summary>Whoever shall be brought in is banned from the room.</summary>
    GuestBanned,

    /// <summary>Too many people came into the room at once: nobody joins by themselves at present, see <see cref="RaidBrake"/>.</summary>
    InviteOnly,

    /// <summary>The account is too new to begin one more conversation within the hour, see <see cref="NewMembers"/>.</summary>
    NewMember,

    /// <summary>The person may not do this to the room.</summary>
    NotAllowed,

    /// <summary>Not a number of seconds from 0 to <see cref="RoomSettings.MaxSlowSeconds"/>.</summary>
    BadSlowMode,

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

    /// <summary>When a sanction that is the reason ends by itself; null where it does not, or none is.</summary>
    public DateTimeOffset? Until { get; init; }

    internal static RoomResult Refused(SanctionTerm held) => new(held.Kind == SanctionKind.Ban ? RoomOutcome.Banned : RoomOutcome.Muted) { Until = held.Until };
}

/// <summary>
/// Makes rooms and moves people in and out. Every change is an entry of the room's log, committed before anybody is told.
/// </summary>
/// <param name="commits">The one writer.</param>
/// <param name="broker">Tells the viewers.</param>
/// <param name="users">Names of people.</param>
/// <param name="guard">Sanctions.</param>
/// <param name="brake">Stops raids.</param>
public sealed class RoomWriter(CommitQueue commits, RoomBroker broker, UserDirectory users, SanctionGuard guard, RaidBrake brake)
{
    /// <summary>Longest name, in UTF-16 units.</summary>
    public const int MaxNameLength = 60;

    /// <summary>Longest topic, in UTF-16 units.</summary>
    public const int MaxTopicLength = 250;

    /// <summary>Makes a room; its maker is its owner and first member. Not for bots, which are only where their owners are.</summary>
    public Task<RoomResult> CreateAsync(UserId actor, string name, string topic, RoomVisibility visibility)
    {
        var cleanName = RoomText.OneLine(name);
        var cleanTopic = RoomText.OneLine(topic);
        if (!RoomText.IsName(cleanName)) return Task.FromResult(new RoomResult(RoomOutcome.BadName));
        if (cleanTopic.Length > MaxTopicLength) return Task.FromResult(new RoomResult(RoomOutcome.BadTopic));
        if (visibility != RoomVisibility.Public) visibility = RoomVisibility.Private;
        return commits.CommitRoomAsync(commit =>
        {
            if (users.Get(actor).IsBot) return new RoomResult(RoomOutcome.NotAllowed);
            if (guard.Speaking(commit, actor, room: null) is { } held) return RoomResult.Refused(held);
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

    /// <summary>Enters a public room; a bot only where its owner is in. Already being there is fine.</summary>
    public Task<RoomResult> JoinAsync(UserId actor, RoomId id) => commits.CommitRoomAsync(commit =>
    {
        if (guard.Entering(commit, actor, id) is { } held) return RoomResult.Refused(held);
        if (RoomAccess.Find(commit.Db, id, actor) is not { } standing) return new RoomResult(RoomOutcome.NotFound);
        if (standing.IsMember) return new RoomResult(RoomOutcome.Done, standing.Room);
        var newcomer = users.Get(actor);
        if (!MayBeIn(commit, id, newcomer)) return new RoomResult(RoomOutcome.NotAllowed);
        var room = commit.Db.Rooms.Find(id.Value)!;
        if (!brake.Admits(commit, room, newcomer)) return new RoomResult(RoomOutcome.InviteOnly);
        Add(commit, room, actor, actor, RoomRole.Member);
        return new RoomResult(RoomOutcome.Done, RoomView.Of(room));
    });

    /// <summary>Any member of a room may bring somebody in, and bots of its members; into a private one there is no other way.</summary>
    public Task<RoomResult> InviteAsync(UserId actor, RoomId id, UserId guest) => commits.CommitRoomAsync(commit =>
    {
        if (RoomAccess.Find(commit.Db, id, actor) is not { IsMember: true } standing) return new RoomResult(RoomOutcome.NotFound);
        if (standing.Room.IsDirect) return new RoomResult(RoomOutcome.NotAllowed);
        if (guard.Speaking(commit, actor, id) is { } held) return RoomResult.Refused(held);
        if (users.Find(guest) is not { } who || !commit.Db.Users.Any(user => user.Id == guest.Value && user.DeletedAt == null)) return new RoomResult(RoomOutcome.NoSuchUser);
        if (!MayBeIn(commit, id, who)) return new RoomResult(RoomOutcome.NotPossible);
        if (Blocks.AnyBlocks(commit, [guest], users.Get(actor))) return new RoomResult(RoomOutcome.Unreachable);
        if (guard.Entering(commit, guest, id) is not null) return new RoomResult(RoomOutcome.GuestBanned);
        var room = commit.Db.Rooms.Find(id.Value)!;
        if (RoomAccess.Find(commit.Db, id, guest) is not { IsMember: true }) Add(commit, room, guest, actor, RoomRole.Member);
        return new RoomResult(RoomOutcome.Done, RoomView.Of(room));
    });

    /// <summary>Leaves a room, and one's bots leave with one. All devices stop receiving from it at once. The last owner stays until somebody else is one.</summary>
    public Task<RoomResult> LeaveAsync(UserId actor, RoomId id) => commits.CommitRoomAsync(commit =>
    {
        if (RoomAccess.Find(commit.Db, id, actor) is not { } standing) return new RoomResult(RoomOutcome.NotFound);
        if (!standing.IsMember) return new RoomResult(RoomOutcome.Done, standing.Room);
        if (standing.Room.IsDirect) return new RoomResult(RoomOutcome.NotAllowed);
        if (standing.Room.IsDefault || IsLastOfPrivate(commit, standing.Room)) return new RoomResult(RoomOutcome.NotPossible);
        if (standing.Role == RoomRole.Owner && RoomRoles.IsLastOwner(commit, id)) return new RoomResult(RoomOutcome.LastOwner);
        var room = commit.Db.Rooms.Find(id.Value)!;
        Expel(commit, room, actor, actor);
        return new RoomResult(RoomOutcome.Done, RoomView.Of(room));
    });

    /// <summary>
    /// Takes somebody out of a room as a part of another change, which knows that they are in it and may be taken out. Their bots go
    /// with them. For everybody else it looks as if they had left.
    /// </summary>
    internal void Expel(Commit commit, Room room, UserId member, UserId actor)
    {
        var bots = commit.Db.Memberships.Where(m => m.RoomId == room.Id && commit.Db.Users.Any(bot => bot.Id == m.UserId && bot.OwnerId == member.Value)).Select(m => m.UserId).ToList();
        foreach (var bot in bots) Remove(commit, room, new UserId(bot), actor);
        Remove(commit, room, member, actor);
    }

    private void Remove(Commit commit, Room room, UserId member, UserId actor)
    {
        commit.Db.Memberships.Remove(commit.Db.Memberships.Single(m => m.RoomId == room.Id && m.UserId == member.Value));
        var offset = RoomLog.Append(commit, room, LogEntryKind.MemberLeft, actor, subject: member);
        var (id, view, card) = (new RoomId(room.Id), RoomView.Of(room), users.Get(member));
        commit.AfterCommit(() =>
        {
            // First the door, then the news: nobody reads of a room after leaving it.
            broker.Revoke(member, id, EndReason.RemovedByServer);
            broker.PublishToUser(member, new OwnRoomsChanged(view, IsMember: false));
            broker.Publish(id, new MemberChanged(id, card, IsMember: false, commit.Now), offset);
        });
    }

    private static bool MayBeIn(Commit commit, RoomId room, UserCard who) => who.Owner is not { } owner || RoomAccess.Find(commit.Db, room, owner) is { IsMember: true };

    /// <summary>
    /// Brings somebody into a room as a part of another change, which knows that they are not in it and may come; into a default
    /// room everybody is born.
    /// </summary>
    /// <param name="commit">The change.</param>
    /// <param name="id">The room; it exists.</param>
    /// <param name="member">Who comes; an account that this change adds will do.</param>
    /// <param name="actor">Who brings them.</param>
    internal void Admit(Commit commit, RoomId id, UserCard member, UserId actor)
    {
        var room = commit.Db.Rooms.First(room => room.Id == id.Value);
        if (!room.IsDefault) Add(commit, room, member, actor, RoomRole.Member);
    }

    private void Add(Commit commit, Room room, UserId member, UserId actor, RoomRole role) => Add(commit, room, users.Get(member), actor, role);

    private void Add(Commit commit, Room room, UserCard member, UserId actor, RoomRole role)
    {
        commit.Db.Memberships.Add(new Membership { RoomId = room.Id, UserId = member.Id.Value, Role = role, JoinedAt = commit.Now });
        RoomLog.Append(commit, room, LogEntryKind.MemberJoined, actor, broker, new MemberChanged(new RoomId(room.Id), member, IsMember: true, commit.Now), subject: member.Id);
        var view = RoomView.Of(room);
        commit.AfterCommit(() => broker.PublishToUser(member.Id, new OwnRoomsChanged(view, IsMember: true)));
    }

    // A private room that nobody is in could never be entered again.
    private static bool IsLastOfPrivate(Commit commit, RoomView room) =>
        room.Visibility == RoomVisibility.Private && commit.Db.Memberships.Count(m => m.RoomId == room.Id.Value && !commit.Db.Users.Any(bot => bot.Id == m.UserId && bot.IsBot)) == 1;
}
