using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ChatApp.Client.Wire;

namespace ChatApp.Client;

/// <content>Topics: general push channels, such as prices, builds or sensors, with data of a type of one's own.</content>
public sealed partial class ChatClient
{
    private const string TopicPrefix = "topic:";

    /// <summary>Subscribes to a topic whose data is of one type, waiting for the connection where it is down.</summary>
    /// <typeparam name="T">The type of the data.</typeparam>
    /// <param name="topic">The topic's name, without <c>topic:</c>, for example <c>prices:gold</c>.</param>
    /// <param name="type">How the data is read, as a <see cref="System.Text.Json.Serialization.JsonSerializerContext"/> has it.</param>
    /// <param name="from">What the program has already: everything after it comes first, or a <see cref="TopicGap{T}"/>. Null for
    /// what is published from now on.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ChatException">The server refused (102 no such topic, 103 permission denied), or the client is over.</exception>
    /// <exception cref="InvalidOperationException">Not connected yet, or this client already has that subscription.</exception>
    public async Task<TopicSubscription<T>> SubscribeTopicAsync<T>(
        string topic, JsonTypeInfo<T> type, ChannelPosition? from = null, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        ArgumentNullException.ThrowIfNull(type);
        return new(await SubscribeAsync(TopicPrefix + topic, from, cancel), type);
    }

    /// <summary>
    /// Publishes to a topic and waits for the answer. Where the connection breaks it is sent again under the same key, so it is
    /// published once as long as that takes less than five minutes.
    /// </summary>
    /// <typeparam name="T">The type of the data.</typeparam>
    /// <param name="topic">The topic's name, without <c>topic:</c>.</param>
    /// <param name="value">The data.</param>
    /// <param name="type">How it is written.</param>
    /// <param name="key">Idempotency key, 1 to 128 characters; by default a new one.</param>
    /// <param name="cancel">Stops the waiting; it may have been published nevertheless.</param>
    /// <returns>Where it stands; null where the topic keeps no history.</returns>
    /// <exception cref="ChatException">The server refused (102 no such topic, 103 no right to publish, 407 too long), or the client is over.</exception>
    /// <exception cref="InvalidOperationException">Not connected yet.</exception>
    public async Task<ChannelPosition?> PublishTopicAsync<T>(
        string topic, T value, JsonTypeInfo<T> type, string? key = null, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        ArgumentNullException.ThrowIfNull(type);
        var data = JsonSerializer.SerializeToElement(value, type);
        var reply = await AskAsync(new() { Publish = new(TopicPrefix + topic, data, key ?? Guid.NewGuid().ToString("N")) }, _posts, cancel);
        if (reply.Publish is not { } done) throw new ChatException(ChatError.NotTheProtocol);
        return done is { Epoch: { } epoch, Offset: > 0 } ? new(epoch, done.Offset) : null;
    }
}
