using System.Globalization;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using static ChatApp.Tests.Push.Engine;

namespace ChatApp.Tests.Push;

public sealed class SlowPolicyTests
{
    private static readonly string Kilobyte = new('x', 1000);
    private readonly Engine _engine = new(new PushOptions { OutboxBytes = 4096, OutboxEvents = 4 });
    private Task<bool>? _waiting;

    [Fact]
    public async Task Half_full_a_socket_is_told_once_in_front_of_what_waits_and_again_only_after_it_has_caught_up()
    {
        var socket = _engine.Socket("ann", Lobby);
        Publish(1, 2);
        Assert.DoesNotContain(Taken(socket), body => body is Lagging);
        await CatchUpAsync(socket);
        Publish(3, 4, 5);
        Assert.Equal([new Lagging(2048, 4096), "3", "4", "5"], Short(socket));
        Publish(6);
        Assert.Equal(["6"], Short(socket));
        await CatchUpAsync(socket);
        Publish(7, 8, 9);
        Assert.Equal(new Lagging(2048, 4096), Short(socket)[0]);
    }

    [Fact]
    public void A_page_is_told_of_no_lag()
    {
        var circuit = _engine.Circuit("ann", Lobby);
        Publish(1, 2, 3, 4);
        Assert.Equal(["1", "2", "3", "4"], Short(circuit));
    }

    [Fact]
    public void A_recovery_that_fills_more_than_half_is_no_lag()
    {
        var socket = _engine.Connect();
        var held = _engine.Join(socket, Lobby);
        for (var i = 0; i < 3; i++) Assert.True(held.TryReplay([_engine.Broker.Wrap(Body(i), Lobby, new Offset(i + 1))]));
        Assert.DoesNotContain(Taken(socket), body => body is Lagging);
    }

    [Fact]
    public async Task Of_a_channel_that_drops_the_oldest_go_and_a_notice_stands_in_their_place()
    {
        var socket = Slow(SlowPolicy.DropOldest);
        Publish(1, 2, 3, 4, 5, 6);
        Assert.Null(socket.EndReason);
        Assert.Equal([new EventsDropped(Lobby, 2, new Offset(2)), "3", "4", "5", "6"], Short(socket).Where(body => body is not Lagging));
        await CatchUpAsync(socket);
        Publish(7);
        Assert.Equal(["7"], Short(socket));
    }

    [Fact]
    public void What_is_lost_is_counted_exactly_however_often_it_happens()
    {
        var socket = Slow(SlowPolicy.DropOldest);
        Publish([.. Enumerable.Range(1, 1000)]);
        Assert.InRange(socket.Outbox.Bytes, 1, 4096);
        Assert.InRange(socket.Outbox.Count, 1, 10);
        var rest = Short(socket);
        var lost = rest.OfType<EventsDropped>().Single();
        var kept = rest.OfType<string>().Select(long.Parse).ToList();
        Assert.Equal(1000 - kept.Count, lost.Lost);
        Assert.Equal(lost.Lost, lost.Last!.Value.Value);
        Assert.Equal(Enumerable.Range(0, kept.Count).Select(i => lost.Lost + 1 + i), kept);
    }

    [Fact]
    public async Task Of_a_channel_of_the_latest_one_event_waits_and_it_is_the_newest()
    {
        var socket = Slow(SlowPolicy.LatestOnly);
        Publish([.. Enumerable.Range(1, 1000)]);
        Assert.InRange(socket.Outbox.Bytes, 1000, 1100);
        Assert.Equal(["1000"], Short(socket));
        await CatchUpAsync(socket);
        Publish(1001);
        Assert.Equal(["1001"], Short(socket));
    }

