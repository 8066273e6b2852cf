using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Topics;

namespace ChatApp.Moderation;

/// <summary>How a moderator's action went.</summary>
public enum ModerationOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>The actor may not do this to that target.</summary>
    NotAllowed,

    /// <summary>The target is gone.</summary>
    NotFound,

    /// <summary>The instance would be left without an administrator.</summary>
    LastAdministrator,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,

    /// <summary>This must not be done without saying why.</summary>
    ReasonMissing,

    /// <summary>Something else has that name by now.</summary>
    NameTaken,
}

/// <summary>A live connection as a moderator sees it.</summary>
/// <param name="Id">Identity.</param>
/// <param name="User">Whose.</param>
/// <param name="Description">Kind, address, name, since when.</param>
/// <param name="Rooms">Names of the rooms it listens to that the moderator may know of.</param>
/// <param name="OtherRooms">How many it listens to besides.</param>
/// <param name="OutboxEvents">Events that wait for it.</param>
/// <param name="OutboxBytes">Bytes that wait for it; 0 for circuits.</param>
public sealed record ConnectionLine(
    ConnectionId Id, UserCard User, ConnectionDescription Description, IReadOnlyList<string> Rooms, int OtherRooms, int OutboxEvents, long OutboxBytes)
{
    /// <summary>How many the same person has, this one included.</summary>
    public int OfUser { get; init; } = 1;
}

/// <summary>An account as a moderator sees it.</summary>
/// <param name="User">Name and rank.</param>
/// <param name="Email">Address; only administrators see it, others get an empty text.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="IsLocked">True where an administrator has locked it.</param>
public sealed record AccountLine(UserCard User, string Email, DateTimeOffset CreatedAt, bool IsLocked = false)
{
    /// <summary>True where it is under a ban from the instance.</summary>
    public bool IsBanned { get; init; }

    /// <summary>Live connections at this moment.</summary>
    public int Connections { get; init; }
}

