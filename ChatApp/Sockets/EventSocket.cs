using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using ChatApp.Push;

namespace ChatApp.Sockets;

/// <summary>
/// A response of server-sent events as a transport of sessions: each frame is an event, and nothing comes in but the answers to
/// pings, which the transport gives itself for every ping that the network has taken.
/// </summary>
internal sealed class EventSocket : TextSocket
{
    private readonly HttpContext _context;
    private readonly EventPositions _positions;
    private readonly Channel<bool> _pongs = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenRegistration _whenGone;
    private bool _isPinging;
    private bool _isToEnd;

    /// <param name="context">The request; its response has headers and no body yet.</param>
    /// <param name="positions">What the client has of each channel.</param>
    public EventSocket(HttpContext context, EventPositions positions)
    {
        _context = context;
        _positions = positions;
        _whenGone = context.RequestAborted.UnsafeRegister(static pongs => ((Channel<bool>)pongs!).Writer.TryComplete(), _pongs);
    }

    public override async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!await _pongs.Reader.WaitToReadAsync(cancellationToken)) return HasEnded();
        if (buffer.IsEmpty) return new ValueWebSocketReceiveResult(0, WebSocketMessageType.Text, endOfMessage: false);
        _pongs.Reader.TryRead(out _);
        "{}"u8.CopyTo(buffer.Span);
        return new ValueWebSocketReceiveResult(2, WebSocketMessageType.Text, endOfMessage: true);
    }

    public override void Dispose()
    {
        base.Dispose();
        _whenGone.Dispose();
    }

    protected override void Form(ReadOnlyMemory<byte> text, IBufferWriter<byte> into)
    {
        if (text.Length == 2)
        {
            // A ping: a comment, which keeps the connection open on its way and which no client shows.
            _isPinging = true;
            into.Write(":\n\n"u8);
            return;
        }

        using var frame = JsonDocument.Parse(text);
        var push = frame.RootElement.TryGetProperty("push", out var member) ? member : default;
        if (push.ValueKind == JsonValueKind.Object && push.TryGetProperty("disconnect", out var last))
        {
            if (last.TryGetProperty("retry_ms", out var wait)) into.Write(Encoding.ASCII.GetBytes($"retry: {wait.GetRawText()}\n"));
            into.Write("event: disconnect\ndata: "u8);
            into.Write(Encoding.UTF8.GetBytes(last.GetRawText()));
            into.Write("\n\n"u8);
            return;
        }

        if (_positions.Follow(push, out var isLost)) into.Write(Encoding.ASCII.GetBytes($"id: {_positions}\n"));
        // Nobody can subscribe again here: the client comes back, and goes on from where it is.
        _isToEnd |= isLost;
        into.Write("data: "u8);
        into.Write(text.Span);
        into.Write("\n\n"u8);
    }

    protected override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await _context.Response.Body.WriteAsync(bytes, cancellation);
        await _context.Response.Body.FlushAsync(cancellation);
    }

    protected override void HasSent()
    {
        if (_isPinging) _pongs.Writer.TryWrite(true);
        _isPinging = false;
        if (_isToEnd) Connection?.End(EndReason.StateLost);
    }

    protected override Task EndOutputAsync(CancellationToken cancellation)
    {
        _pongs.Writer.TryComplete();
        return Task.CompletedTask;
    }

    protected override void Cut()
    {
        _pongs.Writer.TryComplete();
        _context.Abort();
    }
}