    [Fact]
    public void What_may_be_dropped_makes_room_for_what_may_not()
    {
        var socket = Slow(SlowPolicy.DropOldest);
        _engine.Join(socket, Attic).TryRelease(Offset.Zero);
        Publish(1, 2, 3);
        for (var i = 1; i <= 3; i++) _engine.Broker.Publish(Attic, Body(100 + i), new Offset(i));
        Assert.Null(socket.EndReason);
        var rest = Short(socket);
        Assert.Equal(["101", "102", "103"], rest.OfType<string>().Where(text => text.Length == 3));
        Assert.Contains(rest, body => body is EventsDropped);
    }

    [Fact]
    public async Task Where_nothing_may_be_dropped_the_event_itself_is_left_out_and_told()
    {
        var socket = Slow(SlowPolicy.DropOldest);
        _engine.Join(socket, Attic).TryRelease(Offset.Zero);
        for (var i = 1; i <= 4; i++) _engine.Broker.Publish(Attic, Body(100 + i), new Offset(i));
        Publish(1, 2);
        Assert.Null(socket.EndReason);
        Assert.Equal(["101", "102", "103", "104", new EventsDropped(Lobby, 2, new Offset(2))], Short(socket).Where(body => body is not Lagging));
        // One too many of those that may not be left out ends it, as always.
        await CatchUpAsync(socket);
        for (var i = 5; i <= 9; i++) _engine.Broker.Publish(Attic, Body(100 + i), new Offset(i));
        Assert.Equal(EndReason.Slow, socket.EndReason);
    }

    [Theory]
    [InlineData(SlowPolicy.DropOldest)]
    [InlineData(SlowPolicy.LatestOnly)]
    public async Task On_the_wire_every_frame_is_whole_whatever_was_dropped_while_the_network_took_little(SlowPolicy policy)
    {
        var engine = new Engine(new PushOptions { OutboxBytes = 4096 });
        var dice = new Random(5);
        var wire = new Wire(length => dice.Next(3) == 0 ? length : dice.Next(length + 1)) { Most = 500, OnLoopWrite = static async () => await Task.Yield() };
        var socket = engine.Connect("ann", direct: wire.Direct);
        var subscription = engine.Join(socket, Lobby);
        subscription.WhenSlow = policy;
        subscription.TryRelease(Offset.Zero);
        _ = wire.RunAsync(socket);
        for (var i = 1; i <= 5000; i++) engine.Broker.Publish(Lobby, $"{i} {new string('x', dice.Next(300))}", new Offset(i));
        await Eventually.BecomesAsync(() => wire.FramesSoFar() is [.., var last] && last.StartsWith("5000 ", StringComparison.Ordinal));
        Assert.Null(socket.EndReason);
        Assert.False(wire.HadTwoWriters);
        var numbers = wire.Frames().Where(frame => char.IsDigit(frame[0])).Select(frame => int.Parse(frame.Split(' ')[0], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(numbers.Order().Distinct(), numbers);
    }

    [Fact]
    public void Of_a_slow_socket_that_ended_nothing_is_kept()
    {
        var slow = _engine.Socket("slow", Lobby);
        Publish(1, 2, 3, 4, 5);
        Assert.Equal(EndReason.Slow, slow.EndReason);
        Assert.Equal((0, 0L), (slow.Outbox.Count, slow.Outbox.Bytes));
    }

    private static string Body(int number) => $"{number} {Kilobyte}";

    private static object[] Short(Connection connection) => [.. Taken(connection).Select(body => body is string text ? text.Split(' ')[0] : body)];

    // As the owner's loop: it has finished with what it took, and waits for more.
    private async Task CatchUpAsync(Connection connection)
    {
        if (_waiting is not null) await _waiting.Soon();
        _waiting = connection.Outbox.WaitAsync().AsTask();
        Assert.False(_waiting.IsCompleted);
    }

    private void Publish(params int[] numbers)
    {
        foreach (var number in numbers) _engine.Broker.Publish(Lobby, Body(number), new Offset(number));
    }

    private Connection Slow(SlowPolicy policy)
    {
        var socket = _engine.Connect();
        var subscription = _engine.Join(socket, Lobby);
        subscription.WhenSlow = policy;
        subscription.TryRelease(Offset.Zero);
        return socket;
    }
}
