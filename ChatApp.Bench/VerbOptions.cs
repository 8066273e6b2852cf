namespace ChatApp.Bench;

/// <summary>The options of a verb that has no others.</summary>
/// <param name="Quick">For trying: smaller, within about a minute.</param>
/// <param name="Save">Whether the results file is written.</param>
internal sealed record VerbOptions(bool Quick, bool Save)
{
    public const string Help = """
          --quick    smaller and shorter, for trying
          --save     writes the file of this verb in ChatApp.Bench/results (not with --quick)
        """;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="UsageException">It cannot be understood.</exception>
    public static VerbOptions Parse(Arguments arguments)
    {
        var options = new VerbOptions(arguments.Flag("--quick"), arguments.Flag("--save"));
        arguments.Done();
        return options is { Quick: true, Save: true } ? throw new UsageException("--save keeps only full runs: no --quick") : options;
    }
}
