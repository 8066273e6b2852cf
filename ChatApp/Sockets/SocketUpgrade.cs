using System.Net.WebSockets;
using ChatApp.Push;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace ChatApp.Sockets;

/// <summary>
/// Stands between the framework's handshake and the web server: the handshake stays the framework's, but the stream that it
/// gets is a <see cref="FrameStream"/>. A middleware before <c>UseWebSockets</c> puts it there.
/// </summary>
internal sealed class SocketUpgrade : IHttpUpgradeFeature, IHttpExtendedConnectFeature
{
    private readonly HttpContext _context;
    private readonly IHttpUpgradeFeature? _upgrade;
    private readonly IHttpExtendedConnectFeature? _connect;

    private SocketHandover? _handover;

    private SocketUpgrade(HttpContext context)
    {
        _context = context;
        _upgrade = context.Features.Get<IHttpUpgradeFeature>();
        _connect = context.Features.Get<IHttpExtendedConnectFeature>();
        if (_upgrade is not null) context.Features.Set<IHttpUpgradeFeature>(this);
        if (_connect is not null) context.Features.Set<IHttpExtendedConnectFeature>(this);
        context.Features.Set(this);
    }

    /// <summary>The stream of the accepted connection.</summary>
    public FrameStream? Stream { get; private set; }

    public bool IsUpgradableRequest => _upgrade?.IsUpgradableRequest == true;

    public bool IsExtendedConnect => _connect?.IsExtendedConnect == true;

    public string? Protocol => _connect?.Protocol;

    /// <summary>The middleware.</summary>
    public static Task PrepareAsync(HttpContext context, RequestDelegate next)
    {
        if (SocketEndpoint.IsAddress(context.Request.Path)) _ = new SocketUpgrade(context);
        return next(context);
    }

    public async Task<Stream> UpgradeAsync()
    {
        var options = _context.RequestServices.GetRequiredService<PushOptions>();
        // Under TLS the socket speaks another language.
        var isPlain = HttpProtocol.IsHttp11(_context.Request.Protocol) && _context.Features.Get<ITlsHandshakeFeature>() is null;
        var socket = options.DirectWrites && isPlain ? _context.Features.Get<IConnectionSocketFeature>()?.Socket : null;
        _handover = isPlain ? SocketHandover.Of(_context) : null;
        var stream = await _upgrade!.UpgradeAsync();
        return Stream = _handover is null
            ? new FrameStream(stream, socket, _context.Abort, _context.RequestAborted)
            : new FrameStream(_handover.Open(), socket, _handover.Abort, _handover.Gone);
    }

    /// <summary>
    /// The WebSocket layer on <see cref="Stream"/>. Where the request ends before its socket does it is not the one of the handshake: that
    /// one holds on to the request, to abort it.
    /// </summary>
    /// <param name="accepted">The one of the handshake, which has not read or written anything.</param>
    public WebSocket Adopt(WebSocket accepted) => _handover is null ? accepted : Stream!.Open();

    /// <summary>Runs a session on <see cref="Stream"/>: after the request where the connection can be taken over, else here and now.</summary>
    /// <param name="session">The whole session; it must not hold on to the request.</param>
    public Task RunAsync(Func<Task> session)
    {
        if (_handover is null) return session();
        _handover.Take(session);
        return Task.CompletedTask;
    }

    public async ValueTask<Stream> AcceptAsync() => Stream = new FrameStream(await _connect!.AcceptAsync(), socket: null, _context.Abort, _context.RequestAborted);
}
