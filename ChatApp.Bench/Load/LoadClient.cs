using static ChatApp.Bench.Load.WebSocketFrames;

namespace ChatApp.Bench.Load;

/// <summary>
/// Many receivers and one publisher on a single thread. It publishes at a steady rate whatever the server does
/// (open loop), and a message's age counts from the time it was due, so a server that stalls cannot hide it.
/// </summary>
/// <param name="dialect">How the server is spoken to.</param>
/// <param name="port">Where it listens, on 127.0.0.1.</param>
internal sealed class LoadClient(IDialect dialect, int port) : SocketClient(dialect)
{
    /// <summary>Connections opened at a time: fewer than a listener's usual backlog.</summary>
    private const int ConnectBatch = 100;

    private const int PublisherTag = -1;
    private const long DrainPatience = 5_000_000_000;

    private readonly ClientConnection _publisher = new(receives: false);
    private readonly List<ClientConnection> _receivers = [];
    private LatencyHistogram _latency = new();

    /// <summary>Connects everybody and waits until the server has accepted them.</summary>
    public void Connect(int receivers, CancellationToken cancellation)
    {
        Join([_publisher], port, cancellation);
        while (_receivers.Count < receivers)
        {
            var batch = new ClientConnection[Math.Min(ConnectBatch, receivers - _receivers.Count)];
            for (var index = 0; index < batch.Length; index++) batch[index] = new ClientConnection(receives: true);
            _receivers.AddRange(batch);
            Join(batch, port, cancellation);
        }

        for (var tag = 0; tag < _receivers.Count; tag++) Watch(_receivers[tag], tag);
        Watch(_publisher, PublisherTag);
    }

    /// <summary>Publishes a number of messages at a steady rate and waits for all deliveries, until none has come for 5 s.</summary>
    /// <exception cref="BenchException">The server refused a message, broke the protocol or ended a connection.</exception>
    public Burst Run(int messages, int perSecond, CancellationToken cancellation)
    {
        _latency = new LatencyHistogram();
        Bytes = 0;
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
                _publisher.Send(FromClient(Text, Dialect.Publish(Message.Next(begun + (published * gap)))));
                published++;
                lastProgress = now;
            }

            if (published == messages && now - lastProgress > DrainPatience) break;
            // Whole milliseconds are slept, the rest is asked for again and again: epoll knows nothing finer.
            var left = published < messages ? begun + (published * gap) - Now() : 100_000_000L;
            var before = Now();
            var ready = Poll.Wait((int)Math.Clamp(left / 1_000_000, 0, 100));
            if (ready == 0 || left >= 1_000_000) waited += Now() - before;
            var deliveredBefore = _latency.Count;
            for (var place = 0; place < ready; place++) Read(ConnectionOf(Poll.Tag(place)));
            if (_latency.Count > deliveredBefore) lastProgress = now;
        }

        var elapsed = Now() - begun;
        return new Burst(
            messages,
            due,
            _latency.Count,
            _receivers.Count(receiver => receiver.Deliveries != messages),
            Bytes,
            TimeSpan.FromMicroseconds(elapsed / 1000.0),
            1 - ((double)waited / elapsed),
            _latency);
    }

    /// <summary>Closes all connections.</summary>
    public override void Dispose()
    {
        _publisher.Dispose();
        foreach (var receiver in _receivers) receiver.Dispose();
        base.Dispose();
    }

    protected override bool TakeRecord(ClientConnection connection, ReadOnlySpan<byte> record)
    {
        if (!connection.Receives || !Message.TryReadDue(record, out var due)) return false;
        _latency.Record(Now() - due);
        connection.Deliveries++;
        return true;
    }

    private ClientConnection ConnectionOf(int tag) => tag == PublisherTag ? _publisher : _receivers[tag];
}
