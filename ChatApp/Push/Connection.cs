namespace ChatApp.Push;

/// <summary>How a viewer is connected.</summary>
public enum ConnectionKind
{
    /// <summary>A browser page: a Blazor Server circuit.</summary>
    Circuit,

    /// <summary>A program on the WebSocket endpoint.</summary>
    Socket,
}

/// <summary>
/// One live viewer: a browser circuit or a socket, always of a signed-in user. The broker makes it, its owner reads
/// <see cref="Outbox"/> in one loop, and anybody may end it, from any thread.
/// </summary>
public sealed class Connection
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ChannelName, Subscription> _subscriptions = [];
    private readonly RoomBroker _broker;
    private EndReason? _endReason;
    private string? _credential;
    private Reach _reach = Reach.All;
    private bool _isHidden;

    internal Connection(RoomBroker broker, ConnectionDescription description, Outbox outbox)
    {
        _broker = broker;
        Description = description;
        Credential = description.Credential;
        Reach = description.Reach;
        Outbox = outbox;
    }

    /// <summary>Unguessable, never used twice.</summary>
    public ConnectionId Id { get; } = ConnectionId.New();

    /// <summary>Who, how, from where and since when.</summary>
    public ConnectionDescription Description { get; }

    /// <summary>The signed-in user.</summary>
    public UserId User => Description.User;

    /// <summary>Names what the viewer has shown to come in, and shows now; see <see cref="ConnectionDescription.Credential"/>.</summary>
    public string? Credential
    {
        get => Volatile.Read(ref _credential);
        set => Volatile.Write(ref _credential, value);
    }

    /// <summary>What it may hear at most. Whoever makes it smaller ends the subscriptions that are outside then.</summary>
    public Reach Reach
    {
        get => Volatile.Read(ref _reach);
        set => Volatile.Write(ref _reach, value);
    }

    /// <summary>What waits to be written; read by the owner's loop only.</summary>
    public Outbox Outbox { get; }

    /// <summary>Called once when the connection has ended, by whoever ended it: the owner must not wait there.</summary>
    public Action? Ended { get; set; }

    /// <summary>True where nobody else is told that it listens to a channel; it hears everything nevertheless.</summary>
    public bool IsHidden => Volatile.Read(ref _isHidden);

    /// <summary>Taken by whoever looks for room in the outbox and then fills it; before any other lock.</summary>
    internal Lock ReplayGate { get; } = new();

    /// <summary>Null while the connection lives; afterwards why it ended. The first reason stays.</summary>
    public EndReason? EndReason => Volatile.Read(ref _endReason);

    /// <summary>The channels subscribed to, at this moment.</summary>
    public IReadOnlyList<ChannelName> Channels
    {
        get { lock (_gate) return [.. _subscriptions.Keys]; }
    }

    /// <summary>The rooms subscribed to, at this moment.</summary>
    public IReadOnlyList<RoomId> Rooms
    {
        get { lock (_gate) return [.. _subscriptions.Keys.Select(static channel => channel.Room).OfType<RoomId>()]; }
    }

    /// <summary>Sends something to this connection alone, in order with everything else it gets.</summary>
    public void Send(Envelope envelope)
    {
        var wakes = default(WakeList);
        Deliver(envelope, subscription: null, alone: true, ref wakes);
        wakes.Flush();
    }

    /// <summary>Sends bytes that are framed already, in order with everything else, also after the end as long as something waits.</summary>
    /// <param name="framed">One whole frame; must not change any more.</param>
    /// <param name="isLast">True where nothing may follow it.</param>
    /// <returns>False where the outbox is at its end: it writes no more, and the owner has the wire to itself.</returns>
    public bool TrySendFrame(byte[] framed, bool isLast)
    {
        var wakes = default(WakeList);
        var added = Outbox.TryAddFrame(Envelope.OfFrame(framed), isLast, ref wakes);
        wakes.Flush();
        if (added is Outbox.Added.NoRoom) Overflow();
        return added is not Outbox.Added.AtEnd;
    }

    /// <summary>Hides it from the others in its channels, who are told as if it left, or shows it again, as if it came.</summary>
    public void Hide(bool isHidden)
    {
        if (Interlocked.Exchange(ref _isHidden, isHidden) == isHidden) return;
        Subscription[] subscriptions;
        lock (_gate) subscriptions = [.. _subscriptions.Values];
        foreach (var subscription in subscriptions) subscription.TellHidden();
    }

    /// <summary>The subscription to a channel; null where there is none.</summary>
    public Subscription? SubscriptionTo(ChannelName channel)
    {
        lock (_gate) return _subscriptions.GetValueOrDefault(channel);
    }

    /// <summary>
    /// Ends the connection: no event reaches its outbox any more, every index forgets it, and its owner finds the
    /// outbox at its end. Only the first call counts.
    /// </summary>
    public bool End(EndReason reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        if (Interlocked.CompareExchange(ref _endReason, reason, null) is not null) return false;
        Subscription[] subscriptions;
        lock (_gate) subscriptions = [.. _subscriptions.Values];
        foreach (var subscription in subscriptions) subscription.Dispose();
        _broker.Metrics.Closed(Description.Kind, reason);
        _broker.Forget(this);
        Outbox.Complete(discard: reason.DropsBacklog);
        Ended?.Invoke();
        return true;
    }

    internal AddResult TryAdd(Subscription subscription, int limit)
    {
        lock (_gate)
        {
            if (EndReason is not null) return AddResult.Ended;
            if (_subscriptions.ContainsKey(subscription.Channel)) return AddResult.AlreadyThere;
            if (_subscriptions.Count >= limit) return AddResult.Full;
            _subscriptions.Add(subscription.Channel, subscription);
            return AddResult.Added;
        }
    }

    internal void Forget(Subscription subscription)
    {
        lock (_gate)
        {
            if (_subscriptions.GetValueOrDefault(subscription.Channel) == subscription) _subscriptions.Remove(subscription.Channel);
        }
    }

    /// <param name="envelope">The event.</param>
    /// <param name="subscription">By what it came; null for what is for the connection itself.</param>
    /// <param name="alone">False where more follows at once, which the owner's loop shall write together.</param>
    /// <param name="wakes">Gets the outbox where its reader has to be woken.</param>
    internal void Deliver(Envelope envelope, Subscription? subscription, bool alone, ref WakeList wakes)
    {
        if (EndReason is not null) return;
        // Whoever has much to read already gets that first.
        if (envelope.MayBeLost && !Outbox.HasPlenty) return;
        var bytes = Description.Kind == ConnectionKind.Socket ? envelope.Encoded.Length : 0;
        if (!Outbox.TryAdd(new Delivery(envelope, subscription, bytes), alone, ref wakes)) Overflow();
    }

    internal void Deliver(ChannelBatch batch, Subscription subscription, ref WakeList wakes)
    {
        if (EndReason is not null) return;
        if (!Outbox.TryAdd(batch, subscription, ref wakes)) Overflow();
    }

    /// <summary>The viewer did not keep up. A socket ends and resumes from its offset; a circuit loads its state again.</summary>
    internal void Overflow()
    {
        _broker.Metrics.LimitMet(Description.Kind == ConnectionKind.Circuit ? nameof(PushOptions.OutboxEvents) : nameof(PushOptions.OutboxBytes));
        if (Description.Kind == ConnectionKind.Circuit)
        {
            Outbox.Collapse(_broker.EventsLost);
        }
        else if (End(EndReason.Slow))
        {
            _broker.CountSlow();
        }
    }

    internal enum AddResult
    {
        Added,
        AlreadyThere,
        Full,
        Ended,
    }
}

/// <summary>Who a connection belongs to and how it came, fixed for its life.</summary>
/// <param name="User">The signed-in user.</param>
/// <param name="Kind">Circuit or socket.</param>
/// <param name="Address">The client's network address as text; for moderators.</param>
/// <param name="Name">What the program calls itself, at most 64 characters; null for browsers.</param>
public sealed record ConnectionDescription(UserId User, ConnectionKind Kind, string Address, string? Name = null)
{
    /// <summary>When it was accepted; set by the broker.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Names what the viewer has shown to come in, such as <c>token:abcd2345</c>: with it the connection ends. Null where nothing but the account counts.</summary>
    public string? Credential { get; init; }

    /// <summary>Whose bot the user is; null for people. What the owner loses the bot loses too.</summary>
    public UserId? Owner { get; init; }

    /// <summary>What it may hear at most, at its beginning.</summary>
    public Reach Reach { get; init; } = Reach.All;
}
