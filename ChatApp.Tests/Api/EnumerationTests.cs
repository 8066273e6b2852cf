using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Api;

/// <summary>
/// Nobody finds out who has an account: by status, by body, or by how long an answer takes. Times are compared as medians of calls
/// in turn, so that whatever else the machine does falls on both; the bound is far from noise, and further from a hash left out.
/// </summary>
public sealed class EnumerationTests(TestServer server) : IClassFixture<TestServer>
{
    private const int Rounds = 15;
    private const double MostTimesAsLong = 1.8;
    private const int MoreSeries = 4;
    private static int _number;

    // Wrong passwords lock the account in the midst of it: what is locked shall look the same too.
    [Fact]
    public async Task Signing_in_by_the_page_answers_the_same_in_the_same_time()
    {
        var person = await server.AddPersonAsync();
        using var visitor = new Visitor(server.Address);
        await AssertAlikeAsync(() => AskAsync(person.Email), () => AskAsync(Unknown()));

        async Task<string> AskAsync(string email)
        {
            using var answer = await visitor.PostAsync("/account/login", ("_handler", "login"), ("email", email), ("password", "not the password"));
            return await PlainAsync(answer, email);
        }
    }

    [Fact]
    public async Task Signing_in_by_the_API_answers_the_same_in_the_same_time()
    {
        var person = await server.AddPersonAsync();
        await AssertAlikeAsync(() => AskAsync(person.Email), () => AskAsync(Unknown()));

        async Task<string> AskAsync(string email)
        {
            using var answer = await server.Http.PostAsJsonAsync("/api/account/login", new { email, password = "not the password" });
            return await PlainAsync(answer, email);
        }
    }

    [Fact]
    public async Task Registering_answers_the_same_in_the_same_time()
    {
        var person = await server.AddPersonAsync();
        using var visitor = new Visitor(server.Address);
        await AssertAlikeAsync(() => AskAsync(person.Email), () => AskAsync(Unknown()));

        async Task<string> AskAsync(string email)
        {
            var name = $"New {Interlocked.Increment(ref _number)}";
            using var answer = await visitor.PostAsync("/account/register", ("_handler", "register"), ("name", name), ("email", email), ("password", "a short sentence"));
            Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
            return (await PlainAsync(answer, email)).Replace(name, "", StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_wrong_field_says_the_same_whether_or_not_the_address_has_an_account()
    {
        var person = await server.AddPersonAsync();
        foreach (var (name, password) in new[] { (person.Name, "a short sentence"), ("New name", "short"), ("New name", "password"), ("\u202e", "a short sentence") })
        {
            using var visitor = new Visitor(server.Address);
            Assert.Equal(await AskAsync(person.Email), await AskAsync(Unknown()));

            async Task<string> AskAsync(string email)
            {
                using var answer = await visitor.PostAsync("/account/register", ("_handler", "register"), ("name", name), ("email", email), ("password", password));
                return await PlainAsync(answer, email);
            }
        }
    }

    private static string Unknown() => $"nobody{Interlocked.Increment(ref _number)}@example.org";

    private static async Task<string> PlainAsync(HttpResponseMessage answer, string email) =>
        $"{answer.StatusCode} {answer.Headers.Location} {answer.Headers.WwwAuthenticate}\n" + Visitor.Plain(await answer.Content.ReadAsStringAsync()).Replace(WebUtility.HtmlEncode(email), "", StringComparison.Ordinal);

    private static async Task AssertAlikeAsync(Func<Task<string>> known, Func<Task<string>> unknown)
    {
        // Both once beforehand: whoever comes first finds nothing compiled.
        Assert.Equal(await known(), await unknown());
        var (ofKnown, ofUnknown) = (new List<double>(), new List<double>());
        await SeriesAsync();
        if (Ratio() < MostTimesAsLong) return;
        // What else the machine does may have hit one of the two: all of five series together decide, whatever lies between them.
        for (var series = 0; series < MoreSeries; series++) await SeriesAsync();
        Assert.True(Ratio() < MostTimesAsLong, $"known addresses take {Median(ofKnown):0.0} ms, unknown ones {Median(ofUnknown):0.0} ms");

        double Ratio() => Math.Max(Median(ofKnown), Median(ofUnknown)) / Math.Min(Median(ofKnown), Median(ofUnknown));

        async Task SeriesAsync()
        {
            for (var i = 0; i < Rounds; i++)
            {
                var (one, other) = i % 2 == 0 ? (await TimeAsync(known, ofKnown), await TimeAsync(unknown, ofUnknown)) : (await TimeAsync(unknown, ofUnknown), await TimeAsync(known, ofKnown));
                Assert.Equal(one, other);
            }
        }
    }

    private static async Task<string> TimeAsync(Func<Task<string>> ask, List<double> times)
    {
        var began = Stopwatch.GetTimestamp();
        var answer = await ask();
        times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        return answer;
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
}
