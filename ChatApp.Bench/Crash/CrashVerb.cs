using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace ChatApp.Bench.Crash;

/// <summary>Kills the server hundreds of times and says what became of the messages.</summary>
internal static class CrashVerb
{
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var options = CrashOptions.Parse(arguments);
        var machine = Machine.Facts();
        var folder = Directory.CreateTempSubdirectory("chatapp-crash-").FullName;
        var run = new CrashRun(options, folder, Console.Error.WriteLine);
        var begun = Stopwatch.GetTimestamp();
        string? failure = null;
        try
        {
            await run.RunAsync(cancellation);
        }
        catch (BenchException failed)
        {
            // Ctrl+C reaches the server too: that it is gone is no finding then.
            cancellation.ThrowIfCancellationRequested();
            failure = failed.Message;
        }

        var report = Make(options, machine, run, Stopwatch.GetElapsedTime(begun), failure);
        if (failure is null && run.Ledger.Problems.Count == 0) Directory.Delete(folder, recursive: true);
        else report.Line($"The data folder stays for a look: {folder}");
        return report.Finish(options.Save ? "crash.md" : null, arguments.Typed);
    }

    private static Report Make(CrashOptions options, JsonObject machine, CrashRun run, TimeSpan elapsed, string? failure)
    {
        var ledger = run.Ledger;
        var report = new Report("crash") { Failure = failure };
        report.Line($"{machine["cpu"]}, {machine["cores"]} cores, {machine["runtime"]}, {machine["system"]}, {machine["configuration"]} build.");
        report.Line($"{options.Senders} sockets with {options.Window} posts on the way each, seed {options.Seed}, {elapsed.TotalSeconds:0} s.");
        report.Line();
        report.Table(
            ["kills", "during start", "acknowledged", "sent again", "stored unanswered", "answered as duplicate", "lost", "doubled", "reordered", "unsound"],
            [[.. new[] { run.Kills, run.KillsDuringStart, ledger.Acknowledged, run.Retried, ledger.StoredUnanswered, ledger.Duplicates, ledger.Lost, ledger.Doubled, ledger.Reordered, run.Unsound }
                .Select(count => count.ToString(CultureInfo.InvariantCulture))]]);
        foreach (var problem in ledger.Problems) report.Line($"- {problem}");
        report.Figures["machine"] = machine;
        report.Figures["workload"] = new JsonObject { ["senders"] = options.Senders, ["window"] = options.Window, ["seed"] = options.Seed, ["seconds"] = Math.Round(elapsed.TotalSeconds) };
        report.Figures["kills"] = run.Kills;
        report.Figures["kills_during_start"] = run.KillsDuringStart;
        report.Figures["acknowledged"] = ledger.Acknowledged;
        report.Figures["sent_again"] = run.Retried;
        report.Figures["stored_unanswered"] = ledger.StoredUnanswered;
        report.Figures["answered_as_duplicate"] = ledger.Duplicates;
        // Without these the run has shown nothing.
        report.Targets.Add(Target.AtLeast("kills", run.Kills, options.Rounds, options.Rounds));
        report.Targets.Add(Target.AtLeast("acknowledged posts", ledger.Acknowledged, options.Rounds, 100.0 * options.Rounds));
        report.Targets.Add(Target.AtMost("acknowledged posts lost", ledger.Lost, 0, 0));
        report.Targets.Add(Target.AtMost("posts doubled", ledger.Doubled, 0, 0));
        report.Targets.Add(Target.AtMost("posts out of order", ledger.Reordered, 0, 0));
        report.Targets.Add(Target.AtMost("messages that nobody posted", ledger.Foreign, 0, 0));
        report.Targets.Add(Target.AtMost("kills that left the storage unsound", run.Unsound, 0, 0));
        return report;
    }
}
