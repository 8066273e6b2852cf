using System.Text.Json;
using ChatApp.Push;

namespace ChatApp.Topics;

/// <summary>
/// What programs do with topics, whatever entrance they come by: publish, look back, forget. Rights of clients are asked of
/// <see cref="TopicAccess"/> by whoever lets them in.
/// </summary>
/// <param name="access">Which topics there are.</param>
/// <param name="streams">What is kept of them.</param>
/// <param name="options">Limits.</param>
/// <param name="time">The clock.</param>
public sealed class TopicPublisher(TopicAccess access, TopicStreams streams, TopicOptions options, TimeProvider time)
{
    /// <summary>Most publications of one look back.</summary>
    public const int MaxHistory = 1000;

    /// <summary>Longest key, in UTF-16 units.</summary>
    public const int MaxKeyLength = 128;

    private readonly SpentTopicKeys _keys = new(time);

    /// <summary>Publishes to a topic.</summary>
    /// <param name="topic">Its name, without the prefix of the wire.</param>
    /// <param name="data">Any JSON value of at most <see cref="TopicOptions.DataBytes"/>; passed on as it is.</param>
    /// <param name="key">The publisher's own name for it: the same key again within five minutes publishes nothing and gives the first result. Null for none.</param>
    /// <param name="by">The client that publishes; null for the server API.</param>
    /// <param name="account">Whose key it is where no client publishes. Keys of different accounts have nothing to do with each other.</param>
    public TopicPublished Publish(string topic, JsonElement data, string? key = null, TopicClient? by = null, UserId? account = null) =>
        Publish(topic, TopicData.TryMake(data), key, by, account);

    /// <summary>The same with data that has been looked at; null where it is none that every reader takes.</summary>
    public TopicPublished Publish(string topic, TopicData? data, string? key = null, TopicClient? by = null, UserId? account = null)
    {
        if (access.RuleOf(topic) is not { } rule) return new TopicPublished(TopicRefusal.UnknownTopic);
        if (key is { Length: 0 or > MaxKeyLength }) return new TopicPublished(TopicRefusal.BadKey);
        if (data is null) return new TopicPublished(TopicRefusal.BadData);
        if (data.Json.Length > options.DataBytes) return new TopicPublished(TopicRefusal.TooLong);
        var channel = ChannelName.OfTopic(topic);
        return key is null ? Publish(channel, rule, data, by) : PublishOnce(new SpentTopicKeys.Key(topic, (by?.User ?? account)?.Value ?? "", key), channel, rule, data, by);
    }

    /// <summary>What is kept of a topic.</summary>
    /// <param name="topic">Its name, without the prefix of the wire.</param>
    /// <param name="limit">Most publications; 0 or less for none and only where it stands. More than <see cref="MaxHistory"/> are never given.</param>
    /// <param name="since">Only those after this position (before it where <paramref name="reverse"/>); null for all.</param>
    /// <param name="epoch">The sequence that <paramref name="since"/> belongs to; null or empty where it is not said.</param>
    /// <param name="reverse">True for the newest first.</param>
    public TopicHistory History(string topic, int limit, Offset? since = null, string? epoch = null, bool reverse = false)
    {
        if (access.RuleOf(topic) is not { } rule) return new TopicHistory(TopicRefusal.UnknownTopic);
        if (rule.HistorySize == 0) return new TopicHistory(TopicRefusal.NotKept);
        Offset? after = limit <= 0 ? null : reverse ? Offset.Zero : since ?? Offset.Zero;
        var (_, state, kept) = streams.Read(ChannelName.OfTopic(topic), rule, after, reverse ? since : null, Math.Min(limit, MaxHistory), reverse);
        return since is not null && !string.IsNullOrEmpty(epoch) && epoch != state.Epoch ? new TopicHistory(TopicRefusal.OtherEpoch) : new TopicHistory(Refusal: null, state, kept);
    }

    /// <summary>Forgets what is kept of a topic; its sequence goes on, and who recovers from before is told what is lost.</summary>
    /// <returns>Null where it was done.</returns>
    public TopicRefusal? Remove(string topic)
    {
        if (access.RuleOf(topic) is not { } rule) return TopicRefusal.UnknownTopic;
        if (rule.HistorySize == 0) return TopicRefusal.NotKept;
        streams.Clear(ChannelName.OfTopic(topic));
        return null;
    }

    private TopicPublished Publish(ChannelName channel, TopicRule rule, TopicData data, TopicClient? by)
    {
        var (epoch, offset) = streams.Publish(channel, rule, new TopicPublication(data, time.GetUtcNow(), by));
        return new TopicPublished(Refusal: null, epoch, offset);
    }

    // By itself: whoever publishes without a key pays for no closure.
    private TopicPublished PublishOnce(SpentTopicKeys.Key key, ChannelName channel, TopicRule rule, TopicData data, TopicClient? by) =>
        _keys.Once(key, () => Publish(channel, rule, data, by));
}

/// <summary>What is kept of a topic.</summary>
/// <param name="Refusal">Null where it is here.</param>
/// <param name="State">Where the topic stands.</param>
/// <param name="Publications">What was asked for; of the bodies only the bytes are left.</param>
public sealed record TopicHistory(TopicRefusal? Refusal, ChannelState State = default, IReadOnlyList<Envelope>? Publications = null);
