using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using ChatApp.Bench.Product;
using ChatApp.Bench.Servers;
using ChatApp.Messages;
using ChatApp.Storage;

namespace ChatApp.Bench.Resume;

/// <summary>
/// One program comes back after 50,000 changes of a room: from its subscribe command until it has all of them, once and in
/// order, and after them a message that was posted when it came back. Messages in another room go on all the time.
/// </summary>
internal static class ResumeVerb
{
    private const string Room = "missed";
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var options = VerbOptions.Parse(arguments);
        var missed = options.Quick ? 10_000 : 50_000;
        var machine = Machine.Facts();
        Cores.PinThisProcess();
        var result = new Result();
        try
        {
            await using var server = await ProductServer.StartAsync(Checkout.Product, cancellation, folder => Fill(folder, missed));
            await MeasureAsync(server, missed, options.Quick ? 4 : 10, result, cancellation);
        }
        catch (BenchException failed)
        {
            cancellation.ThrowIfCancellationRequested();
            result.Failure = failed.Message;
        }

        return Make(result, missed, machine).Finish(options.Save ? "resume.md" : null, arguments.Typed);
    }

    private static async Task MeasureAsync(ServerUnderTest server, int missed, int rounds, Result result, CancellationToken cancellation)
    {
        var path = server.Dialect.Path([]);
        var hello = server.Dialect.Hello([]);
        Task<ResumeClient> ConnectAsync() => ResumeClient.ConnectAsync(server.Port, path, hello, cancellation);
        using var publisher = await ConnectAsync();
        using var receiver = await ConnectAsync();
        using var poster = await ConnectAsync();
        await receiver.SendAsync("""{"id":2,"subscribe":{"channel":"room:general"}}"""u8.ToArray(), cancellation);
        await receiver.ReadAsync(cancellation);

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var traffic = new LiveTraffic(publisher, receiver, server.Dialect);
        result.Traffic = traffic;
        var running = traffic.RunAsync(ending.Token);
        for (var round = 0; round <= rounds; round++)
        {
            using var client = await ConnectAsync();
            await Task.Delay(IdleTime, cancellation);
            // The first time is the compiler's.
            var isMeasured = round > 0;
            var text = $"live again {Guid.NewGuid():N}";
            var cpu = server.Cpu.Read();
            var disturbance = new DisturbanceClock(server.Cpu, new CpuClock(Environment.ProcessId));
            var begun = Stopwatch.GetTimestamp();
            traffic.IsBusy = isMeasured;
            var posting = Task.CompletedTask;
            var (last, bytes) = await client.ResumeAsync(Room, text, () => posting = PostAsync(poster, text, cancellation), cancellation);
            var took = Stopwatch.GetElapsedTime(begun);
            traffic.IsBusy = false;
            await posting;
            if (last != missed + round + 1) throw new BenchException($"the room ended at {last}, not as it was filled");
            if (isMeasured) result.Rounds.Add(new Round(took, server.Cpu.Read() - cpu, bytes, disturbance.Share()));
            await Console.Error.WriteLineAsync($"round {round}: {took.TotalMilliseconds:0} ms for {last} events, {bytes >> 10} KiB");
        }

        await ending.CancelAsync();
        await running;
    }

    private static async Task PostAsync(ResumeClient poster, string text, CancellationToken cancellation)
    {
        await poster.SendAsync(Encoding.UTF8.GetBytes($$$$"""{"id":9,"publish":{"channel":"room:{{{{Room}}}}","data":{"text":"{{{{text}}}}","key":"{{{{text}}}}"}}}"""), cancellation);
        var reply = Encoding.UTF8.GetString((await poster.ReadAsync(cancellation)).Span);
        if (reply.Contains("\"error\"", StringComparison.Ordinal)) throw new BenchException($"the server refused: {reply}");
    }

    // Nine in ten are messages; the others change one that was posted shortly before.
    private static void Fill(string folder, int changes)
    {
        using var database = new ChatDatabase(DataFolder.Open(new DataOptions { Folder = folder }));
        UserId user;
        using (var db = database.OpenRead()) user = new UserId(db.Users.Single().Id);
        using var corpus = new Corpus(database);
        var room = corpus.AddRoom(Room, user);
        for (var change = 0; change < changes; change++)
        {
            if (change % 10 < 9) corpus.Post(room);
            else corpus.Change(room, change % 20 == 9 ? LogEntryKind.ReactionChanged : LogEntryKind.MessageEdited, corpus.LastId - corpus.Words.Number(5));
        }

        corpus.Finish();
    }

    private static Report Make(Result result, int missed, JsonObject machine)
    {
        var report = new Report("resume") { Failure = result.Failure };
        report.Line(Machine.Describe(machine));
        report.Line($"{missed:N0} missed changes of a room on one socket, from the subscribe command to a message that is posted meanwhile. {result.Rounds.Count} rounds after one that warms up; 100 messages a second in another room all the time.");
        if (result.Rounds.Any(round => round.Disturbance > 0.1)) report.Line("Other programs used more than 10 % of the machine: measure again when it is idle.");
        report.Line();
        report.Figures["machine"] = machine;
        report.Figures["missed"] = missed;
        if (result.Rounds.Count == 0 || result.Traffic is not { } traffic) return report;
        var seconds = Figures.Median(result.Rounds.Select(round => round.Took.TotalSeconds));
        var worst = result.Rounds.Max(round => round.Took.TotalSeconds);
        var cpu = Figures.Median(result.Rounds.Select(round => round.Cpu.TotalMicroseconds)) / missed;
        var p50 = traffic.Busy.QuantileMs(0.5) / traffic.Idle.QuantileMs(0.5);
        var p99 = traffic.Busy.QuantileMs(0.99) / traffic.Idle.QuantileMs(0.99);
        report.Table(
            ["", "median s", "worst s", "events/s", "CPU us/event", "MiB", "others %"],
            [["resume", Figures.Text(seconds, "0.000"), Figures.Text(worst, "0.000"), Figures.Text(missed / seconds, "0"), Figures.Text(cpu),
              Figures.Text(result.Rounds[0].Bytes / 1048576.0, "0.0"), Figures.Text(Figures.Median(result.Rounds.Select(round => round.Disturbance)) * 100, "0")]]);
        report.Line();
        report.Table(
            ["live in another room", "p50 ms", "p99 ms", "messages"],
            [
                ["while nobody resumes", Figures.Text(traffic.Idle.QuantileMs(0.5)), Figures.Text(traffic.Idle.QuantileMs(0.99)), $"{traffic.Idle.Count}"],
                ["while one resumes", Figures.Text(traffic.Busy.QuantileMs(0.5)), Figures.Text(traffic.Busy.QuantileMs(0.99)), $"{traffic.Busy.Count}"],
                ["ratio", Figures.Text(p50), Figures.Text(p99), ""],
            ]);
        report.Figures["seconds"] = Figures.Rounded(seconds);
        report.Figures["seconds_rounds"] = new JsonArray([.. result.Rounds.Select(round => JsonValue.Create(Figures.Rounded(round.Took.TotalSeconds)))]);
        report.Figures["cpu_us_per_event"] = Figures.Rounded(cpu);
        report.Figures["live_idle_p50_ms"] = Figures.Rounded(traffic.Idle.QuantileMs(0.5));
        report.Figures["live_idle_p99_ms"] = Figures.Rounded(traffic.Idle.QuantileMs(0.99));
        report.Figures["live_p50_ratio"] = Figures.Rounded(p50);
        report.Figures["live_p99_ratio"] = Figures.Rounded(p99);
        report.Targets.Add(Target.AtMost($"seconds to resume {missed:N0} events", seconds, must: 1, aim: 0.5));
        return report;
    }

    private sealed record Round(TimeSpan Took, TimeSpan Cpu, long Bytes, double Disturbance);

    private sealed class Result
    {
        public List<Round> Rounds { get; } = [];

        public LiveTraffic? Traffic { get; set; }

        public string? Failure { get; set; }
    }
}
