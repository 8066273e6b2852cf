using System.Text.Json.Nodes;

namespace ChatApp.Bench.Herd;

/// <summary>The rounds with one source of what was missed.</summary>
/// <param name="source">Where it came from.</param>
internal sealed class HerdRow(string source)
{
    public const string FromMemory = "from memory";
    public const string FromLog = "from the log";

    public string Source => source;

    /// <summary>For each round the seconds until each socket had caught up, in order.</summary>
    public List<double[]> Rounds { get; } = [];

    /// <summary>The server's processor time from the cuts until all were back.</summary>
    public TimeSpan Cpu { get; set; }

    /// <summary>Statements that read the database meanwhile; null where they are not counted.</summary>
    public long? Reads { get; set; } = 0;

    /// <summary>Those of them that read rooms' logs.</summary>
    public long? LogReads { get; set; } = 0;

    /// <summary>Messages that were posted from the cuts until all were back.</summary>
    public long Missed { get; set; }

    public long Missing { get; set; }

    public long Doubled { get; set; }

    /// <summary>Sockets that were told that something is gone, which is not so.</summary>
    public long Gaps { get; set; }

    public int FailedAttempts { get; set; }

    public string LastFailure { get; set; } = "";

    /// <summary>Seconds until a share of the sockets was back: the median of the rounds.</summary>
    public double Seconds(double share) => Figures.Median(Rounds.Select(round => At(round, share)));

    /// <summary>The same in the worst round.</summary>
    public double Worst(double share) => Rounds.Max(round => At(round, share));

    /// <summary>A sum for each socket that came back.</summary>
    public double? Each(long? sum, int sockets) => sum / (double)(sockets * Rounds.Count);

    /// <summary>A line of the table.</summary>
    public string[] Cells(int sockets) =>
    [
        source, Text(Seconds(0.5)), Text(Seconds(0.99)), Text(Seconds(1)), Text(Worst(0.99)), Text(CpuMicroseconds(sockets)),
        Text(Each(Reads, sockets)), Text(Each(LogReads, sockets)), $"{Missed}", $"{Missing}", $"{Doubled}", $"{Gaps}", $"{FailedAttempts}",
    ];

    /// <summary>The figures of the JSON line.</summary>
    public JsonObject Json(int sockets) => new()
    {
        ["p50_seconds"] = Figures.Rounded(Seconds(0.5)),
        ["p99_seconds"] = Figures.Rounded(Seconds(0.99)),
        ["all_seconds"] = Figures.Rounded(Seconds(1)),
        ["p99_seconds_rounds"] = new JsonArray([.. Rounds.Select(round => JsonValue.Create(Figures.Rounded(At(round, 0.99))))]),
        ["cpu_us_per_resume"] = Figures.Rounded(CpuMicroseconds(sockets)),
        ["reads_per_resume"] = Number(Each(Reads, sockets)),
        ["log_reads_per_resume"] = Number(Each(LogReads, sockets)),
        ["missing"] = Missing,
        ["doubled"] = Doubled,
        ["told_of_a_gap"] = Gaps,
        ["failed_attempts"] = FailedAttempts,
    };

    private static double At(double[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * share) - 1)];

    private static double? Number(double? value) => value is { } known ? Figures.Rounded(known) : null;

    private static string Text(double? value) => value is { } known ? Text(known) : "-";

    private static string Text(double value) => double.IsFinite(value) ? Figures.Text(value) : "never";

    private double CpuMicroseconds(int sockets) => Cpu.TotalMicroseconds / (sockets * Rounds.Count);
}
