using ChatApp.Accounts;

namespace ChatApp.Rooms;

/// <summary>A change that everybody in a room is told of. Immutable and shared by all viewers.</summary>
/// <param name="Room">The room.</param>
/// <param name="At">When it was committed.</param>
public abstract record RoomEvent(RoomId Room, DateTimeOffset At);

/// <summary>Somebody became a member, or is one no longer.</summary>
/// <param name="Room">The room.</param>
/// <param name="Member">Who.</param>
/// <param name="IsMember">True: joined.</param>
/// <param name="At">When.</param>
public sealed record MemberChanged(RoomId Room, UserCard Member, bool IsMember, DateTimeOffset At) : RoomEvent(Room, At);

/// <summary>A member has another role.</summary>
/// <param name="Room">The room.</param>
/// <param name="Member">Who.</param>
/// <param name="Role">Their role now.</param>
/// <param name="By">Who gave it.</param>
/// <param name="At">When.</param>
public sealed record RoleChanged(RoomId Room, UserCard Member, RoomRole Role, UserCard By, DateTimeOffset At) : RoomEvent(Room, At);

/// <summary>The room was made, or its name, topic or state changed.</summary>
/// <param name="View">The room as it is now.</param>
/// <param name="By">Who changed it.</param>
/// <param name="At">When.</param>
public sealed record RoomChanged(RoomView View, UserCard By, DateTimeOffset At) : RoomEvent(View.Id, At);

/// <summary>Tells a person on all devices that they are now in a room, or no longer.</summary>
/// <param name="Room">The room as they see it.</param>
/// <param name="IsMember">True: in it.</param>
public sealed record OwnRoomsChanged(RoomView Room, bool IsMember);

/// <summary>
/// Old messages went by retention. Not an entry of the log: whoever misses it learns of it by the floor when catching up.
/// </summary>
/// <param name="Room">The room.</param>
/// <param name="Floor">Messages up to this place are gone, pinned ones excepted.</param>
/// <param name="Removed">Those that went just now.</param>
/// <param name="At">When.</param>
public sealed record HistoryTrimmed(RoomId Room, Offset Floor, IReadOnlySet<MessageId> Removed, DateTimeOffset At) : RoomEvent(Room, At);
