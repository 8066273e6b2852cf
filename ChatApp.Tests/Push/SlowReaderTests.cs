using ChatApp.Push;
using static ChatApp.Tests.Push.Engine;

namespace ChatApp.Tests.Push;

public sealed class SlowReaderTests
{
    private static readonly string Kilobyte = new('x', 1024);
    private readonly Engine _engine = new(new PushOptions { OutboxBytes = 4096, OutboxEvents = 4 });

    [Fact]
    public void A_full_outbox_ends_only_that_connection_and_says_why()
    {
        var (slow, quick) = (_engine.Socket("slow", Lobby), _engine.Socket("quick", Lobby));
        for (var i = 0; i < 5; i++)
        {
            _engine.Broker.Publish(Lobby, Kilobyte);
            Assert.Equal([Kilobyte], Taken(quick));
            quick.Outbox.Take([]);
        }

        Assert.Equal(EndReason.Slow, slow.EndReason);
        Assert.True(slow.EndReason!.Reconnect);
        Assert.Null(quick.EndReason);
        Assert.Equal(1, _engine.Broker.SubscriberCount(Lobby));
        Assert.Equal(1, _engine.Broker.Figures.Slow);
    }

    [Fact]
    public async Task What_waited_for_a_slow_connection_is_thrown_away()
    {
        var slow = _engine.Socket("slow", Lobby);
        for (var i = 0; i < 5; i++) _engine.Broker.Publish(Lobby, Kilobyte);
        Assert.False(await slow.Outbox.WaitAsync());
        Assert.Empty(Taken(slow));
        Assert.Equal(0, slow.Outbox.Bytes);
        Assert.Equal(0, slow.Outbox.Count);
    }

    [Fact]
    public void Bytes_that_are_being_written_count_against_the_limit_too()
    {
        var socket = _engine.Socket("ann", Lobby);
        for (var i = 0; i < 3; i++) _engine.Broker.Publish(Lobby, Kilobyte);
        Assert.Equal(3, Taken(socket).Count(body => body is string));
        Assert.Equal(3 * 1024, socket.Outbox.Bytes);
        _engine.Broker.Publish(Lobby, Kilobyte);
        Assert.Null(socket.EndReason);
        _engine.Broker.Publish(Lobby, Kilobyte);
        Assert.Equal(EndReason.Slow, socket.EndReason);
    }

    [Fact]
    public void A_socket_may_hold_many_small_events_and_a_circuit_may_hold_large_ones()
    {
        var (socket, circuit) = (_engine.Socket("ann", Lobby), _engine.Circuit("bob", Attic));
        for (var i = 0; i < 100; i++) _engine.Broker.Publish(Lobby, "small");
        for (var i = 0; i < 4; i++) _engine.Broker.Publish(Attic, new string('x', 100_000));
        Assert.Equal(100, Taken(socket).Length);
        Assert.Equal(4, Taken(circuit).Length);
    }

    [Fact]
    public void A_slow_circuit_finds_one_notice_in_place_of_what_it_missed_and_lives_on()
    {
        var circuit = _engine.Circuit("ann", Lobby);
        for (var i = 1; i <= 6; i++) _engine.Broker.Publish(Lobby, i);
        Assert.Null(circuit.EndReason);
        Assert.Collection(Taken(circuit), lost => Assert.IsType<EventsLost>(lost), last => Assert.Equal(6, last));
        _engine.Broker.Publish(Lobby, 7);
        Assert.Equal([7], Taken(circuit));
        Assert.Equal(0, _engine.Broker.Figures.Slow);
    }

    [Fact]
    public void Others_are_told_nothing_of_a_slow_connection()
    {
        var (slow, other, same) = (_engine.Socket("slow", Lobby), _engine.Circuit("other", Attic), _engine.Socket("slow", Attic));
        for (var i = 0; i < 5; i++) _engine.Broker.Publish(Lobby, Kilobyte);
        Assert.NotNull(slow.EndReason);
        Assert.Empty(Taken(other));
        Assert.Empty(Taken(same));
    }
}
