using System.Collections.Concurrent;
using ChatApp.Push;

namespace ChatApp.Topics;

/// <summary>The sequences of all topics that keep a history, and the memory that they may take together.</summary>
public sealed class TopicStreams : IDisposable
{
    private static readonly TimeSpan TidyEvery = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ChannelName, TopicStream> _streams = new();
    private readonly HistoryBudget _budget;
    private readonly RoomBroker _broker;
    private readonly TimeProvider _time;
    private readonly ITimer? _tidying;
    private int _isTidying;
    private int _isEasing;

    /// <summary>Makes the only one.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="broker">Carries publications.</param>
    /// <param name="time">The clock, for the age of what is kept.</param>
    public TopicStreams(TopicOptions options, RoomBroker broker, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        (_broker, _time) = (broker, time);
        _budget = new HistoryBudget(options.HistoryBytes);
        if (Array.Exists(options.Prefixes, static rule => rule.HistorySize > 0)) _tidying = time.CreateTimer(_ => Tidy(), state: null, TidyEvery, TidyEvery);
    }

    /// <summary>Topics that have a sequence now.</summary>
    public int Count => _streams.Count;

    /// <summary>Bytes that all histories take together.</summary>
    public long HistoryBytes => _budget.Bytes;

    /// <inheritdoc/>
    public void Dispose() => _tidying?.Dispose();

    /// <summary>Publishes to a topic; everybody who listens gets it.</summary>
    internal (string? Epoch, Offset? Offset) Publish(ChannelName channel, TopicRule rule, TopicPublication publication)
    {
        if (rule.HistorySize == 0)
        {
            _broker.Publish(channel, publication);
            return default;
        }

        while (true)
        {
            var stream = Of(channel, rule);
            if (stream.TryPublish(publication) is not { } offset)
            {
                Forget(stream);
                continue;
            }

            // Outside of every lock: what has to go is another topic's, as a rule.
            Ease();
            return (stream.Epoch, offset);
        }
    }

    /// <summary>Where a topic stands and what is kept of it, as <see cref="TopicStream.TryRead"/> says, and the sequence itself. Begins it where there is none.</summary>
    internal (TopicStream Stream, ChannelState State, IReadOnlyList<Envelope> Publications) Read(
        ChannelName channel, TopicRule rule, Offset? after, Offset? before = null, int most = int.MaxValue, bool reverse = false)
    {
        while (true)
        {
            var stream = Of(channel, rule);
            if (stream.TryRead(after, before, most, reverse) is { } read) return (stream, read.State, read.Publications);
            Forget(stream);
        }
    }

    /// <summary>Forgets what is kept of a topic.</summary>
    internal void Clear(ChannelName channel)
    {
        if (_streams.TryGetValue(channel, out var stream)) stream.Clear();
    }

    /// <summary>Frees what is too old, and the topics that nobody needs any more.</summary>
    internal void Tidy()
    {
        if (Interlocked.Exchange(ref _isTidying, 1) == 1) return;
        foreach (var (_, stream) in _streams)
        {
            if (stream.Tidy()) Forget(stream);
        }

        Volatile.Write(ref _isTidying, 0);
    }

    // Drops what is oldest in all topics, until there is some room again. One publisher at a time does it; the others go on.
    private void Ease()
    {
        while (_budget.IsSpent && Interlocked.Exchange(ref _isEasing, 1) == 0)
        {
            var byAge = new PriorityQueue<TopicStream, long>();
            foreach (var (_, stream) in _streams) EnqueueByAge(byAge, stream);
            while (!_budget.IsEased && byAge.TryDequeue(out var oldest, out _))
            {
                oldest.DropOldest();
                EnqueueByAge(byAge, oldest);
            }

            Volatile.Write(ref _isEasing, 0);
        }
    }

    private static void EnqueueByAge(PriorityQueue<TopicStream, long> byAge, TopicStream stream)
    {
        if (stream.OldestAt is { } at) byAge.Enqueue(stream, at);
    }

    private TopicStream Of(ChannelName channel, TopicRule rule) =>
        _streams.GetOrAdd(channel, static (name, own) => new TopicStream(name, own.Rule, own.Self._budget, own.Self._broker, own.Self._time), (Self: this, Rule: rule));

    private void Forget(TopicStream stream) => _streams.TryRemove(KeyValuePair.Create(stream.Channel, stream));
}
