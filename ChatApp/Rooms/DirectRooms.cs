using System.Security.Cryptography;
using System.Text;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Storage;

namespace ChatApp.Rooms;

/// <summary>Tells a person on all devices that they took a direct room off their list; <see cref="OwnRoomsChanged"/> brings it back.</summary>
/// <param name="Room">Which.</param>
public sealed record RoomHidden(RoomId Room);

/// <summary>
/// Conversations between two to eight people. The same people always have the same room; nobody comes into it, leaves it or
/// changes it, so who is in it never has to be asked about twice. Its log begins when somebody opens it, and the others have
/// it on their lists from the first message on.
/// </summary>
/// <remarks>
/// Bots keep the rule that holds everywhere: they are only where their owners are, so a conversation with a bot is one with
/// its owner too.
/// </remarks>
/// <param name="commits">The one writer.</param>
/// <param name="database">Where rooms are stored.</param>
/// <param name="broker">Tells the people's devices.</param>
/// <param name="users">Names of people.</param>
/// <param name="markers">What is read.</param>
/// <param name="newcomers">What new accounts may not do yet.</param>
/// <param name="time">The clock.</param>
public sealed class DirectRooms(CommitQueue commits, ChatDatabase database, RoomBroker broker, UserDirectory users, ReadMarkers markers, NewMembers newcomers, TimeProvider time)
{
    /// <summary>Most people in a conversation, whoever opens it included.</summary>
    public const int MaxPeople = 8;

    /// <summary>New conversations that one person can begin within a minute.</summary>
    public const int MaxPerMinute = 60;

    private readonly Budget _budget = new(time, MaxPerMinute, TimeSpan.FromMinutes(1));

    /// <summary>
    /// The conversation of a person with others: found or made in one commit. Refused as <see cref="RoomOutcome.Unreachable"/>
    /// where it would be new and one of them blocks the person, or a bot's owner is missing; as <see cref="RoomOutcome.NewMember"/> where a
    /// new account has begun enough of them.
    /// </summary>
    /// <param name="actor">Who opens it; they are in it, named or not.</param>
    /// <param name="others">With whom.</param>
    public Task<RoomResult> OpenAsync(UserId actor, IReadOnlyCollection<UserId> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        if (Together(actor, others) is not { } people) return Task.FromResult(new RoomResult(RoomOutcome.BadPeople));
        var key = KeyOf(people);
        return commits.CommitRoomAsync(commit => commit.Db.Rooms.FirstOrDefault(room => room.DirectKey == key) is { } known
            ? OpenAgain(commit, known, actor, people)
            : Make(commit, key, actor, people));
    }

    /// <summary>The conversation of a person with others, where there is one already.</summary>
    public RoomId? Find(UserId actor, IReadOnlyCollection<UserId> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        if (Together(actor, others) is not { } people) return null;
        var key = KeyOf(people);
        using var db = database.OpenRead();
        return db.Rooms.Where(room => room.DirectKey == key).Select(room => room.Id).FirstOrDefault() is { } id ? new RoomId(id) : null;
    }

    /// <summary>
    /// Takes a conversation off a person's list until something new is said there; what is there counts as read. Nothing
    /// happens where something is said at this very moment.
    /// </summary>
    public async Task<RoomResult> HideAsync(UserId actor, RoomId id)
    {
        if (await markers.MarkAsync(actor, id, new Offset(long.MaxValue)) is not { } read) return new RoomResult(RoomOutcome.NotFound);
        return await commits.CommitRoomAsync(commit =>
        {
            if (RoomAccess.Find(commit.Db, id, actor) is not { IsMember: true, Room: { } room }) return new RoomResult(RoomOutcome.NotFound);
            if (!room.IsDirect) return new RoomResult(RoomOutcome.NotPossible);
            if (commit.Db.Messages.Any(message => message.RoomId == id.Value && message.Offset > read.UpTo.Value)) return new RoomResult(RoomOutcome.Done, room);
            if (commit.Db.RoomPreferences.Find(actor.Value, id.Value) is { } preference) preference.HiddenUpTo = read.UpTo.Value;
            else commit.Db.RoomPreferences.Add(new RoomPreference { UserId = actor.Value, RoomId = id.Value, HiddenUpTo = read.UpTo.Value });
            commit.AfterCommit(() => broker.PublishToUser(actor, new RoomHidden(id)));
            return new RoomResult(RoomOutcome.Done, room);
        });
    }

