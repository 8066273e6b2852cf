using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Posts;

/// <summary>
/// Durable posts through the socket: our server beside the same server with one message in each transaction, and one
/// sender beside a bare insert. Once with the disk as it is, and once with one whose fsync takes longer, as on most
/// machines: there group commit shows what it is for.
/// </summary>
internal static class PostsVerb
{
    private const int Senders = 64;
    private const int SlowFsyncMicroseconds = 5000;

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var options = VerbOptions.Parse(arguments);
        // The writer's thread and those of the sockets work side by side, as they do in life.
        Cores.Share();
        var machine = Machine.Facts();
        var rows = new List<PostsRow>();
        string? failure = null;
        try
        {
            foreach (var delay in (int[])[0, SlowFsyncMicroseconds]) await MeasureAsync(delay, options.Quick ? 2 : 5, TimeSpan.FromSeconds(options.Quick ? 1.5 : 4), rows, cancellation);
        }
        catch (BenchException failed)
        {
            cancellation.ThrowIfCancellationRequested();
            failure = failed.Message;
        }

        return Make(machine, rows, failure).Finish(options.Save ? "posts.md" : null, arguments.Typed);
    }

    private static async Task MeasureAsync(int delay, int rounds, TimeSpan time, List<PostsRow> rows, CancellationToken cancellation)
    {
        var wrapper = SlowDisk.Wrapper(delay);
        await using var together = await ProductServer.StartAsync(Checkout.Product, cancellation, wrapper: wrapper);
        await using var alone = await ProductServer.StartAsync(Checkout.Product, cancellation, settings: ["Storage:BatchSize=1"], wrapper: wrapper);
        await Task.Run(() => Burst(together, Senders, time, cancellation), cancellation);
        await Task.Run(() => Burst(alone, Senders, time, cancellation), cancellation);
        for (var round = 1; round <= rounds; round++)
        {
            var disturbance = new DisturbanceClock(together.Cpu, alone.Cpu, new CpuClock(Environment.ProcessId));
            var cpu = together.Cpu.Read();
            var crowd = await Task.Run(() => Burst(together, Senders, time, cancellation), cancellation);
            cpu = together.Cpu.Read() - cpu;
            var crowdAlone = await Task.Run(() => Burst(alone, Senders, time, cancellation), cancellation);
            var single = await Task.Run(() => Burst(together, 1, time / 2, cancellation), cancellation);
            var share = disturbance.Share();
            // As many as take a second or two: on the fast disk its own tail shows, in the same round as ours.
            var bare = await BareInsert.MeasureAsync(delay == 0 ? 4000 : 300, wrapper, cancellation);
            var row = new PostsRow(delay, crowd, crowdAlone, single, bare, cpu, share);
            rows.Add(row);
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"fsync +{delay} us, round {round}: {row.Crowd.PerSecond:0} posts/s (p99 {row.Crowd.Latency.QuantileMs(0.99):0.0} ms), alone {row.Alone.PerSecond:0}, one sender p50 {row.Single.Latency.QuantileMs(0.5):0.00} ms, bare insert {row.Bare.MedianMs:0.00} ms (p99 {row.Bare.P99Ms:0.0} ms), others {row.Disturbance:0%}"));
        }
    }

    private static PostBurst Burst(ServerUnderTest server, int senders, TimeSpan time, CancellationToken cancellation)
    {
        try
        {
            using var client = new PostClient(server);
            client.Connect(senders, cancellation);
            return client.Run(time, cancellation);
        }
        catch (BenchException failed)
        {
            throw server.Failed(failed);
        }
        catch (SocketException broken)
        {
            throw server.Failed(new BenchException(broken.Message, broken));
        }
    }

    private static Report Make(JsonObject machine, List<PostsRow> rows, string? failure)
    {
        var report = new Report("posts") { Failure = failure };
        report.Line(Machine.Describe(machine));
        report.Line($"{Senders} senders over sockets, each posts {Load.Message.JsonBytes} bytes JSON when its last message is acknowledged as on disk; 'alone' is the same server with Storage:BatchSize=1.");
        report.Line($"'slow': fdatasync and fsync are delayed by {SlowFsyncMicroseconds / 1000} ms each (strace), as a disk without a protected cache takes; 'own': the disk as it is.");
        report.Line();
        report.Figures["machine"] = machine;
        report.Table(
            ["disk", "posts/s", "alone", "ratio", "p50 ms", "p99 ms", "CPU us/post", "one sender p50 ms", "bare insert ms", "its p99 ms", "ratio", "others %"],
            rows.GroupBy(row => row.DelayMicroseconds).Select(disk => Cells([.. disk])));
        report.Line();
        report.Line("Each figure is the median of the rounds; ratios are taken inside a round.");
        foreach (var disk in rows.GroupBy(row => row.DelayMicroseconds)) report.Figures[NameOf(disk.Key)] = FiguresOf([.. disk]);

        PostsRow[] own = [.. rows.Where(row => row.DelayMicroseconds == 0)];
        PostsRow[] slow = [.. rows.Where(row => row.DelayMicroseconds > 0)];
        report.Targets.Add(Target.AtLeast("posts/s, together / alone, slow disk", Of(slow, row => row.Gain), must: 15, aim: 20));
        report.Targets.Add(Target.AtMost($"p99 ms of {Senders} senders, own disk", Of(own, row => row.Crowd.Latency.QuantileMs(0.99)), must: 20, aim: 10));
        report.Targets.Add(Target.AtMost("one sender p50 / bare insert, slow disk", Of(slow, row => row.Price), must: 1.3, aim: 1.15));
        return report;
    }

    private static string NameOf(int delay) => delay == 0 ? "own" : "slow";

    private static double? Of(PostsRow[] rows, Func<PostsRow, double> figure) => rows.Length == 0 ? null : Figures.Median(rows.Select(figure));

    private static string[] Cells(PostsRow[] rows) =>
    [
        NameOf(rows[0].DelayMicroseconds),
        Figures.Text(Of(rows, row => row.Crowd.PerSecond)!.Value, "0"),
        Figures.Text(Of(rows, row => row.Alone.PerSecond)!.Value, "0"),
        Figures.Text(Of(rows, row => row.Gain)!.Value, "0.0"),
        Figures.Text(Of(rows, row => row.Crowd.Latency.QuantileMs(0.5))!.Value, "0.0"),
        Figures.Text(Of(rows, row => row.Crowd.Latency.QuantileMs(0.99))!.Value, "0.0"),
        Figures.Text(Of(rows, row => row.CpuMicroseconds)!.Value, "0"),
        Figures.Text(Of(rows, row => row.Single.Latency.QuantileMs(0.5))!.Value),
        Figures.Text(Of(rows, row => row.Bare.MedianMs)!.Value),
        Figures.Text(Of(rows, row => row.Bare.P99Ms)!.Value, "0.0"),
        Figures.Text(Of(rows, row => row.Price)!.Value),
        Figures.Text(Of(rows, row => row.Disturbance)!.Value * 100, "0"),
    ];

    private static JsonObject FiguresOf(PostsRow[] rows) => new()
    {
        ["rounds"] = rows.Length,
        ["posts_per_second"] = Figures.Rounded(Of(rows, row => row.Crowd.PerSecond)!.Value),
        ["posts_per_second_alone"] = Figures.Rounded(Of(rows, row => row.Alone.PerSecond)!.Value),
        ["ratio"] = Figures.Rounded(Of(rows, row => row.Gain)!.Value),
        ["ratio_rounds"] = new JsonArray([.. rows.Select(row => JsonValue.Create(Figures.Rounded(row.Gain)))]),
        ["p50_ms"] = Figures.Rounded(Of(rows, row => row.Crowd.Latency.QuantileMs(0.5))!.Value),
        ["p99_ms"] = Figures.Rounded(Of(rows, row => row.Crowd.Latency.QuantileMs(0.99))!.Value),
        ["cpu_us_per_post"] = Figures.Rounded(Of(rows, row => row.CpuMicroseconds)!.Value),
        ["one_sender_p50_ms"] = Figures.Rounded(Of(rows, row => row.Single.Latency.QuantileMs(0.5))!.Value),
        ["bare_insert_ms"] = Figures.Rounded(Of(rows, row => row.Bare.MedianMs)!.Value),
        ["bare_insert_p99_ms"] = Figures.Rounded(Of(rows, row => row.Bare.P99Ms)!.Value),
        ["one_sender_ratio"] = Figures.Rounded(Of(rows, row => row.Price)!.Value),
        ["others_share"] = Figures.Rounded(Of(rows, row => row.Disturbance)!.Value),
    };
}

/// <summary>One round with one kind of disk.</summary>
/// <param name="DelayMicroseconds">Added to each fsync.</param>
/// <param name="Crowd">Many senders, many messages in a transaction.</param>
/// <param name="Alone">Many senders, one message in a transaction.</param>
/// <param name="Single">One sender.</param>
/// <param name="Bare">Bare inserts, each flushed: what the disk itself takes.</param>
/// <param name="Cpu">Processor time of the server while the crowd posted.</param>
/// <param name="Disturbance">Share of the machine that other programs used.</param>
internal sealed record PostsRow(int DelayMicroseconds, PostBurst Crowd, PostBurst Alone, PostBurst Single, BareTimes Bare, TimeSpan Cpu, double Disturbance)
{
    public double Gain => Crowd.PerSecond / Alone.PerSecond;

    public double Price => Single.Latency.QuantileMs(0.5) / Bare.MedianMs;

    public double CpuMicroseconds => Cpu.TotalMicroseconds / Crowd.Latency.Count;
}
