using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Sockets;
using ChatApp.Wire;

namespace ChatApp.Api.Server;

/// <summary>The commands of the server API that act on a user's live connections: for keys of moderators and administrators.</summary>
/// <param name="desk">Says who may act on whom, and keeps the audit log.</param>
/// <param name="subscriptions">Subscribes a program from outside.</param>
/// <param name="users">Who is who.</param>
public sealed class ServerConnections(ConnectionDesk desk, ServerSubscriptions subscriptions, UserDirectory users)
{
    private const int MaxReasonLength = 100;
    private const int MaxWhitelist = 1000;

    internal async Task<ServerReply> SubscribeAsync(ApiCaller caller, SubscriptionRequest request) => await OnChannelAsync(caller, request, "subscribe", subscriptions.Subscribe);

    internal async Task<ServerReply> UnsubscribeAsync(ApiCaller caller, SubscriptionRequest request) => await OnChannelAsync(caller, request, "unsubscribe", (connection, channel) =>
    {
        subscriptions.Unsubscribe(connection, channel);
        return null;
    });

    internal async Task<ServerReply> DisconnectAsync(ApiCaller caller, DisconnectRequest request)
    {
        if (caller.Channels.Length > 0) return ServerCommands.OutOfReach;
        var reason = EndReason.ForceDisconnect;
        if (request.Disconnect is { } told)
        {
            if (told.Code is not (3011 or 3503 or (>= 4000 and <= 4999))) return ServerCommands.Bad("the code must be 3011, 3503, or 4000 to 4999");
            if (told.Reason?.Length > MaxReasonLength) return ServerCommands.Bad($"the reason must have at most {MaxReasonLength} characters");
            reason = told.Code == EndReason.ForceReconnect.Code ? EndReason.ForceReconnect
                : told.Code == EndReason.ForceDisconnect.Code ? EndReason.ForceDisconnect
                : new EndReason(told.Code, told.Reason ?? "disconnected by server");
        }

        if (request.Whitelist?.Count > MaxWhitelist) return ServerCommands.Bad($"whitelist must have at most {MaxWhitelist} entries");
        return await EndAsync(caller, request.User, request.Client, request.Whitelist ?? [], reason);
    }

    internal async Task<ServerReply> RefreshAsync(ApiCaller caller, RefreshRequest request)
    {
        if (caller.Channels.Length > 0) return ServerCommands.OutOfReach;
        // A proof cannot be made longer from outside: only who it is about can bring a new one.
        if (!request.Expired) return ServerCommands.Bad("expired must be true: a token's time can be ended here, not made longer");
        return await EndAsync(caller, request.User, request.Client, [], EndReason.Expired);
    }

    private async Task<ServerReply> OnChannelAsync(ApiCaller caller, SubscriptionRequest request, string verb, Func<Connection, ChannelName, WireError?> act)
    {
        if (!caller.Reaches(request.Channel)) return ServerCommands.OutOfReach;
        if (Channel.Parse(request.Channel) is not { } channel) return WireError.UnknownChannel;
        if (!TryFind(request.User, request.Client, out var user, out var only)) return UnknownUser;
        WireError? problem = null;
        var outcome = await desk.ActAsync(caller.User, user, only, $"connection.{verb}", request.Channel, connection =>
        {
            // Pages choose by themselves what they show.
            if (connection.Description.Kind == ConnectionKind.Socket) problem ??= act(connection, channel);
        });
        return Of(outcome, problem);
    }

    private async Task<ServerReply> EndAsync(ApiCaller caller, string user, string? client, IReadOnlyList<string> except, EndReason reason)
    {
        if (!TryFind(user, client, out var found, out var only)) return UnknownUser;
        var outcome = await desk.ActAsync(caller.User, found, only, "connection.disconnect", string.Create(CultureInfo.InvariantCulture, $"{reason.Code} {reason.Text}"), connection =>
        {
            if (!except.Contains(connection.Id.ToString(), StringComparer.Ordinal)) connection.End(reason);
        });
        return Of(outcome, problem: null);
    }

    private bool TryFind(string user, string? client, out UserId found, out ConnectionId? only)
    {
        found = new UserId(user);
        only = null;
        if (client is not null)
        {
            if (!Guid.TryParseExact(client, "N", out var id)) return false;
            only = new ConnectionId(id);
        }

        return user.Length is > 0 and <= 36 && users.Find(found) is not null;
    }

    private static WireError UnknownUser { get; } = ServerCommands.Bad("there is no such user or connection");

    private static ServerReply Of(ModerationOutcome outcome, WireError? problem) => outcome switch
    {
        ModerationOutcome.Done when problem is null => ServerReply.Done,
        ModerationOutcome.Done => problem,
        ModerationOutcome.NotAllowed => WireError.PermissionDenied,
        ModerationOutcome.Busy => WireError.TooManyRequests with { RetryMs = 1000 },
        _ => UnknownUser,
    };
}
