using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ChatApp.Tests.Wire;

namespace ChatApp.Tests.Harness;

/// <summary>A frame as it stood on the line.</summary>
/// <param name="Opcode">1 text, 8 close, 10 pong.</param>
/// <param name="Payload">What it carries.</param>
public sealed record RawFrame(int Opcode, byte[] Payload)
{
    /// <summary>As text.</summary>
    public string Text => Encoding.UTF8.GetString(Payload);
}

/// <summary>
/// A program on the socket endpoint by bare TCP: it reads only when it is told to, in pieces as small as it likes, and takes
/// every byte for what RFC 6455 says it is. A frame inside another, a mask, an unknown opcode fail the test. At its end all text
/// frames are held to docs/asyncapi.yaml; what a test sends as bytes is no frame of the protocol, and is not.
/// </summary>
public sealed class RawSocket : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;
    private readonly int _piece;
    private readonly FrameLedger _ledger = new();

    private RawSocket(TcpClient client, int piece)
    {
        _client = client;
        _stream = client.GetStream();
        _piece = piece;
    }

    /// <summary>Off: what comes is made up by the test, and no frame of the protocol.</summary>
    public bool HearsTheProtocol { get; set; } = true;

    /// <summary>Opens a socket, signs in and listens to rooms.</summary>
    /// <param name="server">The server.</param>
    /// <param name="person">Who.</param>
    /// <param name="receiveBuffer">Bytes that the system keeps for it: the less, the sooner the server is blocked.</param>
    /// <param name="piece">Bytes read at once.</param>
    /// <param name="rooms">The rooms.</param>
    public static async Task<RawSocket> ConnectAsync(TestServer server, TestPerson person, int receiveBuffer, int piece, params RoomId[] rooms)
    {
        var client = new TcpClient { ReceiveBufferSize = receiveBuffer, NoDelay = true };
        var address = new Uri(server.Address);
        await client.ConnectAsync(address.Host, address.Port);
        var socket = new RawSocket(client, piece);
        await socket.ShakeHandsAsync(address);
        await socket.SendTextAsync(JsonSerializer.Serialize(new { id = 1, connect = new { token = await server.TokenOfAsync(person) } }));
        Assert.Contains("\"connect\"", (await socket.ReadAsync()).Text, StringComparison.Ordinal);
        foreach (var room in rooms)
        {
            await socket.SendTextAsync(JsonSerializer.Serialize(new { id = 2, subscribe = new { channel = $"room:{room}" } }));
            Assert.Contains("\"subscribe\"", (await socket.ReadAsync()).Text, StringComparison.Ordinal);
        }

        return socket;
    }

    /// <summary>Sends a text frame.</summary>
    public Task SendTextAsync(string text)
    {
        _ledger.Sent(text);
        return SendAsync(1, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Sends a frame, masked as a client must.</summary>
    public async Task SendAsync(int opcode, byte[] payload)
    {
        byte[] header = payload.Length < 126
            ? [(byte)(0x80 | opcode), (byte)(0x80 | payload.Length)]
            : [(byte)(0x80 | opcode), 0x80 | 126, (byte)(payload.Length >> 8), (byte)payload.Length];
        byte[] mask = [7, 77, 177, 211];
        using var deadline = new CancellationTokenSource(Deadline);
        await _stream.WriteAsync((byte[])[.. header, .. mask, .. payload.Select((one, place) => (byte)(one ^ mask[place % 4]))], deadline.Token);
    }

    /// <summary>Sends bytes as they are.</summary>
    public async Task SendBytesAsync(params byte[] bytes)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await _stream.WriteAsync(bytes, deadline.Token);
    }

    /// <summary>Reads the next frame.</summary>
    public async Task<RawFrame> ReadAsync() => await TryReadAsync() ?? throw new Xunit.Sdk.XunitException("the connection has ended");

    /// <summary>Reads the next frame; null where the connection has ended, which it may only between two frames.</summary>
    public async Task<RawFrame?> TryReadAsync()
    {
        if (await ReadAsync(1, mayEnd: true) is not [var first]) return null;
        Assert.True((first & 0xF0) == 0x80, $"a frame begins with {first:x2}");
        var opcode = first & 0x0F;
        Assert.Contains(opcode, (int[])[1, 8, 10]);
        long length = (await ReadAsync(1))[0];
        Assert.InRange(length, 0, 127);
        if (length == 126) length = BinaryPrimitives.ReadUInt16BigEndian(await ReadAsync(2));
        else if (length == 127) length = BinaryPrimitives.ReadInt64BigEndian(await ReadAsync(8));
        Assert.InRange(length, 0, 1 << 24);
        var frame = new RawFrame(opcode, await ReadAsync((int)length));
        if (opcode == 1 && HearsTheProtocol) _ledger.Received(JsonDocument.Parse(frame.Payload).RootElement);
        return frame;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _ledger.VerifyAsync();
    }

    private async Task ShakeHandsAsync(Uri address)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await _stream.WriteAsync(
            Encoding.ASCII.GetBytes($"GET /ws HTTP/1.1\r\nHost: {address.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
            deadline.Token);
        var answer = new StringBuilder();
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)) answer.Append((char)(await ReadAsync(1))[0]);
        Assert.StartsWith("HTTP/1.1 101", answer.ToString(), StringComparison.Ordinal);
    }

    private async Task<byte[]> ReadAsync(int count, bool mayEnd = false)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var more = await _stream.ReadAsync(bytes.AsMemory(read, Math.Min(_piece, count - read)), deadline.Token);
            if (more == 0 && mayEnd) return [];
            Assert.True(more > 0, "the connection ended inside a frame");
            read += more;
        }

        return bytes;
    }
}
