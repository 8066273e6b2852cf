using System.Diagnostics;
using ChatApp.Bench.Load;
using ChatApp.Bench.Probe;
using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Fanout;

/// <summary>
/// The workloads of docs/PERFORMANCE.md: messages to many receivers. The servers take turns, because a shared machine
/// drifts by more between minutes than servers differ: only rows of the same round are compared.
/// </summary>
internal static class FanoutVerb
{
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var options = FanoutOptions.Parse(arguments);
        var machine = Machine.Facts();
        var workloads = new List<FanoutRows>();
        string? failure = null;
        try
        {
            Machine.NeedOpenFiles(options.Workloads.Max(workload => workload.Receivers) + 200);
            Cores.PinThisProcess();
            foreach (var workload in options.Workloads)
            {
                var rows = new FanoutRows(workload);
                workloads.Add(rows);
                await MeasureAsync(options, rows, cancellation);
                // At once: what fails later takes nothing from it.
                if (options.Save) FanoutReport.Make(options, machine, [rows], failure: null).Save($"fanout-{workload.Letter}.md", arguments.Typed);
            }
        }
        catch (BenchException failed)
        {
            // Ctrl+C reaches the servers too: that they are gone is no finding then.
            cancellation.ThrowIfCancellationRequested();
            failure = failed.Message;
        }

        return FanoutReport.Make(options, machine, workloads, failure).Finish();
    }

    private static async Task MeasureAsync(FanoutOptions options, FanoutRows rows, CancellationToken cancellation)
    {
        string[] names = [ProductServer.Name, .. rows.Workload.IsStoredToo ? (string[])[ProductServer.StoredName] : [], .. PeersOf(rows.Workload, options)];
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (options.Deadline is { } longest) deadline.CancelAfter(longest);
        try
        {
            await MeasureAsync(options, rows, names, deadline.Token);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            // What was measured in whole rounds stands.
            rows.KeepWholeRounds(names.Length);
            if (rows.Measured.Count == 0) throw new BenchException($"the machine is too busy: not one round of workload {rows.Workload.Letter} was done within {options.Deadline?.TotalSeconds} s", late);
        }
    }

    private static async Task MeasureAsync(FanoutOptions options, FanoutRows rows, string[] names, CancellationToken cancellation)
    {
        var begun = Stopwatch.GetTimestamp();
        var servers = new List<ServerUnderTest>();
        // Only where it is asked: the probe costs next to nothing, but the others are measured without one.
        using var probe = rows.Workload.InFlight > 0 ? new ProcessProbe() : null;
        using var certificate = rows.Workload.UsesTls ? new Certificate() : null;
        rows.Stalls = Stalls.Measure(TimeSpan.FromSeconds(options.Seconds));
        try
        {
            foreach (var name in names) servers.Add(await StartAsync(name, options, probe, certificate, cancellation));
            foreach (var server in servers) await server.LoadAsync(() => Warm(server, options, rows.Workload, cancellation));
            for (var round = 1; round <= options.MostRounds && rows.CalmRounds(names.Length) < options.Rounds; round++)
            {
                var roundBegun = Stopwatch.GetTimestamp();
                foreach (var server in servers)
                {
                    var number = round;
                    var asked = server.Name == ProductServer.Name ? probe : null;
                    var row = await server.LoadAsync(() => Measure(server, asked, number, options, rows.Workload, cancellation));
                    rows.Add(row);
                    await Console.Error.WriteLineAsync(FanoutReport.Progress(rows.Workload.Letter, row));
                }

                // On a busy machine fewer rounds are better than a broken promise about the time.
                if (Stopwatch.GetElapsedTime(begun) + (1.3 * Stopwatch.GetElapsedTime(roundBegun)) > options.Budget) break;
            }
        }
        finally
        {
            foreach (var server in servers) await server.DisposeAsync();
        }
    }

    /// <summary>
    /// A server compiles its hot code on the one core that it serves with, that of accepting everybody among it, so a round that
    /// does not count comes first: with bursts of a quarter of the load, until a burst is no more than 5 % cheaper than the
    /// cheapest before it. This does not always reach the steady state: compare the rounds in the JSON line, the first may still
    /// be dearer.
    /// </summary>
    private static bool Warm(ServerUnderTest server, FanoutOptions options, Workload workload, CancellationToken cancellation)
    {
        using var client = new LoadClient(server.Dialect, server.Port);
        client.Connect(workload.Crowd, cancellation);
        var cheapest = double.PositiveInfinity;
        for (var burst = 0; burst < options.MostCompileBursts; burst++)
        {
            var before = server.Cpu.Read();
            client.Run(workload.GentlePace, cancellation);
            var cost = (server.Cpu.Read() - before).TotalMicroseconds;
            if (burst > 1 && cost > 0.95 * cheapest) break;
            cheapest = Math.Min(cheapest, cost);
        }

        client.Run(workload.Pace(options.WarmUp), cancellation);
        return true;
    }

    // The publisher of nchan is bound to one channel; the others have no web server under them that ends TLS in a comparable way.
    private static IEnumerable<string> PeersOf(Workload workload, FanoutOptions options) =>
        options.Peers.Where(name => workload.UsesTls ? name == SignalRServer.Name : name != NchanServer.Name || workload.Rooms == 1);

    private static Task<ServerUnderTest> StartAsync(string name, FanoutOptions options, ProcessProbe? probe, Certificate? certificate, CancellationToken cancellation) => name switch
    {
        ProductServer.Name => ProductServer.StartWithTopicsAsync(options.Product, cancellation, probe, certificate),
        ProductServer.StoredName => ProductServer.StartAsync(options.Product, cancellation, name: name),
        SignalRServer.Name => SignalRServer.StartAsync(cancellation, certificate),
        _ => Peers.StartAsync(name, cancellation),
    };

    private static FanoutRow Measure(ServerUnderTest server, ProcessProbe? probe, int round, FanoutOptions options, Workload workload, CancellationToken cancellation)
    {
        using var client = new LoadClient(server.Dialect, server.Port);
        client.Connect(workload.Crowd, cancellation);
        client.Run(workload.Pace(options.WarmUp), cancellation);
        var disturbance = new DisturbanceClock(server.Cpu, new CpuClock(Environment.ProcessId));
        var allocated = probe?.AllocatedBytes;
        var before = server.Cpu.Read();
        var burst = client.Run(workload.Pace(options.Seconds), cancellation);
        return new FanoutRow(server.Name, round, server.Cpu.Read() - before, disturbance.Share(), burst, server.Memory, probe?.AllocatedBytes - allocated);
    }
}
