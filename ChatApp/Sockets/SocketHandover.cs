using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ChatApp.Sockets;

/// <summary>
/// A connection under the web server's HTTP, which a session can take over: the request ends with its handshake, and all that the web
/// server and the middlewares keep for a request goes, while the bytes below stay. Under TLS and inside HTTP/2 the transport is
/// another one, and the request lasts as long as its socket.
/// </summary>
internal sealed class SocketHandover : IDuplexPipe, IConnectionHeartbeatFeature
{
    private readonly ConnectionContext _connection;
    private readonly IDuplexPipe _transport;
    private readonly IConnectionHeartbeatFeature? _heartbeat;
    private HttpReader? _input;
    private HttpWriter? _output;
    private volatile (Action<object> Beat, object State)[] _beats = [];
    private Func<Task>? _session;
    private bool _isTaken;

    private SocketHandover(ConnectionContext connection)
    {
        _connection = connection;
        _transport = connection.Transport;
        _input = new HttpReader(_transport.Input, this);
        _output = new HttpWriter(_transport.Output, this);
        _heartbeat = connection.Features.Get<IConnectionHeartbeatFeature>();
    }

    /// <summary>What the web server reads from.</summary>
    public PipeReader Input => _input!;

    /// <summary>What the web server writes to.</summary>
    public PipeWriter Output => _output!;

    /// <summary>Puts one between each connection and the web server's HTTP.</summary>
    public static void Use(ListenOptions listen) => listen.Use(static next => connection => ServeAsync(connection, next));

    /// <summary>The one of a request; null where the request does not have the connection for itself.</summary>
    public static SocketHandover? Of(HttpContext context) => context.Features.Get<IConnectionTransportFeature>()?.Transport as SocketHandover;

    /// <summary>The connection's bytes, for the session; valid once the request has ended.</summary>
    public Stream Open() => new PipeStream(_transport.Input, _transport.Output);

    /// <summary>Cuts the connection.</summary>
    public Action Abort => _connection.Abort;

    /// <summary>Cancelled when the client has closed the connection.</summary>
    public CancellationToken Gone => _connection.ConnectionClosed;

    /// <summary>Has a session go on with the connection when the request has ended, which must write and read nothing any more.</summary>
    public void Take(Func<Task> session)
    {
        _isTaken = true;
        _session = session;
    }

    /// <summary>The web server looks after its timeouts in this way; they and all behind them go with the request. One caller at a time.</summary>
    public void OnHeartbeat(Action<object> action, object state)
    {
        var isFirst = _beats.Length == 0;
        _beats = [.. _beats, (action, state)];
        if (isFirst) _heartbeat?.OnHeartbeat(static handover => ((SocketHandover)handover).Beat(), this);
    }

    private static async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var handover = new SocketHandover(connection);
        handover.Enter();
        Func<Task>? session;
        try
        {
            await next(connection);
        }
        finally
        {
            session = handover.Leave();
        }

        if (session is not null) await session();
    }

    private void Enter()
    {
        _connection.Transport = this;
        if (_heartbeat is not null) _connection.Features.Set<IConnectionHeartbeatFeature>(this);
    }

    private Func<Task>? Leave()
    {
        _connection.Transport = _transport;
        if (_heartbeat is not null) _connection.Features.Set(_heartbeat);
        var session = _session;
        _session = null;
        // The web server's list of heartbeats keeps this object as long as the connection, and should keep no more than it.
        (_input, _output) = (null, null);
        _beats = [];
        return session;
    }

    private void Beat()
    {
        foreach (var (beat, state) in _beats) beat(state);
    }

    /// <summary>The web server's end of the reading side: where a session goes on, the end of the request is not that of the connection.</summary>
    private sealed class HttpReader(PipeReader inner, SocketHandover handover) : PipeReader
    {
        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null)
        {
            if (!handover._isTaken) inner.Complete(exception);
        }

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => inner.ReadAsync(cancellationToken);

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);
    }

    /// <summary>The web server's end of the writing side.</summary>
    private sealed class HttpWriter(PipeWriter inner, SocketHandover handover) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null)
        {
            if (!handover._isTaken) inner.Complete(exception);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) => inner.WriteAsync(source, cancellationToken);
    }
}
