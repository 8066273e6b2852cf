using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Messages;

/// <summary>A change of a room with its place in the room's log.</summary>
/// <param name="Offset">The place.</param>
/// <param name="Event">The change, as the room stands today: the log names what changed, the text is read where it lives.</param>
public sealed record LoggedEvent(Offset Offset, RoomEvent Event);

/// <summary>The log of a room: the one sequence that all viewers follow.</summary>
/// <param name="database">Where it is stored.</param>
/// <param name="users">Names of people.</param>
public sealed class RoomLog(ChatDatabase database, UserDirectory users)
{
    /// <summary>
    /// Takes the room's next offset for a change, in the same transaction as the change itself (so offsets have no hole),
    /// and tells the viewers once it is on disk.
    /// </summary>
    /// <param name="commit">The change that is being made.</param>
    /// <param name="room">The room, tracked by the commit's context.</param>
    /// <param name="kind">What happens.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="broker">Tells the viewers.</param>
    /// <param name="happened">What they are told.</param>
    /// <param name="message">The message concerned.</param>
    /// <param name="subject">The person concerned.</param>
    public static Offset Append(
        Commit commit, Room room, LogEntryKind kind, UserId actor, RoomBroker broker, RoomEvent happened, MessageId? message = null, UserId? subject = null)
    {
        var offset = Append(commit, room, kind, actor, message, subject);
        Tell(commit, kind, offset, broker, happened);
        return offset;
    }

    /// <summary>The same for a change whose viewers are told in another way, or not at all.</summary>
    public static Offset Append(
        Commit commit, Room room, LogEntryKind kind, UserId actor, MessageId? message = null, UserId? subject = null)
    {
        ArgumentNullException.ThrowIfNull(commit);
        ArgumentNullException.ThrowIfNull(room);
        room.Head++;
        commit.Db.Log.Add(new LogEntry
        {
            RoomId = room.Id,
            Offset = room.Head,
            Kind = kind,
            MessageId = message?.Value,
            SubjectId = subject?.Value,
            ActorId = actor.Value,
            At = commit.Now,
        });
        return new Offset(room.Head);
    }

    /// <summary>The same for a message that was posted, without the context: by far the most frequent change.</summary>
    /// <param name="commit">The change that is being made.</param>
    /// <param name="offset">The place after the room's head, which the message has taken.</param>
    /// <param name="posted">What the viewers are told.</param>
    /// <param name="broker">Tells them.</param>
    public static void AppendPosted(Commit commit, Offset offset, MessagePosted posted, RoomBroker broker)
    {
        ArgumentNullException.ThrowIfNull(commit);
        ArgumentNullException.ThrowIfNull(posted);
        var message = posted.Message;
        commit.Execute("UPDATE rooms SET Head = ?2 WHERE Id = ?1", message.Room.Value, offset.Value);
        commit.Execute(
            """INSERT INTO log (RoomId, "Offset", Kind, MessageId, ActorId, At) VALUES (?1, ?2, ?3, ?4, ?5, ?6)""",
            message.Room.Value, offset.Value, (int)LogEntryKind.MessagePosted, message.Id.Value, message.Author.Id.Value, commit.Now.ToUnixTimeMilliseconds());
        Tell(commit, LogEntryKind.MessagePosted, offset, broker, posted);
    }

