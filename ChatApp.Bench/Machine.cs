using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace ChatApp.Bench;

/// <summary>Facts about the machine that a reader needs to judge figures, and what they must allow.</summary>
internal static class Machine
{
    /// <summary>The facts for the JSON line.</summary>
    public static JsonObject Facts() => new()
    {
        ["cores"] = Cores.Count,
        ["pinned"] = Cores.Server is not null,
        ["cpu"] = Cpu(),
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["system"] = RuntimeInformation.OSDescription,
        ["configuration"] = Checkout.Configuration,
        ["load_average"] = LoadAverage(),
    };

    /// <summary>The facts as one line of text.</summary>
    public static string Describe(JsonObject facts) =>
        $"{facts["cores"]} cores ({(Cores.Server is null ? "nothing pinned" : "server pinned to one, load client to another")}), "
        + $"{facts["cpu"]}, {facts["runtime"]}, {facts["system"]}, {facts["configuration"]} build, load average {facts["load_average"]} at the start.";

    /// <summary>
    /// Stops with the command that helps where this process may not open enough sockets. The runtime itself
    /// raises the soft limit to the hard one when it starts, in the children too, so only the hard one can be in the way.
    /// </summary>
    public static void NeedOpenFiles(int count)
    {
        var limits = File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var soft = limits?.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(3);
        if (int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var allowed) && allowed < count)
            throw new BenchException($"{count} open files are needed and {allowed} allowed: run `ulimit -n {count}` first (as root, or raise the hard limit)");
    }

    private static string Cpu() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            ?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static double LoadAverage() =>
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
}
