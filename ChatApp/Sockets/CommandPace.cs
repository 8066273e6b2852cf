using System.Threading.RateLimiting;
using ChatApp.Push;

namespace ChatApp.Sockets;

/// <summary>How fast all sockets of one account together may send commands; each has its own <see cref="CommandBucket"/> besides. One instance.</summary>
/// <param name="options">Limits.</param>
public sealed class CommandPace(PushOptions options) : IAsyncDisposable
{
    private readonly PartitionedRateLimiter<UserId> _accounts = Limiter(options);

    /// <summary>True where the account may send one more.</summary>
    public bool TryPass(UserId user)
    {
        using var pass = _accounts.AttemptAcquire(user);
        return pass.IsAcquired;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _accounts.DisposeAsync();

    private static PartitionedRateLimiter<UserId> Limiter(PushOptions options)
    {
        // One maker for all: it is handed over with each command, and used with the first of an account.
        Func<UserId, RateLimiter> bucket = _ => new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = Times(options.CommandBurst, options.BusySocketsPerUser),
            TokensPerPeriod = Times(options.CommandsPerSecond, options.BusySocketsPerUser),
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
            AutoReplenishment = false,
        });
        return PartitionedRateLimiter.Create<UserId, UserId>(user => RateLimitPartition.Get(user, bucket));
    }

    private static int Times(int one, int sockets) => (int)Math.Min(int.MaxValue, (long)one * sockets);
}

/// <summary>How fast one socket may send commands: so many at once, and so many more with each second. For its read loop alone.</summary>
internal struct CommandBucket(PushOptions options, TimeProvider time)
{
    private double _tokens = options.CommandBurst;
    private long _filled = time.GetTimestamp();

    /// <summary>True where one more may come.</summary>
    public bool TryPass()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(options.CommandBurst, _tokens + (time.GetElapsedTime(_filled, now).TotalSeconds * options.CommandsPerSecond));
        _filled = now;
        if (_tokens < 1) return false;
        _tokens--;
        return true;
    }
}
