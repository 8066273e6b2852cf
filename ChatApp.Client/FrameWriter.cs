using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;

namespace ChatApp.Client;

/// <summary>The write side of a socket: a bounded queue of commands, and the one loop that sends them.</summary>
internal sealed class FrameWriter(WebSocket socket)
{
    /// <summary>The server's limit for a frame. One above it would cost the connection, and so would its retry.</summary>
    public const int MaxFrame = 64 * 1024;

    /// <summary>Commands that may wait for the socket; who has more to send waits.</summary>
    private const int MaxWaiting = 64;

    private readonly Channel<byte[]> _waiting = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    /// <summary>Waits for room in the queue. After <see cref="Complete"/> nothing is queued, without complaint.</summary>
    public async ValueTask EnqueueAsync(byte[] frame, CancellationToken cancel)
    {
        try
        {
            await _waiting.Writer.WriteAsync(frame, cancel);
        }
        catch (ChannelClosedException)
        {
            // The link is ending; whoever waits for a reply hears of that.
        }
    }

    /// <summary>Does not wait: where there is no room, nothing is queued.</summary>
    public void TryEnqueue(byte[] frame) => _waiting.Writer.TryWrite(frame);

    /// <summary>What is queued is still sent, and then a close frame.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    /// <summary>The only writer of the socket. Everything that is ready goes out as one frame. Throws as the socket does.</summary>
    public async Task RunAsync(CancellationToken cut)
    {
        var batch = new ArrayBufferWriter<byte>(1024);
        while (await _waiting.Reader.WaitToReadAsync(cut))
        {
            while (_waiting.Reader.TryRead(out var frame))
            {
                if (batch.WrittenCount > 0 && batch.WrittenCount + 1 + frame.Length > MaxFrame)
                    await FlushAsync(batch, cut);
                if (batch.WrittenCount > 0)
                    batch.Write("\n"u8);
                batch.Write(frame);
            }
            await FlushAsync(batch, cut);
        }
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cut);
    }

    private async ValueTask FlushAsync(ArrayBufferWriter<byte> batch, CancellationToken cut)
    {
        await socket.SendAsync(batch.WrittenMemory, WebSocketMessageType.Text, endOfMessage: true, cut);
        batch.ResetWrittenCount();
    }
}
