using System.Net.Sockets;
using System.Net.WebSockets;
using ChatApp.Push;

namespace ChatApp.Sockets;

/// <summary>
/// What the WebSocket layer has in place of the web server's stream: it reads from there, but what it writes of its own
/// (pongs, close frames) takes its place among the events, so that no frame ever stands inside another.
/// </summary>
/// <param name="inner">The upgraded connection.</param>
/// <param name="socket">The connection's socket; null where it is not ours to write to.</param>
/// <param name="abort">Cuts the connection.</param>
/// <param name="gone">Cancelled when the client has closed the connection.</param>
public sealed class FrameStream(Stream inner, Socket? socket, Action abort, CancellationToken gone) : DuplexStream, ISocketWire
{
    private SocketTransport? _transport;
    private Connection? _connection;
    private bool _hasHeard;
    private readonly Lock _ending = new();
    private TaskCompletionSource? _lastWord;
    private bool _isWriting;
    private bool _isDisposed;

    /// <summary>The short way to the network; null where there is none. Asked once the client has said something.</summary>
    public DirectWrite? Direct => Transport.Direct;

    // Who has heard of the client knows that the web server's answer to the handshake is out: a byte of ours that
    // overtook it would break the connection. What must be said before goes the server's way, and so does all that follows.
    private SocketTransport Transport => _transport ??= _hasHeard && socket is not null ? new DirectTransport(socket) : new StreamTransport(inner);

    /// <summary>A WebSocket layer of the server's side on this stream, which sends no pings.</summary>
    internal WebSocket Open() => WebSocket.CreateFromStream(this, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = Timeout.InfiniteTimeSpan });

    /// <summary>From now on what the WebSocket layer writes goes through the connection's outbox, until that is at its end.</summary>
    public void KeepOrderIn(Connection connection)
    {
        _isWriting = true;
        _connection = connection;
    }

    /// <summary>All that waited has been written: whoever waits for the last word goes on.</summary>
    public void HasWritten() => Volatile.Read(ref _lastWord)?.TrySetResult();

    /// <summary>The outbox is empty for good, or given up.</summary>
    public void Finish()
    {
        bool isDisposed;
        HasWritten();
        lock (_ending)
        {
            _isWriting = false;
            isDisposed = _isDisposed;
        }

        if (isDisposed) inner.Dispose();
    }

    /// <summary>Writes whole frames; for the one loop that reads the outbox.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> frames) => Transport.WriteAsync(frames, CancellationToken.None);

    /// <summary>Waits until the client has closed the connection, which it does when it sees that nothing more comes.</summary>
    public async Task GoneAsync(CancellationToken cancellation)
    {
        // A client that has answered the last word waits for the server to close: each would wait for the other.
        _transport?.EndOutput();
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = gone.UnsafeRegister(static closed => ((TaskCompletionSource)closed!).TrySetResult(), closed);
        await closed.Task.WaitAsync(cancellation);
    }

    /// <summary>Cuts the connection; a write that is under way fails.</summary>
    public void Abort() => abort();

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _hasHeard ? inner.ReadAsync(buffer, cancellationToken) : HearAsync(buffer, cancellationToken);

    /// <summary>Writes one frame, which is how the WebSocket layer writes: each call is a whole one.</summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var isLast = IsClose(buffer.Span);
        // The WebSocket layer lets go of the connection after its last word, so it has to wait until that is out.
        var lastWord = isLast ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
        if (isLast) Volatile.Write(ref _lastWord, lastWord);
        if (_connection?.TrySendFrame(buffer.ToArray(), isLast) != true) return Transport.WriteAsync(buffer, cancellationToken);
        return lastWord is null || _connection.Outbox.Bytes == 0 ? ValueTask.CompletedTask : new ValueTask(lastWord.Task);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        lock (_ending)
        {
            // The WebSocket layer lets go as soon as it has said its last word, which may wait in the outbox.
            _isDisposed = true;
            if (_isWriting) return;
        }

        inner.Dispose();
    }

    private static bool IsClose(ReadOnlySpan<byte> frame) => (frame[0] & 0x0F) == 8;

    private async ValueTask<int> HearAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var count = await inner.ReadAsync(buffer, cancellation);
        if (count > 0) _hasHeard = true;
        return count;
    }
}
