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
        subscription.TryRelease(new Offset(6));
        _engine.Broker.Publish(Lobby, 10, new Offset(10));
        Assert.Equal([7, 8, 9, 10], TakenOffsets(ann));
    }

    [Fact]
    public void Events_that_the_owner_has_read_already_are_not_repeated_after_the_release_either()
    {
        var ann = _engine.Connect();
        _engine.Join(ann, Lobby).TryRelease(new Offset(5));
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
        subscription.TryRelease(new Offset(3));
        _engine.Broker.Publish(Lobby, "typing again");
        Assert.Equal(["typing", "typing again"], Taken(ann));
    }

    [Fact]
    public void Releasing_twice_repeats_nothing()
    {
        var ann = _engine.Connect();
        var subscription = _engine.Join(ann, Lobby);
        _engine.Broker.Publish(Lobby, 1, new Offset(1));
        subscription.TryRelease(Offset.Zero);
        subscription.TryRelease(Offset.Zero);
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
        left.TryRelease(Offset.Zero);
        revoked.TryRelease(Offset.Zero);
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
        Assert.Equal(0, engine.Broker.Figures.Channels);

        void Join(string user, bool lingers)
        {
            var connection = engine.Connect(user);
            var subscription = engine.Join(connection, Lobby);
            if (lingers) Thread.Yield();
            var read = Volatile.Read(ref head);
            subscription.TryRelease(new Offset(read));
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

    [Theory]
    [InlineData(ConnectionKind.Socket)]
    [InlineData(ConnectionKind.Circuit)]
    public void Who_reads_too_long_is_told_to_read_on_and_then_follows_without_a_hole(ConnectionKind kind)
    {
        var engine = new Engine(new PushOptions { OutboxEvents = 4 });
        var ann = engine.Connect(kind: kind);
        var subscription = engine.Join(ann, Lobby);
        for (var i = 1; i <= 6; i++) engine.Broker.Publish(Lobby, i, new Offset(i));
        Assert.False(subscription.TryRelease(Offset.Zero));
        engine.Broker.Publish(Lobby, 7, new Offset(7));
        // What was lost is in the log by now; the owner reads up to 6 there.
        Assert.True(subscription.TryReplay([engine.Broker.Wrap(5, Lobby, new Offset(5)), engine.Broker.Wrap(6, Lobby, new Offset(6))]));
        Assert.True(subscription.TryRelease(new Offset(6)));
        engine.Broker.Publish(Lobby, 8, new Offset(8));
        Assert.Equal([5, 6, 7, 8], Taken(ann));
        Assert.Null(ann.EndReason);
    }

    [Fact]
    public void A_replay_waits_until_half_of_the_outbox_is_free()
    {
        var engine = new Engine(new PushOptions { OutboxBytes = 4096 });
        var ann = engine.Connect();
        var subscription = engine.Join(ann, Lobby);
        Envelope[] Chunk(int from, int count) => [.. Enumerable.Range(from, count).Select(i => engine.Broker.Wrap(new string('x', 1000), Lobby, new Offset(i)))];

        Assert.True(subscription.TryReplay(Chunk(1, 3)));
        Assert.False(ann.Outbox.HalfEmptyAsync().IsCompleted);
        Assert.False(subscription.TryReplay(Chunk(4, 1)));
        Assert.Equal([1, 2, 3], TakenOffsets(ann));
        // What was taken last counts until it is written.
        Assert.False(subscription.TryReplay(Chunk(4, 1)));
        var waiting = ann.Outbox.WaitAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.True(subscription.TryReplay(Chunk(4, 1)));
        Assert.Equal([4], TakenOffsets(ann));
        Assert.Null(ann.EndReason);
    }

    [Fact]
    public void The_newest_events_are_kept_for_those_who_catch_up_until_one_rewrites_them()
    {
        var engine = new Engine(new PushOptions { RecentEvents = 3 });
        engine.Join(engine.Connect(), Lobby).TryRelease(Offset.Zero);
        for (var i = 1; i <= 5; i++) engine.Broker.Publish(Lobby, i, new Offset(i));
        object[]? After(long offset, int count = 10) => engine.Broker.TryReadRecent(Lobby, new Offset(offset), count)?.Select(envelope => envelope.Body).ToArray();
        Assert.Equal([3, 4, 5], After(2)!);
        Assert.Equal([3, 4], After(2, 2)!);
        Assert.Empty(After(5)!);
        Assert.Null(After(1));
        Assert.Null(After(6));
        engine.Broker.Publish(Lobby, 6, new Offset(6), rewrites: true);
        Assert.Null(After(4));
        Assert.Equal([6], After(5)!);
    }
}
