using System.Globalization;
using System.Runtime.InteropServices;

namespace ChatApp.Bench;

/// <summary>The memory that a process occupies.</summary>
/// <param name="Resident">KiB in memory, with what it shares with others.</param>
/// <param name="Proportional">KiB in memory, with its share of what it shares with others.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProcessMemory(long Resident, long Proportional)
{
    /// <summary>Reads it from the kernel.</summary>
    /// <exception cref="BenchException">The process has ended.</exception>
    public static ProcessMemory Of(int processId)
    {
        try
        {
            return Parse(File.ReadAllText($"/proc/{processId}/smaps_rollup"));
        }
        catch (IOException gone)
        {
            throw new BenchException($"process {processId} has ended while it was measured", gone);
        }
    }

    /// <summary>Takes the two sums out of the kernel's <c>smaps_rollup</c>: lines as <c>Rss:   1234 kB</c>.</summary>
    public static ProcessMemory Parse(string rollup)
    {
        return new ProcessMemory(Field("Rss:"), Field("Pss:"));

        long Field(string name)
        {
            foreach (var line in rollup.Split('\n'))
                if (line.StartsWith(name, StringComparison.Ordinal)) return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
            throw new BenchException($"the kernel does not say {name}");
        }
    }
}
