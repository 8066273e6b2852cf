namespace ChatApp.Push;

public sealed partial class RoomBroker
{
    /// <summary>The live connections of a user's bots at this moment.</summary>
    public IReadOnlyList<Connection> BotConnectionsOf(UserId owner) =>
        // Looked through only where there are bots at all.
        Volatile.Read(ref _bots) == 0 ? [] : [.. _connections.Values.Where(connection => connection.Description.Owner == owner)];

    /// <summary>
    /// Takes a user, and their bots, out of a channel on all devices at once. What waits in their outboxes from that channel is not written any
    /// more, and each connection is told the reason.
    /// </summary>
    public void Revoke(UserId user, ChannelName channel, EndReason reason)
    {
        foreach (var connection in ConnectionsOf(user).Concat(BotConnectionsOf(user))) RevokeFrom(connection, channel, reason);
    }

    /// <summary>Takes one connection out of a channel, in the same way.</summary>
    public void RevokeFrom(Connection connection, ChannelName channel, EndReason reason)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var wasSubscribed = connection.SubscriptionTo(channel)?.End(revoked: true) == true;
        // What came by an earlier subscription, which the viewer has ended, may wait there too.
        connection.Outbox.Drop(channel);
        if (wasSubscribed)
            connection.Send(Wrap(new SubscriptionEnded(channel, reason)));
    }

    /// <summary>Ends every connection of a user and of their bots.</summary>
    /// <returns>How many there were.</returns>
    public int EndAll(UserId user, EndReason reason) => ConnectionsOf(user).Concat(BotConnectionsOf(user)).Count(connection => connection.End(reason));

    /// <summary>Ends those connections of a user that came by some proof, such as a token that was revoked. Bots have proofs of their own.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="which">Which of them.</param>
    /// <param name="reason">Why.</param>
    /// <returns>How many there were.</returns>
    public int EndWhere(UserId user, Func<Connection, bool> which, EndReason reason) => ConnectionsOf(user).Where(which).Count(connection => connection.End(reason));

    /// <summary>Ends every connection, those that still come included; for the server's shutdown.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="spread">Each is told to stay away for a random part of this.</param>
    public void EndAll(EndReason reason, TimeSpan spread = default)
    {
        ArgumentNullException.ThrowIfNull(reason);
        Volatile.Write(ref _closed, () => reason.Spread(spread));
        foreach (var (_, connection) in _connections) connection.End(reason.Spread(spread));
    }
}
