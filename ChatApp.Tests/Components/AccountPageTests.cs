using System.Net;
using ChatApp.Accounts;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>The pages around an account, walked through as a browser without JavaScript does: forms, cookies, redirects.</summary>
public sealed class AccountPageTests(TestServer server) : IClassFixture<TestServer>
{
    private const string NewPassword = "a short sentence";

    [Fact]
    public async Task A_person_registers_signs_in_chooses_and_signs_out()
    {
        await server.AddPersonAsync();
        using var visitor = new Visitor(server.Address);
        using var registered = await visitor.PostAsync("/account/register", ("_handler", "register"), ("name", "Walker"), ("email", "walker@example.org"), ("password", NewPassword));
        Assert.Equal("/account/login?registered=1", Visitor.PathOf(registered));

        using var signedIn = await visitor.PostAsync("/account/login?returnUrl=%2Faccount%2Fpreferences", ("_handler", "login"), ("email", "walker@example.org"), ("password", NewPassword));
        Assert.Equal("/account/preferences", Visitor.PathOf(signedIn));

        using var chosen = await visitor.PostAsync("/account/preferences", ("_handler", "preferences"), ("language", "zh-Hans"), ("theme", "dark"));
        var page = await visitor.GetAsync(Visitor.PathOf(chosen));
        Assert.Contains("lang=\"zh-Hans\"", page, StringComparison.Ordinal);
        Assert.Contains("data-theme=\"dark\"", page, StringComparison.Ordinal);
        Assert.Contains("已保存", WebUtility.HtmlDecode(page), StringComparison.Ordinal);

        using var signedOut = await visitor.PostAsync("/account/logout", from: "/account/preferences");
        Assert.Equal("/account/signed-out", Visitor.PathOf(signedOut));
        using var again = await visitor.Http.GetAsync("/account/preferences");
        Assert.StartsWith("/account/login?returnUrl=", Visitor.PathOf(again), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registration_answers_the_same_whether_or_not_the_address_has_an_account()
    {
        var known = await server.AddPersonAsync();
        foreach (var email in (string[])[known.Email, "nobody-yet@example.org"])
        {
            using var visitor = new Visitor(server.Address);
            using var answer = await visitor.PostAsync("/account/register", ("_handler", "register"), ("name", "Same " + email.Length), ("email", email), ("password", NewPassword));
            Assert.Equal((HttpStatusCode.Found, "/account/login?registered=1"), (answer.StatusCode, Visitor.PathOf(answer)));
        }
    }

    [Fact]
    public async Task A_sign_in_answers_the_same_whether_the_address_is_unknown_the_password_wrong_or_the_account_locked()
    {
        var known = await server.AddPersonAsync();
        var locked = await server.AddPersonAsync();
        for (var i = 0; i < server.Get<AccountOptions>().LockoutAttempts; i++) await AnswerAsync(locked.Email, "wrong");
        var expected = await AnswerAsync(known.Email, "wrong");
        Assert.Contains("role=\"alert\"", expected, StringComparison.Ordinal);
        Assert.Equal(expected, await AnswerAsync("nobody@example.org", "wrong"));
        Assert.Equal(expected, await AnswerAsync(locked.Email, locked.Password));

        async Task<string> AnswerAsync(string email, string password)
        {
            using var visitor = new Visitor(server.Address);
            using var answer = await visitor.PostAsync("/account/login", ("_handler", "login"), ("email", email), ("password", password));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return Visitor.Plain(await answer.Content.ReadAsStringAsync()).Replace(email, "", StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_wrong_field_is_named_and_nothing_typed_is_lost_but_the_password()
    {
        await server.AddPersonAsync();
        using var visitor = new Visitor(server.Address);
        using var answer = await visitor.PostAsync("/account/register", ("_handler", "register"), ("name", "<b>\u202e"), ("email", "half@"), ("password", "short"));
        var page = await answer.Content.ReadAsStringAsync();
        foreach (var field in (string[])["name", "email", "password"]) Assert.Contains($"aria-describedby=\"{field}-error\"", page, StringComparison.Ordinal);
        Assert.Contains("value=\"half@\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("short\"", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/account/login")]
    [InlineData("/account/register")]
    [InlineData("/account/language")]
    [InlineData("/account/logout")]
    public async Task A_form_without_its_token_changes_nothing_and_says_so(string address)
    {
        using var content = new FormUrlEncodedContent([new("_handler", "login"), new("culture", "zh-Hans")]);
        using var answer = await server.Http.PostAsync(address, content);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.DoesNotContain(answer.Headers, header => header.Key == "Set-Cookie" && header.Value.Any(value => !value.StartsWith(".AspNetCore.Antiforgery", StringComparison.Ordinal)));
        Assert.Contains("This form has expired", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/nothing", HttpStatusCode.NotFound)]
    [InlineData("/connection/websocket", HttpStatusCode.UpgradeRequired)]
    [InlineData("/nothing", HttpStatusCode.NotFound)]
    [InlineData("/account/logout", HttpStatusCode.NotFound)]
    public async Task People_get_a_page_and_programs_a_bare_status(string address, HttpStatusCode expected)
    {
        using var answer = await server.Http.GetAsync(address);
        Assert.Equal(expected, answer.StatusCode);
        var isForPeople = address.StartsWith("/nothing", StringComparison.Ordinal) || address.StartsWith("/account", StringComparison.Ordinal);
        Assert.Equal(isForPeople, answer.Content.Headers.ContentType?.MediaType == "text/html");
    }

    [Fact]
    public async Task Whoever_is_no_moderator_sees_at_the_admin_address_that_nothing_is_there()
    {
        var member = await server.AddPersonAsync();
        using var visitor = new Visitor(server.Address);
        using var signedIn = await visitor.PostAsync("/account/login", ("_handler", "login"), ("email", member.Email), ("password", member.Password));
        using var answer = await visitor.Http.GetAsync("/admin");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("Nothing to see at this address", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
