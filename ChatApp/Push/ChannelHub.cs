using System.Diagnostics;

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
internal sealed partial class ChannelHub(RoomBroker broker, ChannelName channel, int recentEvents) : IThreadPoolWorkItem
{
    private readonly Lock _membership = new();
    private readonly Lock _order = new();
    private readonly Dictionary<Subscription, int> _indexes = [];
    private readonly List<Subscription> _subscriptions = [];
    private Audience? _snapshot = Audience.None;

    private readonly RecentEvents _recent = new(recentEvents);
    private List<Envelope> _pending = [];
    private List<Envelope> _flushing = [];
    private long _pendingSince;
    private bool _isFlushing;
    private bool _isResting;
    private Round? _round;

    public ChannelName Channel => channel;

    /// <summary>Set when the last subscriber left and the broker may forget the hub; it never comes back to life.</summary>
    public bool IsRetired { get; private set; }

    public PushMetrics Metrics { get; init; } = PushMetrics.None;

    /// <summary>
    /// Bytes that one round takes along at most, where it is more than one event. What has piled up because the flusher came
    /// late must not fill the outbox of a reader at once that kept up with everything it was given.
    /// </summary>
    public required long RoundBytes { get; init; }

    /// <summary>
    /// Up to so many sockets are written to by the publisher itself while nothing else is on its way to them: the hop to
    /// another thread costs as much as several writes. 0 where the publisher's thread has better things to do, as the one that
    /// commits has.
    /// </summary>
    public required int MostOnTheSpot { get; init; }

    /// <summary>How its rounds follow one another.</summary>
    public required FlushPace Pace { get; init; }

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
            var wakes = default(WakeList);
            if (direct.Length > 0) Write(envelope, direct, ref wakes);
            foreach (var subscriber in others) subscriber.Deliver(envelope, ref wakes);
            wakes.Flush();
            return direct.Length + others.Length;
        }
    }

    // Flusher: where the channel's events go to sockets directly; one round at a time, and nothing past it, so they keep their order.
    void IThreadPoolWorkItem.Execute()
    {
        var round = _round ??= Begin();
        if (round.WriteSome())
        {
            Metrics.Wrote(round.Batch.Events.Count, round.Since);
            round.Batch.Dispose();
            _round = null;
            _flushing.Clear();
            lock (_order)
            {
                Pace.Ended(round.Began, Stopwatch.GetTimestamp());
                _isFlushing = false;
                Flush();
                return;
            }
        }

        // At the end of the queue again: replies and other channels have their turn.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>The stored events after a position, at most so many; null where not all of them are in memory.</summary>
    public IReadOnlyList<Envelope>? Recent(Offset after, int count)
    {
        lock (_order) return _recent.After(after, count);
    }

    private Audience Snapshot()
    {
        lock (_membership) return _snapshot ??= Audience.Of(_subscriptions);
    }

    private Round Begin()
    {
        lock (_order)
        {
            TakePending();
            return new Round(new ChannelBatch(_flushing), Snapshot().Direct, _pendingSince);
        }
    }

    // Under the lock.
    private void TakePending()
    {
        var (count, bytes) = (0, 0L);
        while (count < _pending.Count && (bytes += _pending[count].Framed.Length) <= RoundBytes) count++;
        if (count == _pending.Count)
        {
            (_pending, _flushing) = (_flushing, _pending);
            return;
        }

        count = Math.Max(1, count);
        _flushing.AddRange(_pending[..count]);
        _pending.RemoveRange(0, count);
    }

    // Under the lock.
    private void Write(Envelope envelope, Subscription[] direct, ref WakeList wakes)
    {
        // Encoded here: a fault is the publisher's, who hears of it, and not the flusher's.
        _ = envelope.Framed;
        var now = Stopwatch.GetTimestamp();
        if (direct.Length <= MostOnTheSpot && !_isFlushing && _pending.Count == 0)
        {
            foreach (var subscriber in direct) subscriber.Deliver(envelope, ref wakes);
            Metrics.Wrote(1, now);
            return;
        }

        if (_pending.Count == 0) _pendingSince = now;
        _pending.Add(envelope);
        if (!_isFlushing) Flush();
    }

    // Under the lock, and where no round is on its way.
    private void Flush()
    {
        if (_pending.Count == 0) return;
        var wait = Pace.Wait(_pending.Count, Stopwatch.GetTimestamp());
        if (wait <= TimeSpan.Zero)
        {
            _isFlushing = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        else if (!_isResting)
        {
            _isResting = true;
            _ = RestAsync(wait);
        }
    }

    private async Task RestAsync(TimeSpan wait)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds))).ConfigureAwait(false);
        lock (_order)
        {
            _isResting = false;
            if (!_isFlushing) Flush();
        }
    }

    /// <summary>One batch on its way to everybody, a handful at a time: a large channel must not keep a thread from all others.</summary>
    private sealed class Round(ChannelBatch batch, Subscription[] subscribers, long since)
    {
        private const int AtOnce = 64;
        private int _next;

        public ChannelBatch Batch => batch;

        /// <summary>When its first event was published.</summary>
        public long Since => since;

        public long Began { get; } = Stopwatch.GetTimestamp();

        /// <summary>Writes to the next ones. True where that was all.</summary>
        public bool WriteSome()
        {
            var end = Math.Min(_next + AtOnce, subscribers.Length);
            var wakes = default(WakeList);
            for (; _next < end; _next++) subscribers[_next].Deliver(batch, ref wakes);
            wakes.Flush();
            return _next == subscribers.Length;
        }
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
