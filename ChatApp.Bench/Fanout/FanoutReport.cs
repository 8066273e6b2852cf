using System.Globalization;
using System.Text.Json.Nodes;
using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Fanout;

/// <summary>Turns the rows of a fan-out run into a table, figures and targets.</summary>
internal static class FanoutReport
{
    /// <summary>One line for who waits.</summary>
    public static string Progress(FanoutRow row) => string.Create(CultureInfo.InvariantCulture,
        $"round {row.Round} {row.Server,-8} {row.CpuMicroseconds,6:0.00} us/delivery, p50 {row.P50,7:0.00} ms, p99 {row.P99,7:0.00} ms, {row.Burst.Delivered} of {row.Burst.Due} deliveries, others {row.Disturbance:0%}");

    public static Report Make(FanoutOptions options, JsonObject machine, List<FanoutRow> measured, string? failure)
    {
        var rows = CalmOnes(measured);
        var report = new Report("fanout") { Failure = failure };
        report.Line(Machine.Describe(machine));
        report.Line(string.Create(CultureInfo.InvariantCulture,
            $"{options.Receivers} receivers in one room, {options.Rate} messages/s of {Load.Message.JsonBytes} bytes JSON for {options.Seconds} s after {options.WarmUp} s of warm-up, {Plural(Rounds(rows))}."));
        if (Checkout.Configuration != "Release") report.Line("This is no Release build: the figures mean nothing.");
        if (rows.Any(row => row.Burst.ClientBusy > 0.9))
            report.Line("The load client was busy for more than 90 % of a burst: latencies are partly its own.");
        if (rows.Exists(row => !row.Calm))
            report.Line("Other programs used more than 10 % of the machine in every round: measure again when it is idle.");
        else if (rows.Count < measured.Count)
            report.Line($"Left out: {Plural(Rounds(measured) - Rounds(rows))} in which other programs used more than 10 % of the machine.");
        report.Line();

        var servers = options.Servers.Where(name => rows.Exists(row => row.Server == name)).ToArray();
        if (servers.Length > 0)
        {
            report.Table(
                ["server", "CPU us/delivery", "x ours", "p50 ms", "p99 ms", "deliveries/s", "lost", "wire bytes", "server core %", "client core %", "others %"],
                servers.Select(name => Cells(name, rows)));
            report.Line();
            report.Line("Each figure is the median of the rounds; 'x ours' is the median of the ratios inside a round.");
        }

        report.Figures["machine"] = machine;
        report.Figures["workload"] = new JsonObject
        {
            ["receivers"] = options.Receivers,
            ["messages_per_second"] = options.Rate,
            ["message_bytes"] = Load.Message.JsonBytes,
            ["seconds"] = options.Seconds,
            ["rounds"] = Rounds(rows),
        };
        foreach (var name in servers) report.Figures[name] = Figures([.. rows.Where(row => row.Server == name)]);

        if (options.Servers.Contains(ProductServer.Name) && options.Servers.Contains(SignalRServer.Name))
        {
            report.Targets.Add(Target.AtLeast("CPU per delivery, SignalR / ours",
                Ratio(rows, SignalRServer.Name, ProductServer.Name, row => row.CpuMicroseconds), must: 1.0, aim: 1.8));
            report.Targets.Add(Target.AtMost("p99 latency, ours / SignalR",
                Ratio(rows, ProductServer.Name, SignalRServer.Name, row => row.P99), must: 2.0, aim: 0.5));
        }

        if (options.Servers.Contains(ProductServer.Name))
            report.Targets.Add(Target.AtMost("deliveries lost or doubled by ours",
                servers.Contains(ProductServer.Name) ? Wrong(measured.Where(row => row.Server == ProductServer.Name)) : null, must: 0, aim: 0));
        return report;
    }

    /// <summary>The rounds without disturbance; all of them where there is none.</summary>
    private static List<FanoutRow> CalmOnes(List<FanoutRow> rows)
    {
        List<FanoutRow> calm = [.. rows.GroupBy(row => row.Round).Where(round => round.All(row => row.Calm)).SelectMany(round => round)];
        return calm.Count > 0 ? calm : rows;
    }

    private static string Plural(int rounds) => rounds == 1 ? "1 round" : $"{rounds} rounds";

    private static int Rounds(List<FanoutRow> rows) => rows.Select(row => row.Round).Distinct().Count();

    private static string[] Cells(string name, List<FanoutRow> all)
    {
        FanoutRow[] rows = [.. all.Where(row => row.Server == name)];
        var timesOurs = Ratio(all, name, ProductServer.Name, row => row.CpuMicroseconds);
        return
        [
            name,
            Text(Median(rows, row => row.CpuMicroseconds), "0.00"),
            timesOurs is { } times ? Text(times, "0.00") : "-",
            Text(Median(rows, row => row.P50), "0.0"),
            Text(Median(rows, row => row.P99), "0.0"),
            Text(Median(rows, row => row.DeliveriesPerSecond), "0"),
            Text(Wrong(rows), "0"),
            Text(Median(rows, row => row.BytesPerDelivery), "0"),
            Text(Median(rows, row => row.CpuShare) * 100, "0"),
            Text(Median(rows, row => row.Burst.ClientBusy) * 100, "0"),
            Text(Median(rows, row => row.Disturbance) * 100, "0"),
        ];
    }

    private static JsonObject Figures(FanoutRow[] rows) => new()
    {
        ["cpu_us_per_delivery"] = Rounded(Median(rows, row => row.CpuMicroseconds)),
        ["cpu_us_per_delivery_rounds"] = new JsonArray([.. rows.Select(row => JsonValue.Create(Rounded(row.CpuMicroseconds)))]),
        ["p50_ms"] = Rounded(Median(rows, row => row.P50)),
        ["p99_ms"] = Rounded(Median(rows, row => row.P99)),
        ["p99_ms_rounds"] = new JsonArray([.. rows.Select(row => JsonValue.Create(Rounded(row.P99)))]),
        ["deliveries_per_second"] = Rounded(Median(rows, row => row.DeliveriesPerSecond)),
        ["lost_or_doubled"] = Wrong(rows),
        ["wire_bytes_per_delivery"] = Rounded(Median(rows, row => row.BytesPerDelivery)),
        ["server_core_share"] = Rounded(Median(rows, row => row.CpuShare)),
        ["client_core_share"] = Rounded(Median(rows, row => row.Burst.ClientBusy)),
        ["others_share"] = Rounded(Median(rows, row => row.Disturbance)),
    };

    /// <summary>Deliveries that are missing or too many; where they cancel out, the receivers that they went to.</summary>
    private static long Wrong(IEnumerable<FanoutRow> rows) =>
        rows.Sum(row => Math.Max(Math.Abs(row.Burst.Due - row.Burst.Delivered), row.Burst.Uneven));

    /// <summary>The median over the rounds of one server's figure divided by another's; null where no round has both.</summary>
    private static double? Ratio(List<FanoutRow> rows, string upper, string lower, Func<FanoutRow, double> figure)
    {
        double[] ratios =
        [
            .. from above in rows
               join below in rows on above.Round equals below.Round
               where above.Server == upper && below.Server == lower
               select figure(above) / figure(below),
        ];
        return ratios.Length == 0 ? null : Median(ratios, ratio => ratio);
    }

    private static double Median<T>(T[] items, Func<T, double> figure) => Bench.Figures.Median(items.Select(figure));

    private static double Rounded(double value) => Bench.Figures.Rounded(value);

    private static string Text(double value, string format) => Bench.Figures.Text(value, format);
}
