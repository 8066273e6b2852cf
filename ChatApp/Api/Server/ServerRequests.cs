using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatApp.Api.Server;

// What the commands of the server API take. Unknown members are ignored; the names are those of Centrifugo's server API.

/// <summary>Sends something into a channel.</summary>
public sealed record PublishRequest
{
    /// <summary>The channel, such as <c>room:general</c>.</summary>
    public required string Channel { get; init; }

    /// <summary>What is sent; into a room <c>{"text","key"?,"reply_to"?,"thread"?}</c>, to a topic any value.</summary>
    public required JsonElement Data { get; init; }

    /// <summary>The sender's own name for this publication: again with the same one, nothing new is sent.</summary>
    [JsonPropertyName("idempotency_key")]
    public string? IdempotencyKey { get; init; }
}

/// <summary>Sends the same into several channels.</summary>
public sealed record BroadcastRequest
{
    /// <summary>The channels, at most 100.</summary>
    public required IReadOnlyList<string> Channels { get; init; }

    /// <summary>What is sent.</summary>
    public required JsonElement Data { get; init; }

    /// <summary>As in <see cref="PublishRequest"/>; it counts for each channel.</summary>
    [JsonPropertyName("idempotency_key")]
    public string? IdempotencyKey { get; init; }
}

/// <summary>Names a channel.</summary>
public sealed record ChannelRequest
{
    /// <summary>The channel.</summary>
    public required string Channel { get; init; }
}

/// <summary>Names a user's live connections and a channel.</summary>
public sealed record SubscriptionRequest
{
    /// <summary>Id of the account.</summary>
    public required string User { get; init; }

    /// <summary>The channel.</summary>
    public required string Channel { get; init; }

    /// <summary>Only this connection; without it all.</summary>
    public string? Client { get; init; }
}

/// <summary>Names live connections that shall end.</summary>
public sealed record DisconnectRequest
{
    /// <summary>Id of the account.</summary>
    public required string User { get; init; }

    /// <summary>Only this connection; without it all.</summary>
    public string? Client { get; init; }

    /// <summary>Connections that stay.</summary>
    public IReadOnlyList<string>? Whitelist { get; init; }

    /// <summary>What the client is told; without it 3503, stay away.</summary>
    public DisconnectCode? Disconnect { get; init; }
}

/// <summary>What a client is told at the end.</summary>
public sealed record DisconnectCode
{
    /// <summary>3011 (come back), 3503 (stay away), or 4000 to 4999 with a meaning of one's own (below 4500: come back).</summary>
    public required int Code { get; init; }

    /// <summary>In words; at most 100 characters.</summary>
    public string? Reason { get; init; }
}

/// <summary>Names live connections whose proof ends.</summary>
public sealed record RefreshRequest
{
    /// <summary>Id of the account.</summary>
    public required string User { get; init; }

    /// <summary>Only this connection; without it all.</summary>
    public string? Client { get; init; }

    /// <summary>True: their time is over now; they get 3005 and come back with a new token.</summary>
    public bool Expired { get; init; }
}

/// <summary>Asks for what was published in a channel.</summary>
public sealed record HistoryRequest
{
    /// <summary>The channel.</summary>
    public required string Channel { get; init; }

    /// <summary>Most publications; 0, the default, only asks for the position; at most 500 changes of a room or 1,000 publications of a topic come.</summary>
    public int Limit { get; init; }

    /// <summary>Only what came after this position, or before it with <see cref="Reverse"/>.</summary>
    public StreamPosition? Since { get; init; }

    /// <summary>True: the newest first.</summary>
    public bool Reverse { get; init; }
}

/// <summary>A place in a channel's history.</summary>
public sealed record StreamPosition
{
    /// <summary>The place.</summary>
    public required long Offset { get; init; }

    /// <summary>The history that it belongs to; without it the present one.</summary>
    public string? Epoch { get; init; }
}

/// <summary>Asks for the channels that somebody listens to.</summary>
public sealed record ChannelsRequest
{
    /// <summary>Only those whose names begin so, with or without <c>*</c> at the end; without it all.</summary>
    public string? Pattern { get; init; }
}

/// <summary>Asks how the server is.</summary>
public sealed record InfoRequest;

/// <summary>Several commands in one request.</summary>
public sealed record BatchRequest
{
    /// <summary>At most 100, each with one member: its name and what it takes, such as <c>{"publish":{...}}</c>.</summary>
    public required IReadOnlyList<JsonElement> Commands { get; init; }

    /// <summary>True: they need not wait for each other.</summary>
    public bool Parallel { get; init; }
}
