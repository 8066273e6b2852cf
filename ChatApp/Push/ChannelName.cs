namespace ChatApp.Push;

/// <summary>What a channel is about.</summary>
public enum ChannelKind : byte
{
    /// <summary>A chat room: its events are stored in its log.</summary>
    Room,

    /// <summary>A general push channel: what is kept of it is kept in memory.</summary>
    Topic,
}

/// <summary>
/// A channel that connections subscribe to: a room or a topic. Small and without memory of its own, so that it costs nothing
/// as a key on the way of every event.
/// </summary>
/// <param name="Kind">Room or topic.</param>
/// <param name="Name">The room's id, or the topic's name; without the prefix that it has on the wire.</param>
public readonly record struct ChannelName(ChannelKind Kind, string Name)
{
    /// <summary>What the names of rooms begin with on the wire.</summary>
    public const string RoomPrefix = "room:";

    /// <summary>What the names of topics begin with on the wire.</summary>
    public const string TopicPrefix = "topic:";

    /// <summary>The room; null where it is a topic.</summary>
    public RoomId? Room => Kind == ChannelKind.Room ? new RoomId(Name) : null;

    /// <summary>The topic's name; null where it is a room.</summary>
    public string? Topic => Kind == ChannelKind.Topic ? Name : null;

    /// <summary>Every room is a channel.</summary>
    public static implicit operator ChannelName(RoomId room) => FromRoomId(room);

    /// <summary>The channel of a room.</summary>
    public static ChannelName FromRoomId(RoomId room) => new(ChannelKind.Room, room.Value);

    /// <summary>The channel of a topic.</summary>
    /// <param name="name">Such as <c>prices:gold</c>, without the prefix.</param>
    public static ChannelName OfTopic(string name) => new(ChannelKind.Topic, name);

    /// <summary>The name on the wire, such as <c>room:general</c>.</summary>
    public override string ToString() => (Kind == ChannelKind.Room ? RoomPrefix : TopicPrefix) + Name;
}
