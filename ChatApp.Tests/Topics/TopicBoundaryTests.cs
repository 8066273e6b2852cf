using ChatApp.Push;
using ChatApp.Tests.Harness;
using ChatApp.Topics;
using static ChatApp.Tests.Topics.TopicKit;

namespace ChatApp.Tests.Topics;

/// <summary>Publishing while somebody begins to listen or comes back: the moment between what is read and what is live.</summary>
public sealed class TopicBoundaryTests
{
    private const int Interleavings = 10_000;

    [Fact]
    public Task Ten_thousand_times_somebody_comes_back_while_others_publish_and_gets_everything_once() => RandomSeed.RunAsync(async seed =>
    {
        // The history holds all that comes between two visits, so nothing may be missing.
        using var kit = new TopicKit(new TopicRule { Prefix = "", HistorySize = 100_000, HistorySeconds = 3600 }, push: new PushOptions { OutboxEvents = 3, OutboxBytes = 1 << 24 });
        var isOver = false;
        var publishing = Tests.Push.Engine.OnThreadsAsync(1, _ =>
        {
            var dice = new Random(seed);
            while (!Volatile.Read(ref isOver))
            {
                kit.Publish(Gold);
                // Pauses of many lengths, so that every step of the reader is met.
                for (var wait = dice.Next(200); wait > 0 && !Volatile.Read(ref isOver); wait--) Thread.SpinWait(dice.Next(20));
                if (dice.Next(4) == 0) Thread.Yield();
            }
        });
        try
        {
            var position = kit.Read(Gold).State.Head;
            var epoch = kit.Read(Gold).State.Epoch;
            var metLive = 0;
            for (var i = 0; i < Interleavings; i++)
            {
                var connection = kit.Engine.Connect("ann");
                using var subscription = kit.Engine.Join(connection, Gold);
                var (stream, state, missed) = kit.Streams.Read(Gold, kit.Rule, position);
                Assert.Equal(epoch, state.Epoch);
                Assert.Null(Gap.Before(state, epoch, position));
                Assert.Equal(state.Head.Value - position.Value, missed.Count);
                Assert.True(await TopicCatchUp.StreamAsync(subscription, stream, missed, position));
                if (i % 3 == 0) Thread.Yield();
                connection.End(EndReason.Closed);
                var got = Tests.Push.Engine.TakenOffsets(connection);
                Assert.Equal(Enumerable.Range(1, got.Length).Select(step => position.Value + step), got);
                Assert.True(got.Length >= missed.Count);
                if (got.Length > missed.Count) metLive++;
                position = new Offset(position.Value + got.Length);
            }

            Assert.True(metLive > 10, $"only {metLive} met something live");
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            await publishing;
        }

        Assert.Equal(0, kit.Engine.Broker.SubscriberCount(Gold));
    });

    [Fact]
    public async Task Where_more_came_than_is_held_back_and_kept_the_subscription_is_of_no_use()
    {
        using var kit = new TopicKit(new TopicRule { Prefix = "", HistorySize = 2 }, push: new PushOptions { OutboxEvents = 3 });
        var connection = kit.Engine.Connect();
        var subscription = kit.Engine.Join(connection, Gold);
        var (stream, _, missed) = kit.Streams.Read(Gold, kit.Rule, Offset.Zero);
        for (var i = 0; i < 4; i++) kit.Publish(Gold);
        Assert.False(await TopicCatchUp.StreamAsync(subscription, stream, missed, Offset.Zero));
        Assert.Empty(Tests.Push.Engine.Taken(connection));
    }

    [Fact]
    public async Task Where_more_came_than_is_held_back_it_is_taken_from_the_history()
    {
        using var kit = new TopicKit(push: new PushOptions { OutboxEvents = 3 });
        var connection = kit.Engine.Connect();
        var subscription = kit.Engine.Join(connection, Gold);
        var (stream, _, missed) = kit.Streams.Read(Gold, kit.Rule, Offset.Zero);
        for (var i = 0; i < 7; i++) kit.Publish(Gold);
        Assert.True(await TopicCatchUp.StreamAsync(subscription, stream, missed, Offset.Zero));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], Tests.Push.Engine.TakenOffsets(connection));
    }
}
