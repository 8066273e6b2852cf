using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatApp.Client.Wire;

/// <summary>A request: one of the members beside the id is set.</summary>
internal sealed record Command
{
    public long Id { get; init; }

    public ConnectCommand? Connect { get; init; }

    public SubscribeCommand? Subscribe { get; init; }

    public UnsubscribeCommand? Unsubscribe { get; init; }

    public PublishCommand? Publish { get; init; }

    public RpcCommand? Rpc { get; init; }

    public RefreshCommand? Refresh { get; init; }
}

internal sealed record ConnectCommand(string Token, string Name);

/// <param name="Channel">The channel's name.</param>
/// <param name="Recover">True with a position; otherwise absent.</param>
/// <param name="Epoch">Of the position.</param>
/// <param name="Offset">Of the position.</param>
internal sealed record SubscribeCommand(string Channel, bool? Recover = null, string? Epoch = null, long? Offset = null)
{
    public static SubscribeCommand From(string channel, ChannelPosition? position) =>
        position is { } at ? new(channel, Recover: true, at.Epoch, at.Offset) : new(channel);
}

internal sealed record UnsubscribeCommand(string Channel);

/// <param name="Channel">The channel's name.</param>
/// <param name="Data">A <see cref="PostData"/> in rooms, anything in topics.</param>
/// <param name="IdempotencyKey">In topics; a message has its own.</param>
internal sealed record PublishCommand(string Channel, JsonElement Data, string? IdempotencyKey = null);

internal sealed record PostData(string Text, string Key, string? ReplyTo, string? Thread);

internal sealed record RpcCommand(string Method, JsonObject Data);

internal sealed record RefreshCommand(string Token);

/// <summary>Anything from the server: a reply has an id, a push has none, a ping has neither.</summary>
internal sealed record Incoming
{
    public long Id { get; init; }

    public ErrorBody? Error { get; init; }

    public ConnectReply? Connect { get; init; }

    public SubscribeReply? Subscribe { get; init; }

    public PublishReply? Publish { get; init; }

    public RpcReply? Rpc { get; init; }

    public RefreshReply? Refresh { get; init; }

    public Push? Push { get; init; }

    public bool IsPing => Id == 0 && Push is null;
}

internal sealed record ErrorBody
{
    public int Code { get; init; }

    public string? Message { get; init; }

    public bool Temporary { get; init; }

    public long? RetryMs { get; init; }

    public DateTimeOffset? Until { get; init; }

    public ChatError ToError() => new(Code, Message ?? "refused", Temporary, Wait.From(RetryMs), Until);
}

internal sealed record ConnectReply
{
    /// <summary>Seconds between the server's pings; 0 when it sends none.</summary>
    public int Ping { get; init; }

    /// <summary>Whether each ping wants an answer.</summary>
    public bool Pong { get; init; }

    /// <summary>Seconds until the token ends; null where it does not.</summary>
    public long? Ttl { get; init; }

    public ConnectData? Data { get; init; }
}

internal sealed record ConnectData
{
    public string? User { get; init; }
}

internal sealed record SubscribeReply
{
    public string? Epoch { get; init; }

    public long? Offset { get; init; }

    public bool Recovered { get; init; }

    public IReadOnlyList<Publication>? Publications { get; init; }

    public GapBody? Gap { get; init; }
}

internal sealed record GapBody
{
    public string? Reason { get; init; }

    public long Lost { get; init; }
}

internal sealed record PublishReply
{
    public long Offset { get; init; }

    public string? Epoch { get; init; }

    public string? Id { get; init; }

    public bool Duplicate { get; init; }
}

internal sealed record RpcReply
{
    public JsonElement Data { get; init; }
}

internal sealed record RefreshReply
{
    public long? Ttl { get; init; }
}

internal sealed record Push
{
    public string? Channel { get; init; }

    public Publication? Pub { get; init; }

    public UnsubscribePush? Unsubscribe { get; init; }

    /// <summary>Events were dropped, because this client was slow.</summary>
    public GapBody? Gap { get; init; }

    public DisconnectPush? Disconnect { get; init; }
}

internal sealed record Publication
{
    public JsonElement Data { get; init; }

    public long? Offset { get; init; }
}

internal sealed record UnsubscribePush
{
    public int Code { get; init; }

    public string? Reason { get; init; }
}

internal sealed record DisconnectPush
{
    public int Code { get; init; }

    public string? Reason { get; init; }

    public bool? Reconnect { get; init; }

    public long? RetryMs { get; init; }

    /// <summary>Whether to come back is in the push; where it is not, the code's range says it.</summary>
    public Loss ToLoss() => Loss.Closed(Code, Reason) with
    {
        Ends = Reconnect ?? !Loss.IsTerminal(Code) ? null : Loss.KindOf(Code),
        RetryAfter = Wait.From(RetryMs),
    };
}

internal static class Wait
{
    /// <summary>The server's word is taken, but never for longer than a timer can run.</summary>
    public static TimeSpan? From(long? milliseconds) =>
        milliseconds is { } ms ? TimeSpan.FromMilliseconds(Math.Clamp(ms, 0, int.MaxValue)) : null;
}
