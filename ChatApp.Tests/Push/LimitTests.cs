using ChatApp.Push;
using static ChatApp.Tests.Push.Engine;

namespace ChatApp.Tests.Push;

public sealed class LimitTests
{
    private readonly Engine _engine = new(new PushOptions { ConnectionsPerUser = 2, SubscriptionsPerConnection = 2 });

    [Fact]
    public void A_user_has_a_limit_of_connections_for_each_kind()
    {
        var first = _engine.Socket("ann");
        _engine.Socket("ann");
        Assert.Null(Try("ann", ConnectionKind.Socket));
        Assert.NotNull(Try("ann", ConnectionKind.Circuit));
        Assert.NotNull(Try("bob", ConnectionKind.Socket));
        first.End(EndReason.Closed);
        Assert.NotNull(Try("ann", ConnectionKind.Socket));
    }

    [Fact]
    public void A_limit_that_is_moved_holds_for_the_next_connection_and_ends_none()
    {
        var open = new[] { _engine.Socket("ann"), _engine.Socket("ann") };
        _engine.Broker.Limits.PerUser = 3;
        Assert.True(_engine.Broker.HasPlace(new UserId("ann"), ConnectionKind.Socket));
        Assert.NotNull(Try("ann", ConnectionKind.Socket));
        Assert.Null(Try("ann", ConnectionKind.Socket));
        _engine.Broker.Limits.PerUser = 1;
        Assert.False(_engine.Broker.HasPlace(new UserId("ann"), ConnectionKind.Socket));
        Assert.All(open, connection => Assert.Null(connection.EndReason));
        Assert.NotNull(Try("bob", ConnectionKind.Socket));
        Assert.Null(Try("bob", ConnectionKind.Socket));
    }

    [Fact]
    public async Task The_limit_holds_when_many_connect_at_once()
    {
        var accepted = 0;
        await OnThreadsAsync(16, _ =>
        {
            if (Try("ann", ConnectionKind.Socket) is not null) Interlocked.Increment(ref accepted);
        });
        Assert.Equal(2, accepted);
    }

    [Fact]
    public void A_connection_has_a_limit_of_rooms_and_one_place_in_each()
    {
        var ann = _engine.Connect();
        _engine.Join(ann, Lobby);
        Assert.Equal(SubscribeRefusal.AlreadySubscribed, _engine.Broker.Subscribe(ann, Lobby).Refusal);
        _engine.Join(ann, Attic);
        Assert.Equal(SubscribeRefusal.LimitReached, _engine.Broker.Subscribe(ann, new RoomId("cellar")).Refusal);
        ann.SubscriptionTo(Attic)!.Dispose();
        _engine.Join(ann, new RoomId("cellar"));
        Assert.Equal(2, _engine.Broker.Figures.Channels);
        Assert.Equal(["cellar", "lobby"], ann.Rooms.Select(room => room.Value).Order());
    }

    [Fact]
    public void Every_connection_has_an_id_of_its_own()
    {
        var ids = new HashSet<ConnectionId>();
        for (var i = 0; i < 1000; i++) Assert.True(ids.Add(_engine.Connect($"user{i}").Id));
        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{32}$", id.ToString()));
    }

    private Connection? Try(string user, ConnectionKind kind) =>
        _engine.Broker.Connect(new ConnectionDescription(new UserId(user), kind, "127.0.0.1"));
}
