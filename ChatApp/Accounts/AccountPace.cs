using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace ChatApp.Accounts;

/// <summary>How fast each account may do something.</summary>
/// <param name="PerSecond">So many more with each second.</param>
/// <param name="Burst">So many at once after a quiet time.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Pace(int PerSecond, int Burst);

/// <summary>
/// Holds each account to a pace that may be another one at any moment: what holds is read at each use. In memory: one entry for each
/// account that did it lately.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="pace">What holds now.</param>
public sealed class AccountPace(TimeProvider time, Func<Pace> pace)
{
    private const int CleanAt = 1024;
    private readonly ConcurrentDictionary<UserId, Bucket> _buckets = new();
    private int _count;
    private int _cleanAt = CleanAt;

    /// <summary>Accounts that are remembered.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>Takes one.</summary>
    /// <param name="user">Who does it.</param>
    /// <param name="wait">After what time there is one again, where there is none left.</param>
    /// <returns>False where there is none left.</returns>
    public bool TryTake(UserId user, out TimeSpan wait)
    {
        var holds = pace();
        while (true)
        {
            if (!_buckets.TryGetValue(user, out var bucket))
            {
                bucket = new Bucket(holds.Burst, time.GetTimestamp());
                if (!_buckets.TryAdd(user, bucket)) continue;
                if (Interlocked.Increment(ref _count) >= Volatile.Read(ref _cleanAt)) Clean(holds);
            }

            lock (bucket)
            {
                if (bucket.IsGone) continue;
                Fill(bucket, holds);
                wait = bucket.Tokens >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - bucket.Tokens) / holds.PerSecond);
                if (wait > TimeSpan.Zero) return false;
                bucket.Tokens--;
                return true;
            }
        }
    }

    private void Fill(Bucket bucket, Pace holds)
    {
        var now = time.GetTimestamp();
        bucket.Tokens = Math.Min(holds.Burst, bucket.Tokens + (time.GetElapsedTime(bucket.Filled, now).TotalSeconds * holds.PerSecond));
        bucket.Filled = now;
    }

    // A full bucket is as good as none.
    private void Clean(Pace holds)
    {
        Volatile.Write(ref _cleanAt, int.MaxValue);
        foreach (var (user, bucket) in _buckets)
        {
            lock (bucket)
            {
                if (bucket.IsGone) continue;
                Fill(bucket, holds);
                if (bucket.Tokens < holds.Burst) continue;
                bucket.IsGone = true;
            }

            if (_buckets.TryRemove(user, out _)) Interlocked.Decrement(ref _count);
        }

        Volatile.Write(ref _cleanAt, Math.Max(CleanAt, 2 * Volatile.Read(ref _count)));
    }

    private sealed class Bucket(double tokens, long filled)
    {
        public double Tokens { get; set; } = tokens;

        public long Filled { get; set; } = filled;

        public bool IsGone { get; set; }
    }
}
