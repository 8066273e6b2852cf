using System.Globalization;
using System.Text.Json.Nodes;
using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Fanout;

/// <summary>Turns the rows of a fan-out run into tables, figures and targets.</summary>
internal static class FanoutReport
{
    /// <summary>One line for who waits.</summary>
    public static string Progress(string workload, FanoutRow row) => string.Create(CultureInfo.InvariantCulture,
        $"{workload} round {row.Round} {row.Server,-8} {row.CpuMicroseconds,6:0.00} us/delivery, p50 {row.P50,7:0.00} ms, p99 {row.P99,7:0.00} ms, {row.Burst.Delivered} of {row.Burst.Due} deliveries, others {row.Disturbance:0%}");

    public static Report Make(FanoutOptions options, JsonObject machine, List<FanoutRows> workloads, string? failure)
    {
        var report = new Report("fanout") { Failure = failure };
        report.Line(Machine.Describe(machine));
        report.Line(string.Create(CultureInfo.InvariantCulture,
            $"Messages of {Load.Message.JsonBytes} bytes JSON for {options.Seconds} s after {options.WarmUp} s of warm-up. Each figure is the median of the rounds; 'x ours' is the median of the ratios inside a round."));
        if (Checkout.Configuration != "Release") report.Line("This is no Release build: the figures mean nothing.");
        if (!Peers.Available.Contains(NchanServer.Name)) report.Line("nchan is not installed here.");
        report.Figures["machine"] = machine.DeepClone();
        foreach (var rows in workloads) Add(report, rows, options);
        return report;
    }

    private static void Add(Report report, FanoutRows workload, FanoutOptions options)
    {
        var rows = workload.Rows;
        report.Line();
        report.Line($"**{workload.Workload.Description}**, {Plural(workload.Rounds)}.");
        if (rows.Exists(row => row.Burst.ClientBusy > 0.9)) report.Line("The load client was busy for more than 90 % of a burst: latencies are partly its own.");
        if (rows.Exists(row => !row.Calm)) report.Line("Other programs used more than 10 % of the machine in every round: measure again when it is idle.");
        else if (workload.LeftOut > 0) report.Line($"Left out: {Plural(workload.LeftOut)} in which other programs used more than 10 % of the machine.");
        if (workload.Stalls is { } stalls) report.Line($"{stalls}");
        report.Line();

        string[] servers = [.. rows.Select(row => row.Server).Distinct(StringComparer.Ordinal)];
        if (servers.Length > 0)
        {
            report.Table(
                ["server", "CPU us/delivery", "x ours", "p50 ms", "p99 ms", "last p50 ms", "last p99 ms", "deliveries/s", "lost", "wire bytes", "MiB", "server core %", "client core %", "others %"],
                servers.Select(name => Cells(name, workload)));
        }

        var figures = new JsonObject
        {
            ["rooms"] = workload.Workload.Rooms,
            ["receivers"] = workload.Workload.Receivers,
            ["messages_per_second"] = workload.Workload.InFlight > 0 ? null : workload.Workload.Rate,
            ["in_flight"] = workload.Workload.InFlight,
            ["message_bytes"] = Load.Message.JsonBytes,
            ["seconds"] = options.Seconds,
            ["rounds"] = workload.Rounds,
        };
        if (workload.Stalls is { } taken) figures["stalls"] = taken.ToJson();
        foreach (var name in servers) figures[name] = FiguresOf(name, workload);
        report.Figures[workload.Workload.Letter] = figures;
        report.Targets.AddRange(FanoutTargets.Of(workload, [.. servers.Union(options.Peers, StringComparer.Ordinal)]));
    }

    private static string Plural(int rounds) => rounds == 1 ? "1 round" : $"{rounds} rounds";

    private static string[] Cells(string name, FanoutRows rows)
    {
        return
        [
            name,
            Cell(row => row.CpuMicroseconds, "0.00"),
            rows.Ratio(name, ProductServer.Name, row => row.CpuMicroseconds) is { } times ? Figures.Text(times) : "-",
            Cell(row => row.P50, "0.0"),
            Cell(row => row.P99, "0.0"),
            Cell(row => row.LastP50, "0.0"),
            Cell(row => row.LastP99, "0.0"),
            Cell(row => row.DeliveriesPerSecond, "0"),
            $"{rows.Measured.Where(row => row.Server == name).Sum(row => row.Wrong)}",
            Cell(row => row.BytesPerDelivery, "0"),
            Cell(row => row.MiB, "0"),
            Cell(row => row.CpuShare * 100, "0"),
            Cell(row => row.Burst.ClientBusy * 100, "0"),
            Cell(row => row.Disturbance * 100, "0"),
        ];

        string Cell(Func<FanoutRow, double?> figure, string format) => rows.Median(name, figure) is { } median ? Figures.Text(median, format) : "-";
    }

    private static JsonObject FiguresOf(string name, FanoutRows rows)
    {
        var figures = new JsonObject
        {
            ["cpu_us_per_delivery"] = Number(row => row.CpuMicroseconds),
            ["cpu_us_per_delivery_rounds"] = Each(row => row.CpuMicroseconds),
            ["p50_ms"] = Number(row => row.P50),
            ["p99_ms"] = Number(row => row.P99),
            ["p99_ms_rounds"] = Each(row => row.P99),
            ["last_p50_ms"] = Number(row => row.LastP50),
            ["last_p99_ms"] = Number(row => row.LastP99),
            ["deliveries_per_second"] = Number(row => row.DeliveriesPerSecond),
            ["deliveries_per_second_rounds"] = Each(row => row.DeliveriesPerSecond),
            ["lost_or_doubled"] = rows.Measured.Where(row => row.Server == name).Sum(row => row.Wrong),
            ["wire_bytes_per_delivery"] = Number(row => row.BytesPerDelivery),
            ["resident_mib"] = Number(row => row.MiB),
            ["server_core_share"] = Number(row => row.CpuShare),
            ["client_core_share"] = Number(row => row.Burst.ClientBusy),
            ["others_share"] = Number(row => row.Disturbance),
        };
        if (rows.Median(name, row => row.AllocatedPerDelivery) is { } allocated) figures["allocated_bytes_per_delivery"] = Figures.Rounded(allocated);
        return figures;

        double Number(Func<FanoutRow, double?> figure) => Figures.Rounded(rows.Median(name, figure) ?? 0);

        JsonArray Each(Func<FanoutRow, double> figure) =>
            new([.. rows.Rows.Where(row => row.Server == name).Select(row => JsonValue.Create(Figures.Rounded(figure(row))))]);
    }
}
