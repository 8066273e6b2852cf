using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace ChatApp.Sockets;

/// <summary>A bare TCP connection as a transport of sessions: each line is a frame, in both directions.</summary>
internal sealed class LineSocket : TextSocket
{
    private readonly ConnectionContext _connection;
    private readonly PipeReader _input;
    private readonly Socket _socket;
    private readonly SocketTransport _output;

    /// <param name="connection">The connection; nobody else reads or writes it.</param>
    public LineSocket(ConnectionContext connection)
    {
        _connection = connection;
        _input = connection.Transport.Input;
        // Not through the pipe: its end is the end of both directions, and the last word would be lost with what the client still sends.
        _socket = connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
        _output = new DirectTransport(_socket);
    }

    public override async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var read = await _input.ReadAsync(cancellationToken);
        var bytes = read.Buffer;
        if (bytes.IsEmpty && read.IsCompleted) return HasEnded();
        var end = bytes.PositionOf((byte)'\n');
        var line = end is { } place ? bytes.Slice(0, place) : bytes;
        var count = (int)Math.Min(line.Length, buffer.Length);
        line.Slice(0, count).CopyTo(buffer.Span);
        // Without a buffer it is only asked whether there is anything.
        var isWhole = end is not null && count == line.Length && !buffer.IsEmpty;
        _input.AdvanceTo(isWhole ? bytes.GetPosition(1, end!.Value) : bytes.GetPosition(count));
        return new ValueWebSocketReceiveResult(count, WebSocketMessageType.Text, isWhole);
    }

    protected override void Form(ReadOnlyMemory<byte> text, IBufferWriter<byte> into)
    {
        into.Write(text.Span);
        into.Write("\n"u8);
    }

    protected override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => _output.WriteAsync(bytes, cancellation);

    protected override Task EndOutputAsync(CancellationToken cancellation)
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            throw new IOException(fault.Message, fault);
        }

        return Task.CompletedTask;
    }

    protected override void Cut() => _connection.Abort();
}
