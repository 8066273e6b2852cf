using System.Collections.Concurrent;
using System.Diagnostics;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using ChatApp.Topics;
using static ChatApp.Tests.Push.Engine;

namespace ChatApp.Tests.Topics;

/// <summary>
/// A hundred thousand operations by dice, from many threads at once, against a simple model: what was published at each place of
/// each sequence. Viewers connect, subscribe, come back from where they were, leave, are taken out, thrown out and too slow; sequences
/// are forgotten and begin anew. Each viewer must see of each sequence every place once and in order, except where it was told of a gap,
/// and exactly that gap.
/// </summary>
public sealed class CrowdOfTopicsTests
{
    private const int Operations = 100_000;
    private const int Publishers = 2;
    private const int Viewers = 5;

    private readonly ConcurrentDictionary<(string Epoch, long Offset), string> _published = new();
    private readonly ChannelName[] _channels = [.. Enumerable.Range(0, 4).Select(i => ChannelName.OfTopic($"t{i}"))];
    private int _left = Operations;
    private int _recovered;
    private int _gaps;
    private int _evicted;
    private int _newEpochs;

    [Fact]
    public Task A_hundred_thousand_operations_leave_no_hole_no_double_and_nothing_behind() => RandomSeed.RunAsync(async seed =>
    {
        using var kit = new TopicKit(
            new TopicRule { Prefix = "", HistorySize = 40, HistorySeconds = 3600 }, historyBytes: 80_000,
            push: new PushOptions { ConnectionsPerUser = 1000, OutboxEvents = 8, OutboxBytes = 4096 });
        var engine = kit.Engine;
        var viewers = Enumerable.Range(0, Viewers).Select(_ => new Viewer(this, kit)).ToList();
        var begun = Stopwatch.StartNew();
        await OnThreadsAsync(Publishers + Viewers + 1, number =>
        {
            var dice = new Random((seed * 100) + number);
            // Where the threads hardly met, as on a busy machine, they go on until they have.
            while (Interlocked.Decrement(ref _left) >= 0 || (!HasHappened && begun.Elapsed < Eventually.DefaultDeadline))
            {
                if (number < Publishers) Publish(kit, number, dice);
                else if (number < Publishers + Viewers) viewers[number - Publishers].Act(dice, $"viewer{number}");
                else Moderate(kit, dice);
            }
        });

        foreach (var viewer in viewers) viewer.CatchUpWithAll();
        Assert.True(HasHappened, $"too little happened: {_recovered} recoveries, {_gaps} gaps, {_evicted} evictions, {_newEpochs} new epochs");
        foreach (var connection in engine.Broker.Connections) connection.End(EndReason.Closed);
        Assert.Equal((0, 0), (engine.Broker.Figures.Connections, engine.Broker.Figures.Channels));
        Assert.InRange(kit.Streams.HistoryBytes, 0, 80_000);
        kit.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal((0, 0L), (kit.Streams.Count, kit.Streams.HistoryBytes));
    });

    private bool HasHappened => Volatile.Read(ref _recovered) > 100 && Volatile.Read(ref _gaps) > 0 && Volatile.Read(ref _evicted) > 0 && Volatile.Read(ref _newEpochs) > 0;

    // Each publisher is the only one of its topics, so that what it is told is in their order.
    private void Publish(TopicKit kit, int number, Random dice)
    {
        var text = $"\"{number} {Volatile.Read(ref _left)} {new string('x', dice.Next(200))}\"";
        var (epoch, offset) = kit.Publish(_channels[(dice.Next(2) * Publishers) + number], text);
        Assert.True(_published.TryAdd((epoch, offset), text), "Every place is given once.");
        if (dice.Next(4) == 0) Thread.Yield();
    }

    private void Moderate(TopicKit kit, Random dice)
    {
        var channel = _channels[dice.Next(_channels.Length)];
        var broker = kit.Engine.Broker;
        switch (dice.Next(8))
        {
            case 0:
                broker.Connections.ElementAtOrDefault(dice.Next(Viewers))?.End(EndReason.ForceReconnect);
                break;
            case 1:
                broker.Revoke(new UserId($"viewer{dice.Next(Publishers, Publishers + Viewers)}"), channel, EndReason.RemovedByServer);
                break;
            case 2:
                kit.Streams.Clear(channel);
                break;
            case 3:
                // Nobody listens for a moment, and all that is kept has gone: the next sequence is another one.
                var before = kit.Read(channel).State.Epoch;
                for (var tries = 0; tries < 200 && kit.Read(channel).State.Epoch == before; tries++)
                {
                    // Others come in between: again, until nobody has.
                    foreach (var connection in broker.Connections) connection.SubscriptionTo(channel)?.Dispose();
                    kit.Streams.Clear(channel);
                    kit.Streams.Tidy();
                }

                if (kit.Read(channel).State.Epoch != before) Interlocked.Increment(ref _newEpochs);
                break;
            default:
                Thread.Yield();
                break;
        }
    }

