using System.Diagnostics;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using static ChatApp.Tests.Push.Engine;

namespace ChatApp.Tests.Push;

/// <summary>When a channel's rounds of writes follow one another.</summary>
public sealed class FlushPaceTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(20);

    [Theory]
    [InlineData(0.1, 0)]
    [InlineData(1, 0)]
    [InlineData(1.5, 3)]
    [InlineData(7, 14)]
    [InlineData(10, 20)]
    [InlineData(100, 20)]
    public void The_rest_is_twice_the_round_where_that_was_long_and_never_longer_than_its_bound(double took, double rest)
    {
        var pace = new FlushPace(Longest);
        pace.Ended(At(1000), At(1000 + took));
        Assert.Equal(rest, pace.Wait(1, At(1000 + took)).TotalMilliseconds, 0.01);
        // It runs from the end of the round, whenever the next event comes.
        Assert.Equal(rest - 5, pace.Wait(1, At(1000 + took + 5)).TotalMilliseconds, 0.01);
    }

    [Fact]
    public void The_first_event_of_all_and_the_first_after_a_quiet_time_wait_for_nobody()
    {
        var pace = new FlushPace(Longest);
        Assert.True(pace.Wait(1, At(1)) <= TimeSpan.Zero);
        pace.Ended(At(1000), At(1007));
        Assert.True(pace.Wait(1, At(1021)) <= TimeSpan.Zero);
    }

    [Fact]
    public void A_few_events_are_worth_a_round_at_once()
    {
        var pace = new FlushPace(Longest);
        pace.Ended(At(1000), At(1007));
        Assert.True(pace.Wait(FlushPace.EnoughEvents - 1, At(1008)) > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, pace.Wait(FlushPace.EnoughEvents, At(1008)));
    }

    [Fact]
    public void With_a_bound_of_nothing_there_is_no_rest()
    {
        var pace = new FlushPace(TimeSpan.Zero);
        pace.Ended(At(1000), At(1100));
        Assert.True(pace.Wait(1, At(1100)) <= TimeSpan.Zero);
    }

    [Fact]
    public async Task A_channel_that_was_busy_for_long_rests_before_it_writes_what_came_meanwhile()
    {
        var engine = new Engine(new PushOptions { JoinMilliseconds = 1000 });
        using var entered = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var writes = new List<(long Began, long Ended)>();
        var wire = new Wire(length =>
        {
            var began = Stopwatch.GetTimestamp();
            entered.Set();
            Assert.True(go.Wait(Eventually.DefaultDeadline));
            writes.Add((began, Stopwatch.GetTimestamp()));
            return length;
        });
        var ann = engine.Connect("ann", direct: wire.Direct);
        engine.Join(ann, Lobby).TryRelease(Offset.Zero);
        _ = wire.RunAsync(ann);
        engine.Broker.Publish(Lobby, "first", new Offset(1));
        Assert.True(entered.Wait(Eventually.DefaultDeadline));
        engine.Broker.Publish(Lobby, "second", new Offset(2));
        var blocked = Stopwatch.StartNew();
        await Eventually.BecomesAsync(() => blocked.ElapsedMilliseconds > 50, "a long round");
        go.Set();
        await Eventually.EqualsAsync(2, wire.WholeFrames);
        Assert.Equal(["first", "second"], wire.Frames());
        var round = Stopwatch.GetElapsedTime(writes[0].Began, writes[0].Ended);
        var rest = Stopwatch.GetElapsedTime(writes[0].Ended, writes[1].Began);
        Assert.True(rest >= (round * 2 < TimeSpan.FromSeconds(1) ? round * 2 : TimeSpan.FromSeconds(1)), $"{round} was followed by {rest}");
    }

    private static long At(double milliseconds) => (long)(milliseconds * Stopwatch.Frequency / 1000);
}
