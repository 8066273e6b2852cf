using System.Text.Json;
using System.Text.RegularExpressions;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Sockets;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Wire;

/// <summary>
/// What each method answers, as the real server gives it: answers.json is a day among three people, in order. A step is a call
/// (<c>by</c>, <c>call</c>, <c>data</c>, <c>answer</c>), a message (<c>post</c>), or something that no method does (<c>prepare</c>);
/// <c>keep</c> gives names to parts of an answer, for later steps; <c>$text</c> and <c>$number</c> stand for what is another one each time. Where the failure shows another answer and that is meant, it is the new golden one.
/// </summary>
public sealed class GoldenAnswerTests
{
    private static readonly JsonElement[] Steps = [.. GoldenFrames.Read("answers.json").EnumerateArray()];

    [Fact]
    public void Every_method_has_a_golden_answer_and_no_list_is_always_empty()
    {
        var answers = Steps.Where(step => step.TryGetProperty("call", out _)).ToLookup(step => step.GetProperty("call").GetString()!, step => step.GetProperty("answer"), StringComparer.Ordinal);
        Assert.Equal(CommandScopes.Methods.Keys.Order(StringComparer.Ordinal), answers.Select(method => method.Key).Order(StringComparer.Ordinal));
        foreach (var method in answers)
        {
            var lists = method.SelectMany(answer => answer.EnumerateObject()).Where(member => member.Value.ValueKind == JsonValueKind.Array).ToLookup(member => member.Name, member => member.Value.GetArrayLength(), StringComparer.Ordinal);
            Assert.All(lists, list => Assert.True(list.Any(length => length > 0), $"{method.Key} shows nothing in {list.Key}"));
        }
    }

