using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatApp.Bench.Probe;
using ChatApp.Bench.Resume;
using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Circuits;

/// <summary>
/// Hundreds of open pages in one room: what a message costs the server until all of them show it, beside a bare list in the same
/// framework, and what an open page costs. The pages are without a screen and share the cores with the server.
/// </summary>
internal static class CircuitsVerb
{
    private const string Room = "rooms/general";
    private const int PagesPerPerson = 10;
    private const int WindowRows = 300;

    private static readonly int[] Paces = [2, 20, 50];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var options = VerbOptions.Parse(arguments);
        var pages = options.Quick ? 100 : 500;
        var (warmUp, time) = options.Quick ? (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5)) : (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20));
        Cores.Share();
        var machine = Machine.Facts();
        var rows = new List<CircuitRow>();
        double? bytes = null;
        string? failure = null;
        try
        {
            Machine.NeedOpenFiles(pages + 200);
            await MeasureBareAsync(pages, warmUp, time, rows, cancellation);
            bytes = await MeasureOursAsync(pages, warmUp, time, rows, cancellation);
        }
        catch (Exception failed) when (failed is BenchException or HttpRequestException or System.Net.WebSockets.WebSocketException)
        {
            cancellation.ThrowIfCancellationRequested();
            failure = failed.Message;
        }

        return Make(pages, time, rows, bytes, machine, failure).Finish(options.Save ? "circuits.md" : null, arguments.Typed);
    }

    private static async Task MeasureBareAsync(int pages, TimeSpan warmUp, TimeSpan time, List<CircuitRow> rows, CancellationToken cancellation)
    {
        await using var server = await ServerUnderTest.StartOwnAsync(BareListServer.Name, new PlainDialect(), cancellation);
        using var browser = new CircuitBrowser(server.Port);
        await using var crowd = new CircuitCrowd(cancellation);
        await crowd.OpenAsync(browser, "", script: null, pages);
        await RunAsync(crowd, server, warmUp, time, rows, SayAsync);

        async Task SayAsync(string text)
        {
            using var content = new StringContent(text);
            using var answer = await browser.Http.PostAsync(new Uri(BareListServer.Path, UriKind.Relative), content, cancellation);
            answer.EnsureSuccessStatusCode();
        }
    }

    private static async Task<double> MeasureOursAsync(int pages, TimeSpan warmUp, TimeSpan time, List<CircuitRow> rows, CancellationToken cancellation)
    {
        using var probe = new ProcessProbe();
        await using var server = await ProductServer.StartAsync(Checkout.Product, cancellation, probe: probe);
        using var poster = await ResumeClient.ConnectAsync(server.Port, server.Dialect.Path([]), server.Dialect.Hello([]), cancellation);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var id = 10;
        for (var number = 0; number < WindowRows; number++)
        {
            await SayAsync($"message {number} of those that were said before anybody came, of usual length");
            // Stored before the first account is made: a page opens where its person has not read on, and shows no news below that.
            while (!Encoding.UTF8.GetString((await poster.ReadAsync(cancellation)).Span).Contains($"\"id\":{id},", StringComparison.Ordinal))
            {
            }
        }

        var reading = DrainAsync(poster, ending.Token);
        var browsers = new List<CircuitBrowser>();
        try
        {
            await using var crowd = new CircuitCrowd(cancellation);
            // The first pages are the compiler's, and stay outside of the count.
            var before = 0L;
            for (var person = 0; person <= pages / PagesPerPerson; person++)
            {
                var browser = new CircuitBrowser(server.Port);
                browsers.Add(browser);
                await browser.RegisterAsync($"person{person}", cancellation);
                if (person == 1) before = probe.LiveBytes;
                await OpenFullAsync(crowd, browser, person == 0 ? 2 : PagesPerPerson, cancellation);
            }

            var bytes = (probe.LiveBytes - before) / (double)(crowd.Pages.Count - 2);
            await RunAsync(crowd, server, warmUp, time, rows, SayAsync);
            return bytes;
        }
        finally
        {
            foreach (var browser in browsers) browser.Dispose();
            await ending.CancelAsync();
            await Task.WhenAny(reading);
        }

        Task SayAsync(string text) => poster.SendAsync(JsonSerializer.SerializeToUtf8Bytes(new { id = ++id, publish = new { channel = "room:general", data = new { text } } }), cancellation);
    }

    // As somebody who has scrolled up: the window is full.
    private static async Task OpenFullAsync(CircuitCrowd crowd, CircuitBrowser browser, int count, CancellationToken cancellation)
    {
        var first = crowd.Pages.Count;
        await crowd.OpenAsync(browser, Room, "timeline.js", count);
        foreach (var page in crowd.Pages.Skip(first))
        {
            for (var rows = 0; rows < WindowRows; rows += 50) await page.CallAsync("LoadOlder", cancellation);
        }
    }

    private static async Task RunAsync(CircuitCrowd crowd, ServerUnderTest server, TimeSpan warmUp, TimeSpan time, List<CircuitRow> rows, Func<string, Task> say)
    {
        await crowd.RunAsync(server, Paces[1], warmUp, say);
        foreach (var pace in Paces)
        {
            var row = await crowd.RunAsync(server, pace, time, say);
            await Console.Error.WriteLineAsync($"{row.Server} at {pace}/s: {Figures.Text(row.CpuPerMessage, "0.000")} ms, p99 {Figures.Text(row.P99, "0")} ms, {row.Due - row.Shown} missing");
            rows.Add(row);
        }
    }

    private static async Task DrainAsync(ResumeClient client, CancellationToken cancellation)
    {
        while (true) await client.ReadAsync(cancellation);
    }

    private static Report Make(int pages, TimeSpan time, List<CircuitRow> rows, double? bytes, JsonObject machine, string? failure)
    {
        var report = new Report("circuits") { Failure = failure };
        report.Line(Machine.Describe(machine));
        report.Line($"{pages} open pages of one room, {PagesPerPerson} of a person, each with the newest {WindowRows} messages; messages of 90 characters for {time.TotalSeconds:0} s at each pace. 'barelist' is a list of {WindowRows} lines, rendered for each message, to which nobody signs in and of which nothing is stored. Milliseconds from the moment a message was due until a page had it.");
        if (Checkout.Configuration != "Release") report.Line("This is no Release build: the figures mean nothing.");
        if (bytes is { } size) report.Line($"An open page costs {Figures.Text(size / 1000, "0")} KB of managed memory, its connection and its share of the room included.");
        report.Line();
        report.Table(["server", "messages/s", "CPU ms/shown", "p50 ms", "p99 ms", "shown/render", "missing", "others %"], rows.Select(row => row.Cells()));
        report.Figures["machine"] = machine;
        report.Figures["bytes_per_page"] = bytes is { } held ? Figures.Rounded(held) : null;
        foreach (var row in rows) report.Figures[$"{row.Server} at {row.PerSecond}"] = row.Json();
        CircuitRow? Ours(int pace) => rows.Find(row => row.Server == ProductServer.Name && row.PerSecond == pace);
        report.Targets.Add(Target.AtMost("CPU ms for each shown message at 2/s", Ours(2)?.CpuPerMessage, must: 0.15, aim: 0.12));
        report.Targets.Add(Target.AtMost("p99 ms at 2/s", Ours(2)?.P99, must: 100, aim: 80));
        report.Targets.Add(Target.AtMost("CPU ms for each shown message at 20/s", Ours(20)?.CpuPerMessage, must: 0.05, aim: 0.03));
        report.Targets.Add(Target.AtMost("p99 ms at 20/s", Ours(20)?.P99, must: 350, aim: 300));
        report.Targets.Add(Target.AtMost("p99 ms at 50/s", Ours(50)?.P99, must: 1000, aim: 400));
        foreach (var pace in Paces)
            report.Targets.Add(Target.AtMost($"CPU, ours / barelist at {pace}/s", Ours(pace)?.CpuPerMessage / rows.Find(row => row.Server == BareListServer.Name && row.PerSecond == pace)?.CpuPerMessage, must: 2, aim: 1.5));
        report.Targets.Add(Target.AtMost("KB of managed memory of an open page", bytes / 1000, must: 300, aim: 250));
        report.Targets.Add(Target.AtMost("messages that pages did not show", rows.Count == 0 ? null : rows.Sum(row => row.Due - row.Shown), must: 0, aim: 0));
        return report;
    }
}
