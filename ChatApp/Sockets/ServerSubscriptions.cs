using ChatApp.Push;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>Subscribes a program that has not asked for it, and unsubscribes it. The right to read is looked at as if it had asked.</summary>
/// <param name="services">The house.</param>
public sealed class ServerSubscriptions(SocketServices services)
{
    /// <summary>Subscribes a connection to a room from now on; null where it is subscribed, by this call or before.</summary>
    public WireError? Subscribe(Connection connection, RoomId room)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var (subscription, refusal) = services.Broker.Subscribe(connection, room);
        if (subscription is null) return refusal is SubscribeRefusal.LimitReached ? WireError.LimitExceeded : null;
        // Listening first and looking second: a membership that ends in between ends the subscription too.
        if (services.Rooms.Find(room, connection.User) is not { IsMember: true, Room: var now })
        {
            subscription.Dispose();
            return WireError.UnknownChannel;
        }

        connection.Send(services.Broker.Wrap(new ReadyFrame(FrameEncoder.SubscribedByServer(now))));
        if (!subscription.TryRelease(now.Head)) _ = SocketAnswers.FollowAsync(services, subscription, services.CatchUp.StreamAsync(subscription, now.Head));
        // Lost between the look and the push, which must not have the last word.
        if (subscription.HasEnded) connection.Send(services.Broker.Wrap(new SubscriptionEnded(room, EndReason.RemovedByServer)));
        return null;
    }

    /// <summary>Ends a connection's subscription to a room, and tells it; nothing of the room comes after that.</summary>
    public void Unsubscribe(Connection connection, RoomId room)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (connection.SubscriptionTo(room)?.End(revoked: true) == true)
            connection.Send(services.Broker.Wrap(new SubscriptionEnded(room, EndReason.RemovedByServer)));
    }
}
