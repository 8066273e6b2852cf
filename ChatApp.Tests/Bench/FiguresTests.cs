using ChatApp.Bench;
using ChatApp.Bench.Fanout;
using ChatApp.Bench.Load;
using ChatApp.Bench.Probe;
using ChatApp.Bench.Servers;

namespace ChatApp.Tests.Bench;

/// <summary>Figures are what they say, and a bound that is missed is missed.</summary>
public sealed class FiguresTests
{
    [Fact]
    public void Memory_is_what_the_kernel_says()
    {
        var memory = ProcessMemory.Parse("55d0-7fff ---p 00000000 00:00 0 [rollup]\nRss:              171708 kB\nPss:               65931 kB\nPss_Dirty:         44000 kB\n");
        Assert.Equal(new ProcessMemory(171_708, 65_931), memory);
        Assert.Throws<BenchException>(() => ProcessMemory.Parse("Rss: 1 kB"));
    }

    [Theory]
    [InlineData("SELECT \"u\".\"Id\" FROM \"users\" AS \"u\"", true, false)]
    [InlineData("SELECT e.\"Offset\"\nFROM log AS e LEFT JOIN messages AS m", true, true)]
    [InlineData("\n  WITH x AS (SELECT 1) SELECT * FROM \"log\"", true, true)]
    [InlineData("INSERT INTO log SELECT 1", false, false)]
    [InlineData("PRAGMA synchronous=FULL", false, false)]
    [InlineData("-- SELECT of a trigger", false, false)]
    public void A_statement_that_reads_is_told_from_others(string sql, bool reads, bool readsLog) =>
        Assert.Equal((reads, readsLog), StatementCounter.Classify(System.Text.Encoding.UTF8.GetBytes(sql)));

    [Fact]
    public void A_round_in_which_others_were_busy_counts_only_where_all_were()
    {
        var rows = new FanoutRows(Workload.All[0]);
        rows.Add(Row("ours", 1, cpuMilliseconds: 10, others: 0.5));
        Assert.Equal(1, rows.Rounds);
        rows.Add(Row("ours", 2, cpuMilliseconds: 20));
        rows.Add(Row("signalr", 2, cpuMilliseconds: 50));
        Assert.Equal((1, 1), (rows.Rounds, rows.LeftOut));
        Assert.Equal((20, 2.5), (rows.Median("ours", row => row.CpuMicroseconds), rows.Ratio("signalr", "ours", row => row.CpuMicroseconds)));
        Assert.Null(rows.Ratio("bun", "ours", row => row.CpuMicroseconds));
    }

    [Fact]
    public void A_round_that_was_given_up_is_forgotten()
    {
        var rows = new FanoutRows(Workload.All[0]);
        rows.Add(Row("ours", 1, 10));
        rows.Add(Row("signalr", 1, 10));
        rows.Add(Row("ours", 2, 10));
        rows.KeepWholeRounds(servers: 2);
        Assert.Equal(2, rows.Measured.Count);
    }

    [Theory]
    [InlineData(149, false)]
    [InlineData(150, true)]
    public void The_bound_on_cost_holds_from_one_and_a_half_times_on(int signalR, bool holds)
    {
        var rows = new FanoutRows(Workload.All[0]);
        rows.Add(Row("ours", 1, 100));
        rows.Add(Row("signalr", 1, signalR));
        Assert.Equal(holds, FanoutTargets.Of(rows, ["ours", "signalr"]).Single(target => target.Name == "a: CPU per delivery, SignalR / ours").Ok);
    }

    [Fact]
    public void A_delivery_that_is_missing_or_too_many_misses_the_bound()
    {
        var rows = new FanoutRows(Workload.All[0]);
        rows.Add(Row("ours", 1, 100, delivered: 999));
        var target = FanoutTargets.Of(rows, ["ours"]).Single(target => target.Name == "a: deliveries lost or doubled by ours");
        Assert.Equal((false, 1), (target.Ok, target.Value));
    }

    [Fact]
    public void A_figure_that_was_not_measured_misses_its_bound() =>
        Assert.All(FanoutTargets.Of(new FanoutRows(Workload.All[1]), ["ours", "signalr", "bun"]), target => Assert.False(target.Ok));

    [Fact]
    public void Peers_are_named_or_unknown()
    {
        Assert.Empty(Peers.Parse("none"));
        Assert.Equal(["signalr", "bun"], Peers.Parse("bun,signalr"));
        Assert.Throws<UsageException>(() => Peers.Parse("signalr,nats"));
    }

    private static FanoutRow Row(string server, int round, int cpuMilliseconds, double others = 0, int delivered = 1000) => new(
        server, round, TimeSpan.FromMilliseconds(cpuMilliseconds), others,
        new Burst(1, 1000, delivered, 0, 0, TimeSpan.FromSeconds(1), 0, new LatencyHistogram(), new LatencyHistogram()), default, Allocated: null);
}
