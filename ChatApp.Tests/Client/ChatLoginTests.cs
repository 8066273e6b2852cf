using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ChatApp.Client;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Client;

/// <summary>Signing in over HTTP, and tokens that stay fresh.</summary>
public sealed class ChatLoginTests : IDisposable
{
    private static readonly Uri Site = new("http://chat.test/");

    private readonly ManualTime _time = new();
    private readonly FakeSite _site = new();
    private readonly HttpClient _http;

    public ChatLoginTests() => _http = new(_site);

    public void Dispose()
    {
        _http.Dispose();
        _site.Dispose();
    }

    [Fact]
    public async Task It_signs_in_with_address_and_password()
    {
        using var login = await LoginAsync();
        Assert.Equal("access 1", await login.TokenAsync(null, default));
        var (path, body) = Assert.Single(_site.Requests);
        Assert.Equal("/api/account/login", path);
        Assert.Equal("""{"email":"ann@chat.test","password":"opensesame"}""", body.GetRawText());
    }

    [Fact]
    public async Task It_says_what_the_program_is_called()
    {
        using var login = await ChatLogin.LoginAsync(_http, Site, "ann@chat.test", "opensesame", _time, name: "night watch");
        Assert.Equal("night watch", _site.Requests[0].Body.GetProperty("name").GetString());
    }

    [Fact]
    public async Task It_keeps_a_token_until_a_minute_before_it_expires_and_then_renews_it()
    {
        using var login = await LoginAsync();
        _time.Advance(TimeSpan.FromSeconds(3600 - 61));
        Assert.Equal("access 1", await login.TokenAsync(null, default));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("access 2", await login.TokenAsync(null, default));
        var (path, body) = _site.Requests[1];
        Assert.Equal("/api/account/refresh", path);
        Assert.Equal("""{"refreshToken":"refresh 1"}""", body.GetRawText());
        _time.Advance(TimeSpan.FromSeconds(3600));
        Assert.Equal("access 3", await login.TokenAsync(null, default));
        Assert.Equal("""{"refreshToken":"refresh 2"}""", _site.Requests[2].Body.GetRawText());
    }

    [Fact]
    public async Task Many_who_ask_at_once_share_one_renewal()
    {
        using var login = await LoginAsync();
        _time.Advance(TimeSpan.FromHours(1));
        var tokens = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => login.TokenAsync(null, default).AsTask())).Soon();
        Assert.All(tokens, token => Assert.Equal("access 2", token));
        Assert.Equal(2, _site.Requests.Count);
    }

    [Fact]
    public async Task A_renewal_that_its_caller_gives_up_is_carried_through_and_the_next_one_gets_its_answer()
    {
        using var login = await LoginAsync();
        _time.Advance(TimeSpan.FromHours(1));
        _site.Held = new TaskCompletionSource();
        using var givenUp = new CancellationTokenSource();
        var asking = login.TokenAsync(null, givenUp.Token).AsTask();
        await Eventually.BecomesAsync(() => _site.Requests.Count == 2);
        await givenUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.Soon());
        var again = login.TokenAsync(null, default).AsTask();
        _site.Held.SetResult();
        Assert.Equal("access 2", await again.Soon());
        Assert.Equal(2, _site.Requests.Count);
    }

    [Fact]
    public async Task A_renewal_that_failed_is_tried_again_with_the_same_token()
    {
        using var login = await LoginAsync();
        _time.Advance(TimeSpan.FromHours(1));
        _site.Status = HttpStatusCode.ServiceUnavailable;
        await Assert.ThrowsAsync<ChatException>(() => login.TokenAsync(null, default).AsTask());
        _site.Status = HttpStatusCode.OK;
        Assert.Equal("access 3", await login.TokenAsync(null, default));
        Assert.Equal(_site.Requests[1].Body.GetRawText(), _site.Requests[2].Body.GetRawText());
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, 101, false)]
    [InlineData(HttpStatusCode.TooManyRequests, 111, true)]
    [InlineData(HttpStatusCode.ServiceUnavailable, 100, true)]
    [InlineData(HttpStatusCode.NotFound, 107, false)]
    public async Task A_refusal_is_told_as_the_protocols_code(HttpStatusCode status, int code, bool temporary)
    {
        _site.Status = status;
        var refused = await Assert.ThrowsAsync<ChatException>(LoginAsync);
        Assert.Equal((code, temporary), (refused.Error.Code, refused.Error.Temporary));
        Assert.DoesNotContain("opensesame", refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"accessToken":"a","refreshToken":"r","expiresIn":-5}""")]
    public async Task An_answer_that_is_no_login_is_refused(string answer)
    {
        _site.Answer = answer;
        Assert.Equal(100, (await Assert.ThrowsAsync<ChatException>(LoginAsync)).Error.Code);
    }

    private Task<ChatLogin> LoginAsync() => ChatLogin.LoginAsync(_http, Site, "ann@chat.test", "opensesame", _time);

    private sealed class FakeSite : HttpMessageHandler
    {
        public List<(string Path, JsonElement Body)> Requests { get; } = [];

        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

        public string? Answer { get; set; }

        /// <summary>Answers wait for it.</summary>
        public TaskCompletionSource? Held { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests.Add((request.RequestUri!.AbsolutePath, await request.Content!.ReadFromJsonAsync<JsonElement>(cancellationToken)));
            var number = Requests.Count;
            if (Held is { } held) await held.Task;
            return new(Status)
            {
                RequestMessage = request,
                Content = new StringContent(Answer
                    ?? $$"""{"tokenType":"Bearer","accessToken":"access {{number}}","expiresIn":3600,"refreshToken":"refresh {{number}}"}"""),
            };
        }
    }
}
