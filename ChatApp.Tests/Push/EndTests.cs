using ChatApp.Push;
using ChatApp.Tests.Harness;
using static ChatApp.Tests.Push.Engine;

namespace ChatApp.Tests.Push;

public sealed class EndTests
{
    private readonly Engine _engine = new();

    [Fact]
    public async Task A_connection_ends_once_whoever_ends_it_and_the_first_reason_stays()
    {
        EndReason[] reasons = [EndReason.Slow, EndReason.Closed, EndReason.NoPong, EndReason.ForceDisconnect, EndReason.SignedOut, EndReason.Expired];
        for (var round = 0; round < 200; round++)
        {
            var connection = _engine.Socket("ann", Lobby);
            EndReason? winner = null;
            var wins = 0;
            await OnThreadsAsync(reasons.Length, number =>
            {
                if (!connection.End(reasons[number])) return;
                winner = reasons[number];
                Interlocked.Increment(ref wins);
            });
            Assert.Equal(1, wins);
            Assert.Same(winner, connection.EndReason);
        }
    }

    [Fact]
    public void An_ended_connection_leaves_no_trace_in_any_index()
    {
        var connection = _engine.Socket("ann", Lobby, Attic);
        connection.End(EndReason.Closed);
        Assert.Null(_engine.Broker.Find(connection.Id));
        Assert.Empty(_engine.Broker.Connections);
        Assert.Equal(0, _engine.Broker.EndAll(new UserId("ann"), EndReason.SignedOut));
        Assert.Equal((0, 0), (_engine.Broker.Figures.Connections, _engine.Broker.Figures.Channels));
        Assert.Equal(0, _engine.Broker.SubscriberCount(Lobby));
        Assert.Empty(connection.Rooms);
    }

    [Fact]
    public void A_room_is_forgotten_with_its_last_subscriber_and_not_before()
    {
        var (ann, bob) = (_engine.Socket("ann", Lobby), _engine.Socket("bob", Lobby));
        ann.SubscriptionTo(Lobby)!.Dispose();
        Assert.Equal(1, _engine.Broker.Figures.Channels);
        bob.SubscriptionTo(Lobby)!.Dispose();
        Assert.Equal(0, _engine.Broker.Figures.Channels);
    }

    [Fact]
    public void A_refused_subscription_leaves_no_room_behind()
    {
        var ended = _engine.Connect();
        ended.End(EndReason.Closed);
        Assert.Equal(SubscribeRefusal.ConnectionEnded, _engine.Broker.Subscribe(ended, Lobby).Refusal);
        Assert.Equal(0, _engine.Broker.Figures.Channels);
    }

    [Fact]
    public async Task Nothing_reaches_an_ended_connection_and_its_reader_gets_what_waited_and_then_the_end()
    {
        var ann = _engine.Socket("ann", Lobby);
        _engine.Broker.Publish(Lobby, "before");
        ann.End(EndReason.Closed);
        _engine.Broker.Publish(Lobby, "after");
        ann.Send(_engine.Broker.Wrap("after too"));
        Assert.True(await ann.Outbox.WaitAsync());
        Assert.Equal(["before"], Taken(ann));
        Assert.False(await ann.Outbox.WaitAsync());
    }

    [Theory]
    [InlineData(nameof(EndReason.SignedOut))]
    [InlineData(nameof(EndReason.ForceDisconnect))]
    [InlineData(nameof(EndReason.Expired))]
    public async Task Whoever_has_lost_the_right_to_see_it_does_not_get_what_waited(string reason)
    {
        var ann = _engine.Socket("ann", Lobby);
        _engine.Broker.Publish(Lobby, "secret");
        ann.End((EndReason)typeof(EndReason).GetField(reason)!.GetValue(obj: null)!);
        Assert.False(await ann.Outbox.WaitAsync());
        Assert.Empty(Taken(ann));
    }

    [Fact]
    public async Task A_waiting_reader_wakes_up_when_its_connection_ends()
    {
        var ann = _engine.Connect();
        var waiting = ann.Outbox.WaitAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        ann.End(EndReason.Closed);
        Assert.False(await waiting.WaitAsync(Eventually.DefaultDeadline));
    }

    [Fact]
    public void All_connections_of_a_user_end_together_and_no_others()
    {
        Connection[] devices = [_engine.Socket("ann", Lobby), _engine.Circuit("ann")];
        var other = _engine.Socket("bob", Lobby);
        Assert.Equal(2, _engine.Broker.EndAll(new UserId("ann"), EndReason.SignedOut));
        Assert.All(devices, device => Assert.Equal(EndReason.SignedOut, device.EndReason));
        Assert.Null(other.EndReason);
    }

    [Fact]
    public void When_the_server_stops_everybody_ends_and_whoever_comes_later_ends_at_once()
    {
        Connection[] all = [_engine.Socket("ann", Lobby), _engine.Circuit("bob", Attic)];
        _engine.Broker.EndAll(EndReason.Shutdown);
        Assert.All(all, connection => Assert.Equal(EndReason.Shutdown, connection.EndReason));
        Assert.Equal(EndReason.Shutdown, _engine.Connect("late").EndReason);
        Assert.Equal((0, 0), (_engine.Broker.Figures.Connections, _engine.Broker.Figures.Channels));
    }

    [Fact]
    public async Task Ending_while_subscribing_leaves_nobody_in_the_room()
    {
        Connection? current = null;
        const int rounds = 20_000;
        var (made, ended) = (0, 0);
        await OnThreadsAsync(2, number =>
        {
            for (var i = 1; i <= rounds; i++)
            {
                if (number == 0)
                {
                    current = _engine.Connect();
                    Volatile.Write(ref made, i);
                    _engine.Broker.Subscribe(current, Lobby);
                    while (Volatile.Read(ref ended) < i) Thread.SpinWait(1);
                }
                else
                {
                    while (Volatile.Read(ref made) < i) Thread.SpinWait(1);
                    Thread.SpinWait(i % 64);
                    current!.End(EndReason.Closed);
                    Volatile.Write(ref ended, i);
                }
            }
        });
        Assert.Equal(0, _engine.Broker.SubscriberCount(Lobby));
        Assert.Equal((0, 0), (_engine.Broker.Figures.Connections, _engine.Broker.Figures.Channels));
    }
}
