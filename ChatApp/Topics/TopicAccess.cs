using ChatApp.Accounts;
using ChatApp.Push;

namespace ChatApp.Topics;

/// <summary>Which topics there are, and who may do what there.</summary>
/// <param name="options">The settings.</param>
/// <param name="users">Ranks, as they are at this moment.</param>
/// <param name="broker">Who listens.</param>
public sealed class TopicAccess(TopicOptions options, UserDirectory users, RoomBroker broker)
{
    private readonly TopicRule[] _rules = [.. options.Prefixes.OrderByDescending(static rule => rule.Prefix.Length)];

    /// <summary>What holds for a topic; null where there is no such topic.</summary>
    /// <param name="topic">Its name, without the prefix of the wire.</param>
    public TopicRule? RuleOf(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        foreach (var rule in _rules)
        {
            if (topic.StartsWith(rule.Prefix, StringComparison.Ordinal)) return rule;
        }

        return null;
    }

    /// <summary>True where the account may subscribe by itself, without a token.</summary>
    public bool MaySubscribe(Actor user, TopicRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return rule.Subscribe switch
        {
            TopicSubscribers.Members => users.Find(user.Id) is not null,
            TopicSubscribers.Moderators => users.Get(user).Rank >= Rank.Moderator,
            TopicSubscribers.Administrators => users.Get(user).Rank >= Rank.Administrator,
            _ => false,
        };
    }

    /// <summary>True where the connection of whoever acts may publish.</summary>
    public bool MayPublish(Actor actor, Connection connection, ChannelName channel, TopicRule rule)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(rule);
        return rule.ClientPublish switch
        {
            TopicPublishers.Subscribers => connection.SubscriptionTo(channel) is { HasEnded: false },
            TopicPublishers.Members => users.Find(connection.User) is not null,
            TopicPublishers.Moderators => users.Get(actor).Rank >= Rank.Moderator,
            TopicPublishers.Administrators => users.Get(actor).Rank >= Rank.Administrator,
            _ => false,
        };
    }

    /// <summary>True where the connection may see what is kept and who is there: it is subscribed, or could be.</summary>
    public bool MayLook(Actor actor, Connection connection, ChannelName channel, TopicRule rule)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return connection.SubscriptionTo(channel) is { HasEnded: false } || MaySubscribe(actor, rule);
    }

    /// <summary>Ends the subscriptions of an account to topics that its rank does not open any more.</summary>
    public void RankChanged(UserId user)
    {
        foreach (var channel in broker.Connections.Where(connection => connection.User == user).SelectMany(static connection => connection.Channels).Distinct())
        {
            if (channel.Topic is not { } topic || RuleOf(topic) is not { Subscribe: TopicSubscribers.Moderators or TopicSubscribers.Administrators } rule) continue;
            if (!MaySubscribe(user, rule)) broker.Revoke(user, channel, EndReason.RemovedByServer);
        }
    }
}