    /// <summary>
    /// The changes after a place, in order, at most <paramref name="count"/>; empty where there are none. Rights are the
    /// caller's affair.
    /// </summary>
    public IReadOnlyList<LoggedEvent> Read(RoomId room, Offset after, int count)
    {
        using var db = database.OpenRead();
        db.Database.OpenConnection();
        var rows = LogRows.Read(db, room, after, count);
        var targets = rows.Select(row => row.Target).OfType<ReplyTarget>().DistinctBy(target => target.Id).ToList();
        long[] answered = [.. rows.Where(row => row is { IsAnswered: true, Message.ThreadId: null }).Select(row => row.Message!.Id).Distinct()];
        long[] reactedTo = [.. rows.Where(row => row is { IsReactedTo: true, Message.DeletedAt: null }).Select(row => row.Message!.Id).Distinct()];
        var messages = MessageViews.Of(db, [.. rows.Where(row => row.Message is not null).Select(row => row.Message!).Distinct()], users, targets, answered, reactedTo).ToDictionary(message => message.Id.Value);
        var threads = ThreadViews.Of(db, [.. rows
            .Where(row => row is { Message.ThreadId: not null, Entry.Kind: LogEntryKind.MessageDeleted or LogEntryKind.MessageRestored })
            .Select(row => row.Message!.ThreadId!.Value).Distinct()]);
        RoomView? view = null;
        return [.. rows.Select(row => new LoggedEvent(new Offset(row.Entry.Offset), EventOf(row)))];

        RoomEvent EventOf(LogRow row)
        {
            var entry = row.Entry;
            var actor = users.Get(new UserId(entry.ActorId));
            if (entry.MessageId is { } id)
            {
                // Gone by retention: to whoever still shows it, that is a deletion.
                if (!messages.TryGetValue(id, out var message)) return new MessageDeleted(room, new MessageId(id), actor, entry.At);
                return entry.Kind switch
                {
                    LogEntryKind.MessagePosted => new MessagePosted(message),
                    LogEntryKind.MessageEdited => new MessageEdited(message, entry.At),
                    LogEntryKind.MessageRestored => new MessageRestored(message, entry.At) { Answers = AnswersBeside(message) },
                    LogEntryKind.ReactionChanged => new ReactionChanged(room, message.Id, message.Reactions, actor, entry.At),
                    LogEntryKind.PinChanged => new PinChanged(room, message.Id, message.IsPinned, actor, entry.At),
                    _ => new MessageDeleted(room, message.Id, actor, entry.At) { Thread = message.Thread, Answers = AnswersBeside(message) },
                };
            }

            if (entry.Kind is LogEntryKind.MessagesSwept or LogEntryKind.MessagesReturned) return SweepOf(entry, actor);
            if (entry.Kind is LogEntryKind.MemberJoined or LogEntryKind.MemberLeft)
                return new MemberChanged(room, users.Get(new UserId(entry.SubjectId ?? entry.ActorId)), entry.Kind == LogEntryKind.MemberJoined, entry.At);
            if (entry is { Kind: LogEntryKind.RoleChanged, SubjectId: { } subject })
                return new RoleChanged(room, users.Get(new UserId(subject)), row.Role ?? RoomRole.Member, actor, entry.At);

            view ??= RoomView.Of(db, db.Rooms.Single(r => r.Id == room.Value));
            return new RoomChanged(view, actor, entry.At);
        }

        // So few that each is looked up by itself.
        RoomEvent SweepOf(LogEntry entry, UserCard actor)
        {
            var part = db.SweepParts.Single(part => part.RoomId == room.Value && part.Offset == entry.Offset);
            var range = new SweptRange(users.Get(new UserId(entry.SubjectId!)), new MessageId(part.First), new MessageId(part.Last), new Offset(part.From), new Offset(part.To));
            return entry.Kind == LogEntryKind.MessagesSwept ? new MessagesSwept(room, range, actor, entry.At) : new MessagesReturned(room, range, actor, entry.At);
        }

        ThreadSummary? AnswersBeside(MessageView message) => message.Thread is { } thread ? threads.GetValueOrDefault(thread.Value) : null;
    }

    private static void Tell(Commit commit, LogEntryKind kind, Offset offset, RoomBroker broker, RoomEvent happened)
    {
        ArgumentNullException.ThrowIfNull(broker);
        // Whoever catches up from memory must not be shown a text that has been changed or taken back since.
        var rewrites = kind is LogEntryKind.MessageEdited or LogEntryKind.MessageDeleted or LogEntryKind.MessageRestored or LogEntryKind.MessagesSwept or LogEntryKind.MessagesReturned;
        commit.AfterCommit(() => broker.Publish(happened.Room, happened, offset, rewrites));
    }
}
