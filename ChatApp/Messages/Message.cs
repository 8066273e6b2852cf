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

    /// <summary>SHA-256 of room, thread, what it answers and text as first sent (Base64): tells a retry from another message under the same key.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>What was written; empty once deleted.</summary>
    public required string Text { get; set; }

    /// <summary>The text as safe HTML, rendered once when it was written; empty once deleted.</summary>
    public required string Html { get; set; }

    /// <summary>The <see cref="MarkdownRenderer.Version"/> that made <see cref="Html"/>.</summary>
    public int HtmlVersion { get; set; } = MarkdownRenderer.Version;

    /// <summary>When it was committed.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>When its text was last changed; null where it is as first written.</summary>
    public DateTimeOffset? EditedAt { get; set; }

    /// <summary>Number of its present text: 1 as first written, one more with each edit.</summary>
    public int Revision { get; set; } = 1;

    /// <summary>When it was deleted; null while it stands.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>The message it answers, in the same room; null where it answers none.</summary>
    public long? ReplyTo { get; init; }

    /// <summary>When it was pinned; null where it is not.</summary>
    public DateTimeOffset? PinnedAt { get; set; }

    /// <summary>The message in whose thread it was said, in the same room; null for what stands in the room itself. Threads have no threads.</summary>
    public long? ThreadId { get; init; }

    /// <summary>True where it mentions everybody in the room: nobody gets a <see cref="Mention"/> of their own for that.</summary>
    public bool MentionsAll { get; set; }
}

/// <summary>Somebody is named in a message. Written with the message, and gone with its text.</summary>
public sealed class Mention
{
    /// <summary>The message.</summary>
    public long MessageId { get; init; }

    /// <summary>Who is named.</summary>
    public required string UserId { get; init; }

    /// <summary>The message's room.</summary>
    public required string RoomId { get; init; }

    /// <summary>The message's place in its room.</summary>
    public long Offset { get; init; }
}

/// <summary>A message that somebody wants to find again. Nobody else knows.</summary>
public sealed class Bookmark
{
    /// <summary>Whose.</summary>
    public required string UserId { get; init; }

    /// <summary>The message.</summary>
    public long MessageId { get; init; }

    /// <summary>Since when.</summary>
    public DateTimeOffset At { get; init; }
}

/// <summary>Somebody's place in a thread: whether they follow it, and how far they have read it.</summary>
public sealed class ThreadFollow
{
    /// <summary>Who.</summary>
    public required string UserId { get; init; }

    /// <summary>The message that the thread hangs on.</summary>
    public long ThreadId { get; init; }

    /// <summary>The thread's room.</summary>
    public required string RoomId { get; init; }

    /// <summary>True where new answers count as unread for them: they wrote in it, began it, were named in it, or chose so.</summary>
    public bool IsFollowing { get; set; }

    /// <summary>Answers up to this place in the room have been read.</summary>
    public long UpTo { get; set; }
}

/// <summary>A text that a message had before it was edited. Goes with the message's text when that is deleted.</summary>
public sealed class MessageRevision
{
    /// <summary>The message.</summary>
    public long MessageId { get; init; }

    /// <summary>Number of the text; the first one has 1.</summary>
    public int Revision { get; init; }

    /// <summary>The text.</summary>
    public required string Text { get; init; }

    /// <summary>When it was replaced.</summary>
    public DateTimeOffset ReplacedAt { get; init; }
}

/// <summary>One person's reaction of one kind to a message.</summary>
public sealed class Reaction
{
    /// <summary>The message.</summary>
    public long MessageId { get; init; }

    /// <summary>The emoji; at most 32 UTF-16 units.</summary>
    public required string Emoji { get; init; }

    /// <summary>Who reacted.</summary>
    public required string UserId { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }
}

/// <summary>How far somebody has read a room. One row per person and room that they have read, written when they read.</summary>
public sealed class ReadMarker
{
    /// <summary>Who.</summary>
    public required string UserId { get; init; }

    /// <summary>Which room.</summary>
    public required string RoomId { get; init; }

    /// <summary>Everything up to this offset has been read.</summary>
    public long UpTo { get; set; }
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

    /// <summary>The person concerned (who joined, who left, whose role changed); null for changes of messages.</summary>
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

    /// <summary>A message's text was changed.</summary>
    MessageEdited = 11,

    /// <summary>A message was deleted.</summary>
    MessageDeleted = 12,

    /// <summary>A deleted message was brought back by its author.</summary>
    MessageRestored = 13,

    /// <summary>The reactions to a message changed.</summary>
    ReactionChanged = 14,

    /// <summary>A message was pinned, or is no longer.</summary>
    PinChanged = 15,

    /// <summary>Messages of one person were hidden together; <c>sweep_parts</c> says which.</summary>
    MessagesSwept = 16,

    /// <summary>Messages that were hidden together are back.</summary>
    MessagesReturned = 17,

    /// <summary>Somebody became a member.</summary>
    MemberJoined = 20,

    /// <summary>Somebody left or was removed.</summary>
    MemberLeft = 21,

    /// <summary>A member has another role.</summary>
    RoleChanged = 22,

    /// <summary>Name, topic or state of the room changed.</summary>
    RoomChanged = 30,
}
