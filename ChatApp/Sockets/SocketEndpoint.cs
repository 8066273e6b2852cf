using System.Net;
using System.Net.WebSockets;
using System.Reflection;
using ChatApp.Accounts;
using ChatApp.Api;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Policies;
using ChatApp.Moderation.Rules;
using ChatApp.Presence;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Search;
using ChatApp.Topics;
using Microsoft.AspNetCore.Connections;

namespace ChatApp.Sockets;

/// <summary>What every socket session needs of the house. One instance.</summary>
/// <param name="Broker">The push engine.</param>
/// <param name="Rooms">Who may read what.</param>
/// <param name="RoomWriter">Makes rooms, and moves people in and out.</param>
/// <param name="RoomSettings">Changes rooms.</param>
/// <param name="Roles">Gives their members roles.</param>
/// <param name="Direct">Conversations between people.</param>
/// <param name="Blocks">Who does not want to hear from whom.</param>
/// <param name="Preferences">What people choose for rooms.</param>
/// <param name="Writer">Posts messages.</param>
/// <param name="Editor">Edits and deletes them.</param>
/// <param name="Marks">Reactions and pins.</param>
/// <param name="History">Pages of what was said.</param>
/// <param name="Mentions">What mentions somebody.</param>
/// <param name="Bookmarks">What somebody wants to find again.</param>
/// <param name="Markers">Who has read how far.</param>
/// <param name="Threads">Who follows which thread.</param>
/// <param name="ThreadList">The lists of those.</param>
/// <param name="Search">Finds messages.</param>
/// <param name="Typing">Tells who is writing.</param>
/// <param name="Presence">Who is here.</param>
/// <param name="PresenceChoices">How people want to be seen.</param>
/// <param name="Crowds">Who is in a room.</param>
/// <param name="Users">Who is who.</param>
/// <param name="Desk">What moderators see and do.</param>
/// <param name="Invitations">Links by which people come.</param>
/// <param name="TopicAccess">Which topics there are, and for whom.</param>
/// <param name="TopicStreams">What is kept of them.</param>
/// <param name="Topics">Publishes to them.</param>
/// <param name="CatchUp">What a client has missed.</param>
/// <param name="Tokens">Reads access tokens.</param>
/// <param name="Uses">Notes the use of sessions.</param>
/// <param name="SubscriptionTokens">Makes and reads tokens for channels.</param>
/// <param name="Options">Limits.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Faults of sessions.</param>
/// <param name="Metrics">What is measured.</param>
/// <param name="Wheel">Deadlines of all sockets.</param>
/// <param name="Pace">How fast an account may send commands.</param>
/// <param name="Sanctions">Imposes sanctions and takes them back.</param>
/// <param name="SanctionLists">Shows them.</param>
/// <param name="Guard">Who is banned.</param>
/// <param name="Brake">Stops raids.</param>
/// <param name="Reports">Takes reports in.</param>
/// <param name="ReportLists">Shows the queue of them.</param>
/// <param name="ReportDesk">Decides about them.</param>
/// <param name="Sweeps">Hides what somebody said, and brings it back.</param>
/// <param name="SweepLists">Shows what was hidden.</param>
/// <param name="RoomDesk">Rooms, for moderators.</param>
/// <param name="TokenDesk">Tokens, for administrators.</param>
/// <param name="KeyDesk">Keys of the server API, for administrators.</param>
/// <param name="ConnectionDesk">All live connections of a person at once.</param>
/// <param name="WhyDesk">Why something did not reach somebody.</param>
/// <param name="Overview">The figures of the last minutes.</param>
/// <param name="Rules">Rules that messages are judged by.</param>
/// <param name="RuleTrial">Tries them.</param>
/// <param name="HeldDesk">Messages that wait for a moderator.</param>
/// <param name="HeldMessages">Lets authors take theirs back.</param>
/// <param name="Policies">Which rooms are checked by programs.</param>
/// <param name="PolicyChecks">Takes their answers.</param>
public sealed record SocketServices(
    RoomBroker Broker, RoomDirectory Rooms, RoomWriter RoomWriter, RoomSettings RoomSettings, RoomRoles Roles, DirectRooms Direct, Blocks Blocks, RoomPreferences Preferences, MessageWriter Writer, MessageEditor Editor, MessageMarks Marks, MessageHistory History, MentionList Mentions, Bookmarks Bookmarks, ReadMarkers Markers, Threads Threads, ThreadList ThreadList,
    MessageSearch Search, TypingNotices Typing, PresenceBoard Presence, PresenceChoices PresenceChoices, RoomCrowds Crowds, UserDirectory Users, ModerationDesk Desk, Invitations Invitations, TopicAccess TopicAccess, TopicStreams TopicStreams, TopicPublisher Topics, RoomCatchUp CatchUp, AccessTokens Tokens, SessionUses Uses, SubscriptionTokens SubscriptionTokens, PushOptions Options, TimeProvider Time, ILogger<SocketSession> Logger, PushMetrics Metrics, TimingWheel Wheel, CommandPace Pace, Sanctions Sanctions, SanctionLists SanctionLists, SanctionGuard Guard, RaidBrake Brake,
    Reports Reports, ReportLists ReportLists, ReportDesk ReportDesk, Sweeps Sweeps, SweepLists SweepLists,
    RoomDesk RoomDesk, TokenDesk TokenDesk, KeyDesk KeyDesk, ConnectionDesk ConnectionDesk, WhyDesk WhyDesk, OverviewBoard Overview,
    RuleDesk Rules, RuleTrial RuleTrial, HeldDesk HeldDesk, HeldMessages HeldMessages, PolicyDesk Policies, PolicyChecks PolicyChecks)
{
    /// <summary>The product's version, as told to clients.</summary>
    public string Version { get; } = typeof(SocketServices).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Names this process to clients.</summary>
    public string Node { get; } = Guid.NewGuid().ToString("N")[..8];
}

