using System.Text.Json.Nodes;

namespace ChatApp.Bench.Slow;

/// <summary>One round with one way of reading.</summary>
/// <param name="Reading">The way.</param>
/// <param name="Round">From 1.</param>
/// <param name="P50">Milliseconds until the others had a message.</param>
/// <param name="P99">The 99th percentile of that.</param>
/// <param name="End">How the reader ended, as it saw it itself.</param>
/// <param name="EndedAsSlow">
/// Whether the server ended it for its slowness (3008), by its own count: whoever reads nothing for longer than the server waits with its
/// last word does not hear it.
/// </param>
/// <param name="LiveBytes">Of the server's managed objects, after it ended.</param>
/// <param name="Lost">Deliveries to the others that are missing or too many.</param>
/// <param name="Disturbance">The share of the machine, from 0 to 1, that other programs used.</param>
internal sealed record SlowRow(Reading Reading, int Round, double P50, double P99, string End, bool EndedAsSlow, long LiveBytes, long Lost, double Disturbance);

/// <summary>Turns the rows into a table, figures and targets.</summary>
internal static class SlowReport
{
    public static Report Make(int receivers, int perSecond, List<SlowRow> rows, JsonObject machine, string? failure)
    {
        var report = new Report("slow") { Failure = failure };
        report.Line(Machine.Describe(machine));
        report.Line($"{receivers} receivers in one room, {perSecond} messages/s, and one more reader, to which 8 MB more go; {rows.Count / 3} rounds of each way of reading in turn. Times are those of the others.");
        if (Checkout.Configuration != "Release") report.Line("This is no Release build: the figures mean nothing.");
        if (rows.Exists(row => row.Disturbance > 0.1)) report.Line("Other programs used more than 10 % of the machine: measure again when it is idle.");
        report.Line();
        report.Table(
            ["the one reader", "p50 ms", "p99 ms", "p99 x well", "lost", "ended with", "live KiB more", "others %"],
            Enum.GetValues<Reading>().Where(way => rows.Exists(row => row.Reading == way)).Select(way => Cells(way, rows)));
        report.Figures["machine"] = machine;
        foreach (var way in Enum.GetValues<Reading>()) report.Figures[Name(way)] = Json([.. rows.Where(row => row.Reading == way)]);
        foreach (var way in (Reading[])[Reading.Nothing, Reading.ByteByByte])
        {
            report.Targets.Add(Target.AtMost($"p99 of the others, reads {Name(way)} / reads well", Ratio(way, rows), must: 1.1, aim: 1.1));
            report.Targets.Add(Target.AtMost($"rounds not ended with 3008, reads {Name(way)}", rows.Count == 0 ? null : rows.Count(row => row.Reading == way && !row.EndedAsSlow), must: 0, aim: 0));
            report.Targets.Add(Target.AtMost($"KiB still held afterwards, reads {Name(way)}", rows.Count == 0 ? null : Held(way, rows), must: 256, aim: 64));
        }

        report.Targets.Add(Target.AtMost("deliveries to the others lost or doubled", rows.Count == 0 ? null : rows.Sum(row => row.Lost), must: 0, aim: 0));
        return report;
    }

    private static string Name(Reading way) => way switch
    {
        Reading.Nothing => "nothing",
        Reading.ByteByByte => "a byte at a time",
        _ => "well",
    };

    private static string[] Cells(Reading way, List<SlowRow> all)
    {
        SlowRow[] rows = [.. all.Where(row => row.Reading == way)];
        return
        [
            $"reads {Name(way)}", Figures.Text(Figures.Median(rows.Select(row => row.P50))), Figures.Text(Figures.Median(rows.Select(row => row.P99))), Figures.Text(Ratio(way, all) ?? 0),
            $"{rows.Sum(row => row.Lost)}", string.Join(", ", rows.Select(row => row.End).Distinct(StringComparer.Ordinal)), Figures.Text(Held(way, all), "0"), Figures.Text(100 * Figures.Median(rows.Select(row => row.Disturbance)), "0"),
        ];
    }

    private static JsonObject Json(SlowRow[] rows) => new()
    {
        ["p50_ms"] = Figures.Rounded(Figures.Median(rows.Select(row => row.P50))),
        ["p99_ms"] = Figures.Rounded(Figures.Median(rows.Select(row => row.P99))),
        ["p99_ms_rounds"] = new JsonArray([.. rows.Select(row => JsonValue.Create(Figures.Rounded(row.P99)))]),
        ["ends"] = new JsonArray([.. rows.Select(row => JsonValue.Create(row.End))]),
        ["live_bytes"] = new JsonArray([.. rows.Select(row => JsonValue.Create(row.LiveBytes))]),
    };

    /// <summary>The median over the rounds of the ratio inside a round.</summary>
    private static double? Ratio(Reading way, List<SlowRow> rows)
    {
        double[] ratios = [.. from slow in rows join well in rows on slow.Round equals well.Round where slow.Reading == way && well.Reading == Reading.Well select slow.P99 / well.P99];
        return ratios.Length == 0 ? null : Figures.Median(ratios);
    }

    private static double Held(Reading way, List<SlowRow> rows) =>
        (Live(way, rows) - Live(Reading.Well, rows)) / 1024;

    private static double Live(Reading way, List<SlowRow> rows) => Figures.Median(rows.Where(row => row.Reading == way).Select(row => (double)row.LiveBytes));
}
