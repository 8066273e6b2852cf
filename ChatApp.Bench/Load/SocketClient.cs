using System.Buffers;
using System.Diagnostics;
using System.Text;
using static ChatApp.Bench.Load.WebSocketFrames;

namespace ChatApp.Bench.Load;

/// <summary>Many WebSockets on a single thread: connects them, takes records out of what they receive, answers pings.</summary>
/// <param name="dialect">How the server is spoken to.</param>
internal abstract class SocketClient(IDialect dialect) : IDisposable
{
    /// <summary>Nanoseconds after which a server that owes something is given up.</summary>
    protected const long Patience = 20_000_000_000;

    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly byte[] _pong = FromClient(Text, dialect.PingAnswer);

    /// <summary>How the server is spoken to.</summary>
    protected IDialect Dialect => dialect;

    /// <summary>Which connections can be read.</summary>
    protected Epoll Poll { get; } = new();

    /// <summary>Bytes that receivers have received in whole frames.</summary>
    protected long Bytes { get; set; }

    /// <summary>Forgets the sockets; whoever opened them closes them.</summary>
    public virtual void Dispose() => Poll.Dispose();

    /// <summary>Nanoseconds of the client's clock.</summary>
    protected static long Now() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <summary>Takes a record that the dialect need not explain.</summary>
    /// <returns>False where it is none of the client's.</returns>
    protected abstract bool TakeRecord(ClientConnection connection, ReadOnlySpan<byte> record);

    /// <summary>Connects and waits until the server has accepted everybody.</summary>
    protected void Join(ClientConnection[] batch, int port, CancellationToken cancellation)
    {
        foreach (var connection in batch)
        {
            cancellation.ThrowIfCancellationRequested();
            connection.Open(port, dialect.Path(connection.Rooms), dialect.UsesTls);
        }

        foreach (var connection in batch)
        {
            connection.AwaitUpgrade(_buffer);
            var hello = dialect.Hello(connection.Rooms);
            connection.Ready = hello.Length == 0;
            if (hello.Length > 0) connection.Send(FromClient(Text, hello));
        }

        foreach (var connection in batch)
        {
            while (!connection.Ready) Read(connection);
        }
    }

    /// <summary>From now on <see cref="Poll"/> says when it can be read.</summary>
    protected void Watch(ClientConnection connection, int tag)
    {
        connection.Socket.Blocking = false;
        Poll.Watch(connection.Socket, tag);
    }

    /// <summary>Reads once and takes all records that are complete.</summary>
    /// <exception cref="BenchException">The server refused something, broke the protocol or ended the connection.</exception>
    protected void Read(ClientConnection connection)
    {
        var bytes = _buffer.AsSpan(0, connection.Fill(_buffer));
        if (connection.Receives) Bytes += bytes.Length;
        while (TryRead(bytes, out var frame))
        {
            if (frame.MaskAt >= 0) throw new BenchException("the server sent a masked frame");
            var payload = bytes[frame.Start..frame.End];
            if (frame.Opcode == Continuation || (frame.Opcode == Text && !frame.Whole)) TakePart(connection, frame.Whole, payload);
            else Take(connection, frame.Opcode, payload);
            bytes = bytes[frame.End..];
        }

        if (connection.Receives) Bytes -= bytes.Length;
        connection.Carry(bytes);
    }

    /// <summary>A server that writes from a chain of buffers, as SignalR does, sends a fragment of the message from each.</summary>
    private void TakePart(ClientConnection connection, bool last, ReadOnlySpan<byte> part)
    {
        connection.Parts.Write(part);
        if (!last) return;
        Take(connection, Text, connection.Parts.WrittenSpan);
        connection.Parts.ResetWrittenCount();
    }

    private void Take(ClientConnection connection, byte opcode, ReadOnlySpan<byte> payload)
    {
        switch (opcode)
        {
            case Text:
                foreach (var range in payload.Split(dialect.Separator))
                    if (payload[range] is { IsEmpty: false } record) Take(connection, record);
                break;
            case Ping:
                connection.Send(FromClient(Pong, payload));
                break;
            case Close:
                var code = payload.Length >= 2 ? (payload[0] << 8) | payload[1] : 1005;
                throw new BenchException($"the server closed a {(connection.Receives ? "receiver" : "publisher")} with {code} {Encoding.UTF8.GetString(payload[Math.Min(2, payload.Length)..])}");
        }
    }

    private void Take(ClientConnection connection, ReadOnlySpan<byte> record)
    {
        if (TakeRecord(connection, record)) return;
        switch (dialect.Classify(record, connection.Rooms))
        {
            case RecordKind.Ready:
                connection.Ready = true;
                break;
            case RecordKind.Ping when dialect.PingAnswer.Length > 0:
                connection.Send(_pong);
                break;
            case RecordKind.Refusal:
                throw new BenchException($"the server refused: {Encoding.UTF8.GetString(record)}");
        }
    }
}