/// <summary>The address where programs connect: <c>/connection/websocket</c>, and <c>/ws</c> for short.</summary>
/// <param name="services">What sessions need.</param>
/// <param name="proofs">What a request proves by itself.</param>
/// <param name="tickets">What stands in an address.</param>
/// <param name="gate">How many there may be.</param>
/// <param name="arrivals">How many are opened at the same time.</param>
/// <param name="stopping">The end of the server.</param>
public sealed class SocketEndpoint(SocketServices services, RequestProof proofs, SocketTickets tickets, ConnectionGate gate, ArrivalTurns arrivals, IHostApplicationLifetime stopping)
{
    private static readonly string[] Addresses = ["/connection/websocket", "/ws"];
    private readonly SocketServices _services = services;
    private int _unauthenticated;

    /// <summary>Whether sockets are served there.</summary>
    internal static bool IsAddress(PathString path) => Addresses.Contains(path.Value?.TrimEnd('/'), StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds the addresses.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        foreach (var address in Addresses)
        {
            // CONNECT is how a browser opens a socket inside an HTTP/2 connection, as it does behind TLS.
            routes.MapMethods(address, ["GET", "CONNECT"], static (HttpContext context, SocketEndpoint endpoint) => endpoint.AcceptAsync(context))
                .DisableAntiforgery();
        }
    }

    private async Task AcceptAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            context.Response.Headers.Upgrade = "websocket";
            await context.Response.WriteAsync("This address speaks WebSocket; see docs/PROTOCOL.md.", context.RequestAborted);
            return;
        }

        if (SocketAddress.Read(context.Request.Query, out var problem) is not { } address)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync(problem, context.RequestAborted);
            return;
        }

        if (gate.TryEnter(context) is not { } place) return;
        var unknown = new Unknown(this, place);
        try
        {
            if (unknown.IsOneTooMany) ConnectionGate.Refuse(context, StatusCodes.Status503ServiceUnavailable);
            else await UpgradeAsync(context, address, unknown);
        }
        finally
        {
            if (!unknown.IsServed) unknown.Dispose();
        }
    }

    private async Task UpgradeAsync(HttpContext context, SocketAddress address, Unknown unknown)
    {
        Credential proof;
        WebSocket accepted;
        using (var turn = await arrivals.TakeAsync(context.RequestAborted))
        {
            if (turn is null) return;
            proof = address.Ticket is { } ticket ? tickets.Redeem(ticket) : (await proofs.OfAsync(context))();
            // The server pings with protocol frames of its own, which every client library understands.
            accepted = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        }

        var upgrade = context.Features.Get<SocketUpgrade>()!;
        var socket = upgrade.Adopt(accepted);
        var session = new SocketSession(socket, upgrade.Stream!, AccountServices.Address(context), proof, address.Connect, _services);
        unknown.IsServed = true;
        await upgrade.RunAsync(() => RunAsync(session, socket, unknown));
    }

    private async Task RunAsync(SocketSession session, WebSocket socket, Unknown unknown)
    {
        using (unknown)
        using (socket)
        await using (session)
        {
            await session.RunAsync(unknown.Known, stopping.ApplicationStopping);
        }
    }

    /// <summary>Serves a bare TCP connection: the same commands, one per line.</summary>
    internal async Task ServeLinesAsync(ConnectionContext connection)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (gate.TryEnter(address, out _) is not { } place) return;
        using var unknown = new Unknown(this, place);
        if (unknown.IsOneTooMany) return;
        var socket = new LineSocket(connection);
        await RunAsync(new SocketSession(socket, socket, address?.ToString() ?? "unknown", proof: default, first: null, _services), socket, unknown);
    }

    /// <summary>The place of one socket, which counts among those that have not said who they are until it has.</summary>
    private sealed class Unknown : IDisposable
    {
        private readonly SocketEndpoint _endpoint;
        private readonly IDisposable _place;
        private int _counted = 1;

        public Unknown(SocketEndpoint endpoint, IDisposable place)
        {
            _endpoint = endpoint;
            _place = place;
            IsOneTooMany = Interlocked.Increment(ref endpoint._unauthenticated) > endpoint._services.Options.UnauthenticatedSockets;
            if (IsOneTooMany) endpoint._services.Metrics.LimitMet(nameof(PushOptions.UnauthenticatedSockets));
        }

        public bool IsOneTooMany { get; }

        /// <summary>Set where a session has it, and disposes it.</summary>
        public bool IsServed { get; set; }

        public void Known() => Interlocked.Add(ref _endpoint._unauthenticated, -Interlocked.Exchange(ref _counted, 0));

        public void Dispose()
        {
            Known();
            _place.Dispose();
        }
    }
}
