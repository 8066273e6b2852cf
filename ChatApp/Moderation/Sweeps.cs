using System.Collections.Concurrent;
using System.Linq.Expressions;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>
/// Hides what one person said in the last minutes, in many rooms as one action with one audit entry, and brings it back exactly for
/// <see cref="KeptFor"/>. Up to <see cref="SweptTexts.BatchSize"/> messages are one transaction and one event for each room; more go
/// on in the background, batch by batch, so that nobody who posts waits for all of them. See docs/adr/0028-sweeps.md.
/// </summary>
/// <param name="commits">The one writer.</param>
/// <param name="database">Says what is still to be done.</param>
/// <param name="texts">Takes texts out and puts them back.</param>
/// <param name="sanctions">Mutes with it.</param>
/// <param name="lists">Shows a sweep to whoever acts on it.</param>
/// <param name="users">Names and ranks.</param>
/// <param name="broker">Tells open pages.</param>
/// <param name="time">The clock.</param>
public sealed class Sweeps(CommitQueue commits, ChatDatabase database, SweptTexts texts, Sanctions sanctions, SweepLists lists, UserDirectory users, RoomBroker broker, TimeProvider time)
{
    /// <summary>The longest stretch of time of one sweep: 30 days.</summary>
    public const int MostMinutes = 43_200;

    /// <summary>Most rooms that one sweep names.</summary>
    public const int MostRooms = 100;

    /// <summary>How long a sweep can be undone.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    // Those whose next batches this process is about to make.
    private readonly ConcurrentDictionary<long, byte> _going = new();

    /// <summary>Hides messages. Who may is <see cref="ModerationRights"/>' affair, in each of the rooms.</summary>
    public async Task<SweepResult> RunAsync(Actor actor, SweepOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (order.Minutes is < 1 or > MostMinutes || order.Rooms is { Count: 0 or > MostRooms }) return new(SweepOutcome.BadRange);
        if (Sanctions.CleanReason(order.Reason) is not { Length: > 0 } reason) return new(SweepOutcome.BadReason);
        if (order.Mute is { } mute && !Sanctions.IsTerm(SanctionKind.Mute, mute)) return new(SweepOutcome.BadTerm);
        var places = order.Rooms is null ? Places(order.User, order.Minutes) : [];
        return await GoAsync(commit => Begin(commit, actor, order with { Reason = reason }, places));
    }

    /// <summary>Brings the messages of a sweep back as they were. Whoever could sweep them may, unless somebody who stands higher has.</summary>
    public Task<SweepResult> UndoAsync(Actor actor, long id, string reason = "") => TurnAsync(actor, id, "sweep.undo", reason, SweepState.Undoing);

    /// <summary>Removes the texts of a sweep for good, as those of deleted messages. Who may is as with undoing.</summary>
    public Task<SweepResult> PurgeAsync(Actor actor, long id, string reason = "") => TurnAsync(actor, id, "sweep.purge", reason, SweepState.Purging);

    /// <summary>Stops a sweep that is going on: what is hidden stays so, and can be brought back.</summary>
    public Task<SweepResult> CancelAsync(Actor actor, long id) => TurnAsync(actor, id, "sweep.cancel", "", SweepState.Cancelled);

    /// <summary>Goes on with what a stop of the server has interrupted, and purges what nobody can undo any more.</summary>
    /// <returns>How many sweeps were purged.</returns>
    public async Task<int> UpkeepAsync(CancellationToken stop = default)
    {
        foreach (var id in Ids(sweep => sweep.State == SweepState.Running || sweep.State == SweepState.Undoing || sweep.State == SweepState.Purging)) await GoOnAsync(id, stop);
        var due = time.GetUtcNow() - KeptFor;
        var old = Ids(sweep => (sweep.State == SweepState.Done || sweep.State == SweepState.Cancelled) && sweep.At <= due);
        foreach (var id in old)
        {
            await commits.CommitAsync(commit => commit.Db.Sweeps.Find(id) is { State: SweepState.Done or SweepState.Cancelled } sweep ? sweep.State = SweepState.Purging : SweepState.Purged);
            await GoOnAsync(id, stop);
        }

        return old.Count;
    }

    private List<long> Ids(Expression<Func<Sweep, bool>> which)
    {
        using var db = database.OpenRead();
        return [.. db.Sweeps.Where(which).OrderBy(sweep => sweep.Id).Select(sweep => sweep.Id)];
    }

    // Where somebody has said something, before the change: it may be long to look through, and nobody shall wait for that.
    private HashSet<string> Places(UserId user, int minutes)
    {
        var since = time.GetUtcNow() - TimeSpan.FromMinutes(minutes);
        using var db = database.OpenRead();
        return db.Messages.Where(message => message.AuthorId == user.Value && message.At >= since && message.DeletedAt == null).Select(message => message.RoomId).Distinct().ToHashSet();
    }

