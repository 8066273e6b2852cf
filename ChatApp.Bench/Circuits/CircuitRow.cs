using System.Text.Json.Nodes;

namespace ChatApp.Bench.Circuits;

/// <summary>One server at one pace.</summary>
/// <param name="Server">Its name.</param>
/// <param name="PerSecond">Messages posted in a second.</param>
/// <param name="Cpu">Processor time of the server, user and system.</param>
/// <param name="Due">Messages that pages had to show: those posted, times the pages.</param>
/// <param name="Shown">Those that they showed.</param>
/// <param name="Renders">Renders that it took.</param>
/// <param name="P50">Milliseconds from the moment a message was due until a page had it.</param>
/// <param name="P99">The 99th percentile of that.</param>
/// <param name="Disturbance">The share of the machine, from 0 to 1, that other programs used.</param>
internal sealed record CircuitRow(string Server, int PerSecond, TimeSpan Cpu, long Due, long Shown, long Renders, double P50, double P99, double Disturbance)
{
    /// <summary>Milliseconds of processor time for each message that a page showed.</summary>
    public double CpuPerMessage => Cpu.TotalMilliseconds / Math.Max(1, Shown);

    public string[] Cells() =>
    [
        Server, $"{PerSecond}", Figures.Text(CpuPerMessage, "0.000"), Figures.Text(P50, "0"), Figures.Text(P99, "0"), Figures.Text((double)Shown / Math.Max(1, Renders), "0.0"), $"{Due - Shown}", Figures.Text(100 * Disturbance, "0"),
    ];

    public JsonObject Json() => new()
    {
        ["cpu_ms_per_message"] = Figures.Rounded(CpuPerMessage),
        ["p50_ms"] = Figures.Rounded(P50),
        ["p99_ms"] = Figures.Rounded(P99),
        ["messages_per_render"] = Figures.Rounded((double)Shown / Math.Max(1, Renders)),
        ["due"] = Due,
        ["shown"] = Shown,
        ["disturbance"] = Figures.Rounded(Disturbance),
    };
}
