using ChatApp.Push;
using ChatApp.Tests.Harness;
using static ChatApp.Tests.Push.Engine;

namespace ChatApp.Tests.Push;

public sealed class DirectWriteTests
{
    private readonly Engine _engine = new(new PushOptions { OutboxBytes = 4096 });

    [Fact]
    public async Task What_is_sent_while_the_owner_waits_goes_to_the_network_on_the_spot_and_waits_nowhere()
    {
        var (ann, wire) = Direct("ann", Lobby);
        ann.Send(_engine.Broker.Wrap("reply"));
        Assert.Equal(["reply"], wire.Frames());
        _engine.Broker.Publish(Lobby, "event");
        await Eventually.EqualsAsync(2, wire.WholeFrames);
        Assert.Equal(["reply", "event"], wire.Frames());
        Assert.Equal((0, 0L), (ann.Outbox.Count, ann.Outbox.Bytes));
    }

    [Fact]
    public async Task Before_the_owner_waits_nothing_is_written_and_then_everything_in_order()
    {
        var wire = new Wire();
        var ann = _engine.Connect("ann", direct: wire.Direct);
        ann.Send(_engine.Broker.Wrap("first"));
        ann.Send(_engine.Broker.Wrap("second"));
        Assert.Empty(wire.Frames());
        _ = wire.RunAsync(ann);
        ann.Send(_engine.Broker.Wrap("third"));
        await Eventually.EqualsAsync(3, wire.WholeFrames);
        Assert.Equal(["first", "second", "third"], wire.Frames());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(11)]
    [InlineData(12)]
    public async Task What_the_network_does_not_take_follows_in_order_and_whole(int taken)
    {
        var go = new TaskCompletionSource();
        var (ann, wire) = Direct("ann", new Wire(length => Math.Min(length, taken)) { OnLoopWrite = () => go.Task, Most = 16 }, Lobby);
        ann.Send(_engine.Broker.Wrap("12345678"));
        ann.Send(_engine.Broker.Wrap("second"));
        ann.Send(_engine.Broker.Wrap("third"));
        go.SetResult();
        await Eventually.EqualsAsync(3, wire.WholeFrames);
        Assert.Equal(["12345678", "second", "third"], wire.Frames());
        Assert.False(wire.HadTwoWriters);
    }

    [Fact]
    public async Task However_much_has_piled_up_while_the_room_writes_no_reader_gets_more_than_a_quarter_of_its_outbox_at_once()
    {
        using var blocked = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        var lengths = new List<int>();
        var (ann, wire) = Direct("ann", new Wire(length =>
        {
            entered.Set();
            Assert.True(blocked.Wait(Eventually.DefaultDeadline));
            lengths.Add(length);
            return length;
        }), Lobby);
        _engine.Broker.Publish(Lobby, 1, new Offset(1));
        Assert.True(entered.Wait(Eventually.DefaultDeadline));
        // More than an outbox holds; one of them is longer than a quarter by itself.
        for (var i = 2; i <= 100; i++) _engine.Broker.Publish(Lobby, new string('x', i == 50 ? 2000 : 100), new Offset(i));
        blocked.Set();
        await Eventually.EqualsAsync(100, wire.WholeFrames);
        Assert.Equal(2004, lengths.Max());
        Assert.All(lengths.Where(length => length != 2004), length => Assert.InRange(length, 1, 1024));
        Assert.Null(ann.EndReason);
    }

    [Fact]
    public async Task What_is_published_while_the_room_writes_goes_out_in_one_write_and_no_publisher_waits()
    {
        using var blocked = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        var (_, wire) = Direct("ann", new Wire(length =>
        {
            entered.Set();
            Assert.True(blocked.Wait(Eventually.DefaultDeadline));
            return length;
        }), Lobby);
        _engine.Broker.Publish(Lobby, 1, new Offset(1));
        Assert.True(entered.Wait(Eventually.DefaultDeadline));
        for (var i = 2; i <= 50; i++) _engine.Broker.Publish(Lobby, i, new Offset(i));
        Assert.Equal(1, wire.Writes);
        blocked.Set();
        await Eventually.EqualsAsync(50, wire.WholeFrames);
        Assert.Equal(Enumerable.Range(1, 50).Select(number => $"{number}"), wire.Frames());
        Assert.Equal(2, wire.Writes);
    }