    private SweepResult Begin(Commit commit, Actor actor, SweepOrder order, HashSet<string> places)
    {
        if (commit.CardOf(users, actor.Id)?.UpTo(actor.UpTo) is not { } by) return new(SweepOutcome.NotAllowed);
        if (commit.CardOf(users, order.User) is not { } target) return new(SweepOutcome.NoSuchUser);
        var since = commit.Now - TimeSpan.FromMinutes(order.Minutes);
        var (rooms, refusal) = order.Rooms is { } named
            ? Named(commit, actor, by, target, named)
            : (Allowed(commit, actor, by, target, places), null);
        if (refusal is { } why) return new(why);
        if (rooms.Count == 0) return new(places.Count > 0 || !MayAnywhere(commit, actor, by, target) ? SweepOutcome.NotAllowed : SweepOutcome.Empty);
        var ids = rooms.Select(room => room.Id).ToHashSet(StringComparer.Ordinal);
        var found = SweptTexts.Find(commit, order.User.Value, long.MaxValue, since, ids.Contains, SweptTexts.BatchSize + 1);
        if (found.Count == 0) return new(SweepOutcome.Empty);

        if (order.Mute is { } mute) Mute(commit, actor, by, order, rooms, mute);
        var sweep = new Sweep
        {
            UserId = order.User.Value, ById = actor.Id.Value, At = commit.Now, Since = since, Reason = order.Reason, Below = long.MaxValue,
            Rooms = string.Join(' ', ids),
        };
        commit.Db.Sweeps.Add(sweep);
        commit.Db.SaveChanges(); // it has its number with this
        var number = found.Count > SweptTexts.BatchSize ? $"more than {SweptTexts.BatchSize}" : $"{found.Count}";
        var muted = order.Mute is { } term ? $", muted until {(commit.Now + term).UtcDateTime:yyyy-MM-dd HH:mm:ss}Z" : "";
        AuditLog.Add(commit, actor.Id, "sweep.run", order.User.Value, $"{target.Name}: {number} messages of {order.Minutes} minutes{muted}, in {string.Join(", ", rooms.Select(AuditLog.NameOf))}", order.Reason);
        Hide(commit, sweep, found);
        return new(SweepOutcome.Done, lists.LineOf(commit.Db, sweep, by));
    }

    private void Hide(Commit commit, Sweep sweep, List<SweptPlace> found)
    {
        var batch = found.Count > SweptTexts.BatchSize ? found.GetRange(0, SweptTexts.BatchSize) : found;
        sweep.State = batch.Count == found.Count ? SweepState.Done : SweepState.Running;
        if (batch.Count > 0)
        {
            texts.Hide(commit, sweep, batch, new UserId(sweep.ById));
            sweep.Messages += batch.Count;
            sweep.Below = batch[^1].Id;
        }

        commit.Db.SaveChanges();
        Tell(commit, sweep);
    }

    // The next batch of whatever it is at; false where that was the last one.
    private bool Step(Commit commit, long id)
    {
        if (commit.Db.Sweeps.Find(id) is not { } sweep) return false;
        switch (sweep.State)
        {
            case SweepState.Running:
                var rooms = sweep.Rooms.Split(' ').ToHashSet(StringComparer.Ordinal);
                Hide(commit, sweep, SweptTexts.Find(commit, sweep.UserId, sweep.Below, sweep.Since, rooms.Contains, SweptTexts.BatchSize + 1));
                return sweep.State == SweepState.Running;
            case SweepState.Undoing:
                if (texts.BringBack(commit, sweep, new UserId(sweep.ChangedById!)) < SweptTexts.BatchSize) sweep.State = SweepState.Undone;
                break;
            case SweepState.Purging:
                if (SweptTexts.Remove(commit, sweep) < SweptTexts.BatchSize) sweep.State = SweepState.Purged;
                break;
            default:
                return false;
        }

        Tell(commit, sweep);
        return sweep.State is SweepState.Undoing or SweepState.Purging;
    }

