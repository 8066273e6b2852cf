namespace ChatApp.Client;

/// <summary>A room that the account is in.</summary>
/// <param name="Id">Its id, without the channel's <c>room:</c>.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Topic">What it is about; may be empty.</param>
/// <param name="Private">True where only members know of it.</param>
/// <param name="Archived">True where nothing changes there any more.</param>
/// <param name="Head">Offset of its newest change.</param>
/// <param name="Epoch">Names its log.</param>
public sealed record ChatRoom(string Id, string Name, string Topic, bool Private, bool Archived, long Head, string Epoch)
{
    /// <summary><c>public</c>, <c>private</c>, or <c>direct</c> for a conversation between people.</summary>
    public string Kind { get; init; } = "public";

    /// <summary>Where its log stood when it was asked for.</summary>
    public ChannelPosition Position => new(Epoch, Head);
}

/// <summary>Which part of a room's history is wanted.</summary>
public sealed record HistoryPlace
{
    private HistoryPlace(string field, long value) => (Field, Value) = (field, value);

    internal string Field { get; }

    internal long Value { get; }

    /// <summary>The last messages before an offset.</summary>
    public static HistoryPlace Before(long offset) => new("before", offset);

    /// <summary>The first messages after an offset.</summary>
    public static HistoryPlace After(long offset) => new("after", offset);

    /// <summary>The messages on both sides of an offset.</summary>
    public static HistoryPlace Around(long offset) => new("around", offset);

    /// <summary>The messages on both sides of a moment.</summary>
    public static HistoryPlace At(DateTimeOffset moment) => new("at", moment.ToUnixTimeMilliseconds());
}

/// <summary>A stretch of a room's history.</summary>
/// <param name="Messages">The messages, oldest first, each with its offset.</param>
/// <param name="HasOlder">True where there are messages before these.</param>
/// <param name="HasNewer">True where there are messages after these.</param>
/// <param name="Head">Offset of the room's newest change.</param>
/// <param name="Epoch">Names the room's log.</param>
public sealed record HistoryPage(IReadOnlyList<ChatMessage> Messages, bool HasOlder, bool HasNewer, long Head, string Epoch)
{
    /// <summary>What the page knows of: a subscription from here goes on without a hole.</summary>
    public ChannelPosition Position => new(Epoch, Head);
}

/// <summary>A stretch of what was found, newest first.</summary>
/// <param name="Hits">The messages; may be none though there is a next page.</param>
/// <param name="Next">Search on before this message; null where everything has been searched.</param>
public sealed record SearchPage(IReadOnlyList<SearchHit> Hits, string? Next = null);

/// <summary>A message that was found.</summary>
/// <param name="Message">The message.</param>
/// <param name="Offset">Its place in its room.</param>
/// <param name="RoomName">The room's name.</param>
/// <param name="Extract">The part of its text around what was looked for.</param>
public sealed record SearchHit(ChatMessage Message, long Offset, string RoomName, IReadOnlyList<ExtractPart> Extract);

/// <summary>A piece of plain text.</summary>
/// <param name="Text">The text.</param>
/// <param name="Hit">True where it is what was looked for.</param>
public sealed record ExtractPart(string Text, bool Hit = false);

/// <summary>What this account has to do with a thread.</summary>
/// <param name="Thread">Id of the message that it hangs on.</param>
/// <param name="Room">The room's id.</param>
/// <param name="Following">True where its answers count as unread.</param>
/// <param name="UpTo">Answers up to this offset have been read.</param>
/// <param name="Unread">Answers of others after that; 100 stands for that many or more.</param>
public sealed record ThreadStanding(string Thread, string Room, bool Following, long UpTo, int Unread);

/// <summary>A stretch of the answers in a thread.</summary>
/// <param name="Message">The message that the thread hangs on.</param>
/// <param name="Messages">The answers, oldest first, each with its offset in the room.</param>
/// <param name="HasOlder">True where there are answers before these.</param>
/// <param name="HasNewer">True where there are answers after these.</param>
/// <param name="Head">Offset of the room's newest change.</param>
/// <param name="Epoch">Names the room's log.</param>
public sealed record ThreadHistory(ChatMessage Message, IReadOnlyList<ChatMessage> Messages, bool HasOlder, bool HasNewer, long Head, string Epoch)
{
    /// <summary>What the page knows of: a subscription to the room from here goes on without a hole.</summary>
    public ChannelPosition Position => new(Epoch, Head);
}

/// <summary>A stretch of the threads that the account follows.</summary>
/// <param name="Threads">The threads.</param>
/// <param name="Next">Where the next page goes on; null where these are the last.</param>
public sealed record ThreadPage(IReadOnlyList<FollowedThread> Threads, string? Next = null);

/// <summary>A thread that the account follows.</summary>
/// <param name="Thread">Id of the message that it hangs on.</param>
/// <param name="Room">The room's id.</param>
/// <param name="RoomName">The room's name.</param>
/// <param name="UpTo">Answers up to this offset have been read.</param>
/// <param name="Unread">Answers of others after that; 100 stands for that many or more.</param>
/// <param name="Message">The message that it hangs on; its text is empty once deleted.</param>
/// <param name="Last">Its last answer; null where none stands.</param>
public sealed record FollowedThread(string Thread, string Room, string RoomName, long UpTo, int Unread, ChatMessage Message, ChatMessage? Last = null);

/// <summary>What is unread of a room.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="UpTo">Everything up to this offset has been read.</param>
/// <param name="Unread">Messages of others after that; 100 stands for that many or more.</param>
/// <param name="Mentions">How many of them mention this account; 100 stands for that many or more.</param>
public sealed record UnreadRoom(string Room, long UpTo, int Unread, int Mentions = 0);
