using System.Collections.Concurrent;

namespace ChatApp.Push;

/// <summary>
/// The push engine: every live connection of this process, indexed by id, by user and by channel (a room or a topic). One instance.
/// Everything here is safe from any thread, costs what its receivers cost, and never waits: publishing only tries to
/// put the event into each receiver's outbox.
/// </summary>
/// <param name="encoder">Makes the bytes that sockets get.</param>
/// <param name="options">Limits.</param>
/// <param name="time">The clock, for the age of connections.</param>
/// <param name="metrics">What it measures; null measures nothing.</param>
public sealed partial class RoomBroker(IEventEncoder encoder, PushOptions options, TimeProvider time, PushMetrics? metrics = null)
{
    private const int MostOnTheSpot = 8;

    private readonly ConcurrentDictionary<ConnectionId, Connection> _connections = new();
    private readonly ConcurrentDictionary<ChannelName, ChannelHub> _channels = new();
    private readonly Dictionary<UserId, List<Connection>> _users = [];
    private readonly Lock _usersGate = new();
    private long _published;
    private long _deliveries;
    private readonly PushOptions _options = options;
    private readonly int[] _live = new int[Enum.GetValues<ConnectionKind>().Length];
    private long _slow;
    private int _bots;
    private Func<EndReason>? _closed;
    private volatile Outbox[] _overhearing = [];

    /// <summary>What it measures.</summary>
    internal PushMetrics Metrics { get; } = metrics ?? PushMetrics.None;

    /// <summary>How many connections there may be of whom, from now on.</summary>
    public ConnectionLimits Limits { get; } = new(options);

    /// <summary>What a circuit finds in place of the events it was too slow for.</summary>
    internal Envelope EventsLost { get; } = new(new EventsLost(), encoder);

    private Envelope Lag { get; } = new(new Lagging(options.OutboxBytes / 2, options.OutboxBytes), encoder);

    /// <summary>Connections of one channel among which joins and leaves are told.</summary>
    internal int MostTold => Volatile.Read(ref _closed) is null ? _options.JoinLeaveConnections : 0;

    /// <summary>All live connections at this moment.</summary>
    public IReadOnlyCollection<Connection> Connections => [.. _connections.Values];

    /// <summary>Number of subscriptions to a channel at this moment.</summary>
    public int SubscriberCount(ChannelName channel) => _channels.TryGetValue(channel, out var hub) ? hub.Count : 0;

    /// <summary>
    /// An outbox that gets every event of every room and every user's own events, in the order of publishing: for a part of
    /// the house that keeps count of them. It lives as long as the engine. Where its reader is too slow, it collapses into
    /// <see cref="Push.EventsLost"/> like that of a circuit.
    /// </summary>
    /// <param name="maxEvents">Events that may wait.</param>
    public Outbox Overhear(int maxEvents)
    {
        var outbox = new Outbox(maxEvents, long.MaxValue, wakesAlone: true);
        lock (_usersGate) _overhearing = [.. _overhearing, outbox];
        return outbox;
    }

    /// <summary>Makes an envelope for this engine's sockets and circuits.</summary>
    public Envelope Wrap(object body) => new(body, encoder);

    /// <summary>Makes an envelope of a channel's event.</summary>
    public Envelope Wrap(object body, ChannelName channel, Offset? offset, UserId? notFor = null, bool mayBeLost = false) =>
        new(body, encoder) { Channel = channel, Offset = offset, NotFor = notFor, MayBeLost = mayBeLost };

    /// <summary>Makes an envelope of a channel's event of which only the bytes were kept.</summary>
    internal Envelope Wrap(byte[] bytes, int start, int length, int header, ChannelName channel, Offset offset) =>
        new(bytes, start, length, header, encoder) { Channel = channel, Offset = offset };

    /// <summary>
    /// The stored events of a room after a position, at most <paramref name="count"/>; null where not all of them are in
    /// memory, and an empty list where there are none.
    /// </summary>
    public IReadOnlyList<Envelope>? TryReadRecent(RoomId room, Offset after, int count) =>
        _channels.TryGetValue(room, out var hub) ? hub.Recent(after, count) : null;

    /// <summary>Where a room is, as those who listen to it know; null where nobody listens.</summary>
    public ChannelHead? HeadOf(RoomId room) => _channels.TryGetValue(room, out var hub) ? new ChannelHead(hub) : null;