    private Task<SweepResult> TurnAsync(Actor actor, long id, string method, string reason, SweepState next)
    {
        if (Sanctions.CleanReason(reason) is not { } why) return Task.FromResult(new SweepResult(SweepOutcome.BadReason));
        return GoAsync(commit =>
        {
            if (commit.CardOf(users, actor.Id)?.UpTo(actor.UpTo) is not { } by || commit.Db.Sweeps.Find(id) is not { } sweep) return new(SweepOutcome.NotFound);
            // Whoever may not know of it must not learn of it.
            if (!SweepLists.MaySee(commit.Db, actor, by, sweep)) return new(SweepLists.IsModeratorAnywhere(commit.Db, actor, by) ? SweepOutcome.NotFound : SweepOutcome.NotAllowed);
            if (!MayTurn(commit, actor, by, sweep, method)) return new(SweepOutcome.NotAllowed);
            if (sweep.State == next || (next, sweep.State) is (SweepState.Undoing, SweepState.Undone) or (SweepState.Purging, SweepState.Purged)) return new(SweepOutcome.Done, lists.LineOf(commit.Db, sweep, by));
            var isPossible = next == SweepState.Cancelled ? sweep.State == SweepState.Running : sweep.State is SweepState.Done or SweepState.Cancelled && commit.Now - sweep.At < KeptFor;
            if (!isPossible) return new(SweepOutcome.TooLate);

            (sweep.State, sweep.ChangedById) = (next, actor.Id.Value);
            AuditLog.Add(commit, actor.Id, method, sweep.UserId, $"{users.Get(new UserId(sweep.UserId)).Name}: {sweep.Messages} messages of {sweep.At.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z", why);
            if (next == SweepState.Cancelled) Tell(commit, sweep);
            else Step(commit, id);
            commit.Db.SaveChanges();
            return new(SweepOutcome.Done, lists.LineOf(commit.Db, sweep, by));
        });
    }

    // In each of its rooms, and not against somebody who stands higher there.
    private bool MayTurn(Commit commit, Actor actor, UserCard by, Sweep sweep, string method)
    {
        var target = users.Get(new UserId(sweep.UserId));
        var sweeper = sweep.ById == by.Id.Value ? null : commit.CardOf(users, new UserId(sweep.ById));
        return SweepLists.RoomsOf(commit.Db, sweep).TrueForAll(room =>
            commit.MayModerate(method, room, actor, by, target) && (sweeper is null || commit.StandingIn(room, actor, by) >= commit.StandingIn(room, sweeper)));
    }

    private static (List<Room> Rooms, SweepOutcome? Refusal) Named(Commit commit, Actor actor, UserCard by, UserCard target, IReadOnlyList<RoomId> named)
    {
        List<Room> rooms = [];
        foreach (var id in named.Distinct())
        {
            if (commit.FindModerated(id, by) is not { } room) return ([], SweepOutcome.RoomNotFound);
            if (!commit.MayModerate("sweep.run", room, actor, by, target)) return ([], SweepOutcome.NotAllowed);
            if (room.Visibility == RoomVisibility.Direct) return ([], SweepOutcome.NotPossible);
            rooms.Add(room);
        }

        return (rooms, null);
    }

    private static List<Room> Allowed(Commit commit, Actor actor, UserCard by, UserCard target, IEnumerable<string> rooms) => [.. rooms
        .Distinct(StringComparer.Ordinal)
        .Select(id => commit.FindModerated(new RoomId(id), by))
        .OfType<Room>()
        .Where(room => room.Visibility != RoomVisibility.Direct && commit.MayModerate("sweep.run", room, actor, by, target))];

    private static bool MayAnywhere(Commit commit, Actor actor, UserCard by, UserCard target) =>
        SweepLists.IsModeratorAnywhere(commit.Db, actor, by) && by.Id != target.Id && (!by.IsModerator || by.Rank > target.Rank);

    private void Mute(Commit commit, Actor actor, UserCard by, SweepOrder order, List<Room> rooms, TimeSpan lasts)
    {
        // Of a private room only those are told who are in it: who has left writes nothing there anyway.
        RoomId?[] places = order.Rooms is null && by.IsModerator ? [null] : [.. rooms.Select(room => (RoomId?)new RoomId(room.Id))];
        foreach (var place in places) sanctions.Impose(commit, actor, new SanctionOrder(order.User, SanctionKind.Mute, place, order.Reason, lasts), isAudited: false);
    }

    private async Task<SweepResult> GoAsync(Func<Commit, SweepResult> change)
    {
        try
        {
            var result = await commits.CommitAsync(change);
            if (result.Line is { State: SweepState.Running or SweepState.Undoing or SweepState.Purging } line) _ = GoOnAsync(line.Id, CancellationToken.None);
            return result;
        }
        catch (StorageUnavailableException)
        {
            return new(SweepOutcome.Busy);
        }
    }

    // As long again as each batch took, others have the writer for themselves. What fails goes on with the next upkeep.
    private async Task GoOnAsync(long id, CancellationToken stop)
    {
        if (!_going.TryAdd(id, 0)) return;
        try
        {
            for (var hasMore = true; hasMore && !stop.IsCancellationRequested;)
            {
                var began = time.GetTimestamp();
                hasMore = await commits.CommitAsync(commit => Step(commit, id));
                await Task.Delay(time.GetElapsedTime(began), time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (StorageUnavailableException)
        {
            // Nothing of the batch is stored, and what it is at is.
        }
        finally
        {
            _going.TryRemove(id, out _);
        }
    }

    private void Tell(Commit commit, Sweep sweep) => broker.TellModeratorPages(commit, users, sweep.Rooms.Split(' '), new SweepsChanged());
}
