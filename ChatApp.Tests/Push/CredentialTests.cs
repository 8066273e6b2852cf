using ChatApp.Push;
using static ChatApp.Tests.Push.Engine;

namespace ChatApp.Tests.Push;

/// <summary>What a connection was let in by: how far it hears, with what it ends, and whose bot it is.</summary>
public sealed class CredentialTests
{
    private static readonly UserId Ann = new("ann");
    private readonly Engine _engine = new();

    private RoomBroker Broker => _engine.Broker;

    [Fact]
    public void No_subscription_is_made_outside_of_the_reach_of_a_connection_and_none_to_what_concerns_its_user_in_general()
    {
        var limited = Connect(new Reach(Listens: true, new HashSet<RoomId> { Lobby }));
        Assert.Equal(SubscribeRefusal.OutOfReach, Broker.Subscribe(limited, Attic).Refusal);
        Assert.Equal(SubscribeRefusal.OutOfReach, Broker.Subscribe(limited, ChannelName.OfTopic("lobby")).Refusal);
        Assert.Equal(0, Broker.SubscriberCount(Attic));
        _engine.Join(limited, Lobby).TryRelease(Offset.Zero);
        Broker.PublishToUser(Ann, "personal");
        Broker.Publish(Lobby, "heard");
        Assert.Equal(["heard"], Taken(limited));

        var deaf = Connect(new Reach(Listens: false, Rooms: null));
        Assert.Equal(SubscribeRefusal.OutOfReach, Broker.Subscribe(deaf, Lobby).Refusal);
        Broker.PublishToUser(Ann, "personal");
        Assert.Empty(Taken(deaf));
    }

    [Fact]
    public async Task A_reach_that_becomes_smaller_while_somebody_subscribes_leaves_no_subscription_outside()
    {
        for (var round = 0; round < 200; round++)
        {
            var connection = _engine.Socket("ann");
            await OnThreadsAsync(2, number =>
            {
                if (number == 0)
                {
                    Broker.Subscribe(connection, Lobby);
                    return;
                }

                connection.Reach = new Reach(Listens: false, Rooms: null);
                foreach (var channel in connection.Channels) Broker.RevokeFrom(connection, channel, EndReason.RemovedByServer);
            });
            Assert.Empty(connection.Channels);
            connection.End(EndReason.Closed);
        }

        Assert.Equal(0, Broker.SubscriberCount(Lobby));
    }

    [Fact]
    public void Only_what_came_by_a_credential_ends_with_it_and_what_waits_there_is_not_written()
    {
        var (one, other) = (Connect(credential: "token:1"), Connect(credential: "token:2"));
        _engine.Join(one, Lobby).TryRelease(Offset.Zero);
        Broker.Publish(Lobby, "waits");
        Assert.Equal(1, Broker.EndWhere(Ann, connection => connection.Credential == "token:1", EndReason.InvalidToken));
        Assert.Equal((EndReason.InvalidToken, null), (one.EndReason, other.EndReason));
        Assert.Empty(Taken(one));
        other.Credential = "token:3";
        Assert.Equal(0, Broker.EndWhere(Ann, connection => connection.Credential == "token:2", EndReason.InvalidToken));
        Assert.Equal(1, Broker.EndWhere(Ann, connection => connection.Credential == "token:3", EndReason.InvalidToken));
    }

    [Fact]
    public void What_takes_the_owner_out_takes_the_bots_out_and_not_the_other_way_round()
    {
        var owner = _engine.Socket("ann", Lobby);
        var bot = Bot("ann");
        var others = Bot("bob");
        foreach (var each in new[] { bot, others }) _engine.Join(each, Lobby).TryRelease(Offset.Zero);
        Broker.Revoke(Ann, Lobby, EndReason.RemovedByServer);
        Assert.Equal((0, 0, 1), (owner.Rooms.Count, bot.Rooms.Count, others.Rooms.Count));
        Assert.IsType<SubscriptionEnded>(Taken(bot).Single());
        Assert.Equal([bot], Broker.BotConnectionsOf(Ann));
        Broker.EndAll(others.User, EndReason.SignedOut);
        Assert.Equal(2, Broker.EndAll(Ann, EndReason.SignedOut));
        Assert.Equal((EndReason.SignedOut, EndReason.SignedOut), (owner.EndReason, bot.EndReason));
        Assert.Empty(Broker.BotConnectionsOf(Ann));
    }

    private Connection Connect(Reach? reach = null, string? credential = null) =>
        Broker.Connect(new ConnectionDescription(Ann, ConnectionKind.Socket, "127.0.0.1") { Reach = reach ?? Reach.All, Credential = credential })!;

    private Connection Bot(string owner) =>
        Broker.Connect(new ConnectionDescription(new UserId("bot of " + owner), ConnectionKind.Socket, "127.0.0.1") { Owner = new UserId(owner) })!;
}