    /// <summary>
    /// Accepts a viewer. Null where the user has <see cref="ConnectionLimits.PerUser"/> connections of that kind already.
    /// </summary>
    /// <param name="description">Who, how and from where.</param>
    /// <param name="direct">The short way to the network, of a socket that has one; null where only the owner's loop writes.</param>
    public Connection? Connect(ConnectionDescription description, DirectWrite? direct = null)
    {
        ArgumentNullException.ThrowIfNull(description);
        var isSocket = description.Kind == ConnectionKind.Socket;
        var outbox = new Outbox(
            maxEvents: isSocket ? int.MaxValue : _options.OutboxEvents,
            maxBytes: isSocket ? _options.OutboxBytes : long.MaxValue,
            wakesAlone: !isSocket,
            direct)
        {
            LagNotice = isSocket ? Lag : null,
            Metrics = Metrics,
        };
        var connection = new Connection(this, description with { Since = time.GetUtcNow() }, outbox);
        lock (_usersGate)
        {
            // Sockets are counted where they are opened.
            if (description.Kind == ConnectionKind.Circuit && _live.Sum() >= _options.Connections)
            {
                Metrics.LimitMet(nameof(PushOptions.Connections));
                return null;
            }

            if (!_users.TryGetValue(connection.User, out var own)) _users.Add(connection.User, own = []);
            // Looked through only where there may be too many: an account with thousands of sockets is a program's.
            var most = Limits.PerUser;
            if (own.Count >= most && own.Count(other => other.Description.Kind == description.Kind) >= most)
            {
                Metrics.LimitMet(nameof(PushOptions.ConnectionsPerUser));
                return null;
            }

            own.Add(connection);
            if (description.Owner is not null) _bots++;
            _live[(int)description.Kind]++;
        }

        _connections[connection.Id] = connection;
        ConnectionsChanged?.Invoke(connection);
        // Somebody may have ended all of the user's connections between the two lines above.
        if (connection.EndReason is not null) Forget(connection);
        // Whoever comes while the server stops would keep it from stopping.
        if (Volatile.Read(ref _closed) is { } reason) connection.End(reason());
        return connection;
    }

    /// <summary>Finds a live connection; null where it has ended or never was.</summary>
    public Connection? Find(ConnectionId id) => _connections.GetValueOrDefault(id);

    /// <summary>The live connections of a user at this moment.</summary>
    public IReadOnlyList<Connection> ConnectionsOf(UserId user)
    {
        lock (_usersGate) return _users.TryGetValue(user, out var own) ? [.. own] : [];
    }

