using System.Security.Cryptography;
using ChatApp.Push;
using static ChatApp.Topics.HistoryBudget;

namespace ChatApp.Topics;

/// <summary>
/// The sequence of one topic: its epoch, its offsets, and the newest publications in memory. It lives while somebody listens
/// or something is kept; the next one has another epoch, so that no position of this one is mistaken for one of that.
/// </summary>
internal sealed class TopicStream(ChannelName channel, TopicRule rule, HistoryBudget budget, RoomBroker broker, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Queue<HistoryEntry> _kept = new();
    private readonly TimeSpan _age = TimeSpan.FromSeconds(rule.HistorySeconds);
    private long _head;
    private bool _isRetired;

    public ChannelName Channel => channel;

    public string Epoch { get; } = RandomNumberGenerator.GetHexString(8, lowercase: true);

    /// <summary>Null where the stream has been retired: ask for the new one.</summary>
    public Offset? TryPublish(TopicPublication publication)
    {
        lock (_gate)
        {
            if (_isRetired) return null;
            var offset = new Offset(++_head);
            var envelope = broker.Wrap(publication, channel, offset);
            var entry = new HistoryEntry(this, envelope, publication.Data, time.GetTimestamp());
            _kept.Enqueue(entry);
            budget.Add(entry);
            if (_kept.Count > rule.HistorySize) Forget();
            ForgetOld();
            // Under the lock, so that everybody sees this order; it never waits.
            broker.Publish(envelope);
            return offset;
        }
    }

    /// <summary>Where it stands and what came after a position, both of the same moment. Null where it has been retired.</summary>
    /// <param name="after">The position; null for no publications.</param>
    public (ChannelState State, IReadOnlyList<Envelope> Missed)? TryRead(Offset? after)
    {
        lock (_gate)
        {
            if (_isRetired) return null;
            ForgetOld();
            var floor = _head - _kept.Count;
            var state = new ChannelState(Epoch, new Offset(floor), new Offset(_head));
            return (state, after is { } position ? [.. _kept.Skip((int)Math.Clamp(position.Value - floor, 0, _kept.Count)).Select(static entry => entry.Envelope)] : []);
        }
    }

    /// <summary>Forgets all that is kept; the sequence goes on.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            while (_kept.Count > 0) Forget();
        }
    }

    /// <summary>Forgets an entry where it is still the oldest.</summary>
    public void Drop(HistoryEntry entry)
    {
        lock (_gate)
        {
            if (_kept.TryPeek(out var oldest) && oldest == entry) Forget();
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
        while (_kept.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Kept) > _age) Forget();
    }

    private void Forget() => budget.Remove(_kept.Dequeue());
}
