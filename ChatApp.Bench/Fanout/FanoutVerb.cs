using System.Diagnostics;
using ChatApp.Bench.Load;
using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Fanout;

/// <summary>
/// Workload a of docs/PERFORMANCE.md: many receivers in one room and a steady stream of messages. The servers take
/// turns, because a shared machine drifts by more between minutes than servers differ: only rows of the same round
/// are compared.
/// </summary>
internal static class FanoutVerb
{
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var options = FanoutOptions.Parse(arguments);
        var machine = Machine.Facts();
        var rows = new List<FanoutRow>();
        string? failure = null;
        try
        {
            Machine.NeedOpenFiles(options.Receivers + 200);
            Cores.PinThisProcess();
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (options.Deadline is { } longest) deadline.CancelAfter(longest);
            await MeasureAsync(options, rows, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // What was measured in whole rounds stands.
            var whole = rows.Count / options.Servers.Count * options.Servers.Count;
            rows.RemoveRange(whole, rows.Count - whole);
            if (whole == 0) failure = $"the machine is too busy: not one round was done within {options.Deadline?.TotalSeconds} s";
        }
        catch (BenchException failed)
        {
            // Ctrl+C reaches the servers too: that they are gone is no finding then.
            cancellation.ThrowIfCancellationRequested();
            failure = failed.Message;
        }

        return FanoutReport.Make(options, machine, rows, failure).Finish(options.Save ? "fanout.md" : null, arguments.Typed);
    }

    private static async Task MeasureAsync(FanoutOptions options, List<FanoutRow> rows, CancellationToken cancellation)
    {
        var begun = Stopwatch.GetTimestamp();
        var servers = new List<ServerUnderTest>();
        try
        {
            foreach (var name in options.Servers) servers.Add(await StartAsync(name, options, cancellation));
            for (var round = 1; round <= options.MostRounds && CalmRounds(rows, options) < options.Rounds; round++)
            {
                var roundBegun = Stopwatch.GetTimestamp();
                foreach (var server in servers)
                {
                    var number = round;
                    var row = await server.LoadAsync(() => Measure(server, number, options, cancellation));
                    rows.Add(row);
                    await Console.Error.WriteLineAsync(FanoutReport.Progress(row));
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
    /// A server compiles its hot code on the one core that it serves with, so it begins with bursts of a quarter of the
    /// load, until a burst is no more than 5 % cheaper than the cheapest before it. This does not always reach the
    /// steady state: compare the rounds in the JSON line, the first may still be dearer.
    /// </summary>
    private static void CompileUnderLowLoad(ServerUnderTest server, LoadClient client, FanoutOptions options, CancellationToken cancellation)
    {
        var rate = Math.Max(1, options.Rate / 4);
        var cheapest = double.PositiveInfinity;
        for (var burst = 0; burst < options.MostCompileBursts; burst++)
        {
            var before = server.Cpu.Read();
            client.Run(new SteadyPace(options.WarmUp * rate, rate), cancellation);
            var cost = (server.Cpu.Read() - before).TotalMicroseconds;
            if (burst > 1 && cost > 0.95 * cheapest) break;
            cheapest = Math.Min(cheapest, cost);
        }
    }

    private static int CalmRounds(List<FanoutRow> rows, FanoutOptions options) =>
        rows.GroupBy(row => row.Round).Count(round => round.Count() == options.Servers.Count && round.All(row => row.Calm));

    private static Task<ServerUnderTest> StartAsync(string name, FanoutOptions options, CancellationToken cancellation) => name switch
    {
        ProductServer.Name => ProductServer.StartAsync(options.Product, cancellation),
        SignalRServer.Name => SignalRServer.StartAsync(cancellation),
        _ => BareServer.StartAsync(cancellation),
    };

    private static FanoutRow Measure(ServerUnderTest server, int round, FanoutOptions options, CancellationToken cancellation)
    {
        using var client = new LoadClient(server.Dialect, server.Port);
        client.Connect(Crowd.InOneRoom(options.Receivers), cancellation);
        if (round == 1) CompileUnderLowLoad(server, client, options, cancellation);
        client.Run(new SteadyPace(options.WarmUp * options.Rate, options.Rate), cancellation);
        var disturbance = new DisturbanceClock(server.Cpu, new CpuClock(Environment.ProcessId));
        var before = server.Cpu.Read();
        var burst = client.Run(new SteadyPace(options.Seconds * options.Rate, options.Rate), cancellation);
        return new FanoutRow(server.Name, round, server.Cpu.Read() - before, disturbance.Share(), burst);
    }
}
