using System.Text;
using ChatApp.Accounts;
using ChatApp.Api;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>
/// <c>GET /connection/sse</c>: what a socket that subscribes by its address hears, as server-sent events, for clients that cannot
/// open a WebSocket. The session, its limits and its ends are those of a socket.
/// </summary>
/// <param name="services">What sessions need.</param>
/// <param name="proofs">What a request proves by itself.</param>
/// <param name="tickets">What stands in an address.</param>
/// <param name="gate">Limits of connections.</param>
/// <param name="stopping">The end of the server.</param>
public sealed class EventEndpoint(SocketServices services, RequestProof proofs, SocketTickets tickets, ConnectionGate gate, IHostApplicationLifetime stopping)
{
    /// <summary>Most channels of one stream: their positions stand in each event, and in a header when the client comes back.</summary>
    public const int MaxChannels = 64;

    private const int MaxIdLength = 8192;

    // Before the first word of the server: later ends say it themselves.
    private static readonly byte[] Retry = Encoding.ASCII.GetBytes("retry: 1000\n\n");

    /// <summary>Adds the address.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        routes.MapGet("/connection/sse", static (HttpContext context, EventEndpoint endpoint) => endpoint.ServeAsync(context));
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (SocketAddress.Read(context.Request.Query, out var problem) is not { } address)
        {
            await RefuseAsync(context, problem);
            return;
        }

        var subs = address.Connect?.Subs ?? [];
        IReadOnlyList<string> channels = [.. subs.Select(sub => sub.Channel)];
        if (channels.Count > MaxChannels)
        {
            await RefuseAsync(context, $"at most {MaxChannels} channels");
            return;
        }

        using var place = gate.TryEnter(context);
        if (place is null) return;

        var positions = new EventPositions(channels);
        if (context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last)
        {
            if (last.Length > MaxIdLength || EventPositions.Read(last, channels) is not { } known)
            {
                // Beginning anew would be a hole that nobody is told of.
                await RefuseAsync(context, "Last-Event-ID is not of these channels");
                return;
            }

            positions = known;
            subs = known.Resume();
        }

        positions.Begin(subs);
        var proof = address.Ticket is { } ticket ? tickets.Redeem(ticket) : (await proofs.OfAsync(context))();
        if (proof.User is null)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        await StreamAsync(context, proof, new ClientCommand.Connect(Token: null, context.Request.Query["name"]) { Id = 0, Subs = [.. subs] }, positions);
    }

    private async Task StreamAsync(HttpContext context, Credential proof, ClientCommand.Connect connect, EventPositions positions)
    {
        var headers = context.Response.Headers;
        headers.ContentType = "text/event-stream";
        headers.CacheControl = "no-store";
        headers["X-Accel-Buffering"] = "no";
        if (context.Request.Headers.Origin is [{ } origin])
        {
            // It may connect, or it would not have come here; without these its page could not read what it gets.
            headers.AccessControlAllowOrigin = origin;
            headers.AccessControlAllowCredentials = "true";
            headers.Vary = "Origin";
        }

        await context.Response.Body.WriteAsync(Retry, context.RequestAborted);
        using var socket = new EventSocket(context, positions);
        await using var session = new SocketSession(socket, socket, AccountServices.Address(context), proof, connect, services);
        await session.RunAsync(static () => { }, stopping.ApplicationStopping);
    }

    private static Task RefuseAsync(HttpContext context, string problem)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return context.Response.WriteAsync(problem, context.RequestAborted);
    }
}
