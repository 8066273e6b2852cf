using System.Buffers;
using System.Net.WebSockets;
using ChatApp.Push;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>
/// The writing side of one socket: empties the outbox, pings, watches that the client lives, and says goodbye. Where events go to the network directly the outbox holds only what the network did not take.
/// </summary>
/// <param name="socket">The socket, for the last words.</param>
/// <param name="wire">The stream under it.</param>
/// <param name="connection">Whose outbox is emptied.</param>
/// <param name="options">Limits.</param>
/// <param name="time">The clock.</param>
/// <param name="metrics">What is measured.</param>
/// <param name="stopReading">Cancelled when everything has been said, so that the read loop ends too.</param>
internal sealed class SocketWriter(
    WebSocket socket, FrameStream wire, Connection connection, PushOptions options, TimeProvider time, PushMetrics metrics, CancellationTokenSource stopReading)
{
    private const int WriteBytes = 64 * 1024;
    private ArrayBufferWriter<byte> _buffer = new();

    /// <summary>Completes when the socket is closed.</summary>
    public Task Finished { get; private set; } = Task.CompletedTask;

    /// <summary>Starts the write loop and the watch.</summary>
    /// <param name="token">How long the client's token holds; watched as long as this writes.</param>
    /// <param name="lastReceived">Time stamp of the last frame from the client.</param>
    public void Start(TokenLife token, Func<long> lastReceived)
    {
        wire.KeepOrderIn(connection);
        Finished = RunAsync(token, lastReceived);
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

    private async Task RunAsync(TokenLife token, Func<long> lastReceived)
    {
        using var over = new CancellationTokenSource();
        // Apart from the pings: while one is waited for, the token's end must not pass unseen.
        await Task.WhenAll(WriteAsync(over), PingAsync(lastReceived, over.Token), token.WatchAsync(over.Token));
    }

    // Write loop: while it does not wait for the outbox nobody else writes to the network.
    private async Task WriteAsync(CancellationTokenSource over)
    {
        await Task.Yield();
        try
        {
            while (await connection.Outbox.WaitAsync())
            {
                metrics.Waited(connection.Outbox.Bytes);
                var frames = connection.Outbox.TakeFrames(_buffer, WriteBytes);
                if (!frames.IsEmpty) await WithPatienceAsync(wire.SendAsync(frames));
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
            await over.CancelAsync();
        }
    }

    private ValueTask WithPatienceAsync(ValueTask sending) => sending.IsCompletedSuccessfully ? sending : WaitForProgressAsync(sending);

    private async ValueTask WaitForProgressAsync(ValueTask sending)
    {
        var patience = TimeSpan.FromSeconds(options.PongSeconds);
        await using var timer = time.CreateTimer(static writer => ((SocketWriter)writer!).GiveUp(), this, patience, Timeout.InfiniteTimeSpan);
        await sending;
    }

    private void GiveUp()
    {
        connection.End(EndReason.Slow);
        socket.Abort();
        wire.Abort();
    }

    private async Task PingAsync(Func<long> lastReceived, CancellationToken over)
    {
        var ping = new Envelope(new ReadyFrame(FrameEncoder.Ping), Encoder);
        var answer = TimeSpan.FromSeconds(options.PongSeconds);
        // A random phase: ten thousand clients that came back together must not be pinged together for ever.
        var wait = TimeSpan.FromSeconds(options.PingSeconds * (0.5 + (Random.Shared.NextDouble() / 2)));
        while (await PassesAsync(wait, over))
        {
            var pinged = time.GetTimestamp();
            connection.Send(ping);
            if (!await PassesAsync(answer, over)) return;
            if (lastReceived() < pinged)
            {
                connection.End(EndReason.NoPong);
                return;
            }

            wait = TimeSpan.FromSeconds(Math.Max(0, options.PingSeconds - options.PongSeconds));
        }
    }

    private async Task<bool> PassesAsync(TimeSpan wait, CancellationToken over)
    {
        try
        {
            await Task.Delay(wait, time, over);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static readonly FrameEncoder Encoder = new();
}
