using ChatApp.Accounts;
using ChatApp.Moderation.Rules;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Moderation.Policies;

/// <summary>How a change of a room's policy went.</summary>
public enum PolicyOutcome
{
    /// <summary>Done, or it was so already.</summary>
    Done,

    /// <summary>There is no such room, as far as the actor may know.</summary>
    RoomNotFound,

    /// <summary>The actor may not do this there.</summary>
    NotAllowed,

    /// <summary>Not in a conversation between people.</summary>
    NotPossible,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>Says which rooms are checked by a program, and what holds where it does not answer. For moderators of the room (<see cref="ModerationRights"/>).</summary>
/// <param name="commits">The one writer.</param>
/// <param name="database">Where policies are stored.</param>
/// <param name="users">Names and ranks.</param>
/// <param name="book">Is told of changes.</param>
/// <param name="checks">The programs.</param>
public sealed class PolicyDesk(CommitQueue commits, ChatDatabase database, UserDirectory users, RuleBook book, PolicyChecks checks)
{
    /// <summary>How a room is checked; null where the actor may not see it.</summary>
    public PolicyState? Find(Actor actor, RoomId room)
    {
        using var db = database.OpenRead();
        var by = users.Get(actor);
        if (RoomAccess.Find(db, room, by.Id) is not { } standing || !ModerationRights.May("policy.set", ModerationRights.Of(actor, by, standing.IsMember ? standing.Role : RoomRole.Member))) return null;
        var policy = db.Policies.FirstOrDefault(one => one.RoomId == room.Value);
        return policy is null ? new PolicyState(PolicyMode.None, Checker: null) : new PolicyState(policy.FailsClosed ? PolicyMode.Closed : PolicyMode.Open, checks.CheckerOf(room));
    }

    /// <summary>Says what holds in a room where no answer comes; <see cref="PolicyMode.None"/> ends it, also for a program that checks it now.</summary>
    public Task<PolicyOutcome> SetAsync(Actor actor, RoomId room, PolicyMode mode) => CommitAsync(commit =>
    {
        if (commit.CardOf(users, actor.Id)?.UpTo(actor.UpTo) is not { } by) return PolicyOutcome.NotAllowed;
        if (commit.FindModerated(room, by) is not { } found) return PolicyOutcome.RoomNotFound;
        if (!ModerationRights.May("policy.set", commit.StandingIn(found, actor, by))) return PolicyOutcome.NotAllowed;
        return Store(commit, actor.Id, found, mode);
    });

    /// <summary>
    /// A program checks a room from now on, in the place of any other, and gets each message before it is posted. It has to be in the room, and
    /// its account a moderator there, or of the instance, as a bot may be too.
    /// </summary>
    /// <param name="actor">The program.</param>
    /// <param name="connection">By which connection it is asked.</param>
    /// <param name="room">The room.</param>
    /// <param name="mode">What holds where no answer comes; null leaves it as it is, and open where nothing was said before.</param>
    public async Task<PolicyOutcome> RegisterAsync(Actor actor, Connection connection, RoomId room, PolicyMode? mode)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return await CommitAsync(commit =>
        {
            var (found, refusal) = Judge(commit, actor, room, "policy.register");
            if (refusal is { } no) return no;
            var known = commit.Db.Policies.FirstOrDefault(one => one.RoomId == room.Value);
            var outcome = Store(commit, actor.Id, found!, mode is null or PolicyMode.None ? known is { FailsClosed: true } ? PolicyMode.Closed : PolicyMode.Open : mode.Value);
            // With the commit, so that nothing is asked before it may be, nor passes after it was said to be asked.
            if (outcome == PolicyOutcome.Done) commit.AfterCommit(() => checks.Begin(room, connection, actor));
            return outcome;
        });
    }

    /// <summary>A program does not check a room any more. The policy stays: what holds without an answer holds.</summary>
    public async Task<PolicyOutcome> LeaveAsync(Actor actor, Connection connection, RoomId room) => await CommitAsync(commit =>
    {
        var (_, refusal) = Judge(commit, actor, room, "policy.leave");
        if (refusal is null) commit.AfterCommit(() => checks.End(room, connection));
        return refusal ?? PolicyOutcome.Done;
    });

    private (Room? Room, PolicyOutcome? Refusal) Judge(Commit commit, Actor actor, RoomId room, string act)
    {
        if (RoomAccess.Find(commit.Db, room, actor.Id) is not { } known) return (null, PolicyOutcome.RoomNotFound);
        if (PolicyChecks.StandingOf(commit.Db, users, actor, room) is not { } standing || !ModerationRights.May(act, standing)) return (null, PolicyOutcome.NotAllowed);
        return known.Room.IsDirect ? (null, PolicyOutcome.NotPossible) : (commit.Db.Rooms.Single(one => one.Id == room.Value), null);
    }

    private PolicyOutcome Store(Commit commit, UserId by, Room room, PolicyMode mode)
    {
        if (room.Visibility == RoomVisibility.Direct) return PolicyOutcome.NotPossible;
        if (!Enum.IsDefined(mode)) mode = PolicyMode.Open;
        var row = commit.Db.Policies.FirstOrDefault(one => one.RoomId == room.Id);
        var before = row is null ? PolicyMode.None : row.FailsClosed ? PolicyMode.Closed : PolicyMode.Open;
        if (mode == PolicyMode.None) commit.AfterCommit(() => checks.End(new RoomId(room.Id)));
        if (before == mode) return PolicyOutcome.Done;
        if (mode == PolicyMode.None) commit.Db.Policies.Remove(row!);
        else if (row is null) commit.Db.Policies.Add(new RoomPolicy { RoomId = room.Id, FailsClosed = mode == PolicyMode.Closed, SetById = by.Value, SetAt = commit.Now });
        else (row.FailsClosed, row.SetById, row.SetAt) = (mode == PolicyMode.Closed, by.Value, commit.Now);
        AuditLog.Add(commit, by, "policy.set", room.Id, $"{AuditLog.NameOf(room)}: {before} -> {mode}", reason: "");
        book.Change(commit);
        return PolicyOutcome.Done;
    }

    private async Task<PolicyOutcome> CommitAsync(Func<Commit, PolicyOutcome> change)
    {
        try
        {
            return await commits.CommitAsync(change);
        }
        catch (StorageUnavailableException)
        {
            return PolicyOutcome.Busy;
        }
    }
}
