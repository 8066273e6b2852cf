namespace ChatApp.Client;

/// <summary>A chat message as readers of the room see it now. A deleted one has no text.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Room">The id of its room, without the channel's <c>room:</c>.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="Text">The source text (Markdown); empty once deleted.</param>
/// <param name="Html">The same as HTML that is safe to show; empty once deleted.</param>
/// <param name="Key">The key its sender gave it; tells a program its own messages.</param>
/// <param name="At">When the server accepted it.</param>
/// <param name="EditedAt">When it was last edited, if ever.</param>
/// <param name="Deleted">True when it was deleted.</param>
/// <param name="Pinned">True when it is pinned in its room.</param>
/// <param name="ReplyTo">The message that it answers, if any.</param>
/// <param name="Reactions">The reactions to it; null for none.</param>
/// <param name="Offset">Its place in the room; null where an event tells of a later change to it.</param>
/// <param name="Mentions">The ids of people whom it mentions by name, at most a hundred; null for none.</param>
/// <param name="MentionsAll">True where it mentions everybody in the room.</param>
/// <param name="Thread">Id of the message in whose thread it was said; null for what stands in the room itself.</param>
/// <param name="Answers">What its own thread holds; null where nobody has answered.</param>
public sealed record ChatMessage(
    string Id,
    string Room,
    ChatPerson Author,
    string Text,
    string Html,
    string Key,
    DateTimeOffset At,
    DateTimeOffset? EditedAt = null,
    bool Deleted = false,
    bool Pinned = false,
    ReplyPreview? ReplyTo = null,
    IReadOnlyList<Reaction>? Reactions = null,
    long? Offset = null,
    IReadOnlyList<string>? Mentions = null,
    bool MentionsAll = false,
    string? Thread = null,
    ThreadAnswers? Answers = null);

/// <summary>The answers in a message's thread.</summary>
/// <param name="Count">How many stand; 1,000 means "that many or more".</param>
/// <param name="Users">The ids of up to three who answered last, the newest first.</param>
/// <param name="LastAt">When the last answer was said; null where none stands.</param>
public sealed record ThreadAnswers(int Count, IReadOnlyList<string> Users, DateTimeOffset? LastAt = null);

/// <summary>Somebody with an account.</summary>
/// <param name="Id">The account's id.</param>
/// <param name="Name">The name for people.</param>
/// <param name="Avatar">Path of their picture on the server; null where there is none.</param>
/// <param name="Bot">True for a program's account.</param>
public sealed record ChatPerson(string Id, string Name, string? Avatar = null, bool Bot = false);

/// <summary>A message that is answered by another one.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="Extract">The beginning of its text, plain; empty once deleted.</param>
public sealed record ReplyPreview(string Id, ChatPerson Author, string Extract);

/// <summary>One kind of reaction to a message.</summary>
/// <param name="Emoji">The emoji.</param>
/// <param name="Count">How many people reacted with it.</param>
/// <param name="Users">The ids of the first hundred of them.</param>
public sealed record Reaction(string Emoji, int Count, IReadOnlyList<string> Users);

/// <summary>The server's word that a message is stored.</summary>
/// <param name="Offset">The message's place in its room.</param>
/// <param name="Epoch">The generation of the room's log that the offset belongs to.</param>
/// <param name="MessageId">The message's id.</param>
/// <param name="Duplicate">True when an earlier attempt with the same key had already stored it.</param>
public sealed record PostReceipt(long Offset, string Epoch, string MessageId, bool Duplicate);