    [Fact]
    public async Task A_network_that_takes_nothing_ends_only_that_connection_and_the_others_get_everything()
    {
        var (stalled, _) = Direct("stalled", new Wire(_ => 0) { OnLoopWrite = () => new TaskCompletionSource().Task }, Lobby);
        var (quick, wire) = Direct("quick", Lobby);
        for (var i = 1; i <= 20; i++) _engine.Broker.Publish(Lobby, new string('x', 1000), new Offset(i));
        await Eventually.EqualsAsync(20, wire.WholeFrames);
        await Eventually.EqualsAsync(EndReason.Slow, () => stalled.EndReason);
        Assert.Null(quick.EndReason);
        Assert.Equal(1, _engine.Broker.Figures.Slow);
    }

    [Fact]
    public async Task After_the_right_is_gone_a_frame_that_was_begun_is_finished_and_nothing_else_of_the_room_follows()
    {
        var go = new TaskCompletionSource();
        var (ann, wire) = Direct("ann", new Wire(length => Math.Min(length, 3)) { OnLoopWrite = () => go.Task, Most = 1 }, Lobby, Attic);
        _engine.Broker.Publish(Lobby, "begun");
        await Eventually.BecomesAsync(() => ann.Outbox.Bytes > 0);
        _engine.Broker.Publish(Lobby, "secret");
        _engine.Broker.Publish(Attic, "other room");
        await Eventually.EqualsAsync(2, () => ann.Outbox.Count);
        _engine.Broker.Revoke(ann.User, Lobby, EndReason.RemovedByServer);
        _engine.Broker.Publish(Lobby, "secret too");
        go.SetResult();
        await Eventually.EqualsAsync(3, wire.WholeFrames);
        Assert.Equal(["begun", "other room", $"{new SubscriptionEnded(Lobby, EndReason.RemovedByServer)}"], wire.Frames());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Once_a_revocation_has_returned_nothing_of_the_room_is_written_whoever_flushes_at_that_moment(int seed)
    {
        var engine = new Engine(new PushOptions { OutboxBytes = 1 << 30, OutboxEvents = 1_000_000 });
        using var over = new CancellationTokenSource();
        var publisher = OnThreadsAsync(1, _ =>
        {
            for (var i = 1; !over.IsCancellationRequested; i++) engine.Broker.Publish(Lobby, "secret", new Offset(i));
        });
        var dice = new Random(seed);
        var met = 0;
        for (var round = 0; round < 300; round++)
        {
            var wire = new Wire();
            var ann = engine.Connect($"user{round}", direct: wire.Direct);
            _ = wire.RunAsync(ann);
            engine.Join(ann, Lobby).TryRelease(Offset.Zero);
            var seen = dice.Next(3);
            SpinWait.SpinUntil(() => wire.WholeFrames() >= seen, Eventually.DefaultDeadline);
            Thread.SpinWait(dice.Next(200));
            engine.Broker.Revoke(ann.User, Lobby, EndReason.RemovedByServer);
            var frames = wire.Frames();
            ann.Send(engine.Broker.Wrap("last"));
            ann.End(EndReason.Closed);
            await Eventually.BecomesAsync(() => wire.Frames() is [.., "last"]);
            var all = wire.Frames();
            Assert.DoesNotContain("secret", all.Skip(frames.Count));
            if (frames.Contains("secret")) met++;
        }

        await over.CancelAsync();
        await publisher;
        Assert.True(met > 0, "They met events at all.");
    }

    [Fact]
    public async Task Frames_of_the_wire_itself_keep_the_order_and_nothing_follows_the_last_one()
    {
        var (ann, wire) = Direct("ann", Lobby);
        ann.Send(_engine.Broker.Wrap("before"));
        Assert.True(ann.TrySendFrame(Engine.Frame("pong"u8), isLast: false));
        Assert.True(ann.TrySendFrame(Engine.Frame("close"u8), isLast: true));
        ann.Send(_engine.Broker.Wrap("after"));
        Assert.True(ann.TrySendFrame(Engine.Frame("after too"u8), isLast: false));
        Assert.Equal(["before", "pong", "close"], wire.Frames());
        ann.End(EndReason.Closed);
        await Eventually.BecomesAsync(() => !ann.TrySendFrame(Engine.Frame("never"u8), isLast: false), "The wire belongs to its owner again");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Each_connection_has_every_room_in_order_and_replies_in_order_however_many_publish_and_however_little_is_taken(int seed)
    {
        const int events = 500;
        ChannelName[] rooms = [Lobby, Attic, ChannelName.OfTopic("prices")];
        var engine = new Engine(new PushOptions { OutboxBytes = 1 << 30 });
        var viewers = Enumerable.Range(0, 8).Select(number =>
        {
            var dice = new Random((seed * 100) + number);
            // The first takes all it is given, the others now and then only a part of it.
            var wire = new Wire(length => number == 0 || dice.Next(3) == 0 ? length : dice.Next(length + 1)) { Most = dice.Next(1, 200) };
            var viewer = engine.Connect($"user{number}", direct: wire.Direct);
            foreach (var room in rooms) engine.Join(viewer, room).TryRelease(Offset.Zero);
            return (Connection: viewer, Wire: wire, Loop: wire.RunAsync(viewer));
        }).ToList();
        await OnThreadsAsync(rooms.Length + 1, number =>
        {
            for (var i = 1; i <= events; i++)
            {
                if (number < rooms.Length) engine.Broker.Publish(rooms[number], $"{number}:{i}", new Offset(i));
                else foreach (var viewer in viewers) viewer.Connection.Send(engine.Broker.Wrap($"{number}:{i}"));
            }
        });
        foreach (var viewer in viewers)
        {
            await Eventually.EqualsAsync(events * (rooms.Length + 1), viewer.Wire.WholeFrames);
            Assert.False(viewer.Wire.HadTwoWriters);
            var frames = viewer.Wire.Frames().Select(frame => frame.Split(':')).ToLookup(parts => parts[0], parts => parts[1]);
            Assert.All(frames, source => Assert.Equal(Enumerable.Range(1, events).Select(number => $"{number}"), source));
            viewer.Connection.End(EndReason.Closed);
            await viewer.Loop.Soon();
        }
    }

    [Fact]
    public async Task Joining_while_batches_fly_has_no_hole_and_no_double_ten_thousand_times()
    {
        const int joins = 5000;
        var engine = new Engine(new PushOptions { OutboxEvents = 1_000_000, OutboxBytes = 1 << 30 });
        var (head, joining, met) = (0L, 2, 0);
        await OnThreadsAsync(3, number =>
        {
            if (number == 0)
            {
                for (var i = 1; Volatile.Read(ref joining) > 0; i++)
                {
                    // Stored first, published second: as the writer does.
                    Volatile.Write(ref head, i);
                    engine.Broker.Publish(Lobby, i, new Offset(i));
                    if (i % 4 == 0) Thread.Yield();
                }

                return;
            }

            try
            {
                var dice = new Random(number);
                for (var i = 0; i < joins; i++) Join($"reader{number}", dice);
            }
            finally
            {
                Interlocked.Decrement(ref joining);
            }
        });
        Assert.True(met > joins / 20, $"They met events at all: {met}");
        Assert.Equal(0, engine.Broker.Figures.Channels);

        void Join(string user, Random dice)
        {
            var wire = new Wire(length => dice.Next(4) == 0 ? dice.Next(length + 1) : length) { Most = 20 };
            var connection = engine.Connect(user, direct: wire.Direct);
            _ = wire.RunAsync(connection);
            var subscription = engine.Join(connection, Lobby);
            if (dice.Next(3) == 0) Thread.Yield();
            var read = Volatile.Read(ref head);
            if (dice.Next(2) == 0 && read > 3)
            {
                // Caught up by the log: what came before the position, and then the rest of it.
                Assert.True(subscription.TryReplay([.. Enumerable.Range((int)read - 1, 2).Select(offset => engine.Broker.Wrap(offset, Lobby, new Offset(offset)))]));
            }

            subscription.TryRelease(new Offset(read));
            var enough = dice.Next(4);
            SpinWait.SpinUntil(() => wire.WholeFrames() >= enough, Eventually.DefaultDeadline);
            connection.End(EndReason.Closed);
            SpinWait.SpinUntil(() => !connection.TrySendFrame(Engine.Frame("end"u8), isLast: false), Eventually.DefaultDeadline);
            var got = wire.Frames().FindAll(frame => frame != "end").ConvertAll(long.Parse);
            Assert.False(wire.HadTwoWriters);
            if (got.Count == 0) return;
            Assert.Equal(Enumerable.Range(0, got.Count).Select(place => got[0] + place), got);
            Assert.Contains(got[0], (long[])[read - 1, read + 1]);
            if (got[^1] > read) Interlocked.Increment(ref met);
        }
    }

    private (Connection Connection, Wire Wire) Direct(string user, params ChannelName[] rooms) => _engine.Direct(user, new Wire(), rooms);

    private (Connection Connection, Wire Wire) Direct(string user, Wire wire, params ChannelName[] rooms) => _engine.Direct(user, wire, rooms);
}
