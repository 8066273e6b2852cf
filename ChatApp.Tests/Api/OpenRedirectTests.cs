using System.Net;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Api;

/// <summary>Whatever a link or a form names as the page to go to: nobody ends on another site.</summary>
public sealed class OpenRedirectTests(TestServer server) : IClassFixture<TestServer>
{
    public static TheoryData<string> Addresses => [.. (string[])
    [
        "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\/evil.example", "\\\\evil.example", "\\evil.example", "/\\/evil.example", "//\\evil.example",
        "/\t/evil.example", "/\n/evil.example", "/\r/evil.example", "\t//evil.example", "/\u00a0/evil.example", "/\u2028/evil.example", "/\u3002evil.example", "/\uff0fevil.example",
        "/%09/evil.example", "/%5cevil.example", "/%2fevil.example", "/%2f%2fevil.example", "/%0d%0aLocation:%20//evil.example", "/\r\nLocation: //evil.example", "/%00/evil.example",
        "/.//evil.example", "/..//evil.example", "/./\\evil.example", "/%2e%2e//evil.example", "/;//evil.example", "/?//evil.example", "/#//evil.example", "/@evil.example", "/:@evil.example",
        "https://evil.example", "HTTPS://evil.example", "https:evil.example", "https:/evil.example", "https:///evil.example", "http:\\\\evil.example", "ftp://evil.example", "://evil.example",
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", "blob:https://evil.example/1", "mailto:a@evil.example",
        "evil.example", ".evil.example", "@evil.example", ":80@evil.example", "?next=//evil.example", "#//evil.example", " //evil.example", "~//evil.example",
        "http://127.0.0.1@evil.example/", "http://127.0.0.1.evil.example/", "http://127.0.0.1:80#@evil.example/", "//127.0.0.1@evil.example", "", " ", "/" + new string('/', 2400), "/" + new string('a', 2400),
    ]];

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task Every_way_that_takes_an_address_stays_on_this_site(string address)
    {
        var escaped = Uri.EscapeDataString(address);
        using var person = new Visitor(server.Address);
        using var registered = await person.PostAsync("/account/register?returnUrl=" + escaped, ("_handler", "register"), ("name", NextName()), ("email", $"redirected{_number}@example.org"), ("password", "a short sentence"));
        AssertStays(registered);
        Assert.StartsWith("/account/login?", Visitor.PathOf(registered), StringComparison.Ordinal);

        // On the way that the registration has chosen, for it carries the address along.
        using var signedIn = await person.PostAsync(Visitor.PathOf(registered), ("_handler", "login"), ("email", $"redirected{_number}@example.org"), ("password", "a short sentence"));
        AssertStays(signedIn);
        using var again = await person.Http.GetAsync(new Uri("/account/login?returnUrl=" + escaped, UriKind.Relative));
        AssertStays(again);
        using var spoken = await person.PostAsync("/account/language", from: "/account/preferences", ("culture", "zh-Hans"), ("returnUrl", address));
        AssertStays(spoken);
        using var other = await person.PostAsync("/account/language?returnUrl=" + escaped, from: "/account/preferences", ("culture", "en"));
        AssertStays(other);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("https://evil.example//evil.example")]
    [InlineData("http://127.0.0.1@evil.example/")]
    [InlineData("nonsense")]
    public async Task The_page_that_a_browser_says_it_comes_from_leads_nowhere_else(string referer)
    {
        using var person = new Visitor(server.Address);
        person.Http.DefaultRequestHeaders.TryAddWithoutValidation("Referer", referer);
        using var spoken = await person.PostAsync("/account/language", from: "/account/login", ("culture", "zh-Hans"));
        AssertStays(spoken);
        Assert.DoesNotContain("evil", Visitor.PathOf(spoken), StringComparison.Ordinal);
    }

    private static int _number;

    private static string NextName() => $"Redirected {Interlocked.Increment(ref _number)}";

    // As a browser reads it: white space at the ends and line breaks and tabs anywhere are dropped, backslashes are slashes.
    private void AssertStays(HttpResponseMessage answer)
    {
        Assert.True(answer.StatusCode == HttpStatusCode.Found, $"{answer.StatusCode} {string.Join('\n', server.Logs.Lines)}");
        var location = answer.Headers.NonValidated["Location"].ToString();
        Assert.All(location, c => Assert.InRange(c, '!', '~'));
        var read = location.Replace('\\', '/');
        Assert.True(read.StartsWith(server.Address + "/", StringComparison.Ordinal) || (read.StartsWith('/') && !read.StartsWith("//", StringComparison.Ordinal)), $"leads to {location}");
        Assert.Equal(new Uri(server.Address).Authority, new Uri(new Uri(server.Address), read).Authority);
    }
}
