using System.Globalization;

namespace ChatApp.Messages;

/// <summary>Addresses of messages in the pages: one definition for links, search, mentions and whatever else leads somewhere.</summary>
public static class Places
{
    /// <summary>Where a message is seen among what was said around it; an answer in its thread, with the thread's message beside it.</summary>
    public static string Of(MessageView message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Of(message.Room, message.Thread, message.Offset);
    }

    /// <summary>The same for a message of which no more is known.</summary>
    /// <param name="room">Its room.</param>
    /// <param name="thread">The thread that it was said in; null for the room itself.</param>
    /// <param name="place">Its place in the room.</param>
    public static string Of(RoomId room, MessageId? thread, Offset place) =>
        thread is { } root ? $"{OfThread(room, root)}&at={place}" : string.Create(CultureInfo.InvariantCulture, $"/rooms/{room}?at={place}");

    /// <summary>A thread, opened where somebody stopped reading it.</summary>
    public static string OfThread(RoomId room, MessageId thread) => string.Create(CultureInfo.InvariantCulture, $"/rooms/{room}?thread={thread}");
}
