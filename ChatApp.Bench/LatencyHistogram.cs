using System.Numerics;

namespace ChatApp.Bench;

/// <summary>
/// Counts durations in buckets that are at most 1/128 of their value wide, so that a quantile is right within 1 %
/// however many values there are, and recording one costs a few instructions and no memory.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 7;
    private const int Sub = 1 << SubBits;

    private readonly long[] _buckets = new long[(64 - SubBits) * Sub];

    /// <summary>How many durations were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a duration in nanoseconds; a negative one counts as 0.</summary>
    public void Record(long nanoseconds)
    {
        _buckets[IndexOf(Math.Max(nanoseconds, 0))]++;
        Count++;
    }

    /// <summary>The duration in milliseconds that the given share of all values does not exceed; 0 without values.</summary>
    /// <param name="share">From 0 to 1: 0.99 is the 99th percentile.</param>
    public double QuantileMs(double share)
    {
        var rank = (long)Math.Ceiling(Count * share);
        long seen = 0;
        for (var index = 0; index < _buckets.Length; index++)
        {
            seen += _buckets[index];
            if (seen >= rank && seen > 0) return UpperEdge(index) / 1e6;
        }

        return 0;
    }

    private static int IndexOf(long value)
    {
        if (value < Sub) return (int)value;
        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return ((shift + 1) << SubBits) + (int)((value >> shift) - Sub);
    }

    private static double UpperEdge(int index)
    {
        var shift = (index >> SubBits) - 1;
        return shift < 0 ? index : Math.ScaleB((index & (Sub - 1)) + Sub + 1, shift);
    }
}
