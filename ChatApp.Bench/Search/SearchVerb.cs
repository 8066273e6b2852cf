using System.Diagnostics;
using System.Text.Json.Nodes;
using ChatApp.Bench.Product;
using ChatApp.Search;
using ChatApp.Storage;

namespace ChatApp.Bench.Search;

/// <summary>
/// Search as pages and programs call it, the check of rights included: ten rooms, one of them closed to the searcher. The
/// cases take turns, one search each.
/// </summary>
internal static class SearchVerb
{
    /// <summary>Stands in a tenth of all messages, none of which the searcher may see.</summary>
    public const string ClosedWord = "forbidding";

    private const int Rooms = 10;

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var options = VerbOptions.Parse(arguments);
        var messages = options.Quick ? 100_000 : 1_000_000;
        var rounds = options.Quick ? 1 : 2;
        var machine = Machine.Facts();
        await using var host = ProductHost.Create("Search:SearchesPerSecond=1000000", "Search:SearchBurst=1000000");
        var begun = Stopwatch.GetTimestamp();
        var (viewer, cases) = Fill(host, messages, each: options.Quick ? 50 : 100);
        var filled = Stopwatch.GetElapsedTime(begun);
        await Console.Error.WriteLineAsync($"filled in {filled.TotalSeconds:0} s, database of {new FileInfo(host.Database).Length >> 20} MiB");

        var search = host.Get<MessageSearch>();
        foreach (var each in cases)
            for (var place = 0; place < 3; place++) await SearchAsync(search, viewer, each.Queries[place]);
        for (var round = 0; round < rounds; round++)
        {
            for (var place = 0; place < cases[0].Queries.Count; place++)
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (var each in cases)
                {
                    var (took, hits) = await SearchAsync(search, viewer, each.Queries[place]);
                    each.Warm.Record(took);
                    each.Hits += hits;
                }
            }
        }

        for (var place = 0; place < (options.Quick ? 3 : 15); place++)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var each in cases)
            {
                PageCache.Drop(host.Database);
                each.Cold.Record((await SearchAsync(search, viewer, each.Queries[place])).Took);
            }
        }

        return Make(cases, messages, machine, filled).Finish(options.Save ? "search.md" : null, arguments.Typed);
    }

    private static async Task<(long Took, int Hits)> SearchAsync(MessageSearch search, UserId viewer, SearchRequest request)
    {
        var begun = Stopwatch.GetTimestamp();
        var result = await search.SearchAsync(viewer, request.Query, before: request.Before);
        var took = (long)Stopwatch.GetElapsedTime(begun).TotalNanoseconds;
        return result.Page is { } page ? (took, page.Hits.Count) : throw new BenchException($"the search was refused: {result.Outcome}");
    }

    private static (UserId Viewer, IReadOnlyList<SearchCase> Cases) Fill(ProductHost host, int messages, int each)
    {
        using var corpus = new Corpus(host.Get<ChatDatabase>());
        var viewer = corpus.AddPerson("viewer", "Viewer");
        var rooms = Enumerable.Range(0, Rooms).Select(number => number < Rooms - 1 ? corpus.AddRoom($"room{number}", viewer) : corpus.AddRoom("closed")).ToArray();
        for (var number = 0; number < messages; number++)
        {
            var room = corpus.Words.Number(Rooms);
            corpus.Post(rooms[room], room == Rooms - 1 ? ClosedWord : null);
        }

        corpus.Finish();
        return (viewer, new SearchCases(host.Get<ChatDatabase>(), corpus.Words, messages, each).Choose());
    }

    private static Report Make(IReadOnlyList<SearchCase> cases, int messages, JsonObject machine, TimeSpan filled)
    {
        var report = new Report("search");
        report.Line(Machine.Describe(machine));
        report.Line($"{messages:N0} messages in {Rooms} rooms, one of them closed to the searcher; pages of 20. {cases[0].Warm.Count} searches of each kind in turns, one at a time, in this process.");
        report.Line($"Warm: the pages are in memory. Cold: nothing of the database is, {cases[0].Cold.Count} searches each. Filling took {Figures.Text(filled.TotalSeconds, "0")} s.");
        report.Line();
        report.Table(
            ["search", "p50 ms", "p99 ms", "cold p50 ms", "cold worst ms", "hits a page"],
            cases.Select(each => (string[])
            [
                each.Name, Figures.Text(each.Warm.QuantileMs(0.5)), Figures.Text(each.Warm.QuantileMs(0.99)),
                Figures.Text(each.Cold.QuantileMs(0.5)), Figures.Text(each.Cold.QuantileMs(1)), Figures.Text((double)each.Hits / each.Warm.Count, "0.0"),
            ]));
        report.Figures["machine"] = machine;
        report.Figures["messages"] = messages;
        report.Figures["fill_seconds"] = Figures.Rounded(filled.TotalSeconds);
        report.Figures["searches"] = new JsonArray([.. cases.Select(each => (JsonNode)new JsonObject
        {
            ["search"] = each.Name,
            ["p50_ms"] = Figures.Rounded(each.Warm.QuantileMs(0.5)),
            ["p99_ms"] = Figures.Rounded(each.Warm.QuantileMs(0.99)),
            ["cold_p50_ms"] = Figures.Rounded(each.Cold.QuantileMs(0.5)),
            ["cold_worst_ms"] = Figures.Rounded(each.Cold.QuantileMs(1)),
            ["hits"] = each.Hits,
        })]);
        foreach (var each in cases)
            report.Targets.Add(Target.AtMost($"p99 ms, {each.Name}", each.Warm.QuantileMs(0.99), must: each.LimitMs, aim: each.LimitMs / 4));
        if (cases.FirstOrDefault(each => each.Hits == 0 && !each.Name.Contains("closed", StringComparison.Ordinal)) is { } empty) report.Failure = $"'{empty.Name}' found nothing: it was not measured";
        return report;
    }
}
