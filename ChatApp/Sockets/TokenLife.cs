using ChatApp.Push;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>
/// How long the token of a connection holds. At its end the client is told, and has a time of grace to send another one
/// before the connection ends with it.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="expires">When its token ends; null where it does not.</param>
/// <param name="options">The time of grace.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenLife(Connection connection, DateTimeOffset? expires, PushOptions options, TimeProvider time)
{
    private readonly bool _ends = expires is not null;
    private long _end = expires?.UtcTicks ?? 0;
    private long _announced;

    /// <summary>Seconds until the token ends, at least 1; null where it does not end.</summary>
    public long? Ttl => _ends ? Math.Max(1, (long)(End - time.GetUtcNow()).TotalSeconds) : null;

    private DateTimeOffset End => new(Volatile.Read(ref _end), TimeSpan.Zero);

    /// <summary>Another token holds from now on. One that ends earlier shortens nothing: the connection has shown the better one.</summary>
    /// <returns>True where it is the one that the connection lives by now.</returns>
    public bool Renew(DateTimeOffset? end)
    {
        if (!_ends || end is not { } later || later <= End) return false;
        Volatile.Write(ref _end, later.UtcTicks);
        return true;
    }

    /// <summary>Tells the client of the end of its token when it is there, and ends the connection when the grace is over. One caller at a time.</summary>
    /// <returns>In how long to look again; null where nothing more can happen.</returns>
    public TimeSpan? Look()
    {
        if (!_ends) return null;
        var (now, end, grace) = (time.GetUtcNow(), End, TimeSpan.FromSeconds(options.ExpiryGraceSeconds));
        if (end > now) return end - now;
        if (_announced != end.UtcTicks && grace > TimeSpan.Zero) connection.Send(Notice(options.ExpiryGraceSeconds));
        _announced = end.UtcTicks;
        if (end + grace > now) return end + grace - now;
        connection.End(EndReason.Expired);
        return null;
    }

    private static Envelope Notice(int seconds) => new(new ReadyFrame(FrameEncoder.Expiring(seconds)), Encoder);

    private static readonly FrameEncoder Encoder = new();
}
