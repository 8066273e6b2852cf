using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Fanout;

/// <summary>The bounds of each workload. Those against a peer count only where it takes part.</summary>
internal static class FanoutTargets
{
    private const string Ours = ProductServer.Name;
    private const string SignalR = SignalRServer.Name;

    public static IEnumerable<Target> Of(FanoutRows rows, IReadOnlyList<string> servers) =>
        All(rows).Where(bound => bound.Peer is null || servers.Contains(bound.Peer)).Select(bound => bound.Target with { Name = $"{rows.Workload.Letter}: {bound.Target.Name}" });

    private static IEnumerable<(string? Peer, Target Target)> All(FanoutRows rows)
    {
        yield return (null, Target.AtMost("deliveries lost or doubled by ours", rows.Has(Ours) ? rows.Measured.Where(row => row.Server is Ours or ProductServer.StoredName).Sum(row => row.Wrong) : null, must: 0, aim: 0));
        switch (rows.Workload.Letter)
        {
            case "a":
                yield return (SignalR, CpuRatio(rows, must: 1.5, aim: 1.8));
                yield return (SignalR, LatencyRatio(rows, must: 0.5));
                yield return (null, Target.AtMost("CPU per delivery, ours with the log / without", rows.Ratio(ProductServer.StoredName, Ours, row => row.CpuMicroseconds), must: 1.15, aim: 1.15));
                break;
            case "b":
                yield return (SignalR, Target.AtLeast("deliveries/s, ours / SignalR", rows.Ratio(Ours, SignalR, row => row.DeliveriesPerSecond), must: 2.5, aim: 3));
                yield return (NodePeers.Bun, Target.AtLeast("deliveries/s, ours / Bun", rows.Ratio(Ours, NodePeers.Bun, row => row.DeliveriesPerSecond), must: 0.75, aim: 0.95));
                yield return (null, Target.AtMost("bytes allocated for each delivery", rows.Median(Ours, row => row.AllocatedPerDelivery), must: 8, aim: 8));
                break;
            case "d":
                yield return (SignalR, CpuRatio(rows, must: 2, aim: 2.3));
                yield return (SignalR, LatencyRatio(rows, must: 0.25));
                break;
            case "e":
                yield return (SignalR, CpuRatio(rows, must: 1.7, aim: 3));
                yield return (null, Target.AtMost("p99 ms of ours", rows.Median(Ours, row => row.P99), must: 2, aim: 2));
                break;
            case "l":
                yield return (null, Target.AtMost("p50 ms until the last receiver has it", rows.Median(Ours, row => row.LastP50), must: 4, aim: 4));
                yield return (null, Target.AtMost("p99 ms until the last receiver has it", rows.Median(Ours, row => row.LastP99), must: 12, aim: 12));
                break;
        }
    }

    private static Target CpuRatio(FanoutRows rows, double must, double aim) =>
        Target.AtLeast("CPU per delivery, SignalR / ours", rows.Ratio(SignalR, Ours, row => row.CpuMicroseconds), must, aim);

    private static Target LatencyRatio(FanoutRows rows, double must) =>
        Target.AtMost("p99 latency, ours / SignalR", rows.Ratio(Ours, SignalR, row => row.P99), must, aim: must);
}
