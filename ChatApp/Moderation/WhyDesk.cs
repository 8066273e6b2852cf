using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation.Policies;
using ChatApp.Moderation.Rules;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>
/// Answers why somebody did not get something: from what the services decide by, at this moment. For moderators of the instance, about rooms that
/// they may know of; texts it never shows. About a room that the moderator is not in, the question stands in the audit log.
/// </summary>
/// <remarks>
/// A new thing that holds messages back is a <see cref="WhyFact"/>, and a line in <see cref="OfRoom"/> or <see cref="OfMessage"/>; what comes between a text and its
/// being posted is in <see cref="Screened"/>.
/// </remarks>
/// <param name="database">Where rooms, members and messages are stored.</param>
/// <param name="commits">For the entry in the audit log.</param>
/// <param name="broker">The live connections.</param>
/// <param name="users">Who is who.</param>
/// <param name="blocks">Who does not want to hear from whom.</param>
/// <param name="screening">The rules.</param>
/// <param name="checks">The programs that check rooms.</param>
/// <param name="refusals">What was refused lately.</param>
/// <param name="time">The clock.</param>
public sealed partial class WhyDesk(
    ChatDatabase database, CommitQueue commits, RoomBroker broker, UserDirectory users, Blocks blocks, Screening screening, PolicyChecks checks, RecentRefusals refusals, TimeProvider time)
{
    /// <summary>Most connections that an answer holds.</summary>
    public const int MaxDevices = 50;

    /// <summary>Most rooms that <see cref="Rooms"/> gives.</summary>
    public const int MaxRooms = 500;

    /// <summary>What reaches a person in a room.</summary>
    /// <param name="actor">Who asks: a moderator of the instance.</param>
    /// <param name="user">The person.</param>
    /// <param name="room">The room.</param>
    public Task<WhyResult> AskAsync(Actor actor, UserId user, RoomId room) => AskAsync(actor, user, db => (room, null));

    /// <summary>Whether a message reached a person, and what kept it back.</summary>
    /// <param name="actor">Who asks: a moderator of the instance.</param>
    /// <param name="user">The person.</param>
    /// <param name="message">The message.</param>
    public Task<WhyResult> AskAsync(Actor actor, UserId user, MessageId message) =>
        AskAsync(actor, user, db => db.Messages.FirstOrDefault(row => row.Id == message.Value) is { } row ? (new RoomId(row.RoomId), row) : null);

    /// <summary>The rooms that a moderator can ask about, by name, at most <see cref="MaxRooms"/>; null for members.</summary>
    public IReadOnlyList<RoomView>? Rooms(Actor actor)
    {
        if (!users.Get(actor).IsModerator) return null;
        using var db = database.OpenRead();
        var memberships = RoomAccess.Memberships(db);
        return [.. db.Rooms
            .Where(room => room.Visibility == RoomVisibility.Public || memberships.Any(m => m.RoomId == room.Id && m.UserId == actor.Id.Value))
            .Where(room => room.Visibility != RoomVisibility.Direct)
            .OrderBy(room => room.Name).Take(MaxRooms).AsEnumerable().Select(room => RoomView.Of(room))];
    }

    /// <summary>The message with that id, where the moderator may know of its room; null otherwise.</summary>
    public WhyMessage? Find(Actor actor, MessageId id)
    {
        if (!users.Get(actor).IsModerator) return null;
        using var db = database.OpenRead();
        return db.Messages.FirstOrDefault(row => row.Id == id.Value) is { } message && RoomAccess.Find(db, new RoomId(message.RoomId), actor.Id) is not null ? Of(message) : null;
    }

    private async Task<WhyResult> AskAsync(Actor actor, UserId user, Func<ChatDbContext, (RoomId Room, Message? Message)?> find)
    {
        if (!users.Get(actor).IsModerator) return new WhyResult(ModerationOutcome.NotAllowed);
        RoomStanding standing;
        WhyAnswer answer;
        await using (var db = database.OpenRead())
        {
            // A room that the moderator may not know of is answered as one that is not there.
            if (find(db) is not var (room, message) || RoomAccess.Find(db, room, actor.Id) is not { } known) return new WhyResult(ModerationOutcome.NotFound);
            if (db.Users.FirstOrDefault(row => row.Id == user.Value) is not { } account) return new WhyResult(ModerationOutcome.NotFound);
            standing = known;
            answer = Answer(db, actor.Id, account, known.Room, message);
        }

        if (standing.IsMember) return new WhyResult(ModerationOutcome.Done, answer);
        try
        {
            await commits.CommitAsync(commit =>
            {
                AuditLog.Add(commit, actor.Id, "moderation.why", user.Value, $"{answer.User.Name} in {answer.RoomName}", reason: "");
                return true;
            });
        }
        catch (StorageUnavailableException)
        {
            return new WhyResult(ModerationOutcome.Busy);
        }

        return new WhyResult(ModerationOutcome.Done, answer);
    }

    private WhyAnswer Answer(ChatDbContext db, UserId viewer, ChatUser account, RoomView room, Message? message)
    {
        var (user, now) = (new UserId(account.Id), time.GetUtcNow());
        var (id, owner, place) = (account.Id, account.OwnerId, room.Id.Value);
        var membership = RoomAccess.Memberships(db).FirstOrDefault(m => m.RoomId == place && m.UserId == id);
        var isMember = room.IsDefault ? account.DeletedAt is null : membership is not null;
        // What is on a person is on their bots.
        var sanctions = SanctionGuard.Holding(db.Sanctions, now)
            .Where(row => (row.UserId == id || row.UserId == owner) && (row.RoomId == null || row.RoomId == place) && row.Kind != SanctionKind.Warning)
            .OrderByDescending(row => row.Kind).Take(SanctionLists.MaxLines).AsEnumerable().Select(SanctionTerm.Of).ToList();
        var answer = new WhyAnswer(users.Capped(UserCard.Of(account)), room, RoomNames.Of(room, viewer, users), [])
        {
            Message = message is null ? null : Of(message),
            Role = isMember ? membership?.Role ?? RoomRole.Member : null,
            JoinedAt = membership?.JoinedAt,
            Level = db.RoomPreferences.Where(row => row.UserId == id && row.RoomId == place).Select(row => row.Level).FirstOrDefault(),
            ReadUpTo = db.ReadMarkers.Where(row => row.UserId == id && row.RoomId == place).Select(row => (long?)row.UpTo).FirstOrDefault() is { } upTo ? new Offset(upTo) : null,
            Sanctions = sanctions,
            Devices = [.. broker.ConnectionsOf(user).OrderBy(one => one.Description.Since).Take(MaxDevices).Select(one => DeviceOf(one, room.Id))],
        };
        if (!room.IsDirect) answer = Screened(db, answer);
        if (message is not null) answer = Reviewed(db, answer, message);
        var facts = OfRoom(answer, account, isMember);
        return answer with { Facts = [.. message is null ? facts : facts.Concat(OfMessage(db, answer, message, membership))] };
    }

    private static IEnumerable<WhyFact> OfRoom(WhyAnswer answer, ChatUser account, bool isMember)
    {
        if (account.DeletedAt is not null) yield return WhyFact.AccountGone;
        if (AccountLock.IsByAdministrator(account.LockoutEnd)) yield return WhyFact.AccountLocked;
        if (answer.Sanctions.Any(term => term is { Kind: SanctionKind.Ban, Room: null })) yield return WhyFact.Banned;
        if (answer.Sanctions.Any(term => term is { Kind: SanctionKind.Ban, Room: not null })) yield return WhyFact.BannedHere;
        if (!isMember) yield return WhyFact.NotAMember;
        if (answer.Sanctions.Any(term => term.Kind == SanctionKind.Mute)) yield return WhyFact.Muted;
        if (answer.Room.IsArchived) yield return WhyFact.RoomArchived;
        if (answer.Room.IsLocked) yield return WhyFact.RoomLocked;
        if (answer.Room.SlowSeconds > 0) yield return WhyFact.RoomSlow;
        if (answer.Held.Count > 0) yield return WhyFact.WaitsForReview;
        if (answer.Refused.Count > 0) yield return WhyFact.RefusedLately;
        if (answer.Level == NoticeLevel.Mentions) yield return WhyFact.LevelMentions;
        if (answer.Level == NoticeLevel.Nothing) yield return WhyFact.LevelNothing;
        if (answer.Devices.Count == 0) yield return WhyFact.NotConnected;
        else if (answer.Devices.All(device => device.Sent is null)) yield return WhyFact.NotListening;
        else if (answer.Devices.Any(device => device.Sent is not null && device.Waiting > 0)) yield return WhyFact.Behind;
    }

    private IEnumerable<WhyFact> OfMessage(ChatDbContext db, WhyAnswer answer, Message message, Membership? membership)
    {
        var id = answer.User.Id.Value;
        if (message.DeletedAt is not null) yield return WhyFact.MessageDeleted;
        if (message.AuthorId == id)
        {
            yield return WhyFact.OwnMessage;
            yield break;
        }

        if (membership?.JoinedAt > message.At) yield return WhyFact.JoinedLater;
        if (blocks.Has(answer.User.Id, new UserId(message.AuthorId))) yield return WhyFact.BlocksAuthor;
        if (message.ThreadId is { } thread && !db.ThreadFollows.Any(row => row.UserId == id && row.ThreadId == thread && row.IsFollowing)) yield return WhyFact.ThreadNotFollowed;
        if (message.MentionsAll || db.Mentions.Any(row => row.MessageId == message.Id && row.UserId == id)) yield return WhyFact.Mentioned;
        yield return answer.ReadUpTo?.Value >= message.Offset ? WhyFact.Read : WhyFact.NotRead;
    }

    private WhyMessage Of(Message message) => new(new MessageId(message.Id), new Offset(message.Offset), message.At, users.Get(new UserId(message.AuthorId)));

    private static WhyDevice DeviceOf(Connection connection, RoomId room) =>
        new(connection.Id, connection.Description, connection.SubscriptionTo(room)?.Position, connection.Outbox.Count);
}
