using System.Text.Json.Nodes;

namespace ChatApp.Bench.Revocation;

/// <summary>One pull of a lever.</summary>
/// <param name="Noticed">For each connection the milliseconds from the call to its notice, in order; infinite where none came.</param>
/// <param name="Call">Milliseconds that the call took.</param>
/// <param name="After">Events that came after a connection's notice, or were said after the call had returned.</param>
/// <param name="Heard">Events that came before.</param>
/// <param name="WronglyEnded">Connections that should have gone on.</param>
internal sealed record RevocationRound(double[] Noticed, double Call, long After, long Heard, int WronglyEnded)
{
    /// <summary>Milliseconds until a share of the connections had its notice.</summary>
    public double At(double share) => Noticed[Math.Max(0, (int)Math.Ceiling(Noticed.Length * share) - 1)];
}

/// <summary>The rounds of one lever.</summary>
/// <param name="lever">Which.</param>
internal sealed class RevocationRow(Lever lever)
{
    public Lever Lever => lever;

    public List<RevocationRound> Rounds { get; } = [];

    /// <summary>The worst round's.</summary>
    public double Worst(double share) => Rounds.Max(round => round.At(share));

    public long After => Rounds.Sum(round => round.After);

    public int WronglyEnded => Rounds.Sum(round => round.WronglyEnded);

    /// <summary>A line of the table.</summary>
    public string[] Cells() =>
    [
        LeverFacts.NameOf(lever), Text(Figures.Median(Rounds.Select(round => round.Call))), Text(Figures.Median(Rounds.Select(round => round.At(0.5)))),
        Text(Figures.Median(Rounds.Select(round => round.At(0.99)))), Text(Figures.Median(Rounds.Select(round => round.At(1)))), Text(Worst(0.99)),
        $"{Rounds.Sum(round => round.Heard):N0}", $"{After}", $"{WronglyEnded}",
    ];

    /// <summary>The figures of the JSON line.</summary>
    public JsonObject Json() => new()
    {
        ["call_ms"] = Figures.Rounded(Figures.Median(Rounds.Select(round => round.Call))),
        ["p50_ms"] = Figures.Rounded(Figures.Median(Rounds.Select(round => round.At(0.5)))),
        ["p99_ms"] = Figures.Rounded(Figures.Median(Rounds.Select(round => round.At(0.99)))),
        ["last_ms"] = Figures.Rounded(Figures.Median(Rounds.Select(round => round.At(1)))),
        ["p99_ms_rounds"] = new JsonArray([.. Rounds.Select(round => JsonValue.Create(Figures.Rounded(round.At(0.99))))]),
        ["heard_before"] = Rounds.Sum(round => round.Heard),
        ["events_after"] = After,
        ["wrongly_ended"] = WronglyEnded,
    };

    private static string Text(double value) => double.IsFinite(value) ? Figures.Text(value, "0.0") : "never";
}
