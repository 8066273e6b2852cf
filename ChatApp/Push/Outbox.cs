namespace ChatApp.Push;

/// <summary>
/// What waits to be written to one connection: bounded, many writers, one reader. Writing never waits and never
/// calls out; a full outbox says so and the connection decides what that means.
/// </summary>
/// <param name="maxEvents">Events that may wait.</param>
/// <param name="maxBytes">Encoded bytes that may wait, those that the reader took last and has not finished with included.</param>
public sealed class Outbox(int maxEvents, long maxBytes)
{
    private readonly Lock _gate = new();
    private List<Delivery> _waiting = [];
    private List<Delivery> _taken = [];
    private TaskCompletionSource<bool>? _reader;
    private long _waitingBytes;
    private long _takenBytes;
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

    /// <summary>
    /// Adds an event. False where it did not fit: nothing was added then. After <see cref="Complete"/> events are
    /// dropped without complaint.
    /// </summary>
    /// <param name="delivery">The event, the subscription it came by, and what it weighs.</param>
    internal bool TryAdd(Delivery delivery)
    {
        TaskCompletionSource<bool>? wake;
        lock (_gate)
        {
            if (_completed) return true;
            if (_waiting.Count >= maxEvents || _waitingBytes + _takenBytes + delivery.Bytes > maxBytes) return false;
            _waiting.Add(delivery);
            _waitingBytes += delivery.Bytes;
            wake = _reader;
            _reader = null;
        }

        wake?.TrySetResult(true);
        return true;
    }

    /// <summary>Drops all that waits and puts one event in its place; used where losing is allowed if it is said.</summary>
    internal void Collapse(Envelope notice)
    {
        TaskCompletionSource<bool>? wake;
        lock (_gate)
        {
            if (_completed) return;
            _waiting.Clear();
            _waiting.Add(new Delivery(notice, Subscription: null, Bytes: 0));
            _waitingBytes = 0;
            wake = _reader;
            _reader = null;
        }

        wake?.TrySetResult(true);
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
        TaskCompletionSource<bool>? wake;
        lock (_gate)
        {
            _completed = true;
            if (discard)
            {
                _waiting.Clear();
                _waitingBytes = 0;
            }

            wake = _reader;
            _reader = null;
        }

        wake?.TrySetResult(true);
    }

    /// <summary>Waits until there is something to take. False: the connection has ended and all was taken.</summary>
    /// <remarks>One reader only.</remarks>
    public Task<bool> WaitAsync()
    {
        lock (_gate)
        {
            if (_waiting.Count > 0) return Task.FromResult(true);
            if (_completed) return Task.FromResult(false);
            // Continuations must not run on the publisher's thread: that would let a viewer slow a publisher down.
            _reader = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            return WokenAsync(_reader.Task);
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
        }

        foreach (var delivery in _taken)
        {
            if (delivery.Subscription is not { IsRevoked: true }) into.Add(delivery.Envelope);
        }

        _taken.Clear();
        return into;
    }

    private async Task<bool> WokenAsync(Task<bool> woken)
    {
        await woken.ConfigureAwait(false);
        lock (_gate) return _waiting.Count > 0 || !_completed;
    }
}

/// <summary>An event and the subscription by which it reached the connection, so that a lost right is noticed before writing.</summary>
/// <param name="Envelope">The event.</param>
/// <param name="Subscription">Null for what came to the connection itself.</param>
/// <param name="Bytes">What it weighs against the byte limit; 0 for circuits.</param>
internal readonly record struct Delivery(Envelope Envelope, Subscription? Subscription, int Bytes);
