using System.Text.Json.Nodes;
using ChatApp.Bench.Probe;
using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Herd;

/// <summary>
/// All sockets of a room are cut at once and come back with their positions, while messages go on. Once with what they
/// missed in memory, as a cut of seconds leaves it, and once with so little kept there that it must come from the log.
/// </summary>
internal static class HerdVerb
{
    private const int MessagesPerSecond = 2;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var options = VerbOptions.Parse(arguments);
        var (sockets, rounds) = options.Quick ? (1000, 1) : (10_000, 3);
        var machine = Machine.Facts();
        var rows = new List<HerdRow>();
        string? failure = null;
        try
        {
            Machine.NeedOpenFiles(sockets + 200);
            Cores.PinThisProcess();
            rows.Add(await MeasureAsync(HerdRow.FromMemory, [], sockets, rounds, cancellation));
            rows.Add(await MeasureAsync(HerdRow.FromLog, ["Push:RecentEvents=1"], sockets, rounds, cancellation));
        }
        catch (BenchException failed)
        {
            cancellation.ThrowIfCancellationRequested();
            failure = failed.Message;
        }

        return Make(sockets, rounds, rows, machine, failure).Finish(options.Save ? "herd.md" : null, arguments.Typed);
    }

    private static async Task<HerdRow> MeasureAsync(string source, string[] settings, int sockets, int rounds, CancellationToken cancellation)
    {
        using var probe = new ProcessProbe();
        await using var server = await ProductServer.StartAsync(Checkout.Product, cancellation, settings: settings, probe: probe);
        var row = await server.LoadAsync(() => Measure(server, probe, source, sockets, rounds, cancellation));
        await Console.Error.WriteLineAsync($"{source}: {Figures.Text(row.Seconds(0.99))} s until 99 % were back");
        return row;
    }

    private static HerdRow Measure(ServerUnderTest server, ProcessProbe probe, string source, int sockets, int rounds, CancellationToken cancellation)
    {
        // The seed makes two runs alike; it protects nothing.
#pragma warning disable CA5394
        using var client = new HerdClient((ProductDialect)server.Dialect, server.Port, new Random(1)) { Gap = 1_000_000_000L / MessagesPerSecond };
#pragma warning restore CA5394
        client.Connect(sockets, cancellation);
        client.Live(Together, cancellation);
        var row = new HerdRow(source);
        var (postReads, posts) = (probe.StorageReads, client.Position);
        client.Live(Together, cancellation);
        var readsOfPost = (double?)(probe.StorageReads - postReads) / Math.Max(1, client.Position - posts);
        for (var round = 0; round < rounds; round++)
        {
            var (reads, logReads, cpu, cut) = (probe.StorageReads, probe.LogReads, server.Cpu.Read(), client.Position);
            row.Rounds.Add(client.CutAndReturn(Longest, cancellation));
            row.Cpu += server.Cpu.Read() - cpu;
            row.Reads += probe.StorageReads - reads;
            row.LogReads += probe.LogReads - logReads;
            row.Missed += client.Position - cut;
            client.Live(Together, cancellation);
        }

        // The messages that go on read too, with nobody coming back.
        row.Reads -= (long?)(readsOfPost * row.Missed);
        row.Missing = client.Finish(cancellation);
        row.Doubled = client.Members.Sum(member => member.Doubled);
        row.Gaps = client.Members.Count(member => member.WasToldOfGap);
        row.FailedAttempts = client.FailedAttempts;
        row.LastFailure = client.LastFailure;
        return row;
    }

    private static Report Make(int sockets, int rounds, List<HerdRow> rows, JsonObject machine, string? failure)
    {
        var report = new Report("herd") { Failure = failure };
        report.Line(Machine.Describe(machine));
        report.Line($"{sockets:N0} sockets of one room, cut at once {(rounds == 1 ? "once" : $"{rounds} times")}; each comes back after a random part of a second with its position, while {MessagesPerSecond} messages a second go on. Seconds from the cut until so many are live and have what they missed; the median of the rounds.");
        if (Checkout.Configuration != "Release") report.Line("This is no Release build: the figures mean nothing.");
        report.Line();
        report.Table(
            ["missed events come", "half s", "99 % s", "all s", "worst 99 % s", "CPU us/resume", "reads/resume", "of the log", "missed", "missing", "doubled", "told of a gap", "failed attempts"],
            rows.Select(row => row.Cells(sockets)));
        if (rows.Find(row => row.FailedAttempts > 0) is { } failing)
        {
            report.Line();
            report.Line($"The last failed attempt: {failing.LastFailure}");
        }

        if (rows.Exists(row => row.Reads is null))
        {
            report.Line();
            report.Line("Reads of the database could not be counted: the system has no SQLite library.");
        }

        report.Figures["machine"] = machine;
        foreach (var row in rows) report.Figures[row.Source] = row.Json(sockets);
        foreach (var source in (string[])[HerdRow.FromMemory, HerdRow.FromLog])
        {
            var row = rows.Find(candidate => candidate.Source == source);
            report.Targets.Add(Target.AtMost($"seconds until 99 % are live and caught up, {source}", row?.Worst(0.99), must: 15, aim: 15));
            report.Targets.Add(Target.AtMost($"events missing or doubled, {source}", row is null ? null : row.Missing + row.Doubled + row.Gaps, must: 0, aim: 0));
            report.Targets.Add(Target.AtMost($"database reads for each resume, {source}", row?.Each(row.Reads, sockets), must: 2, aim: 2));
        }

        var fromMemory = rows.Find(row => row.Source == HerdRow.FromMemory);
        report.Targets.Add(Target.AtMost($"reads of the log, {HerdRow.FromMemory}", fromMemory?.LogReads, must: 0, aim: 0));

        return report;
    }
}
