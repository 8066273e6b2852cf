using ChatApp.Push;
using static ChatApp.Tests.Push.Engine;

namespace ChatApp.Tests.Push;

public sealed class RevokeTests
{
    private readonly Engine _engine = new();

    [Fact]
    public void Nothing_of_the_room_is_taken_from_the_outbox_after_the_right_is_gone()
    {
        var ann = _engine.Socket("ann", Lobby, Attic);
        _engine.Broker.Publish(Lobby, "secret");
        _engine.Broker.Publish(Attic, "other room");
        _engine.Broker.Revoke(ann.User, Lobby, EndReason.RemovedByServer);
        _engine.Broker.Publish(Lobby, "secret too");
        Assert.Equal(["other room", new SubscriptionEnded(Lobby, EndReason.RemovedByServer)], Taken(ann));
    }

    [Fact]
    public void Every_device_is_told_once_with_the_code()
    {
        Connection[] devices = [_engine.Socket("ann", Lobby), _engine.Circuit("ann", Lobby)];
        var other = _engine.Socket("bob", Lobby);
        var unsubscribed = _engine.Socket("ann", Attic);
        _engine.Broker.Revoke(new UserId("ann"), Lobby, EndReason.RemovedByServer);
        _engine.Broker.Revoke(new UserId("ann"), Lobby, EndReason.RemovedByServer);
        Assert.All(devices, device =>
        {
            Assert.Equal(2000, Assert.IsType<SubscriptionEnded>(Taken(device).Single()).Reason.Code);
            Assert.Empty(device.Rooms);
            Assert.Null(device.EndReason);
        });
        Assert.Empty(Taken(other));
        Assert.Empty(Taken(unsubscribed));
        Assert.Equal(1, _engine.Broker.SubscriberCount(Lobby));
    }

    [Fact]
    public void What_waits_from_a_subscription_that_the_viewer_had_ended_before_is_not_taken_either()
    {
        var ann = _engine.Socket("ann", Lobby);
        _engine.Broker.Publish(Lobby, "secret");
        ann.SubscriptionTo(Lobby)!.Dispose();
        _engine.Join(ann, Lobby).TryRelease(Offset.Zero);
        _engine.Broker.Publish(Lobby, "secret");
        ann.SubscriptionTo(Lobby)!.Dispose();
        _engine.Broker.Revoke(ann.User, Lobby, EndReason.RemovedByServer);
        Assert.Empty(Taken(ann));
        Assert.Equal(0, ann.Outbox.Bytes);
    }

    [Fact]
    public void What_the_viewer_left_by_itself_is_still_delivered_as_far_as_it_was_sent()
    {
        var ann = _engine.Socket("ann", Lobby);
        _engine.Broker.Publish(Lobby, "before");
        ann.SubscriptionTo(Lobby)!.Dispose();
        _engine.Broker.Publish(Lobby, "after");
        Assert.Equal(["before"], Taken(ann));
    }

    [Fact]
    public void After_a_revocation_the_room_can_be_entered_again()
    {
        var ann = _engine.Socket("ann", Lobby);
        _engine.Broker.Revoke(ann.User, Lobby, EndReason.RemovedByServer);
        Taken(ann);
        _engine.Join(ann, Lobby).TryRelease(Offset.Zero);
        _engine.Broker.Publish(Lobby, "welcome back");
        Assert.Equal(["welcome back"], Taken(ann));
    }

    [Fact]
    public async Task Revoking_while_subscribing_leaves_nobody_in_the_room()
    {
        var ann = _engine.Connect();
        await OnThreadsAsync(2, number =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                if (number == 0) _engine.Broker.Subscribe(ann, Lobby);
                else _engine.Broker.Revoke(ann.User, Lobby, EndReason.RemovedByServer);
            }
        });
        _engine.Broker.Revoke(ann.User, Lobby, EndReason.RemovedByServer);
        Assert.Equal(0, _engine.Broker.SubscriberCount(Lobby));
        Assert.Equal(0, _engine.Broker.Figures.Channels);
    }
}
