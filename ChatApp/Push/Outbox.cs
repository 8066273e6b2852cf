using System.Buffers;
using System.Threading.Tasks.Sources;

namespace ChatApp.Push;

/// <summary>
/// What waits to be written to one connection: bounded, many writers, one reader. Writing never waits and never
/// calls out; a full outbox says so and the connection decides what that means.
/// </summary>
/// <remarks>
/// With a <see cref="DirectWrite"/> the outbox is empty in normal life: while its reader waits and nothing else does, events
/// go to the network on the spot, under the lock, so that all writers keep one order. What the network does not take waits
/// for the reader, a frame that was begun first and whole.
/// </remarks>
/// <param name="maxEvents">Events that may wait.</param>
/// <param name="maxBytes">Encoded bytes that may wait, those that the reader took last and has not finished with included.</param>
/// <param name="wakesAlone">True where the reader does much each time: it then holds up no other.</param>
/// <param name="direct">The short way to the network; null where only the reader writes.</param>
public sealed partial class Outbox(int maxEvents, long maxBytes, bool wakesAlone, DirectWrite? direct = null) : IValueTaskSource<bool>, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Backlog _waiting = new(maxEvents, maxBytes);
    private ManualResetValueTaskSourceCore<bool> _signal;
    private TaskCompletionSource? _halfEmpty;
    private bool _isAwaited;
    private bool _isSealed;
    private bool _completed;
    private bool _isAtEnd;

    internal enum Added
    {
        Done,
        NoRoom,
        AtEnd,
    }

    /// <summary>Events that wait now.</summary>
    public int Count
    {
        get { lock (_gate) return _waiting.Count; }
    }

    /// <summary>Encoded bytes that wait or are being written now; 0 for circuits, which get no bytes.</summary>
    public long Bytes
    {
        get { lock (_gate) return _waiting.Bytes; }
    }

    /// <summary>True where at most half of it is in use: there is room for <see cref="ReplayBytes"/> and for what comes live meanwhile.</summary>
    public bool IsHalfEmpty
    {
        get { lock (_gate) return _waiting.IsHalfEmpty; }
    }

    /// <summary>True where at most a quarter of it is in use: there is room for what is not important too.</summary>
    public bool HasPlenty
    {
        get { lock (_gate) return _waiting.HasPlenty; }
    }

    /// <summary>Most bytes that whoever replays old events may add at once.</summary>
    public long ReplayBytes => maxBytes / 4;

    /// <summary>True where events go past the reader as long as the network takes them.</summary>
    public bool IsDirect => direct is not null;

    internal bool WakesAlone => wakesAlone;

    // The reader writes nothing while it waits, and it waits only where all has been written.
    private bool MayWrite => direct is not null && _isAwaited;

    /// <summary>
    /// Waits until there is something to take. False: the connection has ended and all was taken.
    /// </summary>
    /// <remarks>
    /// One reader only, which has finished with what it took before. It goes on on a thread of the pool, never on that of a
    /// publisher.
    /// </remarks>
    public ValueTask<bool> WaitAsync()
    {
        lock (_gate)
        {
            _waiting.ForgetTaken();
            TellHalfEmpty();
            if (!_waiting.IsEmpty || _completed) return ValueTask.FromResult(GoesOn());
            _signal.Reset();
            _isAwaited = true;
            return new ValueTask<bool>(this, _signal.Version);
        }
    }

    /// <summary>
    /// Waits until at most half of the outbox is in use, or the connection has ended: for whoever has much to send to one
    /// reader and wants to keep to its pace.
    /// </summary>
    public Task HalfEmptyAsync()
    {
        lock (_gate)
        {
            if (_completed || _waiting.IsHalfEmpty) return Task.CompletedTask;
            _halfEmpty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _halfEmpty.Task;
        }
    }

    /// <summary>
    /// Takes all that waits, in order, leaving out events of subscriptions that have been revoked meanwhile.
    /// The list is valid until the next call.
    /// </summary>
    public IReadOnlyList<Envelope> Take(List<Envelope> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        into.Clear();
        lock (_gate)
        {
            _waiting.Take(into);
            TellHalfEmpty();
        }

        return into;
    }

    /// <summary>
    /// Takes the frames that are next, ready for the wire: as many as fit, at least one. Events of subscriptions that have
    /// been revoked meanwhile are left out. Where there is a short way to the network they take it here, and what is left
    /// is at most the frame that the network stopped at; empty where nothing is left to write.
    /// </summary>
    /// <param name="buffer">Where several frames are joined; the result is valid until the next call.</param>
    /// <param name="most">Bytes that are joined at most; more only where a single frame is longer.</param>
    public ReadOnlyMemory<byte> TakeFrames(ArrayBufferWriter<byte> buffer, int most)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        lock (_gate)
        {
            var frames = direct is null ? _waiting.TakeFrames(buffer, most) : _waiting.WriteFrames(direct, buffer, most);
            TellHalfEmpty();
            return frames;
        }
    }

    /// <summary>
    /// Adds an event. False where it did not fit: nothing was added then. After <see cref="Complete"/> events are
    /// dropped without complaint, and so are those of a subscription that has ended.
    /// </summary>
    /// <param name="delivery">The event, the subscription it came by, and what it weighs.</param>
    /// <param name="alone">False where more follows at once: the reader then writes it all together.</param>
    /// <param name="wakes">Gets this outbox where its reader has to be woken.</param>
    internal bool TryAdd(Delivery delivery, bool alone, ref WakeList wakes)
    {
        bool wake;
        lock (_gate)
        {
            if (_completed || _isSealed || delivery.Subscription is { HasEnded: true }) return true;
            var sent = 0;
            if (alone && MayWrite)
            {
                var frame = delivery.Envelope.Framed;
                sent = direct!(frame.Span);
                if (sent == frame.Length) return true;
            }

            if (!_waiting.TryAdd(delivery, sent)) return false;
            // What the client asked for itself is no lag.
            if (delivery.Subscription is not null) NoteLag();
            wake = !BecomesDue(wakes) && StopWaiting();
        }

        if (wake) wakes.Add(this);
        return true;
    }

    /// <summary>Adds all events of a batch, as far as they fit. False where they did not.</summary>
    internal bool TryAdd(ChannelBatch batch, Subscription subscription, ref WakeList wakes)
    {
        var fits = true;
        bool wake;
        lock (_gate)
        {
            // Looked at under the lock: who takes a right away takes the lock afterwards, and nothing follows then.
            if (_completed || _isSealed || subscription.HasEnded) return true;
            var sent = MayWrite ? direct!(batch.Bytes) : 0;
            if (sent == batch.Bytes.Length) return true;
            foreach (var envelope in batch.Events)
            {
                var length = envelope.Framed.Length;
                if (sent < length) fits = fits && _waiting.TryAdd(new Delivery(envelope, subscription, envelope.Encoded.Length), sent);
                sent = Math.Max(0, sent - length);
            }

            NoteLag();
            wake = StopWaiting();
        }

        if (wake) wakes.Add(this);
        return fits;
    }

    /// <summary>Adds a frame of the wire's own, which is no event: as long as anything is written, also after the end.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="isLast">True where nothing may follow it.</param>
    /// <param name="wakes">Gets this outbox where its reader has to be woken.</param>
    internal Added TryAddFrame(Envelope frame, bool isLast, ref WakeList wakes)
    {
        bool wake;
        lock (_gate)
        {
            if (_isAtEnd) return Added.AtEnd;
            if (_isSealed) return Added.Done;
            _isSealed = isLast;
            var length = frame.Framed.Length;
            var sent = MayWrite ? direct!(frame.Framed.Span) : 0;
            if (sent == length) return Added.Done;
            if (!_waiting.TryAdd(new Delivery(frame, Subscription: null, length), sent)) return Added.NoRoom;
            wake = StopWaiting();
        }

        if (wake) wakes.Add(this);
        return Added.Done;
    }

    /// <summary>Drops all that waits and puts one event in its place; used where losing is allowed if it is said.</summary>
    internal void Collapse(Envelope notice)
    {
        bool wake;
        lock (_gate)
        {
            if (_completed) return;
            _waiting.Clear();
            _waiting.TryAdd(new Delivery(notice, Subscription: null, Bytes: 0));
            wake = StopWaiting();
        }

        if (wake) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Drops what waits from one channel: the right to read it is gone.</summary>
    internal void Drop(ChannelName channel)
    {
        lock (_gate) _waiting.Drop(channel);
    }

    /// <summary>Nothing more will come. The reader gets what waits, unless <paramref name="discard"/> is set, and then the end.</summary>
    internal void Complete(bool discard)
    {
        bool wake;
        lock (_gate)
        {
            _completed = true;
            if (discard)
            {
                _waiting.Clear();
                _waiting.ShrinkIfEmpty();
            }

            wake = StopWaiting();
            TellHalfEmpty();
        }

        if (wake) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    // Under the lock. Woken for what was dropped meanwhile the reader finds nothing to take, and waits again.
    private bool GoesOn()
    {
        _isAtEnd = _completed && _waiting.IsEmpty;
        return !_isAtEnd;
    }

    private void TellHalfEmpty()
    {
        if (_isLagging && _waiting.HasCaughtUp) _isLagging = false;
        if (!_completed && !_waiting.IsHalfEmpty) return;
        _halfEmpty?.TrySetResult();
        _halfEmpty = null;
    }
}
