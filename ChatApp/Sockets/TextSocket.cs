using System.Buffers;
using System.Net.WebSockets;
using ChatApp.Push;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>
/// A transport that is no WebSocket and looks like one to the session, so that there is one session for all: the text of each frame
/// is written in the form of the transport, and what it reads comes out as text frames.
/// </summary>
internal abstract class TextSocket : WebSocket, ISocketWire
{
    private WebSocketState _state = WebSocketState.Open;
    // A long frame comes in pieces.
    private ReadOnlyMemory<byte> _begun;

    /// <inheritdoc/>
    public override WebSocketState State => _state;

    /// <inheritdoc/>
    public override WebSocketCloseStatus? CloseStatus => null;

    /// <inheritdoc/>
    public override string? CloseStatusDescription => null;

    /// <inheritdoc/>
    public override string? SubProtocol => null;

    /// <summary>Frames have to be put into another form, which nobody but the session's loop does.</summary>
    DirectWrite? ISocketWire.Direct => null;

    /// <summary>The session's connection, once there is one.</summary>
    protected Connection? Connection { get; private set; }

    // Nothing is written here but by the session, in order: there are no frames of the transport's own.
    void ISocketWire.KeepOrderIn(Connection connection) => Connection = connection;

    // Below this socket there is no other layer that could give up by itself.
    Task ISocketWire.GoneAsync(CancellationToken cancellation) => Task.CompletedTask;

    void ISocketWire.HasWritten()
    {
    }

    void ISocketWire.Finish()
    {
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> frames)
    {
        if (_begun.Length > 0) frames = (byte[])[.. _begun.Span, .. frames.Span];
        var formed = new ArrayBufferWriter<byte>(frames.Length + 64);
        while (TextFrame.TryMeasure(frames.Span, out var header, out var length))
        {
            Form(frames.Slice(header, length), formed);
            frames = frames[(header + length)..];
        }

        _begun = frames.ToArray();
        if (formed.WrittenCount == 0) return;
        await WriteAsync(formed.WrittenMemory, CancellationToken.None);
        HasSent();
    }

    /// <inheritdoc/>
    public override async ValueTask SendAsync(ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
    {
        var formed = new ArrayBufferWriter<byte>(buffer.Length + 64);
        Form(buffer, formed);
        await WriteAsync(formed.WrittenMemory, cancellationToken);
        HasSent();
    }

    /// <inheritdoc/>
    public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
        SendAsync(buffer.AsMemory(), messageType, endOfMessage, cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken)
    {
        var received = await ReceiveAsync(buffer.AsMemory(), cancellationToken);
        return new WebSocketReceiveResult(received.Count, received.MessageType, received.EndOfMessage);
    }

    /// <inheritdoc/>
    public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken)
    {
        if (_state is not WebSocketState.Open) return Task.CompletedTask;
        _state = WebSocketState.CloseSent;
        return EndOutputAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        CloseOutputAsync(closeStatus, statusDescription, cancellationToken);

    /// <inheritdoc/>
    public override void Abort()
    {
        _state = WebSocketState.Aborted;
        Cut();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    /// <summary>The other side says nothing more.</summary>
    protected ValueWebSocketReceiveResult HasEnded()
    {
        if (_state is not WebSocketState.Aborted) _state = WebSocketState.Closed;
        return new ValueWebSocketReceiveResult(0, WebSocketMessageType.Close, endOfMessage: true);
    }

    /// <summary>Appends one text in the form of the transport.</summary>
    protected abstract void Form(ReadOnlyMemory<byte> text, IBufferWriter<byte> into);

    /// <summary>Hands bytes to the network.</summary>
    protected abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>What was formed last has been written.</summary>
    protected virtual void HasSent()
    {
    }

    /// <summary>Nothing more is written; what was written still arrives.</summary>
    protected abstract Task EndOutputAsync(CancellationToken cancellation);

    /// <summary>Cuts the connection.</summary>
    protected abstract void Cut();
}
