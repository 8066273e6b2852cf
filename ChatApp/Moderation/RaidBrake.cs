using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Settings;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>Tells open pages of moderators that the brake of a room was pulled, or is off again.</summary>
/// <param name="Room">The room as it is now.</param>
public sealed record RoomBraked(RoomView Room);

/// <summary>
/// Stops a raid: where more people come by themselves within a minute than the settings allow, into a public room or as new accounts,
/// from that moment on only those come who are brought or have an invitation, until a moderator lifts the brake. As many as are allowed have
/// come then, and the next one has not.
/// </summary>
/// <remarks>
/// Who came is remembered in memory and touched by changes alone, which run one after the other, so no race passes. A restart begins the minute
/// anew; that the brake is on is stored.
/// </remarks>
/// <param name="settings">The limits, and the mode of the instance.</param>
/// <param name="commits">The one writer.</param>
/// <param name="users">Ranks, and who is told.</param>
/// <param name="broker">Tells them.</param>
/// <param name="database">For reading.</param>
public sealed class RaidBrake(InstanceSettings settings, CommitQueue commits, UserDirectory users, RoomBroker broker, ChatDatabase database)
{
    /// <summary>Who acts, in the audit log.</summary>
    public static readonly UserId Self = new("brake");

    /// <summary>In which people are counted: one minute.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Arrivals _accounts = new();
    private readonly Dictionary<RoomId, Arrivals> _rooms = [];

    /// <summary>Public rooms whose brake is on, by name; null for members.</summary>
    public IReadOnlyList<RoomView>? Rooms(Actor actor)
    {
        if (!users.Get(actor).IsModerator) return null;
        using var db = database.OpenRead();
        return [.. db.Rooms.Where(room => room.BrakedAt != null && room.Visibility == RoomVisibility.Public).OrderBy(room => room.Name).AsEnumerable().Select(room => RoomView.Of(room))];
    }

    /// <summary>Lifts the brake of the instance, or of a room: people come by themselves again. For moderators (<see cref="ModerationRights"/>). Nothing happens where it is not on.</summary>
    /// <param name="actor">Who lifts it.</param>
    /// <param name="room">The room; null for the instance.</param>
    public async Task<ModerationOutcome> LiftAsync(Actor actor, RoomId? room)
    {
        try
        {
            return await commits.CommitAsync(commit => room is { } id ? LiftRoom(commit, actor, id) : LiftInstance(commit, actor));
        }
        catch (StorageUnavailableException)
        {
            return ModerationOutcome.Busy;
        }
    }

    /// <summary>Counts somebody who wants to come into a public room by themselves. False where they may not: the brake is on, or is now.</summary>
    internal bool Admits(Commit commit, Room room, UserCard newcomer)
    {
        // Whoever looks after the instance must be able to look.
        if (newcomer.IsModerator) return true;
        if (room.BrakedAt is not null) return false;
        var limit = settings.In(commit.Db).JoinsPerMinute;
        var id = new RoomId(room.Id);
        if (!_rooms.TryGetValue(id, out var arrivals)) _rooms.Add(id, arrivals = new Arrivals());
        var isWithin = limit == 0 || arrivals.TryAdd(newcomer.Id.Value, limit, commit.Now);
        Forget(commit.Now);
        if (isWithin) return true;
        room.BrakedAt = commit.Now;
        AuditLog.Add(commit, Self, "brake.room", room.Id, $"{AuditLog.NameOf(room)}: more than {limit} in a minute", reason: "");
        Tell(commit, room, users.Get(Self));
        return false;
    }

    /// <summary>Counts somebody who makes an account without an invitation. False where they may not: the brake is on now.</summary>
    internal bool Admits(Commit commit, ChatUser newcomer)
    {
        var limit = settings.In(commit.Db).RegistrationsPerMinute;
        if (limit == 0 || _accounts.TryAdd(newcomer.Id, limit, commit.Now)) return true;
        settings.Brake(commit, $"more than {limit} in a minute");
        return false;
    }

    private ModerationOutcome LiftInstance(Commit commit, Actor actor)
    {
        var by = users.Get(actor);
        // Read here: a demotion in the same batch counts.
        var rank = commit.Db.Users.FirstOrDefault(user => user.Id == by.Id.Value)?.Rank ?? Rank.Member;
        if (!ModerationRights.May("brake.lift@instance", ModerationRights.Of(rank < by.Rank ? rank : by.Rank))) return ModerationOutcome.NotAllowed;
        settings.LiftBrake(commit, by.Id);
        _accounts.Clear();
        return ModerationOutcome.Done;
    }

    private ModerationOutcome LiftRoom(Commit commit, Actor actor, RoomId id)
    {
        var by = users.Get(actor);
        if (commit.FindModerated(id, by) is not { } room) return ModerationOutcome.NotFound;
        if (!ModerationRights.May("brake.lift", commit.StandingIn(room, actor, by))) return ModerationOutcome.NotAllowed;
        if (room.BrakedAt is null) return ModerationOutcome.Done;
        room.BrakedAt = null;
        _rooms.Remove(id);
        AuditLog.Add(commit, by.Id, "brake.lift", room.Id, AuditLog.NameOf(room), reason: "");
        Tell(commit, room, by);
        return ModerationOutcome.Done;
    }

    // Those who are in the room, and moderators wherever they are.
    private void Tell(Commit commit, Room room, UserCard by)
    {
        var view = commit.LogRoomChange(room, by, broker, tellMembers: false).Room!;
        commit.AfterCommit(() => broker.TellAdminPages(users, new RoomBraked(view)));
    }

    // Rooms into which nobody has come for a minute cost no memory.
    private void Forget(DateTimeOffset now)
    {
        foreach (var (id, arrivals) in _rooms)
        {
            if (arrivals.IsOver(now)) _rooms.Remove(id);
        }
    }

    /// <summary>Who came within the last minute, each once however often they came.</summary>
    private sealed class Arrivals
    {
        private readonly Queue<(DateTimeOffset At, string Who)> _came = [];

        public bool TryAdd(string who, int limit, DateTimeOffset now)
        {
            while (_came.TryPeek(out var first) && first.At <= now - Window) _came.Dequeue();
            if (_came.Any(one => one.Who == who)) return true;
            if (_came.Count >= limit) return false;
            _came.Enqueue((now, who));
            return true;
        }

        public bool IsOver(DateTimeOffset now) => !_came.Any(one => one.At > now - Window);

        public void Clear() => _came.Clear();
    }
}
