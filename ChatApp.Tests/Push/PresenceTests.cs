using ChatApp.Push;
using ChatApp.Tests.Harness;
using static ChatApp.Tests.Push.Engine;

namespace ChatApp.Tests.Push;

public sealed class PresenceTests
{
    private readonly Engine _engine = new();

    [Fact]
    public void Everybody_who_listens_is_there_pages_and_sockets_alike()
    {
        var page = _engine.Circuit("ann", Lobby);
        var socket = _engine.Socket("ann", Lobby, Attic);
        var other = _engine.Socket("bob", Lobby);
        var presence = _engine.Broker.Presence(Lobby, most: 10);
        Assert.Equal((3, 2), (presence.NumClients, presence.NumUsers));
        Assert.Equal(new[] { page.Id, socket.Id, other.Id }.ToHashSet(), presence.Clients.Select(client => client.Id).ToHashSet());
        Assert.Equal((1, 1), Numbers(Attic));
        Assert.Equal((0, 0), Numbers(new RoomId("cellar")));
    }

    [Fact]
    public void Whoever_is_not_let_in_yet_or_has_gone_is_not_there()
    {
        var ann = _engine.Socket("ann", Lobby);
        var bob = _engine.Join(_engine.Connect("bob"), Lobby);
        Assert.Equal((1, 1), Numbers(Lobby));
        bob.TryRelease(Offset.Zero);
        Assert.Equal((2, 2), Numbers(Lobby));
        Assert.Equal((2, 2), Numbers(Lobby));
        ann.End(EndReason.Closed);
        Assert.Equal((1, 1), Numbers(Lobby));
        _engine.Broker.Revoke(new UserId("bob"), Lobby, EndReason.RemovedByServer);
        Assert.Equal((0, 0), Numbers(Lobby));
    }

    [Fact]
    public void Many_are_counted_and_some_are_named()
    {
        for (var i = 0; i < 50; i++) _engine.Socket($"user{i % 20}", Lobby);
        for (var again = 0; again < 2; again++)
        {
            var presence = _engine.Broker.Presence(Lobby, most: 7);
            Assert.Equal((7, 50, 20), (presence.Clients.Distinct().Count(), presence.NumClients, presence.NumUsers));
        }
    }

    [Fact]
    public async Task Who_asked_for_it_hears_who_comes_and_who_goes_and_nobody_else_does()
    {
        var ann = Listener("ann");
        var silent = _engine.Socket("bob", Lobby);
        var carl = _engine.Socket("carl", Lobby);
        carl.End(EndReason.Closed);
        await EventuallyHeardAsync(ann, "+ann", "+bob", "+carl", "-carl");
        var dora = _engine.Socket("dora", Lobby, Attic);
        dora.SubscriptionTo(Lobby)!.Dispose();
        await EventuallyHeardAsync(ann, "+ann", "+bob", "+carl", "-carl", "+dora", "-dora");
        Assert.Empty(Taken(silent));
    }

    [Fact]
    public async Task Who_ends_in_the_middle_of_a_delivery_is_told_of_without_a_knot()
    {
        // Two who hear of each other, each too slow for the next event of the other's room.
        var engine = new Engine(new PushOptions { OutboxBytes = 4096 });
        var heard = engine.Connect("ear", ConnectionKind.Circuit);
        engine.Broker.Subscribe(heard, Lobby, hearsJoins: true).Subscription!.TryRelease(Offset.Zero);
        await OnThreadsAsync(4, number =>
        {
            for (var i = 0; i < 300; i++)
            {
                var connection = engine.Connect($"user{number}");
                foreach (var room in number % 2 == 0 ? new[] { Lobby, Attic } : [Attic, Lobby])
                    engine.Broker.Subscribe(connection, room, hearsJoins: true).Subscription?.TryRelease(Offset.Zero);
                for (var event_ = 0; event_ < 10; event_++) engine.Broker.Publish(event_ % 2 == 0 ? Lobby : Attic, new string('x', 1000));
                connection.End(EndReason.Closed);
            }
        });
        Assert.Equal((1, 1), engine.Broker.Presence(Lobby, 10) is var presence ? (presence.NumClients, presence.NumUsers) : default);
    }