    /// <summary>False where somebody may write nothing to a conversation of two, because the other one blocks them. Asked for each message of direct rooms.</summary>
    internal static bool MayWrite(Commit commit, RoomId room, UserId author)
    {
        using var row = commit.Query(
            """
            SELECT 1 FROM memberships m JOIN blocks b ON b.UserId = m.UserId AND b.BlockedId = ?2
            WHERE m.RoomId = ?1 AND (SELECT COUNT(*) FROM memberships WHERE RoomId = ?1) = 2
            """,
            room.Value, author.Value);
        return !row.Read();
    }

    /// <summary>Puts a conversation back on the lists from which it was taken, before the message that does so is told of.</summary>
    internal static void Bring(Commit commit, RoomId id, RoomBroker broker)
    {
        List<UserId>? hidden = null;
        using (var rows = commit.Query("UPDATE room_preferences SET HiddenUpTo = NULL WHERE RoomId = ?1 AND HiddenUpTo IS NOT NULL RETURNING UserId", id.Value))
        {
            while (rows.Read()) (hidden ??= []).Add(new UserId(rows.Text(0)));
        }

        if (hidden is not null) Tell(commit, broker, RoomView.Of(commit.Db, commit.Db.Rooms.First(room => room.Id == id.Value)), hidden);
    }

    private RoomResult OpenAgain(Commit commit, Room room, UserId actor, UserId[] people)
    {
        var view = RoomView.Of(room, people);
        if (commit.Db.RoomPreferences.Find(actor.Value, room.Id) is { HiddenUpTo: not null } preference)
        {
            preference.HiddenUpTo = null;
            Tell(commit, broker, view, [actor]);
        }

        return new RoomResult(RoomOutcome.Done, view);
    }

    private RoomResult Make(Commit commit, string key, UserId actor, UserId[] people)
    {
        string[] ids = [.. people.Select(person => person.Value)];
        var accounts = commit.Db.Users.Where(user => ids.Contains(user.Id) && user.DeletedAt == null).Select(UserCard.FromAccount).ToList();
        if (accounts.Count != people.Length) return new RoomResult(RoomOutcome.NoSuchUser);
        if (accounts.Exists(account => account.Owner is { } owner && !people.Contains(owner))) return new RoomResult(RoomOutcome.Unreachable);
        if (Blocks.AnyBlocks(commit, people, users.Get(actor))) return new RoomResult(RoomOutcome.Unreachable);
        if (newcomers.MayNotBegin(commit, actor)) return new RoomResult(RoomOutcome.NewMember);
        if (!_budget.TryTake(actor)) return new RoomResult(RoomOutcome.Busy);

        var room = new Room
        {
            Id = RoomId.New().Value,
            Name = "",
            Visibility = RoomVisibility.Direct,
            Epoch = ChatDatabase.NewEpoch(),
            CreatedAt = commit.Now,
            DirectKey = key,
        };
        commit.Db.Rooms.Add(room);
        RoomLog.Append(commit, room, LogEntryKind.RoomCreated, actor);
        foreach (var person in people)
        {
            commit.Db.Memberships.Add(new Membership { RoomId = room.Id, UserId = person.Value, JoinedAt = commit.Now });
            // That somebody looked for them is nothing that people are told before there is something to read.
            if (person != actor) commit.Db.RoomPreferences.Add(new RoomPreference { UserId = person.Value, RoomId = room.Id, HiddenUpTo = room.Head });
        }

        var view = RoomView.Of(room, people);
        Tell(commit, broker, view, [actor]);
        return new RoomResult(RoomOutcome.Done, view);
    }

    private static void Tell(Commit commit, RoomBroker broker, RoomView room, IReadOnlyList<UserId> people) => commit.AfterCommit(() =>
    {
        foreach (var person in people) broker.PublishToUser(person, new OwnRoomsChanged(room, IsMember: true));
    });

    // Each once, in a fixed order; null where they are too few or too many.
    private static UserId[]? Together(UserId actor, IReadOnlyCollection<UserId> others)
    {
        if (others.Count > MaxPeople) return null;
        UserId[] people = [.. others.Append(actor).Distinct().OrderBy(person => person.Value, StringComparer.Ordinal)];
        return people.Length is < 2 or > MaxPeople ? null : people;
    }

    // In a fixed order and apart from each other: the same people, and nobody else, have this key.
    private static string KeyOf(IEnumerable<UserId> people) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', people))));
}
