using System.Diagnostics;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using static ChatApp.Tests.Push.Engine;

namespace ChatApp.Tests.Push;

/// <summary>How readers are woken that cannot be written to directly.</summary>
public sealed class WakeRoundsTests
{
    private readonly Engine _engine = new();
    private readonly Outbox _outbox = new(100, 10_000, wakesAlone: false);

    [Fact]
    public async Task A_reader_is_woken_at_once_where_the_channel_does_not_rest()
    {
        var rounds = new WakeRounds(new FlushPace(TimeSpan.FromHours(1)));
        var woken = WaitAsync();
        Publish(rounds, "one");
        Assert.True(await woken.Soon());
        Assert.Equal(["one"], Taken());
    }

    [Fact]
    public async Task While_the_channel_rests_events_wait_together_until_they_are_a_few()
    {
        var rounds = Resting();
        var woken = WaitAsync();
        for (var number = 1; number < FlushPace.EnoughEvents; number++) Publish(rounds, $"{number}");
        Assert.False(woken.IsCompleted);
        Publish(rounds, $"{FlushPace.EnoughEvents}");
        Assert.True(await woken.Soon());
        Assert.Equal(Enumerable.Range(1, FlushPace.EnoughEvents).Select(static number => $"{number}"), Taken());
    }

    [Fact]
    public async Task When_the_rest_is_over_those_that_are_due_are_woken()
    {
        var rest = TimeSpan.FromMilliseconds(50);
        var pace = new FlushPace(rest);
        var begun = Stopwatch.GetTimestamp();
        TakeLong(pace);
        var rounds = new WakeRounds(pace);
        var woken = WaitAsync();
        Publish(rounds, "one");
        Assert.True(await woken.Soon());
        Assert.True(Stopwatch.GetElapsedTime(begun) >= rest, "The channel rested.");
        Assert.Equal(["one"], Taken());
    }

    [Fact]
    public async Task A_reply_wakes_a_reader_that_is_due_without_waiting_for_the_rest_and_nothing_is_taken_twice()
    {
        var rounds = Resting();
        var woken = WaitAsync();
        Publish(rounds, "event");
        Assert.False(woken.IsCompleted);
        Add("reply", default);
        Assert.True(await woken.Soon());
        Assert.Equal(["event", "reply"], Taken());

        // It is due still, but there is nothing to take: what comes next wakes it.
        woken = WaitAsync();
        for (var number = 1; number <= FlushPace.EnoughEvents; number++) Publish(rounds, $"{number}");
        Assert.True(await woken.Soon());
        Assert.Equal(FlushPace.EnoughEvents, Taken().Length);
    }

    [Fact]
    public async Task A_reader_of_two_channels_is_woken_by_the_one_that_does_not_rest()
    {
        var quiet = new WakeRounds(new FlushPace(TimeSpan.FromHours(1)));
        var woken = WaitAsync();
        Publish(Resting(), "busy");
        Assert.False(woken.IsCompleted);
        Publish(quiet, "quiet");
        Assert.True(await woken.Soon());
        Assert.Equal(["busy", "quiet"], Taken());
    }

    [Fact]
    public async Task A_reader_that_is_due_hears_of_the_end_at_once()
    {
        var woken = WaitAsync();
        Publish(Resting(), "event");
        _outbox.Complete(discard: true);
        Assert.False(await woken.Soon());
    }

    [Fact]
    public async Task All_readers_get_everything_in_order_whatever_the_channel_does_between_rounds()
    {
        const int Events = 2000;
        var engine = new Engine();
        var readers = Enumerable.Range(0, 150).Select(number => (Connection: engine.Socket($"user{number}", Lobby), Got: new List<string>())).ToList();
        foreach (var reader in readers) _ = ReadAsync(reader.Connection, reader.Got);
        await OnThreadsAsync(1, _ =>
        {
            for (var number = 1; number <= Events; number++)
            {
                engine.Broker.Publish(Lobby, number, new Offset(number));
                if (number % 50 == 0) readers[number % readers.Count].Connection.Send(engine.Broker.Wrap("reply"));
            }
        });
        foreach (var (_, got) in readers) await Eventually.EqualsAsync(Events, () => Numbers(got).Count);
        Assert.All(readers, static reader => Assert.Equal(Enumerable.Range(1, Events).Select(static number => $"{number}"), Numbers(reader.Got)));

        static List<string> Numbers(List<string> got)
        {
            lock (got) return [.. got.Where(static text => text != "reply")];
        }
    }

    private static async Task ReadAsync(Connection connection, List<string> got)
    {
        var batch = new List<Envelope>();
        while (await connection.Outbox.WaitAsync())
        {
            connection.Outbox.Take(batch);
            lock (got) got.AddRange(batch.Select(static envelope => envelope.Body.ToString()!));
        }
    }

    private static WakeRounds Resting()
    {
        var pace = new FlushPace(TimeSpan.FromHours(1));
        TakeLong(pace);
        return new WakeRounds(pace);
    }

    private static void TakeLong(FlushPace pace)
    {
        var now = Stopwatch.GetTimestamp();
        var hour = 3600 * Stopwatch.Frequency;
        pace.Ended(now - (2 * hour), now - hour);
        pace.Ended(now - hour, now);
    }

    private async Task<bool> WaitAsync() => await _outbox.WaitAsync();

    private void Publish(WakeRounds rounds, string text) => Add(text, new WakeList(rounds));

    private void Add(string text, WakeList wakes)
    {
        Assert.True(_outbox.TryAdd(new Delivery(_engine.Broker.Wrap(text), Subscription: null, text.Length), alone: true, ref wakes));
        wakes.Flush();
    }

    private string[] Taken() => [.. _outbox.Take([]).Select(static envelope => (string)envelope.Body)];
}
