using System.Globalization;

namespace ChatApp.Bench;

/// <summary>The processor time that a process has used, all its threads, user and system.</summary>
internal sealed class CpuClock(int processId)
{
    /// <summary>The kernel's clock ticks per second in /proc, the same on every architecture that .NET runs on.</summary>
    private const int TicksPerSecond = 100;

    /// <summary>Reads the time used so far, in steps of 10 ms.</summary>
    /// <exception cref="BenchException">The process has ended.</exception>
    public TimeSpan Read()
    {
        string stat;
        try
        {
            stat = File.ReadAllText($"/proc/{processId}/stat");
        }
        catch (IOException gone)
        {
            throw new BenchException($"process {processId} has ended while it was measured", gone);
        }

        // The second field is the program's name in parentheses and may hold spaces; user and system time are the 14th and 15th.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return FromTicks(ticks);
    }

    /// <summary>Turns the kernel's clock ticks into time.</summary>
    public static TimeSpan FromTicks(long ticks) => TimeSpan.FromSeconds((double)ticks / TicksPerSecond);
}
