using System.Text.Json.Nodes;
using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Revocation;

/// <summary>
/// All connections of an account that loses its right to them while others speak: how long until the last one is told, and
/// whether anything comes after that moment.
/// </summary>
internal static class RevocationVerb
{
    private const int Sessions = 20;
    private const int Staying = 5;

    /// <summary>What belongs to accounts and rooms.</summary>
    public static Task<int> RunAsync(Arguments arguments, CancellationToken cancellation) => RunAsync("revocation", LeverFacts.OfRights, arguments, cancellation);

    /// <summary>The same for what moderators impose.</summary>
    public static Task<int> RunSanctionsAsync(Arguments arguments, CancellationToken cancellation) => RunAsync("sanctions", LeverFacts.OfModerators, arguments, cancellation);

    private static async Task<int> RunAsync(string verb, Lever[] levers, Arguments arguments, CancellationToken cancellation)
    {
        var options = VerbOptions.Parse(arguments);
        var (connections, rounds) = options.Quick ? (200, 1) : (1000, 3);
        var machine = Machine.Facts();
        List<RevocationRow> rows = [.. levers.Select(lever => new RevocationRow(lever))];
        string? failure = null;
        try
        {
            Machine.NeedOpenFiles(connections + 200);
            Cores.PinThisProcess();
            await MeasureAsync(connections, rounds, rows, cancellation);
        }
        catch (BenchException failed)
        {
            cancellation.ThrowIfCancellationRequested();
            failure = failed.Message;
        }

        return Make(verb, connections, rounds, rows, machine, failure).Finish(options.Save ? $"{verb}.md" : null, arguments.Typed);
    }

    private static async Task MeasureAsync(int connections, int rounds, List<RevocationRow> rows, CancellationToken cancellation)
    {
        var dialect = new RevocationDialect();
        await using var server = await ServerUnderTest.StartOwnAsync(LeverServer.Name, dialect, cancellation);
        using var levers = await Levers.ConnectAsync(server.Port, cancellation);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}") };
        var speaker = levers.AddPerson("speaker");
        var speaking = await Levers.SignInAsync(http, "speaker", cancellation);
        // The first round is the compiler's.
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var row in rows)
            {
                var name = $"person{round}{row.Lever}".ToLowerInvariant();
                var person = levers.AddPerson(name);
                var room = levers.MakeRoom(speaker, person);
                var tokens = new List<string>();
                while (tokens.Count <= Sessions) tokens.Add(await Levers.SignInAsync(http, name, cancellation));
                using var client = new RevocationClient(dialect, server.Port, row.Lever, room);
                var measured = await server.LoadAsync(() =>
                {
                    foreach (var token in tokens.Take(Sessions)) client.Connect(token, connections / Sessions, stays: false, cancellation);
                    if (LeverFacts.SparesOne(row.Lever)) client.Connect(tokens[^1], Staying, stays: true, cancellation);
                    client.ConnectSpeaker(speaking, cancellation);
                    return client.Run(() => levers.Pull(row.Lever, person, room), cancellation);
                });
                await Console.Error.WriteLineAsync($"round {round} {LeverFacts.NameOf(row.Lever)}: p99 {Figures.Text(measured.At(0.99))} ms, {measured.After} events after");
                if (round > 0) row.Rounds.Add(measured);
            }
        }
    }

    private static Report Make(string verb, int connections, int rounds, List<RevocationRow> rows, JsonObject machine, string? failure)
    {
        var report = new Report(verb) { Failure = failure };
        report.Line(Machine.Describe(machine));
        report.Line($"{connections:N0} connections of one account, of {Sessions} sessions, in a private room and a topic of moderators in which somebody speaks 50 times a second in all. Milliseconds from the call that takes the right away until so many connections have their notice (`disconnect`, `unsubscribe` where only a channel is lost, `sanction` where nothing ends); the median of {(rounds == 1 ? "one round" : $"{rounds} rounds")}.");
        if (Checkout.Configuration != "Release") report.Line("This is no Release build: the figures mean nothing.");
        report.Line();
        List<RevocationRow> measured = [.. rows.Where(row => row.Rounds.Count > 0)];
        report.Table(["right lost by", "call ms", "half ms", "99 % ms", "last ms", "worst 99 % ms", "heard before", "events after", "wrongly ended"], measured.Select(row => row.Cells()));
        report.Figures["machine"] = machine;
        foreach (var row in measured) report.Figures[LeverFacts.NameOf(row.Lever)] = row.Json();
        foreach (var row in rows)
        {
            var isMeasured = row.Rounds.Count > 0;
            var name = LeverFacts.NameOf(row.Lever);
            report.Targets.Add(Target.AtMost($"ms until 99 % are told, {name}", isMeasured ? row.Worst(0.99) : null, must: 250, aim: 100));
            report.Targets.Add(Target.AtMost($"events after that moment, {name}", isMeasured ? row.After : null, must: 0, aim: 0));
        }

        report.Targets.Add(Target.AtMost("connections that were ended and should not be", measured.Count > 0 ? measured.Sum(row => row.WronglyEnded) : null, must: 0, aim: 0));
        return report;
    }
}
