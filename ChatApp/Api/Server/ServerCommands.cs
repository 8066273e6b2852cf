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
    public ServerCommands(SocketServices house, ServerConnections connections, ApiOptions options)
    {
        ArgumentNullException.ThrowIfNull(house);
        ArgumentNullException.ThrowIfNull(options);
        _house = house;
        Connections = connections;
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
        PublishAsync(caller, request.Channel, request.Data, request.IdempotencyKey);

    internal async Task<ServerReply> BroadcastAsync(ApiCaller caller, BroadcastRequest request)
    {
        if (request.Channels.Count is 0 or > MaxChannels) return Bad($"channels must be 1 to {MaxChannels}");
        var responses = new List<ServerAnswer<PublishResult>>();
        foreach (var channel in request.Channels)
        {
            // A message key belongs to one message: the same one for several rooms would be refused from the second room on.
            var reply = await PublishAsync(caller, channel, request.Data, request.IdempotencyKey is { } key ? $"{key} {channel}" : null);
            responses.Add(new ServerAnswer<PublishResult>((PublishResult?)reply.Result, reply.Error is { } error ? ApiError.Of(error) : null));
        }

        return ServerReply.Of(new BroadcastResult(responses));
    }

    internal ServerReply History(ApiCaller caller, HistoryRequest request)
    {
        if (!caller.Reaches(request.Channel)) return OutOfReach;
        if (request.Limit < 0 || request.Since?.Offset < 0) return Bad("limit and offset must be whole numbers from 0");
        if (Channel.Room(request.Channel) is not { } id) return WireError.UnknownChannel;
        if (_house.Rooms.Find(id, caller.User) is not { } standing) return WireError.UnknownChannel;
        if (!standing.IsMember) return WireError.PermissionDenied;
        var since = request.Since is { } place ? new Offset(place.Offset) : (Offset?)null;
        if (since is { } position && RoomCatchUp.GapBefore(standing.Room, request.Since!.Epoch, position) is not null) return WireError.Unrecoverable;
        var page = _house.CatchUp.Page(standing.Room, since, request.Limit, request.Reverse, _house.Options.OutboxBytes);
        return ServerReply.Of(new HistoryResult([.. page.Select(PublicationOf)], standing.Room.Epoch, standing.Room.Head.Value));
    }

    internal ServerReply RemoveHistory(ApiCaller caller, ChannelRequest request)
    {
        if (!caller.Reaches(request.Channel)) return OutOfReach;
        if (Channel.Room(request.Channel) is not { } id || _house.Rooms.Find(id, caller.User) is null) return WireError.UnknownChannel;
        return WireError.PermissionDenied with { Message = "the log of a room stays; what goes by age is set in the room" };
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

    private async Task<ServerReply> PublishAsync(ApiCaller caller, string channel, JsonElement data, string? key)
    {
        if (!caller.Reaches(channel)) return OutOfReach;
        if (Channel.Room(channel) is not { } room) return WireError.UnknownChannel;
        if (data.ValueKind != JsonValueKind.Object) return Bad("data must be an object with a string text");
        var post = ServerCommand.Read<RoomPost>(data);
        MessageId? target = null;
        if (post.ReplyTo is { ValueKind: not JsonValueKind.Null } reply)
        {
            if (!FrameDecoder.TryMessage(reply, out var message)) return Bad("reply_to must be the id of a message");
            target = message;
        }

        if (post.Key is not null && key is not null && post.Key != key) return Bad("key and idempotency_key name the same thing: one of them is enough");
        return await _house.Writer.PostAsync(caller.User, room, post.Text, post.Key ?? key, target) switch
        {
            PostResult.Accepted done => ServerReply.Of(new PublishResult(done.Message.Offset.Value, done.Epoch, done.Message.Id.ToString(), done.IsDuplicate)),
            PostResult.Rejected refused => WireError.Of(refused),
            _ => WireError.Internal,
        };
    }

    // As subscribers get it: the very bytes, without the frame around them.
    private static JsonElement PublicationOf(Envelope envelope)
    {
        using var frame = JsonDocument.Parse(envelope.Encoded);
        return frame.RootElement.GetProperty("push").GetProperty("pub").Clone();
    }

    private sealed record RoomPost
    {
        public required string Text { get; init; }

        public string? Key { get; init; }

        [System.Text.Json.Serialization.JsonPropertyName("reply_to")]
        public JsonElement? ReplyTo { get; init; }
    }
}
