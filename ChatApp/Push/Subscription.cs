namespace ChatApp.Push;

/// <summary>
/// One connection's place in one channel. It starts held: live events are kept back while the owner reads what was there
/// before, and <see cref="TryRelease"/> lets those through that the owner does not have yet. So joining has no hole and
/// no double, for a circuit that opens a room and for a socket alike. Disposing it leaves the channel.
/// </summary>
public sealed class Subscription : IDisposable
{
    private const int NotYet = 0;
    private const int Coming = 1;
    private const int Here = 2;
    private const int Gone = 3;

    private readonly Lock _gate = new();
    private readonly ChannelHub _hub;
    private readonly int _heldLimit;
    private List<Envelope>? _held = [];
    private Offset _position;
    private bool _heldLost;
    private int _state;
    private int _presence;

    internal Subscription(Connection connection, ChannelHub hub, int heldLimit)
    {
        Connection = connection;
        _hub = hub;
        _heldLimit = heldLimit;
    }

    /// <summary>Who listens.</summary>
    public Connection Connection { get; }

    /// <summary>The channel listened to.</summary>
    public ChannelName Channel => _hub.Channel;

    /// <summary>What becomes of events that the viewer, a socket, is too slow for; set while the subscription is held.</summary>
    public SlowPolicy WhenSlow { get; set; }

    /// <summary>The one event that waits, of a channel of which only the newest waits. Under the lock of the outbox.</summary>
    internal LatestEvent? Waiting { get; set; }

    /// <summary>True where the owner wants to hear who comes to the channel and who goes.</summary>
    public bool HearsJoins { get; internal init; }

    /// <summary>The last stored event that was handed to the connection; zero before the first. What waits in its outbox is counted.</summary>
    public Offset Position
    {
        get { lock (_gate) return _position; }
    }

    /// <summary>True while live events are kept back, because the owner still reads what was there before.</summary>
    public bool IsHeld
    {
        get { lock (_gate) return _held is not null; }
    }

    /// <summary>True from its release to its end: others see the owner there.</summary>
    internal bool IsHere => Volatile.Read(ref _presence) is Coming or Here;

    /// <summary>True where others were told that the owner is there, and not told that it left. Under the hub's lock.</summary>
    internal bool IsShown { get; set; }

    /// <summary>True once the subscription has ended, by either side.</summary>
    public bool HasEnded => Volatile.Read(ref _state) != 0;

    /// <summary>Set where the right to read is gone: what still waits in the outbox must not be written any more.</summary>
    internal bool IsRevoked => Volatile.Read(ref _state) == 2;

    /// <summary>
    /// Lets the held events after <paramref name="position"/> through, in order, and everything that follows. False where
    /// more events came than are held back: read on from storage, and try again.
    /// </summary>
    /// <param name="position">The last change that the owner has read from storage.</param>
    public bool TryRelease(Offset position)
    {
        lock (_gate)
        {
            if (_held is not { } held || HasEnded) return true;
            if (position > _position) _position = position;
            if (_heldLost)
            {
                _heldLost = false;
                return false;
            }

            _held = null;
            var wakes = default(WakeList);
            foreach (var envelope in held) Pass(envelope, alone: held.Count == 1, ref wakes);
            wakes.Flush();
        }

        Arrive();
        return true;
    }

    /// <summary>
    /// Sends missed events, in the order of the log, while live ones are held back. False, and nothing is sent, where less
    /// than half of the outbox is free: many channels that are replayed at the same time must not fill it together.
    /// </summary>
    /// <param name="missed">At most <see cref="Outbox.ReplayBytes"/>.</param>
    public bool TryReplay(IReadOnlyList<Envelope> missed)
    {
        ArgumentNullException.ThrowIfNull(missed);
        lock (Connection.ReplayGate)
        {
            if (!Connection.Outbox.IsHalfEmpty) return false;
            lock (_gate)
            {
                if (HasEnded) return true;
                var wakes = default(WakeList);
                Connection.Outbox.MarkReplay(isReplaying: true);
                foreach (var envelope in missed) Pass(envelope, alone: missed.Count == 1, ref wakes);
                Connection.Outbox.MarkReplay(isReplaying: false);
                wakes.Flush();
            }
        }

        return true;
    }

    /// <summary>Leaves the channel. May be called often, from any thread.</summary>
    public void Dispose() => End(revoked: false);

    /// <summary>Called by the hub, for one event at a time.</summary>
    internal void Deliver(Envelope envelope, ref WakeList wakes)
    {
        lock (_gate)
        {
            if (HasEnded) return;
            if (_held is null)
            {
                Pass(envelope, alone: true, ref wakes);
            }
            else if (_held.Count < _heldLimit)
            {
                _held.Add(envelope);
            }
            else
            {
                // Stored events are in the log, where the owner finds them; others are allowed to get lost.
                _held.Clear();
                _heldLost = true;
            }
        }
    }

    /// <summary>Called by the hub for all events of a batch at once; its usual course costs one write and no memory.</summary>
    internal void Deliver(ChannelBatch batch, ref WakeList wakes)
    {
        lock (_gate)
        {
            if (HasEnded) return;
            if (_held is null && !(batch.First <= _position) && !batch.Spares(Connection.User))
            {
                if (batch.Last is { } last) _position = last;
                Connection.Deliver(batch, this, ref wakes);
                return;
            }
        }

        // It is still held, or has read some of it already, or shall not get all of it: one by one.
        foreach (var envelope in batch.Events) Deliver(envelope, ref wakes);
    }

    /// <summary>Its connection has hidden, or is to be seen again.</summary>
    internal void TellHidden() => _hub.TellHidden(this);

    internal bool End(bool revoked)
    {
        if (Interlocked.CompareExchange(ref _state, revoked ? 2 : 1, 0) != 0) return false;
        _hub.Remove(this);
        if (Interlocked.Exchange(ref _presence, Gone) == Here) _hub.Tell(this);
        Connection.Forget(this);
        return true;
    }

    private void Arrive()
    {
        if (Interlocked.CompareExchange(ref _presence, Coming, NotYet) != NotYet) return;
        _hub.Tell(this);
        // Ended meanwhile: the end left it to us to say so, after what we have just said.
        if (Interlocked.CompareExchange(ref _presence, Here, Coming) != Coming) _hub.Tell(this);
    }

    private void Pass(Envelope envelope, bool alone, ref WakeList wakes)
    {
        if (envelope.NotFor == Connection.User) return;
        if (envelope.Offset is { } offset)
        {
            if (offset <= _position) return;
            _position = offset;
        }

        Connection.Deliver(envelope, this, alone, ref wakes);
    }
}
