using System.Diagnostics;
using ChatApp.Bench.Load;
using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Posts;

/// <summary>
/// Senders that each post a message, wait until the server has acknowledged it, and post the next (closed loop), all on
/// the calling thread.
/// </summary>
/// <param name="server">Where they post.</param>
internal sealed class PostClient(ServerUnderTest server) : SocketClient(server.Dialect)
{
    private readonly List<Sender> _senders = [];
    private LatencyHistogram _latency = new();
    private long _end;

    /// <summary>Connects them.</summary>
    public void Connect(int senders, CancellationToken cancellation)
    {
        for (var number = 0; number < senders; number++) _senders.Add(new Sender());
        Join([.. _senders.Select(sender => sender.Connection)], server.Port, cancellation);
        for (var tag = 0; tag < _senders.Count; tag++) Watch(_senders[tag].Connection, tag);
    }

    /// <summary>Posts for a time and waits for the last acknowledgements.</summary>
    public PostBurst Run(TimeSpan time, CancellationToken cancellation)
    {
        _latency = new LatencyHistogram();
        var begun = Now();
        _end = begun + (long)(time.TotalMicroseconds * 1000);
        foreach (var sender in _senders) Post(sender);
        while (_senders.Exists(sender => sender.IsWaiting))
        {
            cancellation.ThrowIfCancellationRequested();
            if (Now() > _end + Patience) throw new BenchException("the server did not acknowledge a message within 20 s");
            var ready = Poll.Wait(milliseconds: 100);
            for (var place = 0; place < ready; place++) Read(_senders[Poll.Tag(place)].Connection);
        }

        return new PostBurst(_latency, TimeSpan.FromMicroseconds((Now() - begun) / 1000.0));
    }

    public override void Dispose()
    {
        foreach (var sender in _senders) sender.Connection.Dispose();
        base.Dispose();
    }

    protected override bool TakeRecord(ClientConnection connection, ReadOnlySpan<byte> record)
    {
        if (!record.StartsWith("{\"id\":"u8) || record.IndexOf("\"publish\":"u8) < 0) return false;
        var sender = _senders.Find(candidate => candidate.Connection == connection)!;
        _latency.Record(Now() - sender.Since);
        sender.IsWaiting = false;
        if (Now() < _end) Post(sender);
        return true;
    }

    private void Post(Sender sender)
    {
        sender.Since = Now();
        sender.IsWaiting = true;
        sender.Connection.Send(WebSocketFrames.FromClient(WebSocketFrames.Text, Dialect.Publish(Message.Next(sender.Since))));
    }

    private sealed class Sender
    {
        public ClientConnection Connection { get; } = new();

        public long Since { get; set; }

        public bool IsWaiting { get; set; }
    }
}

/// <summary>What happened while senders posted.</summary>
/// <param name="Latency">From sending a message to its acknowledgement.</param>
/// <param name="Elapsed">How long they posted.</param>
internal sealed record PostBurst(LatencyHistogram Latency, TimeSpan Elapsed)
{
    /// <summary>Acknowledged messages in a second.</summary>
    public double PerSecond => Latency.Count / Elapsed.TotalSeconds;
}
