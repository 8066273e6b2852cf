using System.Threading.Tasks.Sources;

namespace ChatApp.Push;

/// <summary>
/// What waits to be written to one connection: bounded, many writers, one reader. Writing never waits and never
/// calls out; a full outbox says so and the connection decides what that means.
/// </summary>
/// <param name="maxEvents">Events that may wait.</param>
/// <param name="maxBytes">Encoded bytes that may wait, those that the reader took last and has not finished with included.</param>
/// <param name="wakesAlone">True where the reader does much each time: it then holds up no other.</param>
public sealed class Outbox(int maxEvents, long maxBytes, bool wakesAlone) : IValueTaskSource<bool>, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private List<Delivery> _waiting = [];
    private List<Delivery> _taken = [];
    private ManualResetValueTaskSourceCore<bool> _signal;
    private long _waitingBytes;
    private long _takenBytes;
    private TaskCompletionSource? _halfEmpty;
    private bool _isAwaited;
    private bool _completed;

    /// <summary>Events that wait now.</summary>
    public int Count
    {
        get { lock (_gate) return _waiting.Count; }
    }

    /// <summary>Encoded bytes that wait or are being written now; 0 for circuits, which get no bytes.</summary>
    public long Bytes
    {
        get { lock (_gate) return _waitingBytes + _takenBytes; }
    }

    /// <summary>True where at most half of the outbox is in use.</summary>
    public bool IsHalfEmpty
    {
        get { lock (_gate) return HasHalfLeft; }
    }

    internal bool WakesAlone => wakesAlone;

    /// <summary>
    /// Waits until there is something to take. False: the connection has ended and all was taken.
    /// </summary>
    /// <remarks>One reader only. It goes on on a thread of the pool, never on that of a publisher.</remarks>
    public ValueTask<bool> WaitAsync()
    {
        lock (_gate)
        {
            if (_waiting.Count > 0) return ValueTask.FromResult(true);
            if (_completed) return ValueTask.FromResult(false);
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
            if (_completed || HasHalfLeft) return Task.CompletedTask;
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
            (_waiting, _taken) = (_taken, _waiting);
            (_takenBytes, _waitingBytes) = (_waitingBytes, 0);
            if (HasHalfLeft) TellHalfEmpty();
        }

        foreach (var delivery in _taken)
        {
            if (delivery.Subscription is not { IsRevoked: true }) into.Add(delivery.Envelope);
        }

        _taken.Clear();
        return into;
    }

    /// <summary>
    /// Adds an event. False where it did not fit: nothing was added then. After <see cref="Complete"/> events are
    /// dropped without complaint.
    /// </summary>
    /// <param name="delivery">The event, the subscription it came by, and what it weighs.</param>
    /// <param name="wakes">Gets this outbox where its reader waits.</param>
    internal bool TryAdd(Delivery delivery, ref WakeList wakes)
    {
        bool wake;
        lock (_gate)
        {
            if (_completed) return true;
            if (_waiting.Count >= maxEvents || _waitingBytes + _takenBytes + delivery.Bytes > maxBytes) return false;
            _waiting.Add(delivery);
            _waitingBytes += delivery.Bytes;
            wake = StopWaiting();
        }

        if (wake) wakes.Add(this);
        return true;
    }

    /// <summary>Drops all that waits and puts one event in its place; used where losing is allowed if it is said.</summary>
    internal void Collapse(Envelope notice)
    {
        bool wake;
        lock (_gate)
        {
            if (_completed) return;
            _waiting.Clear();
            _waiting.Add(new Delivery(notice, Subscription: null, Bytes: 0));
            _waitingBytes = 0;
            wake = StopWaiting();
        }

        if (wake) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Drops what waits from one room: the right to read it is gone.</summary>
    internal void Drop(RoomId room)
    {
        lock (_gate)
        {
            _waiting.RemoveAll(delivery =>
            {
                if (delivery.Subscription?.Room != room) return false;
                _waitingBytes -= delivery.Bytes;
                return true;
            });
        }
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
                _waitingBytes = 0;
            }

            wake = StopWaiting();
            TellHalfEmpty();
        }

        if (wake) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Wakes the reader, which runs on this very thread until it waits for something else.</summary>
    internal void Wake() => _signal.SetResult(result: true);

    void IThreadPoolWorkItem.Execute() => Wake();

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        _signal.GetResult(token);
        lock (_gate) return _waiting.Count > 0 || !_completed;
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _signal.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _signal.OnCompleted(continuation, state, token, flags);

    private bool HasHalfLeft => _waiting.Count <= maxEvents / 2 && _waitingBytes + _takenBytes <= maxBytes / 2;

    private void TellHalfEmpty()
    {
        _halfEmpty?.TrySetResult();
        _halfEmpty = null;
    }

    // Whoever gets true must wake the reader, and is the only one that does.
    private bool StopWaiting()
    {
        var wasAwaited = _isAwaited;
        _isAwaited = false;
        return wasAwaited;
    }
}

/// <summary>An event, the subscription by which it reached the connection, so that a lost right is noticed before writing.</summary>
/// <param name="Envelope">The event.</param>
/// <param name="Subscription">Null for what came to the connection itself.</param>
/// <param name="Bytes">What it weighs against the byte limit; 0 for circuits.</param>
internal readonly record struct Delivery(Envelope Envelope, Subscription? Subscription, int Bytes);
