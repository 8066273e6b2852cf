using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Messages;

/// <summary>The log of a room: the one sequence that all viewers follow.</summary>
public static class RoomLog
{
    /// <summary>
    /// Takes the room's next offset for a change, in the same transaction as the change itself: offsets have no hole.
    /// </summary>
    /// <param name="commit">The change that is being made.</param>
    /// <param name="room">The room, tracked by the commit's context.</param>
    /// <param name="kind">What happens.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="message">The message concerned.</param>
    /// <param name="subject">The person concerned.</param>
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
}