    /// <summary>
    /// Starts listening to a channel. The caller has checked the right to read it. The subscription is held: read the
    /// present state, then call <see cref="Subscription.TryRelease"/>.
    /// </summary>
    /// <param name="connection">Who listens.</param>
    /// <param name="channel">To what.</param>
    /// <param name="hearsJoins">True where it wants to hear who comes and goes.</param>
    public SubscribeResult Subscribe(Connection connection, ChannelName channel, bool hearsJoins = false)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (!connection.Reach.Includes(channel)) return new SubscribeResult(Subscription: null, SubscribeRefusal.OutOfReach);
        while (true)
        {
            var hub = _channels.GetOrAdd(channel, static (name, broker) => broker.NewHub(name), this);
            var subscription = new Subscription(connection, hub, _options.OutboxEvents) { HearsJoins = hearsJoins };
            switch (connection.TryAdd(subscription, _options.SubscriptionsPerConnection))
            {
                case Connection.AddResult.AlreadyThere: return Refused(hub, SubscribeRefusal.AlreadySubscribed);
                case Connection.AddResult.Full:
                    Metrics.LimitMet(nameof(PushOptions.SubscriptionsPerConnection));
                    return Refused(hub, SubscribeRefusal.LimitReached);
                case Connection.AddResult.Ended: return Refused(hub, SubscribeRefusal.ConnectionEnded);
            }

            if (hub.TryAdd(subscription))
            {
                // It may have been ended between the two additions, when the hub did not know it yet.
                if (subscription.HasEnded) hub.Remove(subscription);
                if (connection.Reach.Includes(channel)) return new SubscribeResult(subscription, Refusal: null);
                // Made smaller in this very moment, by somebody who could not see the subscription yet.
                subscription.Dispose();
                return new SubscribeResult(Subscription: null, SubscribeRefusal.OutOfReach);
            }

            connection.Forget(subscription);
        }
    }

    /// <summary>
    /// Sends an event to everybody who listens to a channel. Events of one channel must be published one after the other by
    /// whoever committed them; all subscribers then see that order.
    /// </summary>
    /// <param name="channel">The channel.</param>
    /// <param name="body">The event; immutable.</param>
    /// <param name="offset">Its position in the channel's sequence; null for events that are not stored.</param>
    /// <param name="rewrites">True where earlier events would show something that is no longer so (an edit, a deletion).</param>
    public void Publish(ChannelName channel, object body, Offset? offset = null, bool rewrites = false) =>
        Publish(Wrap(body, channel, offset), rewrites);

    /// <summary>The same with an envelope that the publisher keeps.</summary>
    /// <param name="envelope">The event of a channel.</param>
    /// <param name="rewrites">True where earlier events would show something that is no longer so.</param>
    public void Publish(Envelope envelope, bool rewrites = false)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        var channel = envelope.Channel ?? throw new ArgumentException("an event of no channel", nameof(envelope));
        Interlocked.Increment(ref _published);
        // What passes through topics is nothing that the house keeps count of, and may be very much.
        if (channel.Kind == ChannelKind.Room) TellOverhearing(envelope);
        if (!_channels.TryGetValue(channel, out var hub)) return;
        var receivers = hub.Publish(envelope, rewrites);
        Interlocked.Add(ref _deliveries, receivers);
    }

    /// <summary>Sends an event to all devices of a user, whatever channels they listen to.</summary>
    public void PublishToUser(UserId user, object body)
    {
        Interlocked.Increment(ref _published);
        var envelope = new Envelope(body, encoder) { User = user };
        TellOverhearing(envelope);
        foreach (var connection in ConnectionsOf(user))
        {
            if (connection.Reach.HearsOwn) connection.Send(envelope);
        }
    }

    /// <summary>Sends an event to every live connection.</summary>
    public void PublishToAll(object body)
    {
        Interlocked.Increment(ref _published);
        var envelope = new Envelope(body, encoder);
        var wakes = default(WakeList);
        foreach (var (_, connection) in _connections) connection.Deliver(envelope, subscription: null, alone: false, ref wakes);
        wakes.Flush();
    }

    internal void Forget(Connection connection)
    {
        _connections.TryRemove(connection.Id, out _);
        lock (_usersGate)
        {
            if (_users.TryGetValue(connection.User, out var own) && own.Remove(connection))
            {
                _live[(int)connection.Description.Kind]--;
                if (connection.Description.Owner is not null) _bots--;
            }

            if (own is { Count: 0 }) _users.Remove(connection.User);
        }

        ConnectionsChanged?.Invoke(connection);
    }

    internal void CountSlow() => Interlocked.Increment(ref _slow);

    private void TellOverhearing(Envelope envelope)
    {
        var wakes = default(WakeList);
        foreach (var outbox in _overhearing)
        {
            if (!outbox.TryAdd(new Delivery(envelope, Subscription: null, Bytes: 0), alone: false, ref wakes)) outbox.Collapse(EventsLost);
        }

        wakes.Flush();
    }

    private ChannelHub NewHub(ChannelName channel) =>
        // What is kept of a topic is kept by who publishes there.
        new(this, channel, channel.Kind == ChannelKind.Room ? _options.RecentEvents : 0)
        {
            RoundBytes = _options.OutboxBytes / 4,
            MostOnTheSpot = channel.Kind == ChannelKind.Room ? 0 : MostOnTheSpot,
            LongestRest = TimeSpan.FromMilliseconds(_options.JoinMilliseconds),
            Metrics = Metrics,
        };

    internal void Forget(ChannelHub hub) => _channels.TryRemove(KeyValuePair.Create(hub.Channel, hub));

    private static SubscribeResult Refused(ChannelHub hub, SubscribeRefusal refusal)
    {
        hub.RetireIfEmpty();
        return new SubscribeResult(Subscription: null, refusal);
    }

}
