using System.Buffers;
using System.Diagnostics;
using System.Text;
using static ChatApp.Bench.Load.WebSocketFrames;

namespace ChatApp.Bench.Load;

/// <summary>
/// Many receivers and one publisher on a single thread. It publishes at a steady rate whatever the server does
/// (open loop), and a message's age counts from the time it was due, so a server that stalls cannot hide it.
/// </summary>
/// <param name="dialect">How the server is spoken to.</param>
/// <param name="port">Where it listens, on 127.0.0.1.</param>
internal sealed class LoadClient(IDialect dialect, int port) : IDisposable
{
    /// <summary>Connections opened at a time: fewer than a listener's usual backlog.</summary>
    private const int ConnectBatch = 100;

    private const int PublisherTag = -1;
    private const long DrainPatience = 5_000_000_000;

    private readonly Epoll _epoll = new();
    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly byte[] _pong = FromClient(Text, dialect.PingAnswer);
    private readonly ClientConnection _publisher = new(receives: false);
    private readonly List<ClientConnection> _receivers = [];
    private LatencyHistogram _latency = new();
    private long _bytes;

    /// <summary>Connects everybody and waits until the server has accepted them.</summary>
    public void Connect(int receivers, CancellationToken cancellation)
    {
        Join([_publisher], cancellation);
        while (_receivers.Count < receivers)
        {
            var batch = new ClientConnection[Math.Min(ConnectBatch, receivers - _receivers.Count)];
            for (var index = 0; index < batch.Length; index++) batch[index] = new ClientConnection(receives: true);
            _receivers.AddRange(batch);
            Join(batch, cancellation);
        }

        for (var tag = 0; tag < _receivers.Count; tag++) Watch(_receivers[tag], tag);
        Watch(_publisher, PublisherTag);
    }

    /// <summary>Publishes a number of messages at a steady rate and waits for all deliveries, until none has come for 5 s.</summary>
    /// <exception cref="BenchException">The server refused a message, broke the protocol or ended a connection.</exception>
    public Burst Run(int messages, int perSecond, CancellationToken cancellation)
    {
        _latency = new LatencyHistogram();
        _bytes = 0;
        foreach (var receiver in _receivers) receiver.Deliveries = 0;

        var due = (long)messages * _receivers.Count;
        var gap = 1_000_000_000L / perSecond;
        var begun = Now();
        var lastProgress = begun;
        long waited = 0;
        for (var published = 0; published < messages || _latency.Count < due;)
        {
            cancellation.ThrowIfCancellationRequested();
            var now = Now();
            while (published < messages && begun + (published * gap) <= now)
            {
                _publisher.Send(FromClient(Text, dialect.Publish(Message.Next(begun + (published * gap)))));
                published++;
                lastProgress = now;
            }

            if (published == messages && now - lastProgress > DrainPatience) break;
            // Whole milliseconds are slept, the rest is asked for again and again: epoll knows nothing finer.
            var left = published < messages ? begun + (published * gap) - Now() : 100_000_000L;
            var before = Now();
            var ready = _epoll.Wait((int)Math.Clamp(left / 1_000_000, 0, 100));
            if (ready == 0 || left >= 1_000_000) waited += Now() - before;
            var deliveredBefore = _latency.Count;
            for (var place = 0; place < ready; place++) Read(_epoll.Tag(place));
            if (_latency.Count > deliveredBefore) lastProgress = now;
        }

        var elapsed = Now() - begun;
        return new Burst(
            messages,
            due,
            _latency.Count,
            _receivers.Count(receiver => receiver.Deliveries != messages),
            _bytes,
            TimeSpan.FromMicroseconds(elapsed / 1000.0),
            1 - ((double)waited / elapsed),
            _latency);
    }

    /// <summary>Closes all connections.</summary>
    public void Dispose()
    {
        _publisher.Dispose();
        foreach (var receiver in _receivers) receiver.Dispose();
        _epoll.Dispose();
    }

    private static long Now() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    private void Join(ClientConnection[] batch, CancellationToken cancellation)
    {
        foreach (var connection in batch)
        {
            cancellation.ThrowIfCancellationRequested();
            connection.Open(port, dialect.Path(connection.Receives));
        }

        foreach (var connection in batch)
        {
            connection.AwaitUpgrade(_buffer);
            var hello = dialect.Hello(connection.Receives);
            connection.Ready = hello.Length == 0;
            if (hello.Length > 0) connection.Send(FromClient(Text, hello));
        }

        foreach (var connection in batch)
        {
            while (!connection.Ready) Read(connection);
        }
    }

    private void Watch(ClientConnection connection, int tag)
    {
        connection.Socket.Blocking = false;
        _epoll.Watch(connection.Socket, tag);
    }

    private void Read(int tag) => Read(tag == PublisherTag ? _publisher : _receivers[tag]);

    private void Read(ClientConnection connection)
    {
        var bytes = _buffer.AsSpan(0, connection.Fill(_buffer));
        if (connection.Receives) _bytes += bytes.Length;
        while (TryRead(bytes, out var frame))
        {
            if (frame.MaskAt >= 0) throw new BenchException("the server sent a masked frame");
            var payload = bytes[frame.Start..frame.End];
            if (frame.Opcode == Continuation || (frame.Opcode == Text && !frame.Whole)) TakePart(connection, frame.Whole, payload);
            else Take(connection, frame.Opcode, payload);
            bytes = bytes[frame.End..];
        }

        if (connection.Receives) _bytes -= bytes.Length;
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
        if (connection.Receives && Message.TryReadDue(record, out var due))
        {
            _latency.Record(Now() - due);
            connection.Deliveries++;
            return;
        }

        switch (dialect.Classify(record, connection.Receives))
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