    private sealed class Viewer(CrowdOfTopicsTests crowd, TopicKit kit)
    {
        private readonly Dictionary<ChannelName, (string Epoch, long Offset)> _places = [];
        private Connection? _connection;

        public void Act(Random dice, string user)
        {
            if (_connection is null || _connection.EndReason is not null)
            {
                if (_connection?.EndReason == EndReason.Slow) Interlocked.Increment(ref crowd._evicted);
                // What still waited came from before the end, in order; who is thrown out may miss it and comes back for it.
                Take();
                _connection = kit.Engine.Connect(user, (ConnectionKind)dice.Next(2));
            }

            switch (dice.Next(10))
            {
                case 0:
                    _connection.End(EndReason.Closed);
                    break;
                case 1:
                    _connection.SubscriptionTo(crowd._channels[dice.Next(crowd._channels.Length)])?.Dispose();
                    break;
                case >= 2 and <= 6:
                    // Too slow now and then.
                    break;
                case 7:
                    Take();
                    break;
                default:
                    Join(crowd._channels[dice.Next(crowd._channels.Length)]);
                    break;
            }
        }

        /// <summary>In the end everybody is where the sequence is.</summary>
        public void CatchUpWithAll()
        {
            Take();
            _connection?.End(EndReason.Closed);
            foreach (var channel in crowd._channels)
            {
                _connection = kit.Engine.Connect("late");
                Join(channel);
                Take();
                var state = kit.Read(channel).State;
                Assert.Equal((state.Epoch, state.Head.Value), _places[channel]);
                _connection.End(EndReason.Closed);
            }
        }

        private void Join(ChannelName channel)
        {
            Take();
            if (_connection is null || kit.Engine.Broker.Subscribe(_connection, channel).Subscription is not { } subscription) return;
            Offset? from = _places.TryGetValue(channel, out var place) ? new Offset(place.Offset) : null;
            var (stream, state, missed) = kit.Streams.Read(channel, kit.Rule, from);
            if (from is { } position)
            {
                if (Gap.Before(state, place.Epoch, position) is { } gap)
                {
                    Interlocked.Increment(ref crowd._gaps);
                    if (gap.Reason == GapReason.Epoch) Assert.NotEqual(place.Epoch, state.Epoch);
                    else Assert.Equal(state.Floor.Value - place.Offset, gap.Lost);
                    Assert.NotEqual(GapReason.TooFar, gap.Reason);
                    (from, missed) = (null, []);
                }
                else
                {
                    Interlocked.Increment(ref crowd._recovered);
                }
            }

            // What came by an earlier subscription, before this one began.
            Take();
            if (from is null) _places[channel] = (state.Epoch, state.Head.Value);
            else if (_places[channel].Offset > from.Value.Value) from = new Offset(_places[channel].Offset);
            missed = [.. missed.Where(envelope => envelope.Offset > (from ?? state.Head))];
            Release(channel, subscription, stream, missed, from ?? state.Head);
        }

        // As a socket does it, without waiting: where there is no room, the viewer makes some.
        private void Release(ChannelName channel, Subscription subscription, TopicStream stream, IReadOnlyList<Envelope> missed, Offset position)
        {
            while (!subscription.HasEnded)
            {
                if (missed.Count > 0)
                {
                    var chunk = TopicCatchUp.Fitting(missed, 1000);
                    if (!subscription.TryReplay(chunk))
                    {
                        Take();
                        continue;
                    }

                    position = chunk[^1].Offset!.Value;
                    missed = [.. missed.Skip(chunk.Count)];
                    continue;
                }

                if (subscription.TryRelease(position)) return;
                if (stream.TryRead(position) is not { } now || now.State.Floor > position)
                {
                    subscription.Dispose();
                    return;
                }

                missed = now.Publications;
            }
        }

        // What has come must continue what there was.
        private void Take()
        {
            if (_connection is not { } connection) return;
            foreach (var envelope in connection.Outbox.Take([]))
            {
                if (envelope.Body is EventsLost)
                {
                    // A page loads anew: here, it comes back to all.
                    Interlocked.Increment(ref crowd._evicted);
                    connection.End(EndReason.Closed);
                    _connection = null;
                    return;
                }

                if (envelope.Offset is null) continue;
                var channel = envelope.Channel!.Value;
                var offset = envelope.Offset!.Value.Value;
                var place = _places[channel];
                Assert.Equal(place.Offset + 1, offset);
                _places[channel] = place with { Offset = offset };
                var text = TopicKit.Text(envelope);
                // The publisher notes it a moment after everybody has it.
                if (crowd._published.TryGetValue((place.Epoch, offset), out var said)) Assert.Equal(said, text);
            }
        }
    }
}
