using ChatApp.Accounts;
using ChatApp.Rooms;

namespace ChatApp.Messages;

/// <summary>Messages that a sweep hid or brought back: all of one person in a stretch of one room. As small for 5,000 of them as for one.</summary>
/// <param name="Author">Whose.</param>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last of them.</param>
/// <param name="From">Place of the first.</param>
/// <param name="To">Place of the last.</param>
public sealed record SweptRange(UserCard Author, MessageId First, MessageId Last, Offset From, Offset To)
{
    /// <summary>True for each of them.</summary>
    public bool Holds(MessageId message, UserId author) => author == Author.Id && First.Value <= message.Value && message.Value <= Last.Value;
}

/// <summary>Messages of one person were hidden together; their texts are nowhere to be seen.</summary>
/// <param name="Room">The room.</param>
/// <param name="Range">Which messages.</param>
/// <param name="By">Who did it.</param>
/// <param name="At">When.</param>
public sealed record MessagesSwept(RoomId Room, SweptRange Range, UserCard By, DateTimeOffset At) : RoomEvent(Room, At)
{
    /// <summary>Threads in which some of them were said; empty in a replay.</summary>
    internal IReadOnlySet<MessageId> Threads { get; init; } = new HashSet<MessageId>();
}

/// <summary>Messages that were hidden together are back as they were: whoever shows that stretch of the room reads it again.</summary>
/// <param name="Room">The room.</param>
/// <param name="Range">Which messages; some of them may be deleted for other reasons.</param>
/// <param name="By">Who did it.</param>
/// <param name="At">When.</param>
public sealed record MessagesReturned(RoomId Room, SweptRange Range, UserCard By, DateTimeOffset At) : RoomEvent(Room, At)
{
    /// <summary>Threads in which some of them were said; empty in a replay.</summary>
    internal IReadOnlySet<MessageId> Threads { get; init; } = new HashSet<MessageId>();
}
