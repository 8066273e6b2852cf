using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ChatApp.Tests.Wire;

namespace ChatApp.Tests.Client;

/// <summary>
/// A network that a test can cut at any byte, take down, and lead to another server. All frames that it carried are held to
/// docs/asyncapi.yaml at its end.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Relay, bool> _relays = new();
    private readonly ConcurrentQueue<FrameLedger> _ledgers = new();
    private readonly Task _accepting;
    private volatile int _target;
    private volatile bool _isDown;

    public CuttingProxy(string address)
    {
        PointAt(address);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where a client connects.</summary>
    public Uri Endpoint => new($"ws://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/connection/websocket");

    /// <summary>Down: what is open is cut, and whoever comes is sent away.</summary>
    public bool IsDown
    {
        get => _isDown;
        set
        {
            _isDown = value;
            if (value) Cut();
        }
    }

    /// <summary>New connections go to the server at this address.</summary>
    public void PointAt(string address) => _target = new Uri(address).Port;

    /// <summary>Cuts every connection, now or after so many more bytes from the server: in the middle of a frame.</summary>
    public void Cut(int afterBytes = 0)
    {
        foreach (var relay in _relays.Keys) relay.Cut(afterBytes);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        Cut();
        foreach (var ledger in _ledgers) await ledger.VerifyAsync();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                if (_isDown) client.Close(0);
                else _ = new Relay(client, _target, _relays, NewLedger()).RunAsync();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private FrameLedger NewLedger()
    {
        var ledger = new FrameLedger();
        _ledgers.Enqueue(ledger);
        return ledger;
    }

    private sealed class Relay(Socket client, int port, ConcurrentDictionary<Relay, bool> relays, FrameLedger ledger) : IDisposable
    {
        private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private long _left = long.MaxValue;

        public void Cut(int afterBytes)
        {
            if (afterBytes == 0) Dispose();
            else Interlocked.CompareExchange(ref _left, afterBytes, long.MaxValue);
        }

        public async Task RunAsync()
        {
            client.NoDelay = true;
            relays.TryAdd(this, true);
            try
            {
                await _server.ConnectAsync(IPAddress.Loopback, port);
                await Task.WhenAny(PumpAsync(client, _server, new FrameTap(ledger.Sent), isDown: false), PumpAsync(_server, client, new FrameTap(ledger.Received), isDown: true));
            }
            catch (SocketException)
            {
                // There is no server.
            }
            finally
            {
                Dispose();
                relays.TryRemove(this, out _);
            }
        }

        private async Task PumpAsync(Socket from, Socket to, FrameTap tap, bool isDown)
        {
            var buffer = new byte[16 * 1024];
            try
            {
                while (await from.ReceiveAsync(buffer) is > 0 and var count)
                {
                    // Noted before it is passed on: a reply must not be seen before its command.
                    tap.Take(buffer.AsSpan(0, count));
                    var left = Volatile.Read(ref _left);
                    var pass = isDown && left < long.MaxValue ? (int)Math.Min(count, left) : count;
                    for (var sent = 0; sent < pass;) sent += await to.SendAsync(buffer.AsMemory(sent, pass - sent));
                    if (isDown && left < long.MaxValue && Interlocked.Add(ref _left, -pass) <= 0) return;
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Cut, by a side or by the test.
            }
        }

        public void Dispose()
        {
            client.Close(0);
            _server.Close(0);
        }
    }
}
