using System.Buffers.Text;
using System.Net.WebSockets;
using System.Text;

namespace ChatApp.Bench.Resume;

/// <summary>A program on a socket that reads whole WebSocket messages and asks for things.</summary>
internal sealed class ResumeClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private byte[] _buffer = new byte[1 << 20];

    private ResumeClient()
    {
    }

    /// <summary>Connects and signs in.</summary>
    /// <param name="port">Of the server, on 127.0.0.1.</param>
    /// <param name="path">Of the endpoint.</param>
    /// <param name="hello">The first commands.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<ResumeClient> ConnectAsync(int port, string path, byte[] hello, CancellationToken cancellation)
    {
        var client = new ResumeClient();
        try
        {
            await client._socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}{path}"), cancellation);
            await client.SendAsync(hello, cancellation);
            var reply = Encoding.UTF8.GetString((await client.ReadAsync(cancellation)).Span);
            return reply.Contains("\"connect\":", StringComparison.Ordinal) ? client : throw new BenchException($"the server refused: {reply}");
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Sends commands.</summary>
    public Task SendAsync(byte[] commands, CancellationToken cancellation) => _socket.SendAsync(commands, WebSocketMessageType.Text, endOfMessage: true, cancellation);

    /// <summary>The next WebSocket message, pings answered; valid until the next call.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var length = 0;
            while (true)
            {
                var received = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancellation);
                if (received.MessageType == WebSocketMessageType.Close) throw new BenchException($"the server closed the socket: {_socket.CloseStatusDescription}");
                length += received.Count;
                if (received.EndOfMessage) break;
                if (length == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            var message = _buffer.AsMemory(0, length);
            if (!message.Span.SequenceEqual("{}"u8)) return message;
            await SendAsync("{}"u8.ToArray(), cancellation);
        }
    }

    /// <summary>
    /// Subscribes to a room from its beginning and reads until a message with a certain text has come, each offset once
    /// and in order.
    /// </summary>
    /// <param name="room">The room.</param>
    /// <param name="text">What stands in the last message, which is posted while this one resumes.</param>
    /// <param name="begun">Called when the server has answered.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The last offset, and the bytes that came.</returns>
    public async Task<(long Last, long Bytes)> ResumeAsync(string room, string text, Action begun, CancellationToken cancellation)
    {
        await SendAsync(Encoding.UTF8.GetBytes($$$"""{"id":2,"subscribe":{"channel":"room:{{{room}}}","recover":true,"offset":0}}"""), cancellation);
        var end = Encoding.UTF8.GetBytes(text);
        long bytes = 0;
        long last = 0;
        while (true)
        {
            var message = await ReadAsync(cancellation);
            if (bytes == 0) begun();
            bytes += message.Length;
            last = Follow(message.Span, last);
            if (message.Span.IndexOf(end) >= 0) return (last, bytes);
        }
    }

    public void Dispose() => _socket.Dispose();

    private static long Follow(ReadOnlySpan<byte> message, long last)
    {
        var isReply = message.StartsWith("{\"id\":"u8);
        while (true)
        {
            var name = "\"offset\":"u8;
            var at = message.IndexOf(name);
            if (at < 0) return last;
            message = message[(at + name.Length)..];
            if (!Utf8Parser.TryParse(message, out long offset, out _)) throw new BenchException("an offset is no number");
            if (isReply)
            {
                // The reply says first where the room is.
                isReply = false;
                continue;
            }

            if (offset != last + 1) throw new BenchException($"after offset {last} came {offset}");
            last = offset;
        }
    }
}
