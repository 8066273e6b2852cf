using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Fanout;

/// <summary>What a fan-out run measures, and how long.</summary>
/// <param name="Workloads">Which workloads, one after the other.</param>
/// <param name="Peers">Which peers, in the order of their rows.</param>
/// <param name="Seconds">The length of a measured burst.</param>
/// <param name="WarmUp">The length, in seconds, of the burst before it, which is not measured.</param>
/// <param name="MostCompileBursts">How many gentle bursts a new server gets at most, in a round that does not count.</param>
/// <param name="Rounds">How often each server is measured; the servers take turns.</param>
/// <param name="MostRounds">How many rounds there may be in all, to make up for those that other programs disturbed.</param>
/// <param name="Budget">No round of a workload begins that would probably end later than this.</param>
/// <param name="Deadline">When a workload that still runs is given up; null for never.</param>
/// <param name="Product">Path of the product's dll.</param>
/// <param name="Save">Whether each workload's results file is written.</param>
internal sealed record FanoutOptions(
    IReadOnlyList<Workload> Workloads,
    IReadOnlyList<string> Peers,
    int Seconds,
    int WarmUp,
    int MostCompileBursts,
    int Rounds,
    int MostRounds,
    TimeSpan Budget,
    TimeSpan? Deadline,
    string Product,
    bool Save)
{
    public const string Help = """
          --workload A,B    some of a,b,d,e,l,ta,tb (default all; with --quick a); c, idle sockets, is the verb idle
                              a  1,000 receivers in one room, 100 messages/s
                              b  the same with 8 messages always on their way
                              d  10,000 receivers in one room, 5 messages/s
                              e  2,000 rooms of 5 receivers, 2,000 messages/s in all
                              l  1,000 receivers in one room, 50 messages/s: until the last of them has it
                              ta, tb  a and b over TLS, ours and SignalR only
          --peers A,B       some of signalr,bare,bun,nchan,ws,socketio; all, none (default all that this machine
                            can run; with --quick signalr,bare). npm fetches bun, ws and socketio
          --quick           at most 2 short rounds, under 45 s for each workload; without it 5 rounds, under 5
                            minutes
          --save            writes ChatApp.Bench/results/fanout-A.md for each workload A that runs
                            (no --quick, no --product, default peers)
          --product DLL     another build of ours than the one in this checkout
          --receivers N     in each room, 1 to 10000, in place of the workload's
          --rate N          messages per second, 1 to 10000, in place of the workload's
          --seconds N       of a measured burst, 1 to 12 (default 3, quick 2)
          --warmup N        seconds before it, 1 to 6 (default 1); a round that does not
                            count has up to six (quick: three) seconds more, at a quarter of the rate
          --rounds N        1 to 50 (default 5, quick 2); up to twice as many where other
                            programs disturb, but never more with --quick, and fewer where they would
                            take longer than four minutes and a half for each workload
        """;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="UsageException">It cannot be understood.</exception>
    public static FanoutOptions Parse(Arguments arguments)
    {
        var quick = arguments.Flag("--quick");
        var peers = arguments.Value("--peers");
        var rounds = arguments.Number("--rounds", quick ? 2 : 5, 1, 50);
        var product = arguments.Value("--product");
        var (receivers, rate) = (arguments.Number("--receivers", 0, 1, 10_000), arguments.Number("--rate", 0, 1, 10_000));
        var options = new FanoutOptions(
            [.. WorkloadsIn(arguments.Value("--workload"), quick).Select(workload => workload with { PerRoom = receivers > 0 ? receivers : workload.PerRoom, Rate = rate > 0 ? rate : workload.Rate })],
            Servers.Peers.Parse(peers ?? (quick ? $"{SignalRServer.Name},{BareServer.Name}" : "all")),
            arguments.Number("--seconds", quick ? 2 : 3, 1, 12),
            arguments.Number("--warmup", 1, 1, 6),
            quick ? 3 : 6,
            rounds,
            quick ? rounds : 2 * rounds,
            quick ? TimeSpan.FromSeconds(38) : TimeSpan.FromMinutes(4.5),
            quick ? TimeSpan.FromSeconds(40) : null,
            product is null ? Checkout.Product : Path.GetFullPath(product),
            arguments.Flag("--save"));
        arguments.Done();
        return options.Save && (quick || product is not null || peers is not null || receivers > 0 || rate > 0)
            ? throw new UsageException("--save keeps only full runs of this checkout: no --quick, no --product, no --peers, no --receivers, no --rate")
            : options;
    }

    private static IEnumerable<Workload> WorkloadsIn(string? letters, bool quick)
    {
        if (letters is null) return quick ? Workload.All.Take(1) : Workload.All;
        var named = letters.Split(',');
        if (named.Contains("c")) throw new UsageException("workload c, idle sockets, is the verb idle");
        return named.FirstOrDefault(letter => Workload.All.All(workload => workload.Letter != letter)) is { } unknown
            ? throw new UsageException($"--workload names '{unknown}', but there are {string.Join(", ", Workload.All.Select(workload => workload.Letter))}")
            : Workload.All.Where(workload => named.Contains(workload.Letter));
    }
}
