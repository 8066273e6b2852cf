namespace ChatApp.Push;

/// <summary>Who is there: asked for at any time, or told to those who want to hear of it.</summary>
internal sealed partial class ChannelHub
{
    private PresenceNews? _news;
    private int _listening;

    /// <summary>Who listens, at most <paramref name="most"/> of them by name.</summary>
    public ChannelPresence Presence(int most)
    {
        var audience = Snapshot();
        var counted = audience.Counted;
        var clients = new List<Connection>();
        var users = counted is null ? new HashSet<UserId>() : [];
        var (all, here) = (0, 0);
        foreach (var subscription in audience.All)
        {
            if (counted is not null && clients.Count >= most) break;
            all++;
            if (!subscription.IsHere) continue;
            here++;
            if (clients.Count < most) clients.Add(subscription.Connection);
            if (counted is null) users.Add(subscription.Connection.User);
        }

        counted ??= new PresenceCount(here, users.Count);
        // Kept until somebody comes or goes; not while somebody is about to be let in, which no snapshot shows.
        if (all == here) audience.Counted = counted;
        return new ChannelPresence(clients, counted.Clients, counted.Users);
    }

    /// <summary>Those who want to hear who comes and goes, and how many there are; nobody where that would be too much to tell.</summary>
    public (Subscription[] Listeners, int Clients) Listeners()
    {
        lock (_membership)
        {
            return _subscriptions.Count > broker.MostTold ? ([], 0) : ([.. _subscriptions.Where(static subscription => subscription.HearsJoins)], _subscriptions.Count);
        }
    }

    /// <summary>Notes that somebody is here, or gone; costs nothing where nobody wants to hear of it.</summary>
    public void Tell(Subscription subscription, bool isHere)
    {
        PresenceNews news;
        lock (_membership)
        {
            if (_listening == 0 || _subscriptions.Count > broker.MostTold) return;
            news = _news ??= new PresenceNews(this, broker);
        }

        news.Add(subscription.Connection, isHere);
    }

    private sealed record PresenceCount(int Clients, int Users);
}
