using System.Net;
using System.Text.RegularExpressions;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Api;

/// <summary>The sign-in page as an attacker's link uses it: after signing in, nobody ends on another site.</summary>
public sealed class SignInPageTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("/rooms/abc?x=1", "/rooms/abc?x=1")]
    [InlineData("//evil.example", "/rooms/general")]
    [InlineData("///evil.example", "/rooms/general")]
    [InlineData("/\\evil.example", "/rooms/general")]
    [InlineData("\\\\evil.example", "/rooms/general")]
    [InlineData("https://evil.example", "/rooms/general")]
    [InlineData("https:evil.example", "/rooms/general")]
    [InlineData("javascript:alert(1)", "/rooms/general")]
    [InlineData("/\t/evil.example", "/rooms/general")]
    [InlineData("/\r\nSet-Cookie: a=b", "/rooms/general")]
    [InlineData(" //evil.example", "/rooms/general")]
    [InlineData("evil.example", "/rooms/general")]
    [InlineData("~/evil", "/rooms/general")]
    [InlineData("", "/rooms/general")]
    public async Task Signing_in_leads_to_a_page_of_this_site_whatever_the_link_says(string returnUrl, string expected)
    {
        var ann = await server.AddPersonAsync("Ann");
        var page = "/account/login?returnUrl=" + Uri.EscapeDataString(returnUrl);
        using var response = await SubmitAsync(page, ann.Email, ann.Password);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        var target = new Uri(new Uri(server.Address), response.Headers.Location!);
        Assert.Equal(server.Address, target.GetLeftPart(UriPartial.Authority));
        Assert.Equal(expected, target.PathAndQuery);
        Assert.Contains(response.Headers.GetValues("Set-Cookie"), cookie =>
            cookie.StartsWith("chat.session=", StringComparison.Ordinal) && cookie.Contains("httponly", StringComparison.OrdinalIgnoreCase)
            && cookie.Contains("samesite=lax", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Whoever_is_signed_in_already_is_sent_to_a_page_of_this_site_too()
    {
        var cookie = await server.CookieOfAsync(await server.AddPersonAsync());
        foreach (var evil in new[] { "//evil.example", "/\\evil.example", "https://evil.example" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/account/login?returnUrl=" + Uri.EscapeDataString(evil));
            request.Headers.Add("Cookie", cookie);
            using var response = await server.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
            Assert.Equal("/rooms/general", new Uri(new Uri(server.Address), response.Headers.Location!).PathAndQuery);
            Assert.DoesNotContain("evil", response.Headers.Location!.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_form_without_the_antiforgery_token_is_refused()
    {
        var ann = await server.AddPersonAsync("Ann");
        using var form = new FormUrlEncodedContent(Fields(ann.Email, ann.Password));
        using var response = await server.Http.PostAsync("/account/login", form);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.DoesNotContain("chat.session", response.Headers.ToString(), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> SubmitAsync(string page, string email, string password)
    {
        using var shown = await server.Http.GetAsync(page);
        var html = await shown.Content.ReadAsStringAsync();
        var token = Regex.Match(html, "name=\"__RequestVerificationToken\"[^>]*value=\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
        Assert.True(token.Success, $"{(int)shown.StatusCode}: {html}");
        var cookies = shown.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]);
        using var form = new FormUrlEncodedContent([.. Fields(email, password), new("__RequestVerificationToken", token.Groups["value"].Value)]);
        using var request = new HttpRequestMessage(HttpMethod.Post, page) { Content = form };
        request.Headers.Add("Cookie", string.Join("; ", cookies));
        return await server.Http.SendAsync(request);
    }

    private static Dictionary<string, string> Fields(string email, string password) => new(StringComparer.Ordinal)
    {
        ["_handler"] = "login",
        ["email"] = email,
        ["password"] = password,
    };
}
