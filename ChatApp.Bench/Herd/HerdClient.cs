using System.Net;
using System.Net.Sockets;
using ChatApp.Bench.Load;
using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Herd;

/// <summary>
/// Many clients of one room on a single thread, which are all cut at once and come back, each after a random part of a
/// second as client libraries do, with their positions. Messages go on meanwhile, and one listener stays.
/// </summary>
/// <param name="dialect">How the product is spoken to.</param>
/// <param name="port">Where it listens, on 127.0.0.1.</param>
/// <param name="random">When each comes.</param>
internal sealed class HerdClient(ProductDialect dialect, int port, Random random) : SocketClient(dialect)
{
    private const int ConnectBatch = 100;
    private const int PublisherTag = -1;
    private const int StayingTag = -2;
    private const long LongestPause = 1_000_000_000;

    private static readonly string[] Room = [Message.General];

    private readonly ClientConnection _publisher = new();
    private readonly HerdMember _staying = new() { Connection = new ClientConnection(Room) };
    private readonly List<HerdMember> _members = [];
    private readonly byte[] _upgrade = WebSocketFrames.UpgradeRequest(dialect.Path(Room), port);
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly PriorityQueue<int, long> _coming = new();
    private HerdMember? _reading;
    private long _nextPublish;
    private bool _isPublishing;
    private int _away;

    /// <summary>Connections that failed and were tried again.</summary>
    public int FailedAttempts { get; private set; }

    /// <summary>The last of their reasons.</summary>
    public string LastFailure { get; private set; } = "";

    /// <summary>The members, for their sums.</summary>
    public IReadOnlyList<HerdMember> Members => _members;

    /// <summary>Where the room is, as the listener that stays knows.</summary>
    public long Position => _staying.Position;

    /// <summary>Nanoseconds between two messages.</summary>
    public required long Gap { get; init; }

    /// <summary>Connects everybody for the first time.</summary>
    public void Connect(int members, CancellationToken cancellation)
    {
        Join([_publisher], port, cancellation);
        Watch(_publisher, PublisherTag);
        JoinFirst([_staying], cancellation);
        Watch(_staying.Connection, StayingTag);
        while (_members.Count < members)
        {
            var batch = Enumerable.Range(0, Math.Min(ConnectBatch, members - _members.Count)).Select(_ => new HerdMember { Connection = new ClientConnection(Room) }).ToArray();
            JoinFirst(batch, cancellation);
            foreach (var member in batch)
            {
                Watch(member.Connection, _members.Count);
                _members.Add(member);
            }

            // Whoever is there already must not miss a ping while the others come.
            while (Serve(0) > 0)
            {
            }
        }
    }

    /// <summary>Lets messages go for a time with everybody there.</summary>
    public void Live(TimeSpan time, CancellationToken cancellation)
    {
        _isPublishing = true;
        _nextPublish = Now();
        ServeUntil(() => false, time, cancellation);
    }

    /// <summary>Cuts all of them and waits until all have come back.</summary>
    /// <param name="longest">Gives up after this; who is not there then has no time.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Seconds from the cut until each had caught up, in order; infinite where it did not.</returns>
    public double[] CutAndReturn(TimeSpan longest, CancellationToken cancellation)
    {
        foreach (var member in _members)
        {
            // What a broken link or a killed proxy looks like: no close frame, no orderly end.
            member.Connection.Socket.LingerState = new LingerOption(enable: true, 0);
            member.Connection.Dispose();
        }

        var begun = Now();
        _away = _members.Count;
        for (var number = 0; number < _members.Count; number++)
        {
            _members[number].State = HerdState.Away;
            _members[number].CaughtUpAt = 0;
            _coming.Enqueue(number, begun + random.NextInt64(LongestPause));
        }

        ServeUntil(
            () =>
            {
                while (_coming.TryPeek(out var number, out var at) && at <= Now()) Open(_coming.Dequeue());
                return _away == 0;
            },
            longest,
            cancellation);
        _coming.Clear();
        return [.. _members.Select(member => member.CaughtUpAt == 0 ? double.PositiveInfinity : (member.CaughtUpAt - begun) / 1e9).Order()];
    }

