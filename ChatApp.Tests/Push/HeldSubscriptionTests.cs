using ChatApp.Push;
using static ChatApp.Tests.Push.Engine;

namespace ChatApp.Tests.Push;

public sealed class HeldSubscriptionTests
{
    private readonly Engine _engine = new();

    [Fact]
    public void Nothing_is_delivered_before_the_subscription_is_released()
    {
        var ann = _engine.Connect();
        _engine.Join(ann, Lobby);
        _engine.Broker.Publish(Lobby, "early", new Offset(1));
        Assert.Empty(Taken(ann));
    }

    [Fact]
    public void Releasing_lets_through_exactly_what_comes_after_the_position_that_was_read()
    {
        var ann = _engine.Connect();
        var subscription = _engine.Join(ann, Lobby);
        for (var i = 4; i <= 9; i++) _engine.Broker.Publish(Lobby, i, new Offset(i));
        subscription.Release(new Offset(6));
        _engine.Broker.Publish(Lobby, 10, new Offset(10));
        Assert.Equal([7, 8, 9, 10], TakenOffsets(ann));
    }

    [Fact]
    public void Events_that_the_owner_has_read_already_are_not_repeated_after_the_release_either()
    {
        var ann = _engine.Connect();
        _engine.Join(ann, Lobby).Release(new Offset(5));
        for (var i = 4; i <= 7; i++) _engine.Broker.Publish(Lobby, i, new Offset(i));
        Assert.Equal([6, 7], TakenOffsets(ann));
    }

    [Fact]
    public void Events_that_are_not_stored_pass_whatever_the_position()
    {
        var ann = _engine.Connect();
        var subscription = _engine.Join(ann, Lobby);
        _engine.Broker.Publish(Lobby, "typing");
        _engine.Broker.Publish(Lobby, "posted", new Offset(3));
        subscription.Release(new Offset(3));
        _engine.Broker.Publish(Lobby, "typing again");
        Assert.Equal(["typing", "typing again"], Taken(ann));
    }

    [Fact]
    public void Releasing_twice_repeats_nothing()
    {
        var ann = _engine.Connect();
        var subscription = _engine.Join(ann, Lobby);
        _engine.Broker.Publish(Lobby, 1, new Offset(1));
        subscription.Release(Offset.Zero);
        subscription.Release(Offset.Zero);
        Assert.Equal([1], TakenOffsets(ann));
    }

    [Fact]
    public void A_subscription_that_ended_while_it_was_held_releases_nothing()
    {
        var (ann, bob) = (_engine.Connect("ann"), _engine.Connect("bob"));
        var (left, revoked) = (_engine.Join(ann, Lobby), _engine.Join(bob, Lobby));
        _engine.Broker.Publish(Lobby, "secret", new Offset(1));
        left.Dispose();
        _engine.Broker.Revoke(bob.User, Lobby, EndReason.RemovedByServer);
        left.Release(Offset.Zero);
        revoked.Release(Offset.Zero);
        Assert.Empty(Taken(ann));
        Assert.IsType<SubscriptionEnded>(Taken(bob).Single());
    }

    [Fact]
    public async Task Joining_while_others_publish_has_no_hole_and_no_double()
    {
        const int joins = 1000;
        var engine = new Engine(new PushOptions { OutboxEvents = 1_000_000, OutboxBytes = 1 << 30 });
        var (head, published, joining, met) = (0L, 0L, 2, 0);
        await OnThreadsAsync(3, number =>
        {
            if (number == 0)
            {
                for (var i = 1; Volatile.Read(ref joining) > 0; i++)
                {
                    // Stored first, published second: as the writer does.
                    Volatile.Write(ref head, i);
                    engine.Broker.Publish(Lobby, i, new Offset(i));
                    Volatile.Write(ref published, i);
                    if (i % 8 == 0) Thread.Yield();
                }

                return;
            }

            try
            {
                for (var i = 0; i < joins; i++) Join($"reader{number}", lingers: i % 3 == 0);
            }
            finally
            {
                Interlocked.Decrement(ref joining);
            }
        });
        Assert.True(met > 0, "They met events at all.");
        Assert.Equal(0, engine.Broker.Figures.Rooms);

        void Join(string user, bool lingers)
        {
            var connection = engine.Connect(user);
            var subscription = engine.Join(connection, Lobby);
            if (lingers) Thread.Yield();
            var read = Volatile.Read(ref head);
            subscription.Release(new Offset(read));
            Thread.Yield();
            var until = Volatile.Read(ref published);
            subscription.Dispose();
            var got = TakenOffsets(connection);
            Assert.Equal(Enumerable.Range(0, got.Length).Select(place => read + 1 + place), got);
            Assert.True(got.Length == 0 ? until <= read : got[^1] >= until, "The end is missing.");
            connection.End(EndReason.Closed);
            if (got.Length > 0) Interlocked.Increment(ref met);
        }
    }

    [Fact]
    public void A_socket_that_holds_too_long_ends_as_slow()
    {
        var engine = new Engine(new PushOptions { OutboxEvents = 3 });
        var ann = engine.Connect();
        engine.Join(ann, Lobby);
        for (var i = 1; i <= 4; i++) engine.Broker.Publish(Lobby, i, new Offset(i));
        Assert.Equal(EndReason.Slow, ann.EndReason);
        Assert.Equal(0, engine.Broker.Figures.Rooms);
    }

    [Fact]
    public void A_circuit_that_holds_too_long_is_told_that_events_were_lost_and_lives()
    {
        var engine = new Engine(new PushOptions { OutboxEvents = 3 });
        var ann = engine.Connect(kind: ConnectionKind.Circuit);
        var subscription = engine.Join(ann, Lobby);
        for (var i = 1; i <= 4; i++) engine.Broker.Publish(Lobby, i, new Offset(i));
        subscription.Release(new Offset(4));
        engine.Broker.Publish(Lobby, 5, new Offset(5));
        Assert.Collection(Taken(ann), lost => Assert.IsType<EventsLost>(lost), next => Assert.Equal(5, next));
    }
}
