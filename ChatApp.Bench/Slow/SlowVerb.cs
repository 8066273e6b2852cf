using System.Text.Json.Nodes;
using ChatApp.Bench.Load;
using ChatApp.Bench.Probe;
using ChatApp.Bench.Product;
using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Slow;

/// <summary>
/// One reader of a room stops to read, or reads a byte at a time, while messages go to the others at a steady rate. Rounds in
/// which it reads well take turns with those in which it does not: what differs is what the others notice.
/// </summary>
internal static class SlowVerb
{
    private const int PerSecond = 50;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Misbehaviour = TimeSpan.FromSeconds(5);
    private static readonly Reading[] Ways = Enum.GetValues<Reading>();

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var options = VerbOptions.Parse(arguments);
        var (receivers, rounds) = options.Quick ? (200, 1) : (1000, 10);
        var machine = Machine.Facts();
        var rows = new List<SlowRow>();
        string? failure = null;
        try
        {
            Machine.NeedOpenFiles(receivers + 200);
            Cores.PinThisProcess();
            await MeasureAsync(receivers, rounds, rows, cancellation);
        }
        catch (BenchException failed)
        {
            cancellation.ThrowIfCancellationRequested();
            failure = failed.Message;
        }

        return SlowReport.Make(receivers, PerSecond, rows, machine, failure).Finish(options.Save ? "slow.md" : null, arguments.Typed);
    }

    private static async Task MeasureAsync(int receivers, int rounds, List<SlowRow> rows, CancellationToken cancellation)
    {
        using var probe = new ProcessProbe();
        await using var server = await ProductServer.StartAsync(Checkout.Product, cancellation, ExtraRoom.Add, probe: probe);
        await using var flood = await Flood.ConnectAsync(server, cancellation);
        using var client = new LoadClient(server.Dialect, server.Port);
        await server.LoadAsync(() =>
        {
            client.Connect(Crowd.InOneRoom(receivers), cancellation);
            return client.Run(new SteadyPace(5 * PerSecond, PerSecond), cancellation);
        });
        // The first round is the compiler's.
        for (var round = 0; round <= rounds; round++)
        {
            // No way always comes first.
            foreach (var reading in Ways.Select((_, number) => Ways[(number + round) % Ways.Length]))
            {
                var row = await RoundAsync(server, client, flood, probe, reading, round, cancellation);
                await Console.Error.WriteLineAsync($"round {round} {reading}: p99 {Figures.Text(row.P99)} ms, {row.End}");
                if (round > 0) rows.Add(row);
            }
        }
    }

    private static async Task<SlowRow> RoundAsync(
        ServerUnderTest server, LoadClient client, Flood flood, ProcessProbe probe, Reading reading, int round, CancellationToken cancellation)
    {
        var slow = await CountSlowAsync(server, cancellation);
        using var reader = new SlowReader(server.Dialect, server.Port, Message.General, ExtraRoom.Name);
        reader.Connect();
        reader.Begin(reading, Misbehaviour);
        var flooding = flood.RunAsync(cancellation);
        var disturbance = new DisturbanceClock(server.Cpu, new CpuClock(Environment.ProcessId));
        var burst = await server.LoadAsync(() => client.Run(new SteadyPace((int)Length.TotalSeconds * PerSecond, PerSecond), cancellation));
        var others = disturbance.Share();
        await flooding;
        var end = await reader.EndAsync();
        // What it held must be given back within a second.
        await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        return new SlowRow(reading, round, burst.Latency.QuantileMs(0.5), burst.Latency.QuantileMs(0.99), end, await CountSlowAsync(server, cancellation) > slow, probe.LiveBytes, Math.Max(Math.Abs(burst.Due - burst.Delivered), burst.Uneven), others);
    }

    private static async Task<long> CountSlowAsync(ServerUnderTest server, CancellationToken cancellation)
    {
        const string name = "chatapp_closes_total{kind=\"socket\",code=\"3008\"} ";
        using var http = new HttpClient();
        var figures = await http.GetStringAsync(new Uri($"http://127.0.0.1:{server.Port}/metrics"), cancellation);
        var line = figures.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line[name.Length..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
