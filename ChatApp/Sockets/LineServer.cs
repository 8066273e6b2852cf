using System.Net;
using ChatApp.Push;
using ChatApp.Settings;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace ChatApp.Sockets;

/// <summary>
/// The optional TCP port: the same JSON commands as on the WebSocket endpoint, one per line. It has a Kestrel of its own, because
/// the web server's would forget the setting <c>Urls</c> for an address that is added in code.
/// </summary>
/// <param name="endpoint">Serves the connections.</param>
/// <param name="options">Whether and where.</param>
/// <param name="transports">How connections come in.</param>
/// <param name="services">For Kestrel.</param>
/// <param name="logging">For Kestrel.</param>
public sealed class LineServer(
    SocketEndpoint endpoint, PushOptions options, IConnectionListenerFactory transports, IServiceProvider services, ILoggerFactory logging) : IHostedService, IDisposable
{
    private KestrelServer? _server;

    /// <summary>Where it listens; null where it does not.</summary>
    public IPEndPoint? Address { get; private set; }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.TcpPort == 0) return;
        if (!IPAddress.TryParse(options.TcpAddress, out var address)) throw new StartException($"setting Push:TcpAddress has the value '{options.TcpAddress}', but must be an IP address");
        Address = new IPEndPoint(address, options.TcpPort);
        var kestrel = new KestrelServerOptions { ApplicationServices = services };
        kestrel.Listen(Address, listen => listen.Run(endpoint.ServeLinesAsync));
        _server = new KestrelServer(Options.Create(kestrel), transports, logging);
        try
        {
            await _server.StartAsync(new NoHttp(), cancellationToken);
        }
        catch (IOException problem)
        {
            throw new StartException($"cannot listen on {Address} (settings Push:TcpAddress and Push:TcpPort): {problem.Message}");
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _server?.Dispose();

    // Kestrel wants one; no request ever gets here, because the port speaks no HTTP.
    private sealed class NoHttp : IHttpApplication<IFeatureCollection>
    {
        public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

        public Task ProcessRequestAsync(IFeatureCollection context) => Task.CompletedTask;

        public void DisposeContext(IFeatureCollection context, Exception? exception)
        {
        }
    }
}