    [Fact]
    public async Task A_large_channel_tells_nobody_and_a_channel_that_shrinks_tells_again()
    {
        var engine = new Engine(new PushOptions { JoinLeaveConnections = 3 });
        var ann = Listener("ann", engine);
        var crowd = Enumerable.Range(0, 5).Select(i => engine.Socket($"user{i}", Lobby)).ToList();
        crowd.ForEach(connection => connection.End(EndReason.Closed));
        engine.Socket("last", Lobby);
        await Eventually.BecomesAsync(() => Heard(ann).Contains("+last"));
        // At no time more than three were told of: the others came or went in a crowd.
        Assert.DoesNotContain("+user3", Heard(ann));
        Assert.DoesNotContain("+user4", Heard(ann));
    }

    [Fact]
    public async Task What_is_told_adds_up_to_who_is_there_however_quickly_they_come_and_go()
    {
        var engine = new Engine(new PushOptions { ConnectionsPerUser = 1000, OutboxEvents = 1_000_000, OutboxBytes = 1 << 30 });
        var ann = engine.Connect("ann", ConnectionKind.Circuit);
        engine.Broker.Subscribe(ann, Lobby, hearsJoins: true).Subscription!.TryRelease(Offset.Zero);
        await OnThreadsAsync(4, number =>
        {
            var dice = new Random(number);
            for (var i = 0; i < 2000; i++)
            {
                var connection = engine.Connect($"user{number}");
                var subscription = engine.Join(connection, Lobby);
                if (dice.Next(8) == 0) ThreadPool.UnsafeQueueUserWorkItem(_ => engine.Broker.Revoke(connection.User, Lobby, EndReason.RemovedByServer), state: null);
                subscription.TryRelease(Offset.Zero);
                if (i < 1998) connection.End(EndReason.Closed);
            }
        });
        engine.Socket("marker", Lobby);
        await Eventually.BecomesAsync(() =>
        {
            _heard.AddRange(Taken(ann).OfType<PresenceChanged>());
            var now = new HashSet<ConnectionId>();
            foreach (var change in _heard) Assert.True(change.IsHere ? now.Add(change.Client) : now.Remove(change.Client), $"{change} is told twice");
            return now.SetEquals(engine.Broker.Presence(Lobby, 100).Clients.Select(client => client.Id));
        });
    }

    private readonly List<PresenceChanged> _heard = [];

    private Connection Listener(string user, Engine? engine = null)
    {
        var connection = (engine ?? _engine).Connect(user);
        (engine ?? _engine).Broker.Subscribe(connection, Lobby, hearsJoins: true).Subscription!.TryRelease(Offset.Zero);
        return connection;
    }

    // Of a group that was told together in any order of pairs; what is told of one connection keeps its order.
    private Task EventuallyHeardAsync(Connection connection, params string[] expected) =>
        Eventually.BecomesAsync(() => Settled(Heard(connection)).SequenceEqual(Settled(expected)), $"not heard: {string.Join(' ', expected)}");

    // Who comes and goes before it was told is no news, so either both are heard or none.
    private static IEnumerable<string> Settled(IEnumerable<string> heard)
    {
        var all = heard.ToList();
        return all.Where(news => !(all.Contains("+" + news[1..]) && all.Contains("-" + news[1..]))).Order(StringComparer.Ordinal);
    }

    private List<string> Heard(Connection connection)
    {
        _heard.AddRange(Taken(connection).OfType<PresenceChanged>());
        return [.. _heard.Select(change => (change.IsHere ? "+" : "-") + change.User)];
    }

    private (int Clients, int Users) Numbers(RoomId room) =>
        _engine.Broker.Presence(room, most: 10) is var presence ? (presence.NumClients, presence.NumUsers) : default;
}
