namespace ChatApp.Push;

/// <summary>
/// The subscribers of one channel. Publishing is one event at a time, so that all subscribers see the same order;
/// readers work on a snapshot, so that nobody who joins or leaves ever waits for a publisher.
/// </summary>
/// <remarks>
/// Pages get each event while it is published, which is cheap. Sockets that can be written to directly get it from the
/// channel's one flusher, a work item of the pool: what is published while it writes, or while it rests after a long round,
/// goes out together next, in one write for each socket. So publishing costs the same however many sockets there are, and a
/// busy channel does not pay for each event.
/// </remarks>
internal sealed partial class ChannelHub(RoomBroker broker, ChannelName channel, int recentEvents)
{
    private readonly Lock _membership = new();
    private readonly Lock _order = new();
    private readonly Dictionary<Subscription, int> _indexes = [];
    private readonly List<Subscription> _subscriptions = [];
    private Audience? _snapshot = Audience.None;

    private readonly RecentEvents _recent = new(recentEvents);

    public ChannelName Channel => channel;

    /// <summary>Set when the last subscriber left and the broker may forget the hub; it never comes back to life.</summary>
    public bool IsRetired { get; private set; }

    public PushMetrics Metrics { get; init; } = PushMetrics.None;

    public int Count
    {
        get { lock (_membership) return _subscriptions.Count; }
    }

    /// <summary>False where the hub was retired in the meantime: ask the broker for the new one.</summary>
    public bool TryAdd(Subscription subscription)
    {
        lock (_membership)
        {
            if (IsRetired) return false;
            _indexes.Add(subscription, _subscriptions.Count);
            _subscriptions.Add(subscription);
            if (subscription.HearsJoins) _listening++;
            _snapshot = null;
            return true;
        }
    }

    public void Remove(Subscription subscription)
    {
        lock (_membership)
        {
            if (!_indexes.Remove(subscription, out var index)) return;
            if (subscription.HearsJoins) _listening--;
            // The last one takes the free place: leaving costs the same in a channel of two and of ten thousand.
            var last = _subscriptions[^1];
            _subscriptions.RemoveAt(_subscriptions.Count - 1);
            if (!ReferenceEquals(last, subscription))
            {
                _subscriptions[index] = last;
                _indexes[last] = index;
            }

            _snapshot = null;
        }

        RetireIfEmpty();
    }

    /// <summary>Gives a hub without subscribers back to the broker.</summary>
    public void RetireIfEmpty()
    {
        lock (_membership)
        {
            if (IsRetired || _subscriptions.Count > 0) return;
            IsRetired = true;
        }

        broker.Forget(this);
    }

    public int Publish(Envelope envelope, bool rewrites)
    {
        lock (_order)
        {
            _recent.Add(envelope, rewrites);
            var (direct, others) = Snapshot();
            var wakes = new WakeList(others.Length == 0 ? null : _wakes ??= new WakeRounds(new FlushPace(LongestRest)));
            if (direct.Length > 0) Write(envelope, direct, ref wakes);
            foreach (var subscriber in others) subscriber.Deliver(envelope, ref wakes);
            wakes.Flush();
            return direct.Length + others.Length;
        }
    }

    /// <summary>The stored events after a position, at most so many; null where not all of them are in memory.</summary>
    public IReadOnlyList<Envelope>? Recent(Offset after, int count)
    {
        lock (_order) return _recent.After(after, count);
    }

    /// <summary>See <see cref="ChannelHead"/>.</summary>
    public Offset? Head
    {
        get { lock (_order) return _recent.Head; }
    }

    /// <summary>See <see cref="ChannelHead"/>.</summary>
    public void Learn(Offset head)
    {
        lock (_order) _recent.Learn(head);
    }

    /// <summary>See <see cref="ChannelHead"/>.</summary>
    public int Version
    {
        get { lock (_order) return _recent.Version; }
    }

    /// <summary>See <see cref="ChannelHead"/>.</summary>
    public void Adopt(IReadOnlyList<Envelope> read, int version)
    {
        lock (_order) _recent.Adopt(read, version);
    }

    private Audience Snapshot()
    {
        lock (_membership) return _snapshot ??= Audience.Of(_subscriptions);
    }

    private sealed record Audience(Subscription[] Direct, Subscription[] Others)
    {
        public static readonly Audience None = new([], []);

        public IEnumerable<Subscription> All => Direct.Concat(Others);

        /// <summary>How many they are, once somebody has asked.</summary>
        public PresenceCount? Counted { get; set; }

        public static Audience Of(List<Subscription> all) => new(
            [.. all.Where(static subscription => subscription.Connection.Outbox.IsDirect)],
            [.. all.Where(static subscription => !subscription.Connection.Outbox.IsDirect)]);
    }
}
