using ChatApp.Push;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>
/// How long the token of a connection holds. At its end the client is told, and has a time of grace to send another one
/// before the connection ends with it.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="expires">When its token ends; null where it does not.</param>
/// <param name="hasGrace">False where the end is the end: nobody makes another such token in a moment.</param>
/// <param name="options">The time of grace.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenLife(Connection connection, DateTimeOffset? expires, bool hasGrace, PushOptions options, TimeProvider time)
{
    private volatile Term? _term = TermOf(expires, hasGrace);
    private Term? _announced;

    /// <summary>Called when the end is another one, and may be nearer than whoever looks expects.</summary>
    public Action? Changed { get; set; }

    /// <summary>Seconds until the token ends, at least 1; null where it does not end.</summary>
    public long? Ttl => _term is { } term ? Math.Max(1, (long)(term.End - time.GetUtcNow()).TotalSeconds) : null;

    /// <summary>Another token of the same sign-in holds from now on. One that ends earlier shortens nothing: the connection has shown the better one.</summary>
    /// <returns>True where it is the one that the connection lives by now.</returns>
    public bool Renew(DateTimeOffset? end)
    {
        if (_term is not { } term || end is not { } later || later < term.End) return false;
        _term = term with { End = later };
        return true;
    }

    /// <summary>Another token takes the place of the first one, with its own end.</summary>
    public void Replace(DateTimeOffset? end, bool isRenewable)
    {
        _term = TermOf(end, isRenewable);
        Changed?.Invoke();
    }

    /// <summary>Tells the client of the end of its token when it is there, and ends the connection when the grace is over. One caller at a time.</summary>
    /// <returns>In how long to look again; null where nothing more can happen.</returns>
    public TimeSpan? Look()
    {
        if (_term is not { } term) return null;
        var (now, grace) = (time.GetUtcNow(), term.HasGrace ? TimeSpan.FromSeconds(options.ExpiryGraceSeconds) : TimeSpan.Zero);
        if (term.End > now) return term.End - now;
        if (_announced != term && grace > TimeSpan.Zero) connection.Send(Notice(options.ExpiryGraceSeconds));
        _announced = term;
        if (term.End + grace > now) return term.End + grace - now;
        connection.End(EndReason.Expired);
        return null;
    }

    private static Term? TermOf(DateTimeOffset? end, bool hasGrace) => end is { } then ? new Term(then, hasGrace) : null;

    private static Envelope Notice(int seconds) => new(new ReadyFrame(FrameEncoder.Expiring(seconds)), Encoder);

    private static readonly FrameEncoder Encoder = new();

    private sealed record Term(DateTimeOffset End, bool HasGrace);
}
