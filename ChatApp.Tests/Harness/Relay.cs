using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ChatApp.Tests.Harness;

/// <summary>
/// A stretch of network between a browser and a server that a test can break: it passes bytes on until it is told to hold
/// them back or to cut every connection. The address stays while the server behind it may become another one.
/// </summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, byte> _open = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private volatile bool _isCut;
    private volatile bool _holdsRequests;
    private volatile bool _holdsAnswers;

    /// <summary>A relay to that server.</summary>
    public Relay(string server)
    {
        Target = server;
        _listener.Start();
        Address = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _accepting = AcceptAsync();
    }

    /// <summary>Where browsers go, without a slash at the end.</summary>
    public string Address { get; }

    /// <summary>The server behind it, for connections that come from now on.</summary>
    public string Target { get; set; }

    /// <summary>Ends every connection and refuses new ones until <see cref="Mend"/>.</summary>
    public void Cut()
    {
        _isCut = true;
        foreach (var (client, _) in _open) client.Close();
    }

    /// <summary>Lets everything through again. What was held back before a cut is lost.</summary>
    public void Mend() => _isCut = _holdsRequests = _holdsAnswers = false;

    /// <summary>Keeps back what comes from the browser, and with <paramref name="answersOnly"/> only what comes from the server, until the next cut.</summary>
    public void Hold(bool answersOnly)
    {
        _holdsRequests = !answersOnly;
        _holdsAnswers = true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = PassAsync(client);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over. Where a connection came at that moment, the listener has stopped before it is asked for the next one.
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            _open.TryAdd(client, 0);
            _open.TryAdd(server, 0);
            try
            {
                if (_isCut) return;
                var target = new Uri(Target);
                await server.ConnectAsync(target.Host, target.Port);
                await Task.WhenAny(
                    PumpAsync(client.GetStream(), server.GetStream(), () => _holdsRequests),
                    PumpAsync(server.GetStream(), client.GetStream(), () => _holdsAnswers));
            }
            catch (Exception end) when (end is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // Cut, or one side has gone.
            }
            finally
            {
                _open.TryRemove(client, out _);
                _open.TryRemove(server, out _);
            }
        }
    }

    private static async Task PumpAsync(NetworkStream from, NetworkStream to, Func<bool> isHeld)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReadAsync(buffer) is var count and > 0)
            {
                // What is held back goes nowhere: only a cut ends it.
                if (!isHeld()) await to.WriteAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception end) when (end is IOException or ObjectDisposedException)
        {
            // Cut, or one side has gone.
        }
    }
}
