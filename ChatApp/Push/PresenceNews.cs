namespace ChatApp.Push;

/// <summary>
/// Tells those who asked for it who has come to a channel and who has gone. What happens is noted at once and told by a work
/// item of the pool: a connection may end in the middle of a delivery, where nobody else may be delivered to.
/// </summary>
internal sealed class PresenceNews(ChannelHub hub, RoomBroker broker) : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private List<(Connection Connection, bool IsHere)> _waiting = [];
    private bool _isTelling;

    public void Add(Connection connection, bool isHere)
    {
        lock (_gate)
        {
            // Who comes and goes before it was told, or leaves and is back, is no news.
            var before = _waiting.FindLastIndex(news => news.Connection == connection);
            if (before >= 0 && _waiting[before].IsHere != isHere) _waiting.RemoveAt(before);
            else _waiting.Add((connection, isHere));
            if (_isTelling) return;
            _isTelling = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Execute()
    {
        List<(Connection Connection, bool IsHere)> told;
        lock (_gate)
        {
            told = _waiting;
            _isTelling = told.Count > 0;
            if (!_isTelling) return;
            _waiting = [];
        }

        var (listeners, clients) = hub.Listeners();
        var wakes = default(WakeList);
        foreach (var (connection, isHere) in told)
        {
            var envelope = broker.Wrap(new PresenceChanged(connection.User, connection.Id, isHere, clients), hub.Channel, offset: null);
            foreach (var listener in listeners) listener.Deliver(envelope, ref wakes);
        }

        wakes.Flush();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}

/// <summary>Somebody has begun to listen to a channel, or does not any more.</summary>
/// <param name="User">Who.</param>
/// <param name="Client">By which connection.</param>
/// <param name="IsHere">True where they came.</param>
/// <param name="Clients">Connections that listen there now.</param>
public sealed record PresenceChanged(UserId User, ConnectionId Client, bool IsHere, int Clients);

/// <summary>Who listens to a channel.</summary>
/// <param name="Clients">Their connections, in no order; not all where there are too many.</param>
/// <param name="NumClients">Connections in all.</param>
/// <param name="NumUsers">People in all.</param>
public sealed record ChannelPresence(IReadOnlyList<Connection> Clients, int NumClients, int NumUsers);
