using System.Diagnostics;
using System.Net.Sockets;
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
            await MeasureAsync(options, rows, cancellation);
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
                    var row = await OnThreadAsync(() => Measure(server, number, options, cancellation));
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
    /// A server compiles its hot code on the one core that it serves with. Under full load from the start the compiler
    /// gets so little of it that a minute later half of the code is still the slow first version; at a quarter of the
    /// load, seconds are enough.
    /// </summary>
    private static void CompileUnderLowLoad(LoadClient client, FanoutOptions options, CancellationToken cancellation)
    {
        var rate = Math.Max(1, options.Rate / 4);
        client.Run(3 * options.WarmUp * rate, rate, cancellation);
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
        try
        {
            using var client = new LoadClient(server.Dialect, server.Port);
            client.Connect(options.Receivers, cancellation);
            if (round == 1) CompileUnderLowLoad(client, options, cancellation);
            client.Run(options.WarmUp * options.Rate, options.Rate, cancellation);
            var disturbance = new DisturbanceClock(server.Cpu, new CpuClock(Environment.ProcessId));
            var before = server.Cpu.Read();
            var burst = client.Run(options.Seconds * options.Rate, options.Rate, cancellation);
            return new FanoutRow(server.Name, round, server.Cpu.Read() - before, disturbance.Share(), burst);
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

    /// <summary>The load client blocks its thread from the first connection to the last delivery: it gets one of its own.</summary>
    private static Task<T> OnThreadAsync<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
