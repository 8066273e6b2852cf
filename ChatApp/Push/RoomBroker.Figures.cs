namespace ChatApp.Push;

public sealed partial class RoomBroker
{
    /// <summary>Counts since the start, and of now.</summary>
    public BrokerFigures Figures => new(
        _connections.Count, _channels.Count, Volatile.Read(ref _published), Volatile.Read(ref _deliveries), Volatile.Read(ref _slow));

    /// <summary>The channels that somebody listens to; what comes and goes while they are looked through may be among them or not.</summary>
    public IEnumerable<ChannelName> Channels => _channels.Select(static one => one.Key);

    /// <summary>Live connections of one kind.</summary>
    public int CountOf(ConnectionKind kind) => Volatile.Read(ref _live[(int)kind]);

    /// <summary>Bytes that wait for all sockets together; looks at each.</summary>
    internal long WaitingBytes => _connections.Sum(static one => one.Value.Outbox.Bytes);

    /// <summary>Live subscriptions; looks at each channel.</summary>
    internal int SubscriptionCount => _channels.Sum(static one => one.Value.Count);
}

/// <summary>What the engine counts.</summary>
/// <param name="Connections">Live connections.</param>
/// <param name="Channels">Rooms and topics with at least one subscriber.</param>
/// <param name="Published">Events published since the start.</param>
/// <param name="Deliveries">Events handed to subscribers of channels since the start.</param>
/// <param name="Slow">Sockets ended because they did not keep up.</param>
public sealed record BrokerFigures(int Connections, int Channels, long Published, long Deliveries, long Slow);
