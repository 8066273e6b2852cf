using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using ChatApp.Push;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>The receiving side of one socket: whole frames come in, commands go out. One reader at a time.</summary>
/// <param name="socket">The socket; nobody else receives from it.</param>
/// <param name="maxBytes">Longest frame.</param>
internal sealed class FrameReader(WebSocket socket, int maxBytes)
{
    private const int FirstBuffer = 4096;

    /// <summary>Told where a frame has begun and its rest is not there; null as long as the whole conversation has a deadline.</summary>
    public SocketWatch? Watch { get; set; }

    /// <summary>Reads one whole frame; the reason to end where it is not what it should be.</summary>
    /// <param name="commands">Gets the frame's commands; those before a broken one too.</param>
    /// <param name="cancellation">Aborts the socket: nothing can be sent on it afterwards.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<EndReason?> ReadAsync(List<ClientCommand> commands, CancellationToken cancellation)
    {
        // A read without a buffer: an idle socket holds no memory for what may come one day.
        var first = await socket.ReceiveAsync(Memory<byte>.Empty, cancellation);
        if (ProblemOf(first) is { } refused) return refused;
        if (first.EndOfMessage) return null;
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var (length, isLate) = (0, false);
            while (true)
            {
                var receiving = socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
                if (!isLate && !receiving.IsCompleted)
                {
                    isLate = true;
                    Watch?.FrameBegan();
                }

                var received = await receiving;
                if (ProblemOf(received) is { } problem) return problem;
                length += received.Count;
                if (length > maxBytes) return EndReason.WrongProtocol with { Text = "frame too long" };
                if (received.EndOfMessage) break;
                if (length == buffer.Length) buffer = Grow(buffer);
            }

            return FrameDecoder.TryRead(buffer.AsMemory(0, length), commands) ? null : EndReason.BadRequest;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Drops what the client still sends until it answers our close frame: a connection that is closed with input unread
    /// is reset, and the client would lose the last word.
    /// </summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            while (socket.State == WebSocketState.CloseSent) await socket.ReceiveAsync(buffer.AsMemory(), cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static EndReason? ProblemOf(ValueWebSocketReceiveResult received) => received.MessageType switch
    {
        WebSocketMessageType.Close => EndReason.Closed,
        WebSocketMessageType.Binary => EndReason.WrongProtocol,
        _ => null,
    };

    private static byte[] Grow(byte[] full)
    {
        var larger = ArrayPool<byte>.Shared.Rent(full.Length * 2);
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }
}
