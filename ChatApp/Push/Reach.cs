namespace ChatApp.Push;

/// <summary>
/// What a connection may hear at most, by what its viewer has shown; rights to single channels are looked at besides. The engine
/// holds to it whoever makes a subscription.
/// </summary>
/// <param name="Listens">False where it hears nothing at all.</param>
/// <param name="Rooms">The only rooms that it may hear, and then no topics; null for all channels.</param>
public sealed record Reach(bool Listens, IReadOnlySet<RoomId>? Rooms)
{
    /// <summary>Everything.</summary>
    public static readonly Reach All = new(Listens: true, Rooms: null);

    /// <summary>True where it hears what concerns its user in general: that may tell of any room.</summary>
    public bool HearsOwn => Listens && Rooms is null;

    /// <summary>True where it may hear that channel.</summary>
    public bool Includes(ChannelName channel) => Listens && (Rooms is null || (channel.Room is { } room && Rooms.Contains(room)));
}
