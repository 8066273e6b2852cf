using ChatApp.Accounts;
using ChatApp.Rooms;

namespace ChatApp.Messages;

/// <summary>
/// A message as people and programs see it. Immutable: one object is shared by all circuits, its HTML was made when the
/// message was written.
/// </summary>
/// <param name="Id">Identity.</param>
/// <param name="Room">The room.</param>
/// <param name="Offset">Its place in the room.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="Key">The sender's key.</param>
/// <param name="Text">As written (Markdown); empty once deleted.</param>
/// <param name="Html">As safe HTML; empty once deleted.</param>
/// <param name="At">When it was committed.</param>
/// <param name="IsDeleted">True where only the place is left.</param>
public sealed record MessageView(
    MessageId Id, RoomId Room, Offset Offset, UserCard Author, string Key, string Text, string Html, DateTimeOffset At, bool IsDeleted)
{
    /// <summary>When the text was last changed; null where it is as first written.</summary>
    public DateTimeOffset? EditedAt { get; init; }

    /// <summary>What it answers; null where it answers nothing.</summary>
    public ReplyPreview? ReplyTo { get; init; }

    /// <summary>The reactions, the oldest kind first; empty for most messages.</summary>
    public IReadOnlyList<ReactionView> Reactions { get; init; } = [];

    /// <summary>True where it is pinned in its room.</summary>
    public bool IsPinned { get; init; }

    /// <summary>Whom it mentions.</summary>
    public Mentioning Mentions { get; init; } = Mentioning.Nobody;

    /// <summary>The message in whose thread it was said; null for what stands in the room itself.</summary>
    public MessageId? Thread { get; init; }

    /// <summary>What its thread holds; null where nobody has answered. It stays when the message is deleted.</summary>
    public ThreadSummary? Answers { get; init; }

    /// <summary>The same message with nothing left but its place.</summary>
    public MessageView Emptied() => this with { Text = "", Html = "", IsDeleted = true, EditedAt = null, ReplyTo = null, Reactions = [], IsPinned = false, Mentions = Mentioning.Nobody };
}

/// <summary>The message that another one answers, as far as it is shown there.</summary>
/// <param name="Id">Which.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="Extract">The beginning of its text; empty once deleted.</param>
/// <param name="IsDeleted">True where only the place is left.</param>
public sealed record ReplyPreview(MessageId Id, UserCard Author, string Extract, bool IsDeleted);

/// <summary>One kind of reaction to a message.</summary>
/// <param name="Emoji">Which.</param>
/// <param name="Users">Who, in the order in which they reacted.</param>
public sealed record ReactionView(string Emoji, IReadOnlyList<UserId> Users);

/// <summary>A message was posted.</summary>
/// <param name="Message">The message.</param>
public sealed record MessagePosted(MessageView Message) : RoomEvent(Message.Room, Message.At);

/// <summary>A message's text was changed.</summary>
/// <param name="Message">The message as it is now.</param>
/// <param name="At">When.</param>
public sealed record MessageEdited(MessageView Message, DateTimeOffset At) : RoomEvent(Message.Room, At)
{
    /// <summary>Those whom it mentions since, or no longer: their numbers are others now.</summary>
    internal Mentioning Moved { get; init; } = Mentioning.Nobody;
}

/// <summary>A message was deleted; its text is gone everywhere.</summary>
/// <param name="Room">The room.</param>
/// <param name="Message">Which.</param>
/// <param name="By">Who deleted it.</param>
/// <param name="At">When.</param>
public sealed record MessageDeleted(RoomId Room, MessageId Message, UserCard By, DateTimeOffset At) : RoomEvent(Room, At)
{
    /// <summary>The message in whose thread it was said; null for what stood in the room itself.</summary>
    public MessageId? Thread { get; init; }

    /// <summary>What that thread holds without it; null for what stood in the room itself.</summary>
    public ThreadSummary? Answers { get; init; }
}

/// <summary>Its author brought a deleted message back.</summary>
/// <param name="Message">The message as it is now.</param>
/// <param name="At">When.</param>
public sealed record MessageRestored(MessageView Message, DateTimeOffset At) : RoomEvent(Message.Room, At)
{
    /// <summary>What its thread holds with it; null for what stands in the room itself.</summary>
    public ThreadSummary? Answers { get; init; }
}

/// <summary>The reactions to a message changed.</summary>
/// <param name="Room">The room.</param>
/// <param name="Message">Which message.</param>
/// <param name="Reactions">All of its reactions now.</param>
/// <param name="By">Who reacted or took a reaction back.</param>
/// <param name="At">When.</param>
public sealed record ReactionChanged(
    RoomId Room, MessageId Message, IReadOnlyList<ReactionView> Reactions, UserCard By, DateTimeOffset At) : RoomEvent(Room, At);

/// <summary>A message was pinned, or is no longer.</summary>
/// <param name="Room">The room.</param>
/// <param name="Message">Which message.</param>
/// <param name="IsPinned">True: pinned.</param>
/// <param name="By">Who did it.</param>
/// <param name="At">When.</param>
public sealed record PinChanged(RoomId Room, MessageId Message, bool IsPinned, UserCard By, DateTimeOffset At) : RoomEvent(Room, At);
