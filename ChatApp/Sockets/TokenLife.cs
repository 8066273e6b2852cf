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

    /// <summary>Seconds until the token ends, at least 1; null where it does not end.</summary>
    public long? Ttl => _ends ? Math.Max(1, (long)(End - time.GetUtcNow()).TotalSeconds) : null;

    private DateTimeOffset End => new(Volatile.Read(ref _end), TimeSpan.Zero);

    /// <summary>Another token holds from now on. One that ends earlier shortens nothing: the connection has shown the better one.</summary>
    public void Renew(DateTimeOffset? end)
    {
        if (_ends && end is { } later && later > End) Volatile.Write(ref _end, later.UtcTicks);
    }

    /// <summary>Ends the connection with its token; runs until then, or until it is over for another reason.</summary>
    public async Task WatchAsync(CancellationToken over)
    {
        if (!_ends) return;
        var grace = TimeSpan.FromSeconds(options.ExpiryGraceSeconds);
        while (true)
        {
            var end = End;
            if (!await ReachesAsync(end, over)) return;
            if (End > end) continue;
            if (grace > TimeSpan.Zero) connection.Send(Notice(options.ExpiryGraceSeconds));
            if (!await ReachesAsync(end + grace, over)) return;
            if (End > end) continue;
            connection.End(EndReason.Expired);
            return;
        }
    }

    private static Envelope Notice(int seconds) => new(new ReadyFrame(FrameEncoder.Expiring(seconds)), Encoder);

    private async Task<bool> ReachesAsync(DateTimeOffset moment, CancellationToken over)
    {
        try
        {
            // A timer may ring a hair early.
            while (moment - time.GetUtcNow() is { Ticks: > 0 } left) await Task.Delay(left + TimeSpan.FromMilliseconds(1), time, over);
            return !over.IsCancellationRequested;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static readonly FrameEncoder Encoder = new();
}
