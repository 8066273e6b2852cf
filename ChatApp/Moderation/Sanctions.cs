using ChatApp.Accounts;
using ChatApp.Moderation.Rules;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>
/// Imposes sanctions and takes them back. Who may is <see cref="ModerationRights"/>' affair, judged inside the change; each act stands in
/// the audit log, in the same transaction. That a sanction holds is <see cref="SanctionGuard"/>'s affair, and that it ends needs
/// nobody: it is over when its time has come.
/// </summary>
/// <param name="commits">The one writer.</param>
/// <param name="broker">Tells the person.</param>
/// <param name="users">Names and ranks.</param>
/// <param name="rooms">Takes people out of rooms.</param>
/// <param name="guard">Is told of whom to look for.</param>
public sealed class Sanctions(CommitQueue commits, RoomBroker broker, UserDirectory users, RoomWriter rooms, SanctionGuard guard)
{
    /// <summary>Longest mute: a year.</summary>
    public static readonly TimeSpan LongestMute = TimeSpan.FromDays(365);

    /// <summary>Longest ban that ends by itself: ten years.</summary>
    public static readonly TimeSpan LongestBan = TimeSpan.FromDays(3650);

    /// <summary>
    /// Imposes a sanction. One of the same kind in the same place that the actor could lift is replaced by it, so terms become shorter
    /// as well as longer. A ban from a room takes the person out of it, one from the instance ends all that is connected in their name.
    /// </summary>
    public Task<SanctionResult> ImposeAsync(Actor actor, SanctionOrder order) => CommitAsync(commit => Impose(commit, actor, order));

    /// <summary>The same as a part of a change that does more. What is refused has changed nothing.</summary>
    /// <param name="commit">The change.</param>
    /// <param name="actor">Who imposes it.</param>
    /// <param name="order">What.</param>
    /// <param name="isAudited">False where the change has an entry in the audit log that says this too.</param>
    internal SanctionResult Impose(Commit commit, Actor actor, SanctionOrder order, bool isAudited = true)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (!Enum.IsDefined(order.Kind) || !IsTerm(order.Kind, order.Lasts)) return new SanctionResult(SanctionOutcome.BadTerm);
        if (CleanReason(order.Reason) is not { Length: > 0 } reason) return new SanctionResult(SanctionOutcome.BadReason);
        var act = Judge(commit, actor, MethodOf(order.Kind), order.Room, order.User);
        if (act.Refusal is { } refusal) return new SanctionResult(refusal);
        var room = act.Room;
        if (room is not null && order.Kind == SanctionKind.Ban && MayNotGo(commit, room, order.User) is { } stays) return new SanctionResult(stays);

