using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Fanout;

/// <summary>The size of the fan-out workload; the defaults are workload a.</summary>
/// <param name="Servers">Which servers, in the order of their rows.</param>
/// <param name="Receivers">Connections that receive; one more publishes.</param>
/// <param name="Rate">Messages per second.</param>
/// <param name="Seconds">The length of a measured burst.</param>
/// <param name="WarmUp">The length, in seconds, of the burst before it, which is not measured; in the first round there is a gentler one before it.</param>
/// <param name="MostCompileBursts">How many gentle bursts a new server gets at most.</param>
/// <param name="Rounds">How often each server is measured; the servers take turns.</param>
/// <param name="MostRounds">How many rounds there may be in all, to make up for those that other programs disturbed.</param>
/// <param name="Budget">No round begins that would probably end later than this.</param>
/// <param name="Deadline">When a round that still runs is given up; null for never.</param>
/// <param name="Product">Path of the product's dll.</param>
/// <param name="Save">Whether the results file is written.</param>
internal sealed record FanoutOptions(
    IReadOnlyList<string> Servers,
    int Receivers,
    int Rate,
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
          --quick           at most 2 short rounds, under 45 s; without it 5 rounds, 3 to 6 minutes
          --save            writes ChatApp.Bench/results/fanout.md (all servers, no --quick, no --product)
          --servers A,B     some of ours,signalr,bare (default all); targets need ours and signalr
          --product DLL     another build of ours than the one in this checkout
          --receivers N     1 to 10000 (default 1000)
          --rate N          messages per second, 1 to 10000 (default 100)
          --seconds N       of a measured burst, 1 to 12 (default 6, quick 2)
          --warmup N        seconds before it, 1 to 6 (default 3, quick 1); the first round has up to ten
                            (quick: three) such bursts more, at a quarter of the rate
          --rounds N        1 to 50 (default 5, quick 2); up to twice as many where other
                            programs disturb, but never more with --quick
        """;

    private static readonly string[] Known = [ProductServer.Name, SignalRServer.Name, BareServer.Name];

    /// <summary>Whether every server takes part.</summary>
    public bool Complete => Servers.Count == Known.Length;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="UsageException">It cannot be understood.</exception>
    public static FanoutOptions Parse(Arguments arguments)
    {
        var quick = arguments.Flag("--quick");
        var named = arguments.Value("--servers")?.Split(',') ?? Known;
        if (named.FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
            throw new UsageException($"--servers names '{unknown}', but there are {string.Join(", ", Known)}");
        var rounds = arguments.Number("--rounds", quick ? 2 : 5, 1, 50);
        var product = arguments.Value("--product");
        var options = new FanoutOptions(
            [.. Known.Where(named.Contains)],
            arguments.Number("--receivers", 1000, 1, 10_000),
            arguments.Number("--rate", 100, 1, 10_000),
            arguments.Number("--seconds", quick ? 2 : 6, 1, 12),
            arguments.Number("--warmup", quick ? 1 : 3, 1, 6),
            quick ? 3 : 10,
            rounds,
            quick ? rounds : 2 * rounds,
            quick ? TimeSpan.FromSeconds(38) : TimeSpan.FromHours(1),
            quick ? TimeSpan.FromSeconds(40) : null,
            product is null ? Checkout.Product : Path.GetFullPath(product),
            arguments.Flag("--save"));
        arguments.Done();
        return options.Save && (quick || product is not null || !options.Complete)
            ? throw new UsageException("--save keeps only full runs of this checkout: all servers, no --quick, no --product")
            : options;
    }
}
