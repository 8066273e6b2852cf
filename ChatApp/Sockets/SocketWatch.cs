using ChatApp.Push;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>
/// Watches one connected socket: pings it, and ends it where no answer comes, a frame is not finished, a write makes no
/// progress, or its token ends. It has one place in the wheel, at the moment that comes first; nothing of it runs until then.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="token">How long the client's token holds.</param>
/// <param name="options">Limits.</param>
/// <param name="metrics">What is measured.</param>
/// <param name="wheel">Rings.</param>
/// <param name="time">The clock.</param>
/// <param name="giveUp">Cuts the socket.</param>
internal sealed class SocketWatch(
    Connection connection, TokenLife token, PushOptions options, PushMetrics metrics, TimingWheel wheel, TimeProvider time, Action giveUp) : TimingWheel.Deadline
{
    // Of a socket that has lost what waited: its last frame must not hold memory for long.
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(1);
    private static readonly Envelope Ping = new(new ReadyFrame(FrameEncoder.Ping), new FrameEncoder());
    private const long Never = long.MaxValue;
    private long _lastReceived;
    private long _writeBy = Never;
    private long _frameBy = Never;
    private long _pingAt;
    private long _pongBy = Never;
    private long _pinged;
    private bool _isOver;

    /// <summary>Begins.</summary>
    public void Start()
    {
        _lastReceived = time.GetTimestamp();
        connection.Ended = Hurry;
        token.Changed = LookSoon;
        // A random phase: ten thousand clients that came back together must not be pinged together for ever.
        _pingAt = After(TimeSpan.FromSeconds(options.PingSeconds * (0.5 + (Random.Shared.NextDouble() / 2))));
        SetNext(time.GetTimestamp(), token.Look());
    }

    /// <summary>Nothing more is watched.</summary>
    public void Stop()
    {
        Volatile.Write(ref _isOver, value: true);
        wheel.Clear(this);
    }

    /// <summary>A whole frame came from the client.</summary>
    public void Heard()
    {
        Volatile.Write(ref _frameBy, Never);
        Volatile.Write(ref _lastReceived, time.GetTimestamp());
    }

    /// <summary>A frame has begun whose rest is not there yet.</summary>
    public void FrameBegan() => SetBy(ref _frameBy, TimeSpan.FromSeconds(options.FrameSeconds));

    /// <summary>The network did not take all at once.</summary>
    public void WriteBegan() => SetBy(ref _writeBy, connection.EndReason is { DropsBacklog: true } ? LastPatience : TimeSpan.FromSeconds(options.PongSeconds));

    /// <summary>The network has taken it.</summary>
    public void WriteEnded() => Volatile.Write(ref _writeBy, Never);

    /// <inheritdoc/>
    protected internal override void Ring()
    {
        if (Volatile.Read(ref _isOver)) return;
        var now = time.GetTimestamp();
        if (Volatile.Read(ref _writeBy) <= now)
        {
            giveUp();
            return;
        }

        var tokenEnds = token.Look();
        if (connection.EndReason is null && ProblemAt(now) is { } problem) connection.End(problem);
        if (connection.EndReason is null) PingWhereDue(now);
        // Ended or not: the last words are written, and that takes no longer than any other write.
        SetNext(now, tokenEnds);
    }

    private EndReason? ProblemAt(long now)
    {
        if (Volatile.Read(ref _frameBy) <= now)
        {
            metrics.LimitMet(nameof(PushOptions.FrameSeconds));
            return EndReason.Stale;
        }

        if (_pongBy > now) return null;
        _pongBy = Never;
        if (Volatile.Read(ref _lastReceived) >= _pinged) return null;
        metrics.LimitMet(nameof(PushOptions.PongSeconds));
        return EndReason.NoPong;
    }

    private void PingWhereDue(long now)
    {
        if (_pingAt > now) return;
        _pinged = now;
        _pongBy = now + Ticks(TimeSpan.FromSeconds(options.PongSeconds));
        // The next one waits for the answer to this one.
        _pingAt = now + Ticks(TimeSpan.FromSeconds(Math.Max(options.PingSeconds, options.PongSeconds)));
        connection.Send(Ping);
    }

    private void LookSoon()
    {
        if (!Volatile.Read(ref _isOver)) wheel.Set(this, TimeSpan.Zero);
    }

    private void Hurry()
    {
        if (connection.EndReason is { DropsBacklog: true } && Volatile.Read(ref _writeBy) != Never) SetBy(ref _writeBy, LastPatience);
    }

    private void SetBy(ref long by, TimeSpan wait)
    {
        Volatile.Write(ref by, After(wait));
        if (!Volatile.Read(ref _isOver)) wheel.Set(this, wait);
    }

    private void SetNext(long now, TimeSpan? tokenEnds)
    {
        var next = Math.Min(Math.Min(Volatile.Read(ref _writeBy), Volatile.Read(ref _frameBy)), Math.Min(_pingAt, _pongBy));
        var wait = TimeSpan.FromSeconds(Math.Max(0, next - now) / (double)time.TimestampFrequency);
        if (connection.EndReason is null || Volatile.Read(ref _writeBy) != Never) wheel.Set(this, tokenEnds < wait ? tokenEnds.Value : wait);
    }

    private long After(TimeSpan wait) => time.GetTimestamp() + Ticks(wait);

    private long Ticks(TimeSpan wait) => (long)(wait.TotalSeconds * time.TimestampFrequency);
}
