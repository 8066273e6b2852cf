using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ChatApp.Sockets;
using ChatApp.Tests.Wire;

namespace ChatApp.Tests.Harness;

/// <summary>
/// A program on the TCP port, or on a stream of server-sent events, that reads only when it is told to, in pieces as small as it
/// likes. At its end all frames are held to docs/asyncapi.yaml.
/// </summary>
internal sealed class RawLines : IAsyncDisposable
{
    private const string Data = "data: ";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly TcpClient _client;
    private readonly int _piece;
    private readonly bool _isEvents;
    private readonly FrameLedger _ledger = new();
    private byte[] _read = [];

    private RawLines(TcpClient client, int piece, bool isEvents)
    {
        _client = client;
        _piece = piece;
        _isEvents = isEvents;
    }

    /// <summary>A program on the TCP port that is signed in and listens to a room.</summary>
    public static async Task<RawLines> ConnectAsync(TestServer server, TestPerson person, int receiveBuffer, int piece, RoomId room)
    {
        var lines = new RawLines(await OpenAsync(server.Get<LineServer>().Address!, receiveBuffer), piece, isEvents: false);
        await lines.SendAsync(JsonSerializer.Serialize(new { id = 1, connect = new { token = await server.TokenOfAsync(person) } }) + "\n");
        Assert.True((await lines.NextAsync())!.Value.TryGetProperty("connect", out _));
        await lines.SendAsync(JsonSerializer.Serialize(new { id = 2, subscribe = new { channel = $"room:{room}" } }) + "\n");
        Assert.True((await lines.NextAsync())!.Value.TryGetProperty("subscribe", out _));
        return lines;
    }

    /// <summary>A stream of server-sent events that listens to a room.</summary>
    public static async Task<RawLines> ListenAsync(TestServer server, TestPerson person, int receiveBuffer, int piece, RoomId room)
    {
        var address = new Uri(server.Address);
        var lines = new RawLines(await OpenAsync(new IPEndPoint(IPAddress.Loopback, address.Port), receiveBuffer), piece, isEvents: true);
        // By HTTP/1.0 the body comes as it is, and not in chunks.
        await lines.SendAsync($"GET /connection/sse?channel=room:{room} HTTP/1.0\r\nHost: {address.Authority}\r\nAuthorization: Bearer {await server.TokenOfAsync(person)}\r\n\r\n");
        Assert.Contains(" 200 ", await lines.LineAsync(), StringComparison.Ordinal);
        while (await lines.LineAsync() is not "\r") continue;
        Assert.True((await lines.NextAsync())!.Value.GetProperty("push").GetProperty("connect").GetProperty("subs").TryGetProperty($"room:{room}", out _));
        return lines;
    }

    /// <summary>The next frame; null at the end of the connection.</summary>
    public async Task<JsonElement?> NextAsync()
    {
        var kind = "";
        while (await LineAsync() is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal)) kind = line["event: ".Length..];
            if (_isEvents && !line.StartsWith(Data, StringComparison.Ordinal)) continue;
            var value = JsonDocument.Parse(_isEvents ? line[Data.Length..] : line).RootElement;
            var frame = kind.Length == 0 ? value : JsonSerializer.SerializeToElement(new { push = new Dictionary<string, JsonElement> { [kind] = value } });
            _ledger.Received(frame);
            return frame;
        }

        return null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _ledger.VerifyAsync();
    }

    private static async Task<TcpClient> OpenAsync(IPEndPoint address, int receiveBuffer)
    {
        var client = new TcpClient { ReceiveBufferSize = receiveBuffer, NoDelay = true };
        await client.ConnectAsync(address);
        return client;
    }

    private async Task SendAsync(string text)
    {
        if (!_isEvents) _ledger.Sent(text);
        using var deadline = new CancellationTokenSource(Deadline);
        await _client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text), deadline.Token);
    }

    private async Task<string?> LineAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var looked = 0;
        while (true)
        {
            var end = Array.IndexOf(_read, (byte)'\n', looked);
            if (end >= 0)
            {
                var line = Encoding.UTF8.GetString(_read, 0, end);
                _read = _read[(end + 1)..];
                return line;
            }

            looked = _read.Length;
            var piece = new byte[_piece];
            var count = await _client.GetStream().ReadAsync(piece, deadline.Token);
            if (count == 0) return null;
            _read = [.. _read, .. piece.AsSpan(0, count)];
        }
    }
}
