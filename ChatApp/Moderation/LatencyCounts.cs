namespace ChatApp.Moderation;

/// <summary>
/// How long things took, as counts in steps of about a fifth from 10 microseconds to a minute: adding takes no lock and no memory, and what was
/// counted between two readings gives its quantiles.
/// </summary>
internal sealed class LatencyCounts
{
    private const double Shortest = 0.000_01;
    private const int PerDoubling = 4;
    private const int Steps = 92;

    private readonly long[] _counts = new long[Steps];

    /// <summary>Counts a duration, in seconds.</summary>
    public void Add(double seconds)
    {
        var step = seconds <= Shortest ? 0 : (int)Math.Ceiling(Math.Log2(seconds / Shortest) * PerDoubling);
        Interlocked.Increment(ref _counts[Math.Clamp(step, 0, Steps - 1)]);
    }

    /// <summary>All counts since the start.</summary>
    public long[] Read() => [.. _counts];

    /// <summary>The duration, in seconds, below which a part of what was counted between two readings lies; null where nothing was.</summary>
    public static double? Quantile(long[] before, long[] after, double part)
    {
        long[] between = [.. after.Zip(before, static (late, early) => late - early)];
        var total = between.Sum();
        if (total == 0) return null;
        var wanted = Math.Ceiling(total * part);
        long seen = 0;
        for (var step = 0; step < Steps; step++)
        {
            seen += between[step];
            if (seen >= wanted) return Shortest * Math.Pow(2, (double)step / PerDoubling);
        }

        return null;
    }
}
