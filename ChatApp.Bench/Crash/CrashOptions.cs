namespace ChatApp.Bench.Crash;

/// <summary>The size of a crash run.</summary>
/// <param name="Rounds">How often the server is killed.</param>
/// <param name="Senders">Sockets that post.</param>
/// <param name="Window">Posts that a sender has on the way at once.</param>
/// <param name="Seed">Of all that is random: the same seed draws the same moments, though the machine never repeats itself.</param>
/// <param name="Product">Path of the product's dll.</param>
/// <param name="Save">Whether the results file is written.</param>
internal sealed record CrashOptions(int Rounds, int Senders, int Window, int Seed, string Product, bool Save = false)
{
    public const string Help = """
          --quick           25 rounds
          --rounds N        how often the server is killed, 1 to 10000 (default 200)
          --senders N       sockets that post, 1 to 100 (default 16)
          --window N        posts that each has on the way at once, 1 to 100 (default 4)
          --seed N          repeats the same random choices (default: another one each time)
          --product DLL     another build of ours than the one in this checkout
          --save            writes ChatApp.Bench/results/crash.md (no --quick, no --product)
        """;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="UsageException">It cannot be understood.</exception>
    public static CrashOptions Parse(Arguments arguments)
    {
        var quick = arguments.Flag("--quick");
        var product = arguments.Value("--product");
        var options = new CrashOptions(
            arguments.Number("--rounds", quick ? 25 : 200, 1, 10_000),
            arguments.Number("--senders", 16, 1, 100),
            arguments.Number("--window", 4, 1, 100),
            arguments.Number("--seed", Random.Shared.Next(1_000_000), 0, int.MaxValue),
            product is null ? Checkout.Product : Path.GetFullPath(product),
            arguments.Flag("--save"));
        arguments.Done();
        return options.Save && (quick || product is not null)
            ? throw new UsageException("--save keeps only full runs of this checkout: no --quick, no --product")
            : options;
    }
}