/// <summary>
/// What moderators and administrators may see and do in the whole instance. Every right is checked here, against the
/// actor's present rank; nobody acts on someone of equal or higher rank; every action is in the audit log.
/// </summary>
/// <param name="broker">The live connections.</param>
/// <param name="commits">The one writer.</param>
/// <param name="database">For reading.</param>
/// <param name="users">Ranks and names.</param>
/// <param name="topics">Who may listen to what.</param>
/// <param name="time">The clock, for what holds now.</param>
public sealed partial class ModerationDesk(
    RoomBroker broker, CommitQueue commits, ChatDatabase database, UserDirectory users, TopicAccess topics, TimeProvider time)
{
    /// <summary>Most lines that one list holds.</summary>
    public const int MaxLines = 200;

    /// <summary>The oldest live connections first, at most <see cref="MaxLines"/>, and how many there are; null for members.</summary>
    public (IReadOnlyList<ConnectionLine> Lines, int Total)? Connections(Actor actor)
    {
        if (!users.Get(actor).IsModerator) return null;
        var live = broker.Connections;
        var shown = live.OrderBy(connection => connection.Description.Since).Take(MaxLines).ToList();
        var known = NamesOf(shown.SelectMany(connection => connection.Rooms).Distinct(), actor.Id);
        return ([.. shown.Select(connection => Line(connection, known))], live.Count);
    }

    /// <summary>Ends one live connection. A program is told not to come back by itself; a browser page says so.</summary>
    public Task<ModerationOutcome> DisconnectAsync(Actor actor, ConnectionId id, string reason)
    {
        if (!users.Get(actor).IsModerator) return Task.FromResult(ModerationOutcome.NotAllowed);
        if (broker.Find(id) is not { } connection) return Task.FromResult(ModerationOutcome.NotFound);
        if (!MayActOn(actor, connection.User)) return Task.FromResult(ModerationOutcome.NotAllowed);
        return CommitAsync(commit =>
        {
            var description = connection.Description;
            AuditLog.Add(commit, actor.Id, "connection.disconnect", id.ToString(),
                $"{description.Kind} of {users.Get(connection.User).Name} from {description.Address}", reason);
            commit.AfterCommit(() => connection.End(EndReason.ForceDisconnect));
            return ModerationOutcome.Done;
        });
    }

    /// <summary>Accounts whose name contains <paramref name="part"/>, by name, at most <see cref="MaxLines"/>; null for members.</summary>
    public IReadOnlyList<AccountLine>? Accounts(Actor actor, string part = "")
    {
        var by = users.Get(actor);
        if (!by.IsModerator) return null;
        var pattern = DisplayName.Fold(part);
        using var db = database.OpenRead();
        return [.. db.Users
            .Where(user => user.DeletedAt == null && user.NormalizedDisplayName.Contains(pattern))
            .OrderByDescending(user => user.Rank).ThenBy(user => user.NormalizedDisplayName)
            .Take(MaxLines)
            .AsEnumerable()
            .Select(user => LineOf(user, by))];
    }

    /// <summary>
    /// Gives an account another rank. Administrators only; somebody else of their own rank they cannot change, but they
    /// may step down themselves unless they are the last.
    /// </summary>
    public Task<ModerationOutcome> SetRankAsync(Actor actor, UserId target, Rank rank, string reason = "") => CommitAsync(commit =>
    {
        // Read here and not from memory: two changes at once are two commits, and the second one sees the first.
        var by = commit.Db.Users.FirstOrDefault(user => user.Id == actor.Id.Value);
        if (by?.Rank != Rank.Administrator || by.IsBot || actor.UpTo < Rank.Administrator || !Enum.IsDefined(rank)) return ModerationOutcome.NotAllowed;
        if (commit.Db.Users.FirstOrDefault(user => user.Id == target.Value && user.DeletedAt == null) is not { } account) return ModerationOutcome.NotFound;
        if (account.Rank == rank) return ModerationOutcome.Done;
        if (account is { Rank: Rank.Administrator, IsBot: false })
        {
            if (target != actor.Id) return ModerationOutcome.NotAllowed;
            if (commit.Db.Users.Where(AccountLock.IsOpenAccount).Count(user => user.Rank == Rank.Administrator && !user.IsBot) == 1) return ModerationOutcome.LastAdministrator;
        }

        if (account.OwnerId is { } owner && rank > users.Get(new UserId(owner)).Rank) return ModerationOutcome.NotAllowed;
        AuditLog.Add(commit, actor.Id, "user.rank", target.Value, $"{account.DisplayName}: {account.Rank} -> {rank}", reason, account.Rank.ToString(), rank.ToString());
        account.Rank = rank;
        var card = UserCard.Of(account);
        commit.AfterCommit(() =>
        {
            users.Replace(card);
            topics.RankChanged(target);
            foreach (var bot in broker.BotConnectionsOf(target).Select(connection => connection.User).Distinct()) topics.RankChanged(bot);
            broker.PublishToUser(target, new OwnRankChanged(card));
        });
        return ModerationOutcome.Done;
    });

    /// <summary>True where the actor's rank is above the target's, or both are the same person.</summary>
    public bool MayActOn(Actor actor, UserId target) => actor.Id == target || users.Get(actor).Rank > users.Get(target).Rank;

    private ConnectionLine Line(Connection connection, Dictionary<RoomId, string> known)
    {
        var rooms = connection.Rooms;
        string[] named = [.. rooms.Where(known.ContainsKey).Select(room => known[room])];
        return new ConnectionLine(
            connection.Id, users.Get(connection.User), connection.Description, named, rooms.Count - named.Length,
            connection.Outbox.Count, connection.Outbox.Bytes) { OfUser = broker.CountOf(connection.User) };
    }

    private Dictionary<RoomId, string> NamesOf(IEnumerable<RoomId> rooms, UserId viewer)
    {
        using var db = database.OpenRead();
        return rooms
            .Select(id => RoomAccess.Find(db, id, viewer))
            .OfType<RoomStanding>()
            .ToDictionary(standing => standing.Room.Id, standing => RoomNames.Of(standing.Room, viewer, users));
    }

    private async Task<ModerationOutcome> CommitAsync(Func<Commit, ModerationOutcome> change)
    {
        try
        {
            return await commits.CommitAsync(change);
        }
        catch (StorageUnavailableException)
        {
            return ModerationOutcome.Busy;
        }
    }
}

/// <summary>Tells a person on all devices that their rank is another one now.</summary>
/// <param name="User">Themselves.</param>
public sealed record OwnRankChanged(UserCard User);
