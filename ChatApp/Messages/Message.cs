namespace ChatApp.Messages;

/// <summary>A message as stored; the only place where its text lives. Pages and programs see <see cref="MessageView"/>.</summary>
public sealed class Message
{
    /// <summary>See <see cref="MessageId"/>; given by the database.</summary>
    public long Id { get; init; }

    /// <summary>The room.</summary>
    public required string RoomId { get; init; }

    /// <summary>Offset of its posting in the room's log; also its place in the timeline.</summary>
    public long Offset { get; init; }

    /// <summary>Who wrote it.</summary>
    public required string AuthorId { get; init; }

    /// <summary>The sender's key: unique per author for ever, so that a retry can never make a second message.</summary>
    public required string Key { get; init; }

    /// <summary>SHA-256 of room and text as first sent (Base64): tells a retry from another message under the same key.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>What was written; empty once deleted.</summary>
    public required string Text { get; set; }

    /// <summary>The text as safe HTML, rendered once when it was written; empty once deleted.</summary>
    public required string Html { get; set; }

    /// <summary>When it was committed.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>When it was deleted; null while it stands.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}

/// <summary>
/// One durable change of a room: what happened, not what it says. A replay after a delete therefore shows today's state.
/// </summary>
public sealed class LogEntry
{
    /// <summary>The room.</summary>
    public required string RoomId { get; init; }

    /// <summary>Consecutive in the room, from 1.</summary>
    public long Offset { get; init; }

    /// <summary>What kind of change.</summary>
    public LogEntryKind Kind { get; init; }

    /// <summary>The message concerned; null for other changes.</summary>
    public long? MessageId { get; init; }

    /// <summary>The person concerned (who joined, who left); null for changes of messages.</summary>
    public string? SubjectId { get; init; }

    /// <summary>Who did it.</summary>
    public required string ActorId { get; init; }

    /// <summary>When it was committed.</summary>
    public DateTimeOffset At { get; init; }
}

/// <summary>Kinds of durable changes; the numbers are stored, so they never change meaning.</summary>
public enum LogEntryKind
{
    /// <summary>The room was made.</summary>
    RoomCreated = 1,

    /// <summary>A message was posted.</summary>
    MessagePosted = 10,

    /// <summary>A message was deleted.</summary>
    MessageDeleted = 12,

    /// <summary>Somebody became a member.</summary>
    MemberJoined = 20,

    /// <summary>Somebody left or was removed.</summary>
    MemberLeft = 21,
}