    [Fact]
    public async Task The_real_server_gives_every_golden_answer_word_for_word()
    {
        var clock = new SetTime(DateTimeOffset.FromUnixTimeMilliseconds(1_750_000_000_000));
        await using var server = await TestServer.StartAsync(replace: services => services.AddSingleton<TimeProvider>(clock));
        // Each sample says what happened since the look before it.
        server.Get<OverviewBoard>().Take();
        clock.Now += TimeSpan.FromSeconds(1);
        server.Get<OverviewBoard>().Take();
        await using var day = await Day.BeginAsync(server, clock);
        var problems = new List<string>();
        foreach (var step in Steps)
        {
            clock.Now += TimeSpan.FromSeconds(1);
            if (await day.PlayAsync(step) is { } problem) problems.Add(problem);
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    /// <summary>The three people, what they are connected by, and what has a name.</summary>
    private sealed class Day : IAsyncDisposable
    {
        private readonly TestServer _server;
        private readonly Dictionary<string, TestSocket> _sockets = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

        private Day(TestServer server) => _server = server;

        public static async Task<Day> BeginAsync(TestServer server, SetTime clock)
        {
            var day = new Day(server);
            foreach (var (name, rank) in new[] { ("boss", Rank.Administrator), ("ann", Rank.Member), ("bob", Rank.Member) })
            {
                clock.Now += TimeSpan.FromSeconds(1);
                await day.ComeAsync(await server.AddPersonAsync(char.ToUpperInvariant(name[0]) + name[1..], rank), name);
            }

            return day;
        }

        public async Task<string?> PlayAsync(JsonElement step)
        {
            if (step.TryGetProperty("prepare", out _))
            {
                await PrepareSweepAsync();
                return null;
            }

            var socket = _sockets[step.GetProperty("by").GetString()!];
            var data = JsonDocument.Parse(step.TryGetProperty("data", out var given) ? Filled(given) : "{}").RootElement;
            if (step.TryGetProperty("post", out var channel))
            {
                var posted = await socket.AskAsync(new { publish = new { channel = Filled(channel)[1..^1], data } });
                var wanted = step.TryGetProperty("error", out var error) ? error.GetInt32() : 0;
                return (posted.TryGetProperty("error", out var refused) ? refused.GetProperty("code").GetInt32() : 0) == wanted ? null : $"{step}: {posted}";
            }

            var method = step.GetProperty("call").GetString()!;
            var reply = await socket.AskAsync(new { rpc = new { method, data } });
            if (!reply.TryGetProperty("rpc", out var result)) return $"{method} {data}: {reply}";
            var answer = result.GetProperty("data");
            if (step.TryGetProperty("keep", out var keep))
            {
                foreach (var kept in keep.EnumerateObject()) _names[kept.Name] = kept.Value.GetString()!.Split('.').Aggregate(answer, (part, member) => part.GetProperty(member)).GetString()!;
            }

            var said = JsonDocument.Parse(Emptied(GoldenFrames.Compact(answer))).RootElement;
            var isAsWanted = step.TryGetProperty("answer", out var golden) && Regex.IsMatch(Shown(said, step), PatternOf(Shown(golden, step)), RegexOptions.None, TimeSpan.FromSeconds(1));
            return isAsWanted ? null : $"{method} answers {GoldenFrames.Compact(said)}";
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var socket in _sockets.Values) await socket.DisposeAsync();
        }

        private async Task ComeAsync(TestPerson person, string name)
        {
            var socket = await _server.OpenSocketAsync();
            _sockets.Add(name, socket);
            var reply = await socket.AskAsync(new { connect = new { token = await _server.TokenOfAsync(person), name = $"client of {name}" } });
            (_names[name], _names[$"{name}.name"], _names[$"{name}.email"]) = (person.Id.Value, person.Name, person.Email);
            Assert.True((await socket.AskAsync(new { subscribe = new { channel = "room:general" } })).TryGetProperty("subscribe", out _));
            _names[$"{name}.client"] = reply.GetProperty("connect").GetProperty("client").GetString()!;
            if (name != "bob") return;
            _names["token"] = (await _server.AddTokenAsync(person)).Id;
            var (_, key) = ApiKeys.Make("ci", ApiScopes.Publish | ApiScopes.Read, "room:", person.Id, _server.Get<TimeProvider>().GetUtcNow());
            await _server.Get<CommitQueue>().CommitAsync(commit => commit.Db.ApiKeys.Add(key));
            _names["key"] = key.Id;
        }

        // The only one that is still at work when somebody looks: a real one is over within a moment.
        private async Task PrepareSweepAsync() => await _server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Sweeps.Add(new Sweep
        {
            UserId = _names["bob"], ById = _names["boss"], At = commit.Now, Since = commit.Now, Rooms = _names["lab"], Reason = "Unfinished", State = SweepState.Running,
        }));

        // The longer names first: $ann.name holds $ann.
        private string Filled(JsonElement element) =>
            _names.OrderByDescending(name => name.Key.Length).Aggregate(GoldenFrames.Compact(element), (text, name) => text.Replace("$" + name.Key, name.Value, StringComparison.Ordinal));

        private string Emptied(string text) =>
            _names.OrderByDescending(name => name.Value.Length).Aggregate(text, (left, name) => left.Replace(name.Value, "$" + name.Key, StringComparison.Ordinal));

        // Some lists have no order, or as many lines as time has passed.
        private static string Shown(JsonElement answer, JsonElement step) => answer.ValueKind switch
        {
            JsonValueKind.Object => "{" + string.Join(',', answer.EnumerateObject().Select(member => $"\"{member.Name}\":{Shown(member.Value, step)}")) + "}",
            JsonValueKind.Array => "[" + string.Join(',', Lines(answer.EnumerateArray().Select(line => Shown(line, step)), step)) + "]",
            _ => GoldenFrames.Compact(answer),
        };

        private static IEnumerable<string> Lines(IEnumerable<string> lines, JsonElement step) =>
            step.TryGetProperty("only_first", out _) ? lines.Take(1) : step.TryGetProperty("any_order", out _) ? lines.Order(StringComparer.Ordinal) : lines;

        private static string PatternOf(string text) => "^" + Regex.Escape(text)
            .Replace("\"\\$text\"", "\"[^\"]+\"", StringComparison.Ordinal)
            .Replace("\"\\$number\"", "[0-9.E+-]+", StringComparison.Ordinal) + "$";
    }
}
