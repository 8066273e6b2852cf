using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Wire;

namespace ChatApp.Tests.Client;

/// <summary>A server without a mind: it takes WebSocket connections, and the test says every word for it.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<FakeSession> _sessions = [];

    public FakeServer() => _listener.Start();

    public Uri Endpoint => new($"ws://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/connection/websocket");

    /// <summary>The next connection, upgraded but silent.</summary>
    public async Task<FakeSession> AcceptAsync()
    {
        var tcp = await _listener.AcceptTcpClientAsync().Soon();
        var key = await ReadKeyAsync(tcp.GetStream()).Soon();
        var answer = $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {Accept(key)}\r\n\r\n";
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
        var session = new FakeSession(tcp);
        _sessions.Add(session);
        return session;
    }

    /// <summary>The next connection, after its connect command was answered.</summary>
    public async Task<FakeSession> WelcomeAsync(int ping = 25, bool pong = true)
    {
        var session = await AcceptAsync();
        await session.WelcomeAsync(ping, pong);
        return session;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        foreach (var session in _sessions)
            await session.DisposeAsync();
    }

    private static async Task<string> ReadKeyAsync(NetworkStream stream)
    {
        var request = new StringBuilder();
        var one = new byte[1];
        while (!request.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one);
            request.Append((char)one[0]);
        }
        const string header = "Sec-WebSocket-Key:";
        return request.ToString().Split("\r\n")
            .Single(line => line.StartsWith(header, StringComparison.OrdinalIgnoreCase))[header.Length..].Trim();
    }

    [SuppressMessage("Security", "CA5350", Justification = "RFC 6455 names SHA-1.")]
    private static string Accept(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
}

/// <summary>
/// One connection of the <see cref="FakeServer"/>. What the client sends is held to docs/asyncapi.yaml at its end; what the test
/// answers is the test's, and often wrong on purpose.
/// </summary>
internal sealed class FakeSession : IAsyncDisposable
{
    private readonly TcpClient _tcp;
    private readonly Socket _network;
    private readonly WebSocket _socket;
    private readonly Channel<string> _commands = Channel.CreateUnbounded<string>();
    private readonly FrameLedger _ledger = new();
    private readonly Task _reading;

    public FakeSession(TcpClient tcp)
    {
        _tcp = tcp;
        _network = tcp.Client;
        _socket = WebSocket.CreateFromStream(tcp.GetStream(), new WebSocketCreationOptions { IsServer = true });
        _reading = ReadAsync();
    }

    /// <summary>The code the client closed with, once it has.</summary>
    public WebSocketCloseStatus? ClosedWith { get; private set; }

    /// <summary>Bytes of the largest frame the client sent.</summary>
    public int LargestFrame { get; private set; }

    /// <summary>The next line from the client, as it came.</summary>
    public async Task<string> LineAsync()
    {
        using var deadline = new CancellationTokenSource(Eventually.DefaultDeadline);
        return await _commands.Reader.ReadAsync(deadline.Token);
    }

    /// <summary>The next command, which must be this one.</summary>
    public async Task<(int Id, JsonElement Body)> ExpectAsync(string method)
    {
        var line = await LineAsync();
        var command = JsonDocument.Parse(line).RootElement;
        Assert.True(command.TryGetProperty(method, out var body), $"expected {method}, got {line}");
        return (command.GetProperty("id").GetInt32(), body);
    }

    public async Task<JsonElement> WelcomeAsync(int ping = 25, bool pong = true)
    {
        var (id, connect) = await ExpectAsync("connect");
        await SendAsync($$$"""{"id":{{{id}}},"connect":{"client":"c1","version":"1","ping":{{{ping}}},"pong":{{{(pong ? "true" : "false")}}}}}""");
        return connect;
    }

    /// <summary>Answers the next command, which must be a subscribe to this channel from the beginning, with where its log stands.</summary>
    public async Task AllowAsync(string channel, long offset = 0)
    {
        var (id, subscribe) = await ExpectAsync("subscribe");
        Assert.Equal(channel, subscribe.GetProperty("channel").GetString());
        Assert.False(subscribe.TryGetProperty("recover", out _));
        await SendAsync($$$"""{"id":{{{id}}},"subscribe":{"recoverable":true,"positioned":true,"epoch":"xyz","offset":{{{offset}}}}}""");
    }

    /// <summary>The next command, which must be a subscribe from this place of the log <c>xyz</c>; returns its id.</summary>
    public async Task<int> ExpectRecoveryAsync(long offset)
    {
        var (id, subscribe) = await ExpectAsync("subscribe");
        Assert.True(subscribe.GetProperty("recover").GetBoolean());
        Assert.Equal(("xyz", offset), (subscribe.GetProperty("epoch").GetString(), subscribe.GetProperty("offset").GetInt64()));
        return id;
    }

    /// <summary>Answers a subscribe from a place with these publications.</summary>
    public Task RecoverAsync(int id, long head, params string[] publications) => SendAsync(
        $$$"""{"id":{{{id}}},"subscribe":{"recoverable":true,"positioned":true,"epoch":"xyz","offset":{{{head}}},"was_recovering":true,"recovered":true,"publications":[{{{string.Join(',', publications)}}}]}}""");

    public async Task RefuseAsync(int id, int code, bool temporary = false) =>
        await SendAsync($$$"""{"id":{{{id}}},"error":{"code":{{{code}}},"message":"no","temporary":{{{(temporary ? "true" : "false")}}}}}""");

    /// <summary>Sends one frame; several lines make several objects.</summary>
    public async Task SendAsync(string frame) =>
        await _socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, true, CancellationToken.None);

    public async Task CloseAsync(int code, string reason) =>
        await _socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, CancellationToken.None);

    /// <summary>The network is gone, without a word.</summary>
    public void Cut() => _network.Close(0);

    /// <summary>Until the client is gone.</summary>
    public Task EndedAsync() => _reading.Soon();

    public async ValueTask DisposeAsync()
    {
        Cut();
        await _reading;
        await _ledger.VerifyAsync();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1024 * 1024];
        try
        {
            while (true)
            {
                var got = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                var length = got.Count;
                while (!got.EndOfMessage)
                {
                    got = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                    length += got.Count;
                }
                if (got.MessageType is WebSocketMessageType.Close)
                {
                    ClosedWith = _socket.CloseStatus;
                    await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                    break;
                }
                LargestFrame = Math.Max(LargestFrame, length);
                foreach (var line in Encoding.UTF8.GetString(buffer, 0, length).Split('\n'))
                {
                    _ledger.Commanded(JsonDocument.Parse(line).RootElement);
                    _commands.Writer.TryWrite(line);
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The client, or the test, cut the connection.
        }
        _commands.Writer.TryComplete();
        _socket.Dispose();
        _tcp.Dispose();
    }
}
