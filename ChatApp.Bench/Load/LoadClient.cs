using static ChatApp.Bench.Load.WebSocketFrames;

namespace ChatApp.Bench.Load;

/// <summary>
/// Many receivers and one publisher on a single thread. A message's age counts from the time it was due, so that at a
/// steady pace a server that stalls cannot hide it.
/// </summary>
/// <param name="dialect">How the server is spoken to.</param>
/// <param name="port">Where it listens, on 127.0.0.1.</param>
internal sealed class LoadClient(IDialect dialect, int port) : SocketClient(dialect)
{
    /// <summary>Connections opened at a time: fewer than a listener's usual backlog.</summary>
    private const int ConnectBatch = 100;

    private const int PublisherTag = -1;
    private const long DrainPatience = 5_000_000_000;
    private const long LongestWait = 100_000_000;

    private readonly ClientConnection _publisher = new();
    private readonly List<ClientConnection> _receivers = [];
    private LatencyHistogram _latency = new();
    private LatencyHistogram _last = new();
    private Crowd _crowd = Crowd.InOneRoom(0);
    private Pace _pace = new SteadyPace(0, 1);
    private int[] _missing = [];
    private long _begun;

    /// <summary>Connects everybody and waits until the server has accepted them.</summary>
    public void Connect(Crowd crowd, CancellationToken cancellation)
    {
        Join([_publisher], port, cancellation);
        Watch(_publisher, PublisherTag);
        Add(crowd, cancellation);
    }

    /// <summary>Connects the receivers where only the publisher was there.</summary>
    public void Add(Crowd crowd, CancellationToken cancellation)
    {
        _crowd = crowd;
        while (_receivers.Count < crowd.Receivers)
        {
            var batch = new ClientConnection[Math.Min(ConnectBatch, crowd.Receivers - _receivers.Count)];
            for (var index = 0; index < batch.Length; index++) batch[index] = new ClientConnection(crowd.RoomsOf(_receivers.Count + index));
            Join(batch, port, cancellation);
            foreach (var receiver in batch)
            {
                Watch(receiver, _receivers.Count);
                _receivers.Add(receiver);
            }

            // Those who came first are pinged while the last ones come.
            Serve(milliseconds: 0);
        }
    }

    /// <summary>Publishes at a pace and waits for all deliveries, until none has come for 5 s.</summary>
    /// <exception cref="BenchException">The server refused a message, broke the protocol or ended a connection.</exception>
    public Burst Run(Pace pace, CancellationToken cancellation)
    {
        Begin(pace);
        var published = 0;
        var lastProgress = _begun;
        long waited = 0;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var now = Now();
            long? next;
            while ((next = pace.Next(published, InFlight(published), now - _begun)) <= now - _begun)
            {
                _publisher.Send(FromClient(Text, Dialect.Publish(Message.Next(_begun + next.Value, _crowd.RoomOf(published)))));
                published++;
                lastProgress = now;
            }

            if (next is null && _latency.Count >= Due(published)) break;
            if (next is null or Pace.Later && now - lastProgress > DrainPatience) break;
            // Whole milliseconds are slept, the rest is asked for again and again: epoll knows nothing finer.
            var left = next is null or Pace.Later ? LongestWait : _begun + next.Value - Now();
            var before = Now();
            var ready = Poll.Wait((int)Math.Clamp(left / 1_000_000, 0, 100));
            if (ready == 0 || left >= 1_000_000) waited += Now() - before;
            var deliveredBefore = _latency.Count;
            Read(ready);
            if (_latency.Count > deliveredBefore) lastProgress = now;
        }

        var elapsed = Now() - _begun;
        return new Burst(
            published,
            Due(published),
            _latency.Count,
            _receivers.Where((receiver, number) => receiver.Deliveries != _crowd.DueTo(number, published)).Count(),
            Bytes,
            TimeSpan.FromMicroseconds(elapsed / 1000.0),
            1 - ((double)waited / elapsed),
            _latency,
            _last);
    }

    /// <summary>Publishes nothing for a time, and answers pings.</summary>
    public void Rest(TimeSpan time, CancellationToken cancellation)
    {
        var end = Now() + (long)(time.TotalMicroseconds * 1000);
        while (end - Now() is > 0 and var left)
        {
            cancellation.ThrowIfCancellationRequested();
            Serve((int)Math.Min((left / 1_000_000) + 1, 100));
        }
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
        var age = Now() - due;
        _latency.Record(age);
        connection.Deliveries++;
        var number = _pace.NumberOf(due - _begun);
        if ((uint)number < (uint)_missing.Length && --_missing[number] == 0) _last.Record(age);
        return true;
    }

    private void Begin(Pace pace)
    {
        _pace = pace;
        _latency = new LatencyHistogram();
        _last = new LatencyHistogram();
        _missing = new int[pace.Messages];
        Array.Fill(_missing, _crowd.PerRoom);
        Bytes = 0;
        foreach (var receiver in _receivers)
        {
            receiver.Deliveries = 0;
            receiver.AcknowledgeAtOnce();
        }

        _begun = Now();
    }

    private void Serve(int milliseconds) => Read(Poll.Wait(milliseconds));

    private void Read(int ready)
    {
        for (var place = 0; place < ready; place++) Read(ConnectionOf(Poll.Tag(place)));
    }

    private long Due(int published) => (long)published * _crowd.PerRoom;

    private int InFlight(int published) => published - (int)(_latency.Count / _crowd.PerRoom);

    private ClientConnection ConnectionOf(int tag) => tag == PublisherTag ? _publisher : _receivers[tag];
}
