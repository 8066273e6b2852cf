using ChatApp.Bench.Load;

namespace ChatApp.Bench.Revocation;

/// <summary>
/// The connections of one account on a single thread, of several sessions, all in one private room and one topic of moderators, in both of
/// which somebody else speaks all the time. It sees when each is ended or loses the channel, and what comes after that.
/// </summary>
/// <param name="dialect">How the product is spoken to.</param>
/// <param name="port">Where it listens, on 127.0.0.1.</param>
/// <param name="lever">What happens to them.</param>
/// <param name="room">The room's id.</param>
internal sealed class RevocationClient(RevocationDialect dialect, int port, Lever lever, string room) : SocketClient(dialect)
{
    private const int SpeakerTag = -1;
    private const int ConnectBatch = 100;
    private const long Gap = 20_000_000;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Afterwards = TimeSpan.FromMilliseconds(500);

    private readonly string[] _channels = [$"room:{room}", $"topic:{LeverServer.Topic}"];
    private readonly ClientConnection _speaker = new();
    private readonly List<Member> _members = [];
    private readonly byte[] _lost = System.Text.Encoding.UTF8.GetBytes($"\"channel\":\"{(lever == Lever.Rank ? $"topic:{LeverServer.Topic}" : $"room:{room}")}\"");
    private Member? _reading;
    private long _nextPublish;
    private int _said;
    private int _left;
    private volatile Levers.Pulled? _pulled;
    private volatile string? _fault;

    /// <summary>Connects the speaker.</summary>
    public void ConnectSpeaker(string token, CancellationToken cancellation)
    {
        dialect.Token = token;
        Join([_speaker], port, cancellation);
        Watch(_speaker, SpeakerTag);
        _nextPublish = Now();
    }

    /// <summary>Connects some with the token of a session.</summary>
    /// <param name="token">The token.</param>
    /// <param name="count">How many.</param>
    /// <param name="stays">True where that session is the one that goes on.</param>
    /// <param name="cancellation">Gives up.</param>
    public void Connect(string token, int count, bool stays, CancellationToken cancellation)
    {
        dialect.Token = token;
        for (var begun = 0; begun < count; begun += ConnectBatch)
        {
            var batch = Enumerable.Range(0, Math.Min(ConnectBatch, count - begun)).Select(_ => new Member(new ClientConnection(_channels), stays)).ToArray();
            // What is heard meanwhile is no delivery to anybody.
            Join([.. batch.Select(member => member.Connection)], port, cancellation);
            foreach (var member in batch)
            {
                Watch(member.Connection, _members.Count);
                _members.Add(member);
            }
        }
    }

    /// <summary>Pulls the lever while all is busy, and waits until everybody has noticed and a moment longer.</summary>
    /// <param name="pull">Pulls it; on a thread of its own.</param>
    /// <param name="cancellation">Gives up.</param>
    public RevocationRound Run(Func<Levers.Pulled> pull, CancellationToken cancellation)
    {
        ServeUntil(() => false, Together, cancellation);
        _left = _members.Count(member => !member.Stays);
        new Thread(() => Pull(pull)) { IsBackground = true, Name = "lever" }.Start();
        ServeUntil(() => _left == 0 && _pulled is not null, Longest, cancellation);
        ServeUntil(() => false, Afterwards, cancellation);
        if (_fault is { } fault) throw new BenchException(fault);
        var pulled = _pulled ?? throw new BenchException("the call did not return");
        var losing = _members.Where(member => !member.Stays).ToList();
        return new RevocationRound(
            [.. losing.Select(member => member.NoticedAt == 0 ? double.PositiveInfinity : (member.NoticedAt - pulled.Called) / 1e6).Order()],
            (pulled.Returned - pulled.Called) / 1e6,
            losing.Sum(member => member.Late + member.Heard.Count(due => due > pulled.Returned)),
            losing.Sum(member => (long)member.Heard.Count),
            _members.Count(member => member.Stays && member.NoticedAt > 0));
    }

    public override void Dispose()
    {
        _speaker.Dispose();
        foreach (var member in _members) member.Connection.Dispose();
        base.Dispose();
    }

    protected override bool TakeRecord(ClientConnection connection, ReadOnlySpan<byte> record)
    {
        if (_reading is not { } member) return Message.TryReadDue(record, out _);
        if (IsNotice(record))
        {
            if (member.NoticedAt == 0 && !member.Stays) _left--;
            member.NoticedAt = Now();
            return true;
        }

        if (!Message.TryReadDue(record, out var due)) return false;
        // Who is muted hears on.
        if (lever != Lever.Mute && (LeverFacts.Ends(lever) || record.IndexOf(_lost) >= 0))
        {
            if (member.NoticedAt > 0) member.Late++;
            else member.Heard.Add(due);
        }

        return true;
    }

    private bool IsNotice(ReadOnlySpan<byte> record)
    {
        if (!record.StartsWith("{\"push\":"u8)) return false;
        if (lever == Lever.Mute) return record.IndexOf("\"type\":\"sanction\""u8) >= 0;
        return record.StartsWith("{\"push\":{\"disconnect\":"u8) || (record.IndexOf("\"unsubscribe\":"u8) >= 0 && record.IndexOf(_lost) >= 0);
    }

    private void Pull(Func<Levers.Pulled> pull)
    {
        try
        {
            _pulled = pull();
        }
        catch (Exception fault) when (fault is BenchException or IOException)
        {
            _fault = fault.Message;
        }
    }

    private void ServeUntil(Func<bool> isDone, TimeSpan longest, CancellationToken cancellation)
    {
        var end = Now() + (long)(longest.TotalMicroseconds * 1000);
        while (!isDone() && Now() < end)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Now() >= _nextPublish)
            {
                // Stamped when it is said: what was said after the call has returned is for nobody who has lost the right.
                _speaker.Send(WebSocketFrames.FromClient(WebSocketFrames.Text, dialect.Publish(Message.Next(Now()) with { Room = _channels[_said++ % 2] })));
                _nextPublish += Gap;
            }

            Serve();
        }
    }

    private void Serve()
    {
        var ready = Poll.Wait(milliseconds: 2);
        for (var place = 0; place < ready; place++)
        {
            if (Poll.Tag(place) is not (>= 0 and var number))
            {
                Read(_speaker);
                continue;
            }

            _reading = _members[number];
            try
            {
                Read(_reading.Connection);
            }
            catch (BenchException) when (_reading.NoticedAt > 0 && LeverFacts.Ends(lever))
            {
                // The end that it was told of.
                Poll.Forget(_reading.Connection.Socket);
            }

            _reading = null;
        }
    }

    private sealed class Member(ClientConnection connection, bool stays)
    {
        public ClientConnection Connection => connection;

        public bool Stays => stays;

        /// <summary>When it was told of its end; 0 where it was not.</summary>
        public long NoticedAt { get; set; }

        /// <summary>When what it has heard was said.</summary>
        public List<long> Heard { get; } = [];

        /// <summary>Events after the notice.</summary>
        public int Late { get; set; }
    }
}
