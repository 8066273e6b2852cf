using System.Text.Json;

namespace ChatApp.Client.Wire;

/// <summary>A request: one of the members beside the id is set.</summary>
internal sealed record Command
{
    public int Id { get; init; }

    public ConnectCommand? Connect { get; init; }

    public ChannelCommand? Subscribe { get; init; }

    public ChannelCommand? Unsubscribe { get; init; }

    public PublishCommand? Publish { get; init; }
}

internal sealed record ConnectCommand(string Token, string Name);

internal sealed record ChannelCommand(string Channel);

internal sealed record PublishCommand(string Channel, PostData Data);

internal sealed record PostData(string Text, string Key);

/// <summary>Anything from the server: a reply has an id, a push has none, a ping has neither.</summary>
internal sealed record Incoming
{
    public int Id { get; init; }

    public ErrorBody? Error { get; init; }

    public ConnectReply? Connect { get; init; }

    public PublishReply? Publish { get; init; }

    public Push? Push { get; init; }

    public bool IsPing => Id == 0 && Push is null;
}

internal sealed record ErrorBody(int Code, string? Message, bool Temporary, long? RetryMs)
{
    public ChatError ToError() => new(Code, Message ?? "refused", Temporary, Wait.From(RetryMs));
}

/// <param name="Ping">Seconds between the server's pings; 0 when it sends none.</param>
/// <param name="Pong">Whether each ping wants an answer.</param>
internal sealed record ConnectReply(int Ping, bool Pong);

internal sealed record PublishReply(long Offset, string? Epoch, string? Id, bool Duplicate);

internal sealed record Push
{
    public string? Channel { get; init; }

    public Publication? Pub { get; init; }

    public UnsubscribePush? Unsubscribe { get; init; }

    public DisconnectPush? Disconnect { get; init; }
}

internal sealed record Publication(JsonElement Data, long? Offset);

internal sealed record UnsubscribePush(int Code, string? Reason);

internal sealed record DisconnectPush(int Code, string? Reason, bool? Reconnect, long? RetryMs)
{
    /// <summary>Whether to come back is in the push; where it is not, the code's range says it.</summary>
    public Loss ToLoss() => Loss.Closed(Code, Reason) with
    {
        Ends = Reconnect ?? !Loss.IsTerminal(Code) ? null : EndKind.Disconnected,
        RetryAfter = Wait.From(RetryMs),
    };
}

internal static class Wait
{
    /// <summary>The server's word is taken, but never for longer than a timer can run.</summary>
    public static TimeSpan? From(long? milliseconds) =>
        milliseconds is { } ms ? TimeSpan.FromMilliseconds(Math.Clamp(ms, 0, int.MaxValue)) : null;
}
