using System.Text.Json.Nodes;
using ChatApp.Bench.Load;
using ChatApp.Bench.Product;
using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Idle;

/// <summary>
/// Workload c of docs/PERFORMANCE.md: what idle sockets cost in memory. Each listens to two rooms and answers pings; then one
/// burst goes to all of them, and the server has a minute to give back what it took for that.
/// </summary>
internal static class IdleVerb
{
    public const string Help = $"""
        {VerbOptions.Help}
          --peers A,B    some of signalr,bare,bun,nchan,ws,socketio; all, none (default signalr)
        """;

    private const int WarmUpSockets = 50;

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var peers = Peers.Parse(arguments.Value("--peers") ?? SignalRServer.Name);
        var options = VerbOptions.Parse(arguments);
        var plan = options.Quick ? new IdlePlan(1000, 20, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10)) : new IdlePlan(10_000, 50, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60));
        var machine = Machine.Facts();
        var rows = new List<IdleRow>();
        string? failure = null;
        try
        {
            Machine.NeedOpenFiles(plan.Sockets + 200);
            Cores.PinThisProcess();
            rows.Add(await MeasureAsync(await ProductServer.StartAsync(Checkout.Product, cancellation, ExtraRoom.Add), plan, cancellation));
            foreach (var peer in peers) rows.Add(await MeasureAsync(await Peers.StartAsync(peer, cancellation), plan, cancellation));
        }
        catch (BenchException failed)
        {
            cancellation.ThrowIfCancellationRequested();
            failure = failed.Message;
        }

        return Make(plan, rows, machine, failure).Finish(options.Save ? "idle.md" : null, arguments.Typed);
    }

    private static async Task<IdleRow> MeasureAsync(ServerUnderTest server, IdlePlan plan, CancellationToken cancellation)
    {
        await using var ending = server;
        var row = await server.LoadAsync(() => Measure(server, plan, cancellation));
        await Console.Error.WriteLineAsync($"{server.Name}: {Figures.Text(row.Idle)} KiB a socket");
        return row;
    }

    private static IdleRow Measure(ServerUnderTest server, IdlePlan plan, CancellationToken cancellation)
    {
        // What a server needs for its first sockets, code among it, is not what each socket costs.
        using (var first = new LoadClient(server.Dialect, server.Port))
        {
            first.Connect(Crowd.InOneRoom(WarmUpSockets, ExtraRoom.Name), cancellation);
            first.Run(new SteadyPace(100, 50), cancellation);
        }

        using var client = new LoadClient(server.Dialect, server.Port);
        client.Connect(Crowd.InOneRoom(0), cancellation);
        client.Rest(plan.Settling, cancellation);
        var before = server.Memory;
        client.Add(Crowd.InOneRoom(plan.Sockets, ExtraRoom.Name), cancellation);
        client.Rest(plan.Settling, cancellation);
        var idle = server.Memory;
        var burst = client.Run(new SteadyPace(plan.BurstMessages, plan.BurstMessages), cancellation);
        var afterBurst = server.Memory;
        client.Rest(plan.Recovery, cancellation);
        var recovered = server.Memory;
        return new IdleRow(server.Name, plan.Sockets, before, idle, afterBurst, recovered, Math.Max(burst.Due - burst.Delivered, burst.Uneven));
    }

    private static Report Make(IdlePlan plan, List<IdleRow> rows, JsonObject machine, string? failure)
    {
        var report = new Report("idle") { Failure = failure };
        report.Line(Machine.Describe(machine));
        report.Line($"{plan.Sockets:N0} sockets in two rooms each; a burst of {plan.BurstMessages} messages within a second to all of them; then {plan.Recovery.TotalSeconds:0} s of rest. KiB for each socket: what the process occupies, less what it did before they came.");
        if (Checkout.Configuration != "Release") report.Line("This is no Release build: the figures mean nothing.");
        report.Line();
        report.Table(
            ["server", "before MiB", "idle KiB", "idle PSS KiB", "after the burst KiB", "later KiB", "later PSS KiB", "lost"],
            rows.Select(row => (string[])
            [
                row.Server, Figures.Text(row.BeforeMiB, "0.0"), Figures.Text(row.Idle), Figures.Text(row.IdleProportional), Figures.Text(row.AfterBurst),
                Figures.Text(row.Recovered), Figures.Text(row.RecoveredProportional), Figures.Text(row.Lost, "0"),
            ]));
        report.Figures["machine"] = machine;
        foreach (var row in rows)
        {
            report.Figures[row.Server] = new JsonObject
            {
                ["idle_kib"] = Figures.Rounded(row.Idle),
                ["idle_pss_kib"] = Figures.Rounded(row.IdleProportional),
                ["after_burst_kib"] = Figures.Rounded(row.AfterBurst),
                ["recovered_kib"] = Figures.Rounded(row.Recovered),
                ["recovered_pss_kib"] = Figures.Rounded(row.RecoveredProportional),
            };
        }

        var ours = rows.Find(row => row.Server == ProductServer.Name);
        report.Targets.Add(Target.AtMost("resident KiB of an idle socket", ours?.Idle, must: 14, aim: 11));
        report.Targets.Add(Target.AtMost($"resident KiB of a socket {plan.Recovery.TotalSeconds:0} s after the burst", ours?.Recovered, must: 16, aim: 16));
        report.Targets.Add(Target.AtMost("deliveries lost or doubled by ours", ours?.Lost, must: 0, aim: 0));
        return report;
    }
}
