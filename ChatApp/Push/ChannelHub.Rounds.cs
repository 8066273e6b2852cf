using System.Diagnostics;

namespace ChatApp.Push;

/// <summary>How a channel's events go to sockets directly: in rounds, one at a time, so they keep their order.</summary>
internal sealed partial class ChannelHub : IThreadPoolWorkItem
{
    private List<Envelope> _pending = [];
    private List<Envelope> _flushing = [];
    private long _pendingSince;
    private bool _isFlushing;
    private bool _isResting;
    private Round? _round;
    private WakeRounds? _wakes;
    private FlushPace? _pace;
    private long _pendingBytes;

    /// <summary>Bytes that wait for the next rounds at most, where it is more than one event: so much waits only where the machine cannot keep up.</summary>
    public long MostPending => RoundBytes * 64;

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

    /// <summary>The longest rest between two rounds.</summary>
    public required TimeSpan LongestRest { get; init; }

    // A channel that nobody publishes to has none.
    private FlushPace Pace => _pace ??= new FlushPace(LongestRest);

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
            _pendingBytes = 0;
            return;
        }

        count = Math.Max(1, count);
        _flushing.AddRange(_pending[..count]);
        _pending.RemoveRange(0, count);
        _pendingBytes = _pending.Sum(static envelope => (long)envelope.Framed.Length);
    }

    // Under the lock.
    private void Write(Envelope envelope, Subscription[] direct, ref WakeList wakes)
    {
        // Where the machine does not keep up, what may be lost goes first.
        if (envelope.MayBeLost && _pendingBytes > RoundBytes) return;
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
        _pendingBytes += envelope.Framed.Length;
        if (_pendingBytes > MostPending && _pending.Count > 1) GiveUp(direct);
        else if (!_isFlushing) Flush();
    }

    // Under the lock. The pool does not get round to writing: all but the newest event is dropped. Viewers of a channel that allows it
    // are told how many are gone, the others to subscribe again, from where they are.
    private void GiveUp(Subscription[] direct)
    {
        Metrics.LimitMet(nameof(PushOptions.OutboxBytes));
        var (newest, lost) = (_pending[^1], 0L);
        Offset? last = null;
        foreach (var envelope in _pending.SkipLast(1))
        {
            lost += envelope.Body is EventsDropped earlier ? earlier.Lost : 1;
            last = envelope.Offset ?? last;
        }

        _pending.Clear();
        if (Array.Exists(direct, static subscription => subscription.WhenSlow == SlowPolicy.DropOldest)) _pending.Add(newest.With(new EventsDropped(channel, lost, last)));
        _pending.Add(newest);
        _pendingBytes = newest.Framed.Length;
        foreach (var subscription in direct)
        {
            if (subscription.WhenSlow == SlowPolicy.Close && subscription.End(revoked: false))
                subscription.Connection.Send(broker.Wrap(new SubscriptionEnded(channel, EndReason.InsufficientState)));
        }
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
}
