using ChatApp.Push;
using ChatApp.Tests.Harness;
using static ChatApp.Tests.Push.Engine;

namespace ChatApp.Tests.Push;

public sealed class ReachTests
{
    private readonly Engine _engine = new();

    [Fact]
    public void An_event_of_a_room_reaches_its_subscribers_and_nobody_else()
    {
        var (inside, elsewhere, nowhere) = (_engine.Socket("ann", Lobby), _engine.Socket("bob", Attic), _engine.Socket("ann"));
        _engine.Broker.Publish(Lobby, "hello", new Offset(7));
        var envelope = inside.Outbox.Take([]).Single();
        Assert.Equal((Lobby, new Offset(7), "hello"), (envelope.Room!.Value, envelope.Offset!.Value, envelope.Body));
        Assert.Empty(Taken(elsewhere));
        Assert.Empty(Taken(nowhere));
    }

    [Fact]
    public void An_event_of_a_user_reaches_all_their_devices_and_nobody_else()
    {
        Connection[] devices = [_engine.Socket("ann", Lobby), _engine.Socket("ann"), _engine.Circuit("ann", Attic)];
        var other = _engine.Socket("bob", Lobby);
        _engine.Broker.PublishToUser(new UserId("ann"), "psst");
        Assert.All(devices, device =>
        {
            var envelope = device.Outbox.Take([]).Single();
            Assert.Equal("psst", envelope.Body);
            Assert.Equal(new UserId("ann"), envelope.User);
            Assert.Null(envelope.Room);
        });
        Assert.Empty(Taken(other));
    }

    [Fact]
    public void An_event_for_everybody_reaches_every_connection_once()
    {
        Connection[] all = [_engine.Socket("ann", Lobby, Attic), _engine.Socket("ann"), _engine.Circuit("bob", Attic), _engine.Circuit("cid")];
        _engine.Broker.PublishToAll("attention");
        Assert.All(all, connection => Assert.Equal(["attention"], Taken(connection)));
    }

    [Fact]
    public void A_connection_sees_rooms_personal_events_and_replies_in_the_order_in_which_they_were_sent()
    {
        var ann = _engine.Socket("ann", Lobby, Attic);
        _engine.Broker.Publish(Lobby, 1);
        ann.Send(_engine.Broker.Wrap(2));
        _engine.Broker.PublishToUser(ann.User, 3);
        _engine.Broker.Publish(Attic, 4);
        _engine.Broker.PublishToAll(5);
        _engine.Broker.Publish(Lobby, 6);
        Assert.Equal([1, 2, 3, 4, 5, 6], Taken(ann));
    }

    [Fact]
    public async Task All_subscribers_see_the_events_of_a_room_in_the_same_order_however_many_publish_at_once()
    {
        const int publishers = 4;
        const int events = 2000;
        var viewers = Enumerable.Range(0, 10).Select(i => _engine.Viewer($"user{i}", (ConnectionKind)(i % 2), Lobby)).ToList();
        // Circuits keep up here; what happens where they do not is another test.
        var seen = viewers.Select(_ => new List<object>()).ToList();
        using var done = new CountdownEvent(publishers);
        await OnThreadsAsync(publishers + 1, number =>
        {
            if (number == publishers)
            {
                while (!done.IsSet) Collect();
                return;
            }

            for (var i = 0; i < events; i++)
            {
                _engine.Broker.Publish(Lobby, (number, i));
                if (i % 50 == 0) Thread.Yield();
                while (viewers.Exists(viewer => viewer.Outbox.Count > 500)) Thread.Yield();
            }

            done.Signal();
        });
        Collect();
        Assert.All(seen, one => Assert.Equal(seen[0], one));
        Assert.Equal(publishers * events, seen[0].Distinct().Count());
        Assert.Equal(publishers * events, seen[0].Count);

        void Collect()
        {
            for (var i = 0; i < viewers.Count; i++) seen[i].AddRange(Taken(viewers[i]));
        }
    }

    [Fact]
    public async Task A_publisher_never_waits_for_viewers_that_do_not_read()
    {
        var engine = new Engine(new PushOptions { OutboxEvents = 10, OutboxBytes = 4096 });
        for (var i = 0; i < 20; i++) engine.Viewer($"user{i}", (ConnectionKind)(i % 2), Lobby);
        var held = engine.Join(engine.Connect("late", ConnectionKind.Circuit), Lobby);
        await Task.Run(() =>
        {
            for (var i = 1; i <= 10_000; i++) engine.Broker.Publish(Lobby, "an event that nobody takes", new Offset(i));
        }).WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal(10, engine.Broker.Figures.Slow);
        Assert.Equal(11, engine.Broker.SubscriberCount(Lobby));
        Assert.False(held.TryRelease(new Offset(10_000)));
        Assert.True(held.TryRelease(new Offset(10_000)));
        Assert.Empty(Taken(held.Connection));
    }
}