        var row = new Sanction
        {
            UserId = order.User.Value, Kind = order.Kind, RoomId = order.Room?.Value, Reason = reason, ById = actor.Id.Value, At = commit.Now, Until = commit.Now + order.Lasts,
        };
        if (order.Kind != SanctionKind.Warning) Replace(commit, row, act);
        commit.Db.Sanctions.Add(row);
        guard.Suspect(order.User);
        commit.Db.SaveChanges(); // it has its number with this
        var term = SanctionTerm.Of(row);
        if (isAudited) AuditLog.Add(commit, actor.Id, MethodOf(order.Kind), order.User.Value, $"{act.Target!.Name}{Where(room)}{When(row)}", reason, after: TermOf(row));
        Tell(commit, term, act.By!, order.User, holds: true);
        if (order.Kind == SanctionKind.Ban) PutOut(commit, room, order.User, actor.Id);
        return new SanctionResult(SanctionOutcome.Done, term);
    }

    /// <summary>
    /// Takes a sanction back before its time: whoever may impose it may, unless somebody who stands higher has imposed it. What is over
    /// already stays as it was.
    /// </summary>
    /// <param name="actor">Who acts.</param>
    /// <param name="id">The sanction.</param>
    /// <param name="reason">Why; at most <see cref="Sanction.MaxReasonLength"/> characters, may be empty.</param>
    public Task<SanctionResult> LiftAsync(Actor actor, long id, string reason = "")
    {
        if (CleanReason(reason) is not { } why) return Refused(SanctionOutcome.BadReason);
        return CommitAsync(commit =>
        {
            if (commit.Db.Sanctions.FirstOrDefault(sanction => sanction.Id == id) is not { } row) return new SanctionResult(SanctionOutcome.NotFound);
            var (term, target) = (SanctionTerm.Of(row), new UserId(row.UserId));
            var act = Judge(commit, actor, "sanction.lift", term.Room, target, isPresent: false);
            // Whoever may not know of the room must not learn of its sanctions.
            if (act.Refusal is { } refusal) return new SanctionResult(refusal == SanctionOutcome.RoomNotFound ? SanctionOutcome.NotFound : refusal);
            if (!act.MayLift(commit, row)) return new SanctionResult(SanctionOutcome.NotAllowed);
            if (!row.HoldsAt(commit.Now)) return new SanctionResult(SanctionOutcome.Done, term);

            (row.LiftedAt, row.LiftedById, row.LiftReason) = (commit.Now, actor.Id.Value, why);
            AuditLog.Add(commit, actor.Id, "sanction.lift", row.UserId, $"{row.Kind}: {act.Target!.Name}{Where(act.Room)}", why, TermOf(row), "lifted");
            Tell(commit, term, act.By!, target, holds: false);
            return new SanctionResult(SanctionOutcome.Done, term);
        });
    }

    /// <summary>Takes somebody out of a room, who may come back. For everybody else it looks as if they had left.</summary>
    /// <param name="actor">Who acts.</param>
    /// <param name="room">The room.</param>
    /// <param name="user">Whom.</param>
    /// <param name="reason">Why, for the audit log; 1 to <see cref="Sanction.MaxReasonLength"/> characters.</param>
    public Task<SanctionResult> KickAsync(Actor actor, RoomId room, UserId user, string reason)
    {
        if (CleanReason(reason) is not { Length: > 0 } why) return Refused(SanctionOutcome.BadReason);
        return CommitAsync(commit =>
        {
            var act = Judge(commit, actor, "room.kick", room, user);
            if (act.Refusal is { } refusal) return new SanctionResult(refusal);
            if (MayNotGo(commit, act.Room!, user) is { } stays) return new SanctionResult(stays);
            if (!IsIn(commit, act.Room!, user)) return new SanctionResult(SanctionOutcome.NoSuchUser);
            AuditLog.Add(commit, actor.Id, "room.kick", user.Value, $"{act.Target!.Name}{Where(act.Room)}", why);
            rooms.Expel(commit, act.Room!, user, actor.Id);
            return new SanctionResult(SanctionOutcome.Done);
        });
    }

    /// <summary>Somebody has read what was imposed on them, and is not shown it again by itself. A warning is over with that.</summary>
    public Task<SanctionResult> AcknowledgeAsync(UserId user, long id) => CommitAsync(commit =>
    {
        if (commit.Db.Sanctions.FirstOrDefault(sanction => sanction.Id == id && sanction.UserId == user.Value) is not { } row)
            return new SanctionResult(SanctionOutcome.NotFound);
        var term = SanctionTerm.Of(row);
        if (!row.HoldsAt(commit.Now) || row.SeenAt is not null) return new SanctionResult(SanctionOutcome.Done, term);
        row.SeenAt = commit.Now;
        Tell(commit, term, users.Get(term.By), user, holds: row.HoldsAt(commit.Now));
        return new SanctionResult(SanctionOutcome.Done, term);
    });

    /// <summary>
    /// A rule mutes somebody, in the change in which it has hit: in its room, or everywhere where it is one for all rooms. Who is exempt is the
    /// rule's affair. Moderators lift it like any other.
    /// </summary>
    internal SanctionTerm MuteByRule(Commit commit, UserId user, AutoModRule rule)
    {
        var row = new Sanction
        {
            UserId = user.Value, Kind = SanctionKind.Mute, RoomId = rule.RoomId, Reason = rule.Message.Length > 0 ? rule.Message : rule.Name, ById = UserId.System.Value, At = commit.Now,
            Until = commit.Now.AddSeconds(rule.MuteSeconds),
        };
        commit.Db.Sanctions.Add(row);
        guard.Suspect(user);
        commit.Db.SaveChanges(); // it has its number with this
        var room = rule.RoomId is null ? null : commit.Db.Rooms.Single(one => one.Id == rule.RoomId);
        AuditLog.Add(commit, UserId.System, MethodOf(SanctionKind.Mute), user.Value, $"{users.Get(user).Name}{Where(room)}{When(row)}", rule.Name);
        var term = SanctionTerm.Of(row);
        Tell(commit, term, users.Get(UserId.System), user, holds: true);
        return term;
    }

    /// <summary>The method that imposes a kind, and its name in the audit log.</summary>
    public static string MethodOf(SanctionKind kind) => kind switch
    {
        SanctionKind.Warning => "sanction.warn",
        SanctionKind.Mute => "sanction.mute",
        _ => "sanction.ban",
    };

    internal static bool IsTerm(SanctionKind kind, TimeSpan? lasts) => kind switch
    {
        SanctionKind.Warning => lasts is null,
        SanctionKind.Mute => lasts >= TimeSpan.FromSeconds(1) && lasts <= LongestMute,
        _ => lasts is null || (lasts >= TimeSpan.FromSeconds(1) && lasts <= LongestBan),
    };

    /// <summary>A reason as it is stored, empty where nothing of it is visible; null where it is too long.</summary>
    internal static string? CleanReason(string? reason)
    {
        var clean = RoomText.Lines(reason ?? "");
        return clean.Length > Sanction.MaxReasonLength ? null : VisibleText.HasAny(clean) ? clean : "";
    }

    // Judged by what is stored now: whoever was demoted a moment ago acts as what they are.
    private Act Judge(Commit commit, Actor actor, string method, RoomId? place, UserId user, bool isPresent = true)
    {
        if (commit.CardOf(users, actor.Id)?.UpTo(actor.UpTo) is not { } by) return new Act(SanctionOutcome.NotAllowed);
        Room? room = null;
        if (place is { } id && (room = commit.FindModerated(id, by)) is null) return new Act(SanctionOutcome.RoomNotFound);
        var above = room is null ? ModerationRights.Of(actor, by, RoomRole.Member) : commit.StandingIn(room, actor, by);
        var act = ModerationRights.Act(method, inRoom: room is not null);
        if (!ModerationRights.May(act, above)) return new Act(SanctionOutcome.NotAllowed);
        if (commit.CardOf(users, user) is not { } target) return new Act(SanctionOutcome.NoSuchUser);
        var below = room is null ? ModerationRights.Of(target.Rank) : commit.StandingIn(room, target);
        if (!ModerationRights.May(act, above, below)) return new Act(SanctionOutcome.NotAllowed);
        if (room?.Visibility == RoomVisibility.Direct) return new Act(SanctionOutcome.NotPossible);
        // The person is told where it holds: of a private room only those hear who are in it.
        if (isPresent && room?.Visibility == RoomVisibility.Private && !IsIn(commit, room, user)) return new Act(SanctionOutcome.NoSuchUser);
        return new Act(Refusal: null, room, by, target, above);
    }

    private static SanctionOutcome? MayNotGo(Commit commit, Room room, UserId user)
    {
        if (room.IsDefault) return SanctionOutcome.NotPossible;
        var isOwner = commit.Db.Memberships.Any(m => m.RoomId == room.Id && m.UserId == user.Value && m.Role == RoomRole.Owner);
        return isOwner && RoomRoles.IsLastOwner(commit, new RoomId(room.Id)) ? SanctionOutcome.LastOwner : null;
    }

    private static bool IsIn(Commit commit, Room room, UserId user) => room.IsDefault || commit.Db.Memberships.Any(m => m.RoomId == room.Id && m.UserId == user.Value);

    private static void Replace(Commit commit, Sanction next, Act act)
    {
        var earlier = SanctionGuard.Holding(commit.Db.Sanctions, commit.Now).Where(sanction => sanction.UserId == next.UserId && sanction.Kind == next.Kind && sanction.RoomId == next.RoomId);
        foreach (var row in earlier.ToList().Where(row => act.MayLift(commit, row)))
            (row.LiftedAt, row.LiftedById, row.LiftReason) = (commit.Now, next.ById, next.Reason);
    }

    private void PutOut(Commit commit, Room? room, UserId user, UserId actor)
    {
        if (room is not null)
        {
            if (IsIn(commit, room, user)) rooms.Expel(commit, room, user, actor);
            return;
        }

        // What they have signed in with is worth nothing any more, also when the ban is over. Who is connected by it, or by anything
        // else, is ended when this is committed (Accounts/LiveSessions.cs).
        foreach (var session in commit.Db.Sessions.Where(session => session.UserId == user.Value && session.EndedAt == null)) session.EndedAt = commit.Now;
    }

    private void Tell(Commit commit, SanctionTerm term, UserCard by, UserId user, bool holds)
    {
        var news = new SanctionChanged(term, by, holds, commit.Now);
        commit.AfterCommit(() => broker.PublishToUser(user, news));
    }

    private static string Where(Room? room) => room is null ? "" : $" in {AuditLog.NameOf(room)}";

    private static string When(Sanction row) => row.Until is { } until ? $" until {until.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z" : "";

    // A warning has none.
    private static string TermOf(Sanction row) => row.Kind == SanctionKind.Warning ? "" : row.Until is null ? "until lifted" : When(row).Trim();

    private static Task<SanctionResult> Refused(SanctionOutcome outcome) => Task.FromResult(new SanctionResult(outcome));

    private async Task<SanctionResult> CommitAsync(Func<Commit, SanctionResult> change)
    {
        try
        {
            return await commits.CommitAsync(change);
        }
        catch (StorageUnavailableException)
        {
            return new SanctionResult(SanctionOutcome.Busy);
        }
    }

    // Who acts on whom, where; or why not.
    private sealed record Act(SanctionOutcome? Refusal, Room? Room = null, UserCard? By = null, UserCard? Target = null, Standing Standing = Standing.Member)
    {
        public bool MayLift(Commit commit, Sanction row)
        {
            if (row.ById == By!.Id.Value || commit.Db.Users.Where(user => user.Id == row.ById).Select(UserCard.FromAccount).FirstOrDefault() is not { } imposer) return true;
            return Standing >= (Room is null ? ModerationRights.Of(imposer.Rank) : commit.StandingIn(Room, imposer));
        }
    }
}
