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

/// <summary>Tells a person on all devices that they are now in a room, or no longer.</summary>
/// <param name="Room">The room as they see it.</param>
/// <param name="IsMember">True: in it.</param>
public sealed record OwnRoomsChanged(RoomView Room, bool IsMember);
