using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Api;

public sealed class AccountApiTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Address_and_password_give_a_pair_of_tokens()
    {
        var answer = await server.LoginAsync(await server.AddPersonAsync());
        Assert.Equal(["tokenType", "accessToken", "expiresIn", "refreshToken"], answer.EnumerateObject().Select(property => property.Name));
        Assert.Equal("Bearer", answer.GetProperty("tokenType").GetString());
        Assert.Equal(3600, answer.GetProperty("expiresIn").GetInt32());
        Assert.NotEqual(answer.GetProperty("accessToken").GetString(), answer.GetProperty("refreshToken").GetString());
    }

    [Fact]
    public async Task A_wrong_password_an_unknown_address_and_a_missing_field_give_the_same_empty_401()
    {
        var ann = await server.AddPersonAsync("Ann");
        foreach (var body in new object[]
        {
            new { email = ann.Email, password = "wrong wrong wrong" },
            new { email = "nobody@example.org", password = ann.Password },
            new { email = "' or 1=1 --", password = "' or 1=1 --" },
            new { email = ann.Email },
            new { password = ann.Password },
            new { email = (string?)null, password = (string?)null },
            new { email = ann.Email, password = new string('x', 100_000) },
            new { },
        })
            await AssertEmpty401Async("/api/account/login", body);
    }

    [Fact]
    public async Task A_locked_account_gives_the_same_empty_401_also_for_the_right_password()
    {
        await using var other = await TestServer.StartAsync(["Accounts:LockoutAttempts=2"]);
        var ann = await other.AddPersonAsync("Ann");
        for (var i = 0; i < 2; i++)
        {
            using var wrong = await other.Http.PostAsJsonAsync("/api/account/login", new { email = ann.Email, password = "wrong wrong" });
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var right = await other.Http.PostAsJsonAsync("/api/account/login", new { email = ann.Email, password = ann.Password });
        Assert.Equal(HttpStatusCode.Unauthorized, right.StatusCode);
        Assert.Empty(await right.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/api/account/login", "{", "application/json", 400)]
    [InlineData("/api/account/login", "", "application/json", 400)]
    [InlineData("/api/account/login", "null", "application/json", 400)]
    [InlineData("/api/account/login", "[]", "application/json", 400)]
    [InlineData("/api/account/login", """{"email":7,"password":[]}""", "application/json", 400)]
    [InlineData("/api/account/login", """{"email":"\ud800","password":"x"}""", "application/json", 400)]
    [InlineData("/api/account/login", """{"email":"a@example.org","password":"x"}""", "text/plain", 415)]
    [InlineData("/api/account/login", "email=a%40example.org&password=x", "application/x-www-form-urlencoded", 415)]
    [InlineData("/api/account/refresh", "{", "application/json", 400)]
    [InlineData("/api/account/refresh", "null", "application/json", 400)]
    [InlineData("/api/account/refresh", """{"refreshToken":{}}""", "application/json", 400)]
    [InlineData("/api/account/refresh", "x", "text/plain", 415)]
    public async Task What_is_no_request_is_refused_without_a_page(string address, string body, string type, int status)
    {
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
        using var response = await server.Http.PostAsync(address, content);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.DoesNotContain("<html", await response.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Reading_instead_of_posting_gives_nothing()
    {
        foreach (var address in new[] { "/api/account/login", "/api/account/refresh" })
        {
            using var response = await server.Http.GetAsync(address);
            Assert.Contains(response.StatusCode, (HttpStatusCode[])[HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed]);
        }
    }

    [Fact]
    public async Task A_refresh_token_gives_a_new_pair_and_the_old_access_token_goes_on_until_its_end()
    {
        var ann = await server.AddPersonAsync("Ann");
        var first = await server.LoginAsync(ann);
        using var response = await RefreshAsync(server, first);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var second = await response.Content.ReadFromJsonAsync<JsonElement>();
        foreach (var pair in new[] { first, second })
        {
            await using var socket = await server.OpenSocketAsync();
            await socket.SendTextAsync(ConnectTests.ConnectFrame(pair.GetProperty("accessToken").GetString()!));
            Assert.True((await socket.ReplyAsync(1)).TryGetProperty("connect", out _));
        }
    }

    [Fact]
    public async Task A_refresh_token_from_before_a_change_of_the_security_stamp_is_worth_nothing()
    {
        var ann = await server.AddPersonAsync("Ann");
        var pair = await server.LoginAsync(ann);
        await server.ChangeStampAsync(ann);
        using var response = await RefreshAsync(server, pair);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task What_is_not_a_refresh_token_gives_an_empty_401()
    {
        var access = (await server.LoginAsync(await server.AddPersonAsync())).GetProperty("accessToken").GetString();
        foreach (var token in new[] { access, "x", "", null, new string('A', 10_000) })
            await AssertEmpty401Async("/api/account/refresh", new { refreshToken = token });
    }

    [Fact]
    public async Task Tokens_end_when_they_say()
    {
        var time = new ManualTime();
        await using var other = await TestServer.StartAsync([], services => services.AddSingleton<TimeProvider>(time));
        var pair = await other.LoginAsync(await other.AddPersonAsync());
        time.Advance(TimeSpan.FromDays(13));
        using var inTime = await RefreshAsync(other, pair);
        Assert.Equal(HttpStatusCode.OK, inTime.StatusCode);
        time.Advance(TimeSpan.FromDays(2));
        using var late = await RefreshAsync(other, pair);
        Assert.Equal(HttpStatusCode.Unauthorized, late.StatusCode);
    }

    [Fact]
    public async Task Whoever_tries_too_often_from_one_address_has_to_wait()
    {
        await using var other = await TestServer.StartAsync(["Accounts:AttemptsPerMinute=3"]);
        // Seven attempts of three per minute: also where a new minute begins in between, one is too many.
        var statuses = new List<HttpStatusCode>();
        HttpResponseMessage? refused = null;
        for (var i = 0; i < 7; i++)
        {
            var address = i % 2 == 0 ? "/api/account/login" : "/api/account/refresh";
            var response = await other.Http.PostAsJsonAsync(address, new { email = "a@example.org", password = "guess", refreshToken = "x" });
            statuses.Add(response.StatusCode);
            if (response.StatusCode == HttpStatusCode.TooManyRequests) refused = response;
        }

        Assert.All(statuses.Take(3), status => Assert.Equal(HttpStatusCode.Unauthorized, status));
        Assert.Equal(TimeSpan.FromMinutes(1), refused!.Headers.RetryAfter!.Delta);
        Assert.StartsWith("Too many attempts", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var health = await other.Http.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    private static Task<HttpResponseMessage> RefreshAsync(TestServer server, JsonElement pair) =>
        server.Http.PostAsJsonAsync("/api/account/refresh", new { refreshToken = pair.GetProperty("refreshToken").GetString() });

    private async Task AssertEmpty401Async(string address, object body)
    {
        using var response = await server.Http.PostAsJsonAsync(address, body);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }
}
