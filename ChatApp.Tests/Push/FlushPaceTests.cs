using System.Diagnostics;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using static ChatApp.Tests.Push.Engine;

namespace ChatApp.Tests.Push;

/// <summary>When a channel's rounds of writes follow one another, and where there is none.</summary>
public sealed class FlushPaceTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(20);

    [Theory]
    [InlineData(0.1, 0)]
    [InlineData(1, 0)]
    [InlineData(1.5, 0.75)]
    [InlineData(7, 3.5)]
    [InlineData(40, 20)]
    [InlineData(100, 20)]
    public void The_rest_is_half_as_long_as_the_round_where_that_was_long_and_never_longer_than_its_bound(double took, double rest)
    {
        var pace = new FlushPace(Longest);
        pace.Ended(At(0), At(took));
        pace.Ended(At(1000), At(1000 + took));
        Assert.Equal(rest, pace.Wait(1, At(1000 + took)).TotalMilliseconds, 0.01);
        // It runs from the end of the round, whenever the next event comes.
        Assert.Equal(rest - 0.5, pace.Wait(1, At(1000 + took + 0.5)).TotalMilliseconds, 0.01);
    }

    [Fact]
    public void A_round_that_was_held_up_once_is_no_reason_to_let_the_next_event_wait()
    {
        var pace = new FlushPace(Longest);
        pace.Ended(At(1000), At(1002));
        pace.Ended(At(1010), At(1060));
        Assert.Equal(1, pace.Wait(1, At(1060)).TotalMilliseconds, 0.01);
        // A second one is.
        pace.Ended(At(1070), At(1080));
        Assert.Equal(5, pace.Wait(1, At(1080)).TotalMilliseconds, 0.01);
        pace.Ended(At(1090), At(1090.5));
        Assert.True(pace.Wait(1, At(1090.5)) <= TimeSpan.Zero);
    }

    [Fact]
    public void The_first_event_of_all_and_the_first_after_a_quiet_time_wait_for_nobody()
    {
        var pace = new FlushPace(Longest);
        Assert.True(pace.Wait(1, At(1)) <= TimeSpan.Zero);
        pace.Ended(At(900), At(907));
        pace.Ended(At(1000), At(1007));
        Assert.True(pace.Wait(1, At(1014)) <= TimeSpan.Zero);
    }

    [Fact]
    public void A_few_events_are_worth_a_round_at_once()
    {
        var pace = new FlushPace(Longest);
        pace.Ended(At(900), At(907));
        pace.Ended(At(1000), At(1007));
        Assert.True(pace.Wait(FlushPace.EnoughEvents - 1, At(1008)) > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, pace.Wait(FlushPace.EnoughEvents, At(1008)));
    }

    [Fact]
    public void With_a_bound_of_nothing_there_is_no_rest()
    {
        var pace = new FlushPace(TimeSpan.Zero);
        pace.Ended(At(800), At(900));
        pace.Ended(At(1000), At(1100));
        Assert.True(pace.Wait(1, At(1100)) <= TimeSpan.Zero);
    }

    [Fact]
    public async Task A_channel_that_was_busy_for_long_twice_rests_before_it_writes_what_came_meanwhile()
    {
        var engine = new Engine(new PushOptions { JoinMilliseconds = 1000 });
        using var entered = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        var writes = new List<(long Began, long Ended)>();
        var wire = new Wire(length =>
        {
            var began = Stopwatch.GetTimestamp();
            entered.Release();
            Assert.True(go.Wait(Eventually.DefaultDeadline));
            writes.Add((began, Stopwatch.GetTimestamp()));
            return length;
        });
        engine.Direct("ann", wire, Lobby);
        engine.Broker.Publish(Lobby, "first", new Offset(1));
        for (var number = 2; number <= 3; number++)
        {
            Assert.True(await entered.WaitAsync(Eventually.DefaultDeadline));
            engine.Broker.Publish(Lobby, number, new Offset(number));
            var blocked = Stopwatch.StartNew();
            await Eventually.BecomesAsync(() => blocked.ElapsedMilliseconds > 50, "a long round");
            go.Release();
        }

        go.Release();
        await Eventually.EqualsAsync(3, wire.WholeFrames);
        Assert.Equal(["first", "2", "3"], wire.Frames());
        var rounds = writes.ConvertAll(static write => Stopwatch.GetElapsedTime(write.Began, write.Ended));
        var rest = Stopwatch.GetElapsedTime(writes[1].Ended, writes[2].Began);
        var least = new[] { rounds[0], rounds[1], TimeSpan.FromSeconds(1) }.Min();
        Assert.True(rest >= least / 2, $"{rounds[0]} and {rounds[1]} were followed by {rest}");
    }

    [Fact]
    public async Task A_topic_of_few_is_written_to_by_its_publisher_and_keeps_its_order_when_it_grows()
    {
        var prices = ChannelName.OfTopic("prices");
        var engine = new Engine();
        var (_, wire) = engine.Direct("first", new Wire(), prices);
        for (var i = 1; i <= 3; i++)
        {
            engine.Broker.Publish(prices, i, new Offset(i));
            Assert.Equal(i, wire.WholeFrames());
        }

        for (var i = 4; i <= 40; i++)
        {
            engine.Direct($"viewer{i}", new Wire(), prices);
            engine.Broker.Publish(prices, i, new Offset(i));
        }

        await Eventually.EqualsAsync(40, wire.WholeFrames);
        Assert.Equal(Enumerable.Range(1, 40).Select(number => $"{number}"), wire.Frames());
    }

    [Fact]
    public async Task What_piles_up_while_the_channel_cannot_write_is_bounded_and_its_viewers_are_told_to_come_again()
    {
        var engine = new Engine(new PushOptions { OutboxBytes = 4096 });
        using var entered = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var (ann, wire) = engine.Direct("ann", new Wire(length =>
        {
            entered.Set();
            Assert.True(go.Wait(Eventually.DefaultDeadline));
            return length;
        }), Lobby);
        var page = engine.Circuit("bob", Lobby);
        engine.Broker.Publish(Lobby, "first", new Offset(1));
        Assert.True(entered.Wait(Eventually.DefaultDeadline));
        // This network blocks, which none does, and so does whoever tells the viewers.
        var publishing = OnThreadsAsync(1, _ =>
        {
            for (var i = 2; ann.SubscriptionTo(Lobby) is not null; i++)
            {
                Assert.InRange(i, 2, 100);
                engine.Broker.Publish(Lobby, new string('x', 1000), new Offset(i));
            }
        });
        await Eventually.BecomesAsync(() => ann.SubscriptionTo(Lobby) is null);
        go.Set();
        await publishing.Soon();
        await Eventually.EqualsAsync(2, wire.WholeFrames);
        Assert.Equal(["first", $"{new SubscriptionEnded(Lobby, EndReason.InsufficientState)}"], wire.Frames());
        Assert.NotNull(page.SubscriptionTo(Lobby));

        engine.Join(ann, Lobby).TryRelease(new Offset(200));
        engine.Broker.Publish(Lobby, "again", new Offset(201));
        await Eventually.EqualsAsync(3, wire.WholeFrames);
        Assert.Equal("again", wire.Frames()[2]);
    }

    private static long At(double milliseconds) => (long)(milliseconds * Stopwatch.Frequency / 1000);
}
