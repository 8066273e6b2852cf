namespace ChatApp.Push;

public sealed partial class RoomBroker
{
    /// <summary>
    /// Called with each connection that was accepted or has ended, after <see cref="ConnectionsOf"/> knows of it and before its owner does;
    /// by one part of the house, set before the first connection. It may come twice, from any thread, in the middle of a delivery: it must
    /// not wait, and not publish.
    /// </summary>
    public Action<Connection>? ConnectionsChanged { get; set; }

    /// <summary>Live connections of a user at this moment.</summary>
    public int CountOf(UserId user)
    {
        lock (_usersGate) return _users.TryGetValue(user, out var own) ? own.Count : 0;
    }

    /// <summary>True where one more connection of that kind of the user would be accepted now.</summary>
    public bool HasPlace(UserId user, ConnectionKind kind)
    {
        lock (_usersGate)
        {
            return _live.Sum() < _options.Connections
                && (!_users.TryGetValue(user, out var own) || own.Count(other => other.Description.Kind == kind) < Limits.PerUser);
        }
    }

    /// <summary>Who listens to a channel at this moment, pages and sockets alike, those who hide excepted.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="most">Connections that are named at most; all are counted.</param>
    public ChannelPresence Presence(ChannelName channel, int most) =>
        _channels.TryGetValue(channel, out var hub) ? hub.Presence(most) : new ChannelPresence([], 0, 0);

    /// <summary>The channels in which somebody wants to hear who comes and goes, and is told; looks at each channel.</summary>
    public IReadOnlyList<ChannelName> AttendedChannels => [.. _channels.Values.Where(static hub => hub.IsAttended).Select(static hub => hub.Channel)];

    /// <summary>
    /// Sends an event that is not stored to those in a channel who want to hear who comes and goes; to nobody beyond
    /// <see cref="PushOptions.JoinLeaveConnections"/>. It is left out for those for whom much waits already.
    /// </summary>
    public void PublishToListeners(ChannelName channel, object body)
    {
        if (_channels.TryGetValue(channel, out var hub)) hub.PublishToListeners(Wrap(body, channel, offset: null, mayBeLost: true));
    }
}
