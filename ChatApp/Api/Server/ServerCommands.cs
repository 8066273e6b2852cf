using System.Text.Json;
using System.Threading.RateLimiting;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Sockets;
using ChatApp.Wire;

namespace ChatApp.Api.Server;

/// <summary>
/// Carries out the commands of the server API, each in the name of the account that its key belongs to: what that account may
/// do is the services' affair, as from every other entrance. What the key itself may be used for is looked at here.
/// </summary>
public sealed class ServerCommands : IAsyncDisposable
{
    /// <summary>Most publications in one answer, and most channels of one broadcast.</summary>
    public const int MaxChannels = 100;

    private readonly SocketServices _house;
    private readonly PartitionedRateLimiter<string> _pace;
    private readonly long _started;

    /// <summary>One instance for all.</summary>
    public ServerCommands(SocketServices house, ServerConnections connections, ServerChannels channels, ApiOptions options)
    {
        ArgumentNullException.ThrowIfNull(house);
        ArgumentNullException.ThrowIfNull(options);
        _house = house;
        Connections = connections;
        Channels = channels;
        _started = house.Time.GetTimestamp();
        _pace = PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetTokenBucketLimiter(key, _ => new()
        {
            TokenLimit = options.CommandBurst,
            TokensPerPeriod = options.CommandsPerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        }));
    }

    /// <summary>Those that act on live connections.</summary>
    public ServerConnections Connections { get; }

    /// <summary>Those that look at channels.</summary>
    public ServerChannels Channels { get; }

    /// <summary>Carries a command out, as far as the key goes.</summary>
    /// <param name="caller">Whose key it is.</param>
    /// <param name="name">The command's name.</param>
    /// <param name="body">What it takes.</param>
    public async Task<ServerReply> RunAsync(ApiCaller caller, string name, JsonElement body)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (ServerCommand.Find(name) is not { } command) return WireError.MethodNotFound;
        if (!caller.Allows(command.Scope)) return WireError.PermissionDenied with { Message = "the key does not have the scope for this" };
        using var pass = _pace.AttemptAcquire(caller.Key);
        if (!pass.IsAcquired) return WireError.TooManyRequests with { RetryMs = 1000 };
        try
        {
            return await command.RunAsync(this, caller, body);
        }
        catch (JsonException problem)
        {
            return Bad(problem.Message);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _pace.DisposeAsync();

    internal Task<ServerReply> PublishAsync(ApiCaller caller, PublishRequest request) =>
        PublishAsync(caller, request.Channel, request.Data, request.IdempotencyKey, isOneOfMany: false);

    internal async Task<ServerReply> BroadcastAsync(ApiCaller caller, BroadcastRequest request)
    {
        if (request.Channels.Count is 0 or > MaxChannels) return Bad($"channels must be 1 to {MaxChannels}");
        var responses = new List<ServerAnswer<PublishResult>>();
        foreach (var channel in request.Channels)
        {
            var reply = await PublishAsync(caller, channel, request.Data, request.IdempotencyKey, isOneOfMany: true);
            responses.Add(new ServerAnswer<PublishResult>((PublishResult?)reply.Result, reply.Error is { } error ? ApiError.Of(error) : null));
        }

        return ServerReply.Of(new BroadcastResult(responses));
    }

    internal ServerReply Info(ApiCaller caller)
    {
        if (caller.Channels.Length > 0) return OutOfReach;
        var figures = _house.Broker.Figures;
        var users = _house.Broker.Connections.Select(connection => connection.User).Distinct().Count();
        var uptime = (long)_house.Time.GetElapsedTime(_started).TotalSeconds;
        return ServerReply.Of(new InfoResult([new NodeInfo(_house.Node, "ChatApp", _house.Version, figures.Connections, users, figures.Channels, uptime)]));
    }

    internal static WireError Bad(string why) => WireError.BadRequest with { Message = why };

    internal static WireError OutOfReach { get; } = WireError.PermissionDenied with { Message = "the key is for other channels" };

    private async Task<ServerReply> PublishAsync(ApiCaller caller, string name, JsonElement data, string? key, bool isOneOfMany)
    {
        if (!caller.Reaches(name)) return OutOfReach;
        if (Channel.Parse(name) is not { } channel) return WireError.UnknownChannel;
        if (channel.Room is not { } room) return PublishToTopic(caller, channel, data, key);
        // A message key belongs to one message: the same one for several rooms would be refused from the second room on.
        return await PostAsync(caller, room, data, isOneOfMany && key is not null ? $"{key} {name}" : key);
    }

    // Topics are the operator's: who was given the key for them publishes there, whatever clients may.
    private ServerReply PublishToTopic(ApiCaller caller, ChannelName channel, JsonElement data, string? key)
    {
        var published = _house.Topics.Publish(channel.Name, data, key, account: caller.User);
        if (published.Refusal is { } refusal) return WireError.Of(refusal);
        return ServerReply.Of(new PublishResult(published.Offset?.Value, published.Epoch, Id: null, published.IsDuplicate));
    }

    private async Task<ServerReply> PostAsync(ApiCaller caller, RoomId room, JsonElement data, string? key)
    {
        if (data.ValueKind != JsonValueKind.Object) return Bad("data must be an object with a string text");
        var post = ServerCommand.Read<RoomPost>(data);
        if (!FrameDecoder.TryMessageOrNone(post.ReplyTo, out var target)) return Bad("reply_to must be the id of a message");
        if (!FrameDecoder.TryMessageOrNone(post.Thread, out var thread)) return Bad("thread must be the id of a message");
        if (post.Key is not null && key is not null && post.Key != key) return Bad("key and idempotency_key name the same thing: one of them is enough");
        return await _house.Writer.PostAsync(caller.User, room, post.Text, post.Key ?? key, target, thread: thread) switch
        {
            PostResult.Accepted done => ServerReply.Of(new PublishResult(done.Message.Offset.Value, done.Epoch, done.Message.Id.ToString(), done.IsDuplicate)),
            var other => WireError.Of(other),
        };
    }

    private sealed record RoomPost
    {
        public required string Text { get; init; }

        public string? Key { get; init; }

        [System.Text.Json.Serialization.JsonPropertyName("reply_to")]
        public JsonElement? ReplyTo { get; init; }

        public JsonElement? Thread { get; init; }
    }
}
