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
    internal static MessageView Of(Message message, UserDirectory users) => new(
        new MessageId(message.Id),
        new RoomId(message.RoomId),
        new Offset(message.Offset),
        users.Get(new UserId(message.AuthorId)),
        message.Key,
        message.Text,
        message.Html,
        message.At,
        message.DeletedAt is not null);
}

/// <summary>A message was posted.</summary>
/// <param name="Message">The message.</param>
public sealed record MessagePosted(MessageView Message) : RoomEvent(Message.Room, Message.At);

/// <summary>A message was deleted; its text is gone everywhere.</summary>
/// <param name="Room">The room.</param>
/// <param name="Message">Which.</param>
/// <param name="By">Who deleted it.</param>
/// <param name="At">When.</param>
public sealed record MessageDeleted(RoomId Room, MessageId Message, UserCard By, DateTimeOffset At) : RoomEvent(Room, At);
