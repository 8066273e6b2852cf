using System.Buffers;
using System.Net.WebSockets;
using ChatApp.Push;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>
/// The writing side of one socket: empties the outbox and says goodbye. Where events go to the network directly the outbox
/// holds only what the network did not take.
/// </summary>
/// <param name="socket">The socket, for the last words.</param>
/// <param name="wire">What lies under it.</param>
/// <param name="connection">Whose outbox is emptied.</param>
/// <param name="options">Limits.</param>
/// <param name="time">The clock.</param>
/// <param name="metrics">What is measured.</param>
/// <param name="stopReading">Cancelled when everything has been said, so that the read loop ends too.</param>
internal sealed class SocketWriter(
    WebSocket socket, ISocketWire wire, Connection connection, PushOptions options, TimeProvider time, PushMetrics metrics, CancellationTokenSource stopReading)
{
    private const int WriteBytes = 64 * 1024;
    private ArrayBufferWriter<byte> _buffer = new();
    private SocketWatch? _watch;

    /// <summary>Completes when the socket is closed.</summary>
    public Task Finished { get; private set; } = Task.CompletedTask;

    /// <summary>Starts the write loop and the watch.</summary>
    /// <param name="token">How long the client's token holds; watched as long as this writes.</param>
    /// <param name="wheel">Where all sockets have their deadlines.</param>
    /// <returns>The watch, which the reader tells what it hears.</returns>
    public SocketWatch Start(TokenLife token, TimingWheel wheel)
    {
        wire.KeepOrderIn(connection);
        _watch = new SocketWatch(connection, token, options, metrics, wheel, time, GiveUp);
        _watch.Start();
        Finished = WriteAsync(_watch);
        return _watch;
    }

    /// <summary>Sends the close frame and waits a moment for the client's.</summary>
    public static async Task CloseAsync(WebSocket socket, EndReason reason, TimeProvider time)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(5), time);
        if (reason == EndReason.Closed)
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", deadline.Token);
        else
            await socket.CloseOutputAsync((WebSocketCloseStatus)reason.Code, reason.Text, deadline.Token);
    }

    // Write loop: while it does not wait for the outbox nobody else writes to the network.
    private async Task WriteAsync(SocketWatch watch)
    {
        await Task.Yield();
        try
        {
            while (await connection.Outbox.WaitAsync())
            {
                metrics.Waited(connection.Outbox.Bytes);
                var frames = connection.Outbox.TakeFrames(_buffer, WriteBytes);
                while (!frames.IsEmpty)
                {
                    // A long frame goes in pieces: each is the progress that a slow network has to make.
                    var piece = frames[..Math.Min(frames.Length, WriteBytes)];
                    await WithPatienceAsync(wire.SendAsync(piece));
                    frames = frames[piece.Length..];
                }

                if (connection.Outbox.Count == 0) wire.HasWritten();
                // A socket that has caught up keeps no memory for the next time.
                if (_buffer.Capacity > 0 && connection.Outbox.Count == 0) _buffer = new ArrayBufferWriter<byte>();
            }

            wire.HasWritten();
            var reason = connection.EndReason ?? EndReason.Closed;
            if (reason != EndReason.Closed)
            {
                // Without a token: what is cancelled in the middle aborts the socket.
                await WithPatienceAsync(socket.SendAsync(FrameEncoder.Disconnect(reason).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None));
            }

            await CloseAsync(socket, reason, time);
        }
        catch (OperationCanceledException)
        {
            // Not cut by force: where the WebSocket layer has given up by itself its last word may still be on the way.
            connection.End(EndReason.Slow);
            socket.Abort();
        }
        catch (Exception fault) when (fault is WebSocketException or IOException or ObjectDisposedException)
        {
            connection.End(EndReason.WriteError);
            // Where the WebSocket layer has given up by itself (text that is not UTF-8), its close frame is still on the way.
            if (socket.State is not (WebSocketState.CloseSent or WebSocketState.Aborted)) socket.Abort();
        }
        finally
        {
            wire.Finish();
            // The client has a moment to answer the close frame; then the read loop ends by force.
            stopReading.CancelAfter(TimeSpan.FromSeconds(2));
            connection.Outbox.Abandon();
            watch.Stop();
        }
    }

    private ValueTask WithPatienceAsync(ValueTask sending) => sending.IsCompletedSuccessfully ? sending : WaitForProgressAsync(sending);

    private async ValueTask WaitForProgressAsync(ValueTask sending)
    {
        _watch!.WriteBegan();
        await sending;
        _watch.WriteEnded();
    }

    private void GiveUp()
    {
        connection.End(EndReason.Slow);
        socket.Abort();
        wire.Abort();
    }
}
