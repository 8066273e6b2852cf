using System.Globalization;

namespace ChatApp.Bench;

/// <summary>
/// How much of this machine other programs used while something was measured: figures from a busy machine are
/// worth little, and a report has to say so.
/// </summary>
/// <param name="measured">The processes that belong to the measurement.</param>
internal sealed class DisturbanceClock(params CpuClock[] measured)
{
    private readonly (TimeSpan Idle, TimeSpan Total, TimeSpan Measured) _begin = Read(measured);

    /// <summary>The share of all cores' time since the clock was made, from 0 to 1, that went to other programs.</summary>
    public double Share()
    {
        var end = Read(measured);
        var total = end.Total - _begin.Total;
        var others = total - (end.Idle - _begin.Idle) - (end.Measured - _begin.Measured);
        return total > TimeSpan.Zero ? Math.Clamp(others / total, 0, 1) : 0;
    }

    private static (TimeSpan Idle, TimeSpan Total, TimeSpan Measured) Read(CpuClock[] measured)
    {
        // cpu user nice system idle iowait irq softirq steal ...; time stolen by the host counts as another program's,
        // and interrupts do not: most are the network stack at work for the measured processes.
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var times = fields.Skip(1).Take(8).Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        var idle = times[3] + times[4] + times[5] + times[6];
        return (CpuClock.FromTicks(idle), CpuClock.FromTicks(times.Sum()), measured.Aggregate(TimeSpan.Zero, (sum, clock) => sum + clock.Read()));
    }
}
