using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace ChatApp.Bench;

/// <summary>
/// How the machine takes a core away from whoever computes on it: below that no latency can be promised here, whatever program is measured.
/// </summary>
/// <param name="Longest">The longest time without the core, in milliseconds.</param>
/// <param name="Share">The part of the time that went in stalls of half a millisecond and more.</param>
internal sealed record Stalls(double Longest, double Share)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(0.5);

    /// <summary>Does nothing but look at the clock, on both cores as in a run, before any server is there.</summary>
    public static Stalls Measure(TimeSpan time)
    {
        // What else runs would go to a core that is free.
        var client = new Thread(() => Spin(time));
        client.Start();
        var stalls = Cores.OnServerCore(() => Spin(time));
        client.Join();
        return stalls;
    }

    /// <summary>In words.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"Without any server, the machine took the server's core away for {Share:0.00%} of the time, {Longest:0.0} ms at once at most: the servers' latencies have that in them.");

    /// <summary>For programs.</summary>
    public JsonObject ToJson() => new() { ["longest_ms"] = Figures.Rounded(Longest), ["share"] = Figures.Rounded(Share) };

    private static Stalls Spin(TimeSpan time)
    {
        var begun = Stopwatch.GetTimestamp();
        var (last, longest, taken) = (begun, TimeSpan.Zero, TimeSpan.Zero);
        while (Stopwatch.GetElapsedTime(begun, last) < time)
        {
            var now = Stopwatch.GetTimestamp();
            var gap = Stopwatch.GetElapsedTime(last, now);
            last = now;
            if (gap < Shortest) continue;
            taken += gap;
            if (gap > longest) longest = gap;
        }

        return new Stalls(longest.TotalMilliseconds, taken / time);
    }
}