    /// <summary>Ends the messages and waits until everybody has the last one.</summary>
    /// <returns>Events that somebody does not have.</returns>
    public long Finish(CancellationToken cancellation)
    {
        _isPublishing = false;
        // What is on its way: the room rests when the listener that stayed has heard nothing for a while.
        var last = -1L;
        while (last != _staying.Position)
        {
            last = _staying.Position;
            ServeUntil(() => false, TimeSpan.FromSeconds(2), cancellation);
        }

        return _members.Sum(member => member.Missing + Math.Max(0, last - member.Position));
    }

    public override void Dispose()
    {
        _publisher.Dispose();
        _staying.Connection.Dispose();
        foreach (var member in _members) member.Connection.Dispose();
        base.Dispose();
    }

    protected override bool TakeRecord(ClientConnection connection, ReadOnlySpan<byte> record)
    {
        if (_reading is not { } member) return false;
        if (record.StartsWith("{\"id\":2,\"subscribe\":"u8))
        {
            member.TakeReply(record);
            connection.Ready = true;
        }
        else if (Message.TryReadDue(record, out _))
        {
            member.TakeEvents(record);
        }
        else
        {
            return false;
        }

        if (member is { CaughtUpAt: 0, HasCaughtUp: true })
        {
            member.CaughtUpAt = Now();
            _away--;
        }

        return true;
    }

    // The reply to the first subscription tells where the room is; SocketClient's own way reads it for a known member only.
    private void JoinFirst(HerdMember[] batch, CancellationToken cancellation)
    {
        foreach (var member in batch)
        {
            cancellation.ThrowIfCancellationRequested();
            member.Connection.Open(port, Dialect.Path(Room));
        }

        foreach (var member in batch)
        {
            member.Connection.AwaitUpgrade(_buffer);
            member.Connection.Send(WebSocketFrames.FromClient(WebSocketFrames.Text, Dialect.Hello(Room)));
        }

        foreach (var member in batch)
        {
            while (!member.Connection.Ready) ReadOf(member);
        }
    }

    private void ServeUntil(Func<bool> isDone, TimeSpan longest, CancellationToken cancellation)
    {
        var end = Now() + (long)(longest.TotalMicroseconds * 1000);
        while (!isDone() && Now() < end)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_isPublishing && Now() >= _nextPublish)
            {
                _publisher.Send(WebSocketFrames.FromClient(WebSocketFrames.Text, Dialect.Publish(Message.Next(_nextPublish))));
                _nextPublish += Gap;
            }

            Serve(milliseconds: 5);
        }
    }

    private int Serve(int milliseconds)
    {
        var ready = Poll.Wait(milliseconds);
        for (var place = 0; place < ready; place++)
        {
            switch (Poll.Tag(place))
            {
                case PublisherTag:
                    _reading = null;
                    Read(_publisher);
                    break;
                case StayingTag:
                    ReadOf(_staying);
                    break;
                case var number:
                    Advance(number);
                    break;
            }
        }

        return ready;
    }

    private void ReadOf(HerdMember member)
    {
        _reading = member;
        Read(member.Connection);
        _reading = null;
    }

    private void Open(int number)
    {
        var member = _members[number];
        member.Connection = new ClientConnection(Room);
        member.State = HerdState.Opening;
        var socket = member.Connection.Socket;
        socket.Blocking = false;
        try
        {
            socket.Connect(IPAddress.Loopback, port);
        }
        catch (SocketException begun) when (begun.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // The network says when it is there.
        }

        Poll.WatchOpening(socket, number);
    }

    private void Advance(int number)
    {
        var member = _members[number];
        try
        {
            switch (member.State)
            {
                case HerdState.Opening:
                    member.Connection.Send(_upgrade);
                    Poll.WatchOpened(member.Connection.Socket, number);
                    member.State = HerdState.Upgrading;
                    break;
                case HerdState.Upgrading:
                    if (!member.Connection.TryTakeUpgrade(_buffer)) break;
                    member.Connection.Send(WebSocketFrames.FromClient(WebSocketFrames.Text, dialect.Return(Message.General, member.Epoch, member.Position)));
                    member.State = HerdState.Joining;
                    break;
                default:
                    ReadOf(member);
                    break;
            }
        }
        catch (BenchException failed) when (member.State != HerdState.Live)
        {
            FailedAttempts++;
            LastFailure = failed.Message;
            member.Connection.Dispose();
            member.State = HerdState.Away;
            _coming.Enqueue(number, Now() + random.NextInt64(2 * LongestPause));
        }
    }
}
