namespace ChatApp.Push;

/// <summary>
/// The subscribers of one room. Publishing is one event at a time, so that all subscribers see the same order;
/// readers work on a snapshot, so that nobody who joins or leaves ever waits for a publisher.
/// </summary>
internal sealed class RoomTopic(RoomId room, int recentEvents)
{
    private readonly Lock _membership = new();
    private readonly Lock _order = new();
    private readonly Dictionary<Subscription, int> _indexes = [];
    private readonly List<Subscription> _subscriptions = [];
    private Subscription[]? _snapshot = [];

    private readonly RecentEvents _recent = new(recentEvents);

    public RoomId Room => room;

    /// <summary>Set when the last subscriber left and the broker may forget the topic; it never comes back to life.</summary>
    public bool IsRetired { get; private set; }

    public Action<RoomTopic>? Retired { get; init; }

    public int Count
    {
        get { lock (_membership) return _subscriptions.Count; }
    }

    /// <summary>False where the topic was retired in the meantime: ask the broker for the new one.</summary>
    public bool TryAdd(Subscription subscription)
    {
        lock (_membership)
        {
            if (IsRetired) return false;
            _indexes.Add(subscription, _subscriptions.Count);
            _subscriptions.Add(subscription);
            _snapshot = null;
            return true;
        }
    }

    public void Remove(Subscription subscription)
    {
        lock (_membership)
        {
            if (!_indexes.Remove(subscription, out var index)) return;
            // The last one takes the free place: leaving costs the same in a room of two and of ten thousand.
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

    /// <summary>Gives a topic without subscribers back to the broker.</summary>
    public void RetireIfEmpty()
    {
        lock (_membership)
        {
            if (IsRetired || _subscriptions.Count > 0) return;
            IsRetired = true;
        }

        Retired?.Invoke(this);
    }

    public int Publish(Envelope envelope, bool rewrites)
    {
        lock (_order)
        {
            _recent.Add(envelope, rewrites);
            var subscribers = Snapshot();
            var wakes = default(WakeList);
            foreach (var subscriber in subscribers) subscriber.Deliver(envelope, ref wakes);
            wakes.Flush();
            return subscribers.Length;
        }
    }

    /// <summary>The stored events after a position, at most so many; null where not all of them are in memory.</summary>
    public IReadOnlyList<Envelope>? Recent(Offset after, int count)
    {
        lock (_order) return _recent.After(after, count);
    }

    public Subscription[] Snapshot()
    {
        lock (_membership) return _snapshot ??= [.. _subscriptions];
    }
}
