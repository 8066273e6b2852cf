using ChatApp.Push;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>Subscribes a program that has not asked for it, and unsubscribes it. The right to read is looked at as if it had asked.</summary>
/// <param name="services">The house.</param>
public sealed class ServerSubscriptions(SocketServices services)
{
    /// <summary>Subscribes a connection to a channel from now on; null where it is subscribed, by this call or before.</summary>
    public WireError? Subscribe(Connection connection, ChannelName channel)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return channel.Room is { } room ? Subscribe(connection, room) : SubscribeToTopic(connection, channel);
    }

    /// <summary>Ends a connection's subscription to a channel, and tells it; nothing of the channel comes after that.</summary>
    public void Unsubscribe(Connection connection, ChannelName channel)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (connection.SubscriptionTo(channel)?.End(revoked: true) == true)
            connection.Send(services.Broker.Wrap(new SubscriptionEnded(channel, EndReason.RemovedByServer)));
    }

    private WireError? Subscribe(Connection connection, RoomId room)
    {
        var (subscription, refusal) = services.Broker.Subscribe(connection, room);
        if (subscription is null) return refusal is SubscribeRefusal.LimitReached or SubscribeRefusal.OutOfReach ? WireError.Of(refusal.Value) : null;
        // Listening first and looking second: a membership that ends in between ends the subscription too.
        if (services.Rooms.Find(room, connection.User) is not { IsMember: true, Room: var now })
        {
            subscription.Dispose();
            return WireError.UnknownChannel;
        }

        Tell(connection, room, new SubscribeAnswer(now.State, IsRecovering: false, [], Gap: null));
        if (!subscription.TryRelease(now.Head)) _ = SocketAnswers.FollowAsync(services, subscription, services.CatchUp.StreamAsync(subscription, now.Head));
        TellIfLost(subscription);
        return null;
    }

    private WireError? SubscribeToTopic(Connection connection, ChannelName channel)
    {
        var topics = new TopicAnswers(connection, permit: null, services);
        var begun = new BegunSubscription(new ClientCommand.Subscribe(channel.ToString()) { Id = 0 });
        topics.Listen(begun, channel);
        if (begun.Subscription is not { } subscription) return begun.Error == WireError.UnknownChannel || begun.Error == WireError.LimitExceeded || begun.Error == WireError.PermissionDenied ? begun.Error : null;
        var bytes = 0L;
        topics.Place(begun, ref bytes);
        if (begun.Answer is not { } answer) return begun.Error;
        Tell(connection, channel, answer);
        _ = SocketAnswers.FollowAsync(services, subscription, topics.GoOnAsync(begun));
        TellIfLost(subscription);
        return null;
    }

    private void Tell(Connection connection, ChannelName channel, SubscribeAnswer answer) =>
        connection.Send(services.Broker.Wrap(new ReadyFrame(FrameEncoder.SubscribedByServer(channel, answer))));

    // Lost between the look and the push, which must not have the last word.
    private void TellIfLost(Subscription subscription)
    {
        if (subscription.HasEnded) subscription.Connection.Send(services.Broker.Wrap(new SubscriptionEnded(subscription.Channel, EndReason.RemovedByServer)));
    }
}
