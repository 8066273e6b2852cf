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
        var (all, here, hidden) = (0, 0, 0);
        foreach (var subscription in audience.All)
        {
            if (counted is not null && clients.Count >= most) break;
            all++;
            if (subscription.Connection.IsHidden)
            {
                hidden++;
                continue;
            }

            if (!subscription.IsHere) continue;
            here++;
            if (clients.Count < most) clients.Add(subscription.Connection);
            if (counted is null) users.Add(subscription.Connection.User);
        }

        counted ??= new PresenceCount(here, users.Count);
        // Kept until somebody comes, goes or hides; not while somebody is about to be let in, which no snapshot shows.
        if (all == here + hidden) audience.Counted = counted;
        return new ChannelPresence(clients, counted.Clients, counted.Users);
    }

    /// <summary>Those who want to hear who comes and goes, and how many there are; nobody where that would be too much to tell.</summary>
    public (Subscription[] Listeners, int Clients) Listeners()
    {
        lock (_membership)
        {
            return _subscriptions.Count > broker.MostTold ? ([], 0) : ([.. _subscriptions.Where(static subscription => subscription.HearsJoins)], _subscriptions.Count(static subscription => !subscription.Connection.IsHidden));
        }
    }

    /// <summary>Tells who wants to hear of it that somebody is here, or gone, where that is not what they were told last.</summary>
    public void Tell(Subscription subscription)
    {
        PresenceNews news;
        bool isHere;
        lock (_membership)
        {
            // As it is now, whoever of those who end, come and hide at the same time gets here last.
            isHere = subscription.IsHere && !subscription.Connection.IsHidden;
            if (subscription.IsShown == isHere) return;
            subscription.IsShown = isHere;
            if (_listening == 0 || _subscriptions.Count > broker.MostTold) return;
            news = _news ??= new PresenceNews(this, broker);
        }

        news.Add(subscription.Connection, isHere);
    }

    /// <summary>The same where somebody who listens has hidden, or is to be seen again: the count is another one.</summary>
    public void TellHidden(Subscription subscription)
    {
        lock (_membership) _snapshot = null;
        Tell(subscription);
    }

    /// <summary>Sends an event to those who want to hear who comes and goes; to nobody where that would be too much to tell.</summary>
    public void PublishToListeners(Envelope envelope)
    {
        var wakes = default(WakeList);
        foreach (var listener in Listeners().Listeners) listener.Deliver(envelope, ref wakes);
        wakes.Flush();
    }

    /// <summary>True where somebody wants to hear who comes and goes, and is told.</summary>
    public bool IsAttended
    {
        get { lock (_membership) return _listening > 0 && _subscriptions.Count <= broker.MostTold; }
    }

    private sealed record PresenceCount(int Clients, int Users);
}
