using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ChatApp.Client;

/// <summary>
/// What is published to one topic, as values of one type, in order, each once; a <see cref="TopicGap{T}"/> stands in the place of
/// what is missing. It lives, pauses and ends as a <see cref="ChatSubscription"/> does.
/// </summary>
/// <typeparam name="T">The type of the data.</typeparam>
public sealed class TopicSubscription<T> : IAsyncEnumerable<TopicItem<T>>, IAsyncDisposable
{
    private readonly ChatSubscription _events;
    private readonly JsonTypeInfo<T> _type;

    internal TopicSubscription(ChatSubscription events, JsonTypeInfo<T> type)
    {
        _events = events;
        _type = type;
    }

    /// <summary>The channel's name, for example <c>topic:prices:gold</c>.</summary>
    public string Channel => _events.Channel;

    /// <summary>Completes, never with an exception, when the subscription is over.</summary>
    public Task<EndReason> Completion => _events.Completion;

    /// <inheritdoc/>
    public async IAsyncEnumerator<TopicItem<T>> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        await foreach (var happened in _events.WithCancellation(cancellationToken))
            yield return (happened is Gap gap ? new TopicGap<T>(gap.Reason, gap.Lost) : Read(happened.Data)) with { Position = happened.Position };
    }

    /// <summary>Unsubscribes. What was already there can still be read.</summary>
    public ValueTask DisposeAsync() => _events.DisposeAsync();

    private TopicItem<T> Read(JsonElement data)
    {
        try
        {
            return data.Deserialize(_type) is { } value ? new TopicValue<T>(value) : new TopicOther<T>(data);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException)
        {
            // Whoever publishes decides what it is; that must not cost the reader the rest.
            return new TopicOther<T>(data);
        }
    }
}

/// <summary>One item of a <see cref="TopicSubscription{T}"/>.</summary>
/// <typeparam name="T">The type of the data.</typeparam>
public abstract record TopicItem<T>
{
    private protected TopicItem()
    {
    }

    /// <summary>Its place in the topic's history, to go on from; null where the topic keeps none.</summary>
    public ChannelPosition? Position { get; init; }
}

/// <summary>A value was published.</summary>
/// <typeparam name="T">The type of the data.</typeparam>
/// <param name="Value">The value; never null.</param>
public sealed record TopicValue<T>(T Value) : TopicItem<T>;

/// <summary>Something was published that is no such value: another type, or null.</summary>
/// <typeparam name="T">The type that it should have had.</typeparam>
/// <param name="Data">The data as it came.</param>
public sealed record TopicOther<T>(JsonElement Data) : TopicItem<T>;

/// <summary>Publications are missing here; what follows comes after the position, where there is one.</summary>
/// <typeparam name="T">The type of the data.</typeparam>
/// <param name="Reason">Why.</param>
/// <param name="Lost">How many; 0 where nobody can know.</param>
public sealed record TopicGap<T>(GapReason Reason, long Lost) : TopicItem<T>;
