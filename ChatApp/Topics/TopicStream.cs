using System.Security.Cryptography;
using ChatApp.Push;

namespace ChatApp.Topics;

/// <summary>
/// The sequence of one topic: its epoch, its offsets, and the newest publications in memory. It lives while somebody listens
/// or something is kept; the next one has another epoch, so that no position of this one is mistaken for one of that.
/// </summary>
internal sealed class TopicStream(ChannelName channel, TopicRule rule, HistoryBudget budget, RoomBroker broker, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly KeptFrames _kept = new(channel, budget, broker);
    private readonly TimeSpan _age = TimeSpan.FromSeconds(rule.HistorySeconds);
    private long _head;
    private bool _isRetired;

    public ChannelName Channel => channel;

    /// <summary>When the oldest publication that is kept was published, by the clock's timestamp; null where nothing is kept.</summary>
    public long? OldestAt
    {
        get { lock (_gate) return _kept.OldestAt; }
    }

    public string Epoch { get; } = RandomNumberGenerator.GetHexString(8, lowercase: true);

    /// <summary>Null where the stream has been retired: ask for the new one.</summary>
    public Offset? TryPublish(TopicPublication publication)
    {
        lock (_gate)
        {
            if (_isRetired) return null;
            var offset = new Offset(++_head);
            var envelope = broker.Wrap(publication, channel, offset);
            _kept.Add(envelope, time.GetTimestamp());
            if (_kept.Count > rule.HistorySize) _kept.RemoveOldest();
            ForgetOld();
            // Under the lock, so that everybody sees this order; it never waits.
            broker.Publish(envelope);
            return offset;
        }
    }

    /// <summary>Where it stands and what is kept of some positions, both of the same moment. Null where it has been retired.</summary>
    /// <param name="after">Only what came after this position; null for no publications at all.</param>
    /// <param name="before">Only what came before this position; null for no end.</param>
    /// <param name="most">Most publications.</param>
    /// <param name="reverse">True for the newest of them, and the newest first.</param>
    public (ChannelState State, IReadOnlyList<Envelope> Publications)? TryRead(Offset? after, Offset? before = null, int most = int.MaxValue, bool reverse = false)
    {
        lock (_gate)
        {
            if (_isRetired) return null;
            ForgetOld();
            var floor = _head - _kept.Count;
            var state = new ChannelState(Epoch, new Offset(floor), new Offset(_head));
            if (after is not { } from) return (state, []);
            var first = (int)Math.Clamp(from.Value - floor, 0, _kept.Count);
            var end = before is { } to ? (int)Math.Clamp(to.Value - floor - 1, first, _kept.Count) : _kept.Count;
            if (end - first > most) (first, end) = reverse ? (end - most, end) : (first, first + most);
            var publications = _kept.Read(first..end, floor);
            if (reverse) publications.Reverse();
            return (state, publications);
        }
    }

    /// <summary>Forgets all that is kept; the sequence goes on.</summary>
    public void Clear()
    {
        lock (_gate) _kept.Clear();
    }

    /// <summary>Forgets the oldest publication that is kept, where there is one.</summary>
    public void DropOldest()
    {
        lock (_gate)
        {
            if (_kept.Count > 0) _kept.RemoveOldest();
        }
    }

    /// <summary>Forgets what is too old. True where nothing is kept any more and nobody listens: it has been retired then.</summary>
    public bool Tidy()
    {
        lock (_gate)
        {
            ForgetOld();
            // Whoever begins to listen now reads the stream afterwards, and finds that it is none any more.
            _isRetired = _isRetired || (_kept.Count == 0 && broker.SubscriberCount(channel) == 0);
            return _isRetired;
        }
    }

    private void ForgetOld()
    {
        while (_kept.OldestAt is { } at && time.GetElapsedTime(at) > _age) _kept.RemoveOldest();
    }
}
