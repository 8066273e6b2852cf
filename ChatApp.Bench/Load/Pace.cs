namespace ChatApp.Bench.Load;

/// <summary>When messages are published. Times are nanoseconds since the burst began.</summary>
internal abstract class Pace
{
    /// <summary>Not now: when more was delivered.</summary>
    public const long Later = long.MaxValue;

    /// <summary>When the next message is due, <see cref="Later"/>, or null where none is.</summary>
    /// <param name="published">Messages so far.</param>
    /// <param name="inFlight">Those of them that not every receiver has.</param>
    /// <param name="now">The time.</param>
    public abstract long? Next(int published, int inFlight, long now);

    /// <summary>Which message was due at a time, from 0; -1 where that says nothing.</summary>
    public virtual int NumberOf(long due) => -1;

    /// <summary>How many messages there will be; 0 where that depends on the server.</summary>
    public virtual int Messages => 0;
}

/// <summary>A steady rate whatever the server does (open loop).</summary>
internal sealed class SteadyPace(int messages, int perSecond) : Pace
{
    private readonly long _gap = 1_000_000_000L / perSecond;

    public override int Messages => messages;

    public override long? Next(int published, int inFlight, long now) => published < messages ? published * _gap : null;

    public override int NumberOf(long due) => due % _gap == 0 ? (int)(due / _gap) : -1;
}

/// <summary>As fast as the server delivers: so many messages are always on their way (closed loop).</summary>
internal sealed class SaturatingPace(TimeSpan time, int most) : Pace
{
    private readonly long _end = (long)(time.TotalMicroseconds * 1000);

    public override long? Next(int published, int inFlight, long now)
    {
        if (now >= _end) return null;
        return inFlight < most ? now : Later;
    }
}
