using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Api;

public sealed class HttpSurfaceTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("GET", "/", false)]
    [InlineData("GET", "/account/login", false)]
    [InlineData("GET", "/account/register", false)]
    [InlineData("GET", "/no/such/page", false)]
    [InlineData("GET", "/health", false)]
    [InlineData("GET", "/_framework/blazor.web.js", false)]
    [InlineData("GET", "/connection/websocket", false)]
    [InlineData("GET", "/api/account/login", false)]
    [InlineData("POST", "/api/account/login", false)]
    [InlineData("POST", "/account/logout", false)]
    [InlineData("GET", "/ws", true)]
    [InlineData("POST", "/_blazor/negotiate", true)]
    public async Task Every_answer_carries_the_security_headers(string method, string address, bool isForeign)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        if (method == "POST") request.Content = new StringContent("{");
        if (isForeign) request.Headers.Add("Origin", "https://evil.example");
        using var response = await server.Http.SendAsync(request);
        AssertHeaders(response);
        if (isForeign) Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        if (response.Content.Headers.ContentType?.MediaType == "text/html") Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task A_page_of_a_signed_in_person_is_not_stored_either()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/rooms/general");
        request.Headers.Add("Cookie", await server.CookieOfAsync(await server.AddPersonAsync()));
        using var response = await server.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        AssertHeaders(response);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Health_says_that_the_server_works_and_how_busy_it_is()
    {
        var report = await server.Http.GetFromJsonAsync<JsonElement>("/health");
        Assert.Equal("ok", report.GetProperty("status").GetString());
        Assert.StartsWith("3.", report.GetProperty("sqlite").GetString()!, StringComparison.Ordinal);
        Assert.Equal(0, report.GetProperty("waitingChanges").GetInt32());
        Assert.True(report.GetProperty("connections").GetInt32() >= 0);
    }

    [Theory]
    [InlineData("/connection/websocket")]
    [InlineData("/ws")]
    public async Task Plain_HTTP_on_the_socket_address_is_told_to_upgrade(string address)
    {
        using var response = await server.Http.GetAsync(address);
        Assert.Equal(426, (int)response.StatusCode);
        Assert.Equal("websocket", response.Headers.Upgrade.ToString());
        Assert.DoesNotContain("<html", await response.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task With_300_sockets_that_say_nothing_a_normal_sign_in_still_works()
    {
        var silent = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => server.OpenSocketAsync()));
        var ann = await server.AddPersonAsync();
        await using var socket = await server.SubscribeAsync(ann, RoomId.General);
        Assert.True((await socket.AskAsync(new { publish = new { channel = "room:general", data = new { text = "hello" } } })).TryGetProperty("publish", out _));
        foreach (var one in silent) one.Raw.Abort();
    }

    [Fact]
    public async Task Sockets_that_have_not_said_who_they_are_have_a_limit_of_their_own()
    {
        await using var other = await TestServer.StartAsync(["Push:UnauthenticatedSockets=2"]);
        var ann = await other.AddPersonAsync();
        await using var known = await other.ConnectAsync(ann);
        await using var first = await other.OpenSocketAsync();
        await using var second = await other.OpenSocketAsync();
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => other.OpenSocketAsync());
        Assert.Contains("503", refused.Message, StringComparison.Ordinal);
        await first.SendAsync(new { id = 1, connect = new { token = await other.TokenOfAsync(ann) } });
        await first.ReplyAsync(1);
        await second.DisposeAsync();
        await Eventually.BecomesAsync(async () =>
        {
            try
            {
                await (await other.ConnectAsync(ann)).DisposeAsync();
                return true;
            }
            catch (WebSocketException)
            {
                return false;
            }
        });
    }

    [Theory]
    [InlineData("token")]
    [InlineData("access_token")]
    public async Task A_token_in_the_address_is_never_read(string parameter)
    {
        var token = await server.TokenOfAsync(await server.AddPersonAsync());
        var address = server.Address.Replace("http", "ws", StringComparison.Ordinal) + $"/ws?{parameter}={Uri.EscapeDataString(token)}";
        await using var socket = await TestSocket.OpenAsync(new Uri(address));
        await socket.SendTextAsync("""{"id":1,"connect":{}}""");
        Assert.Equal(3500, await socket.ClosedAsync());
    }

    [Fact]
    public async Task A_socket_can_be_opened_inside_an_HTTP_2_connection()
    {
        await using var other = await TestServer.StartAsync(["Kestrel:EndpointDefaults:Protocols=Http2"]);
        var ann = await other.AddPersonAsync();
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        using var login = new HttpRequestMessage(HttpMethod.Post, other.Address + "/api/account/login")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = JsonContent.Create(new { email = ann.Email, password = ann.Password }),
        };
        using var answer = await invoker.SendAsync(login, CancellationToken.None);
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString();
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await socket.ConnectAsync(new Uri(other.Address.Replace("http", "ws", StringComparison.Ordinal) + "/ws"), invoker, CancellationToken.None);
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(new { id = 1, connect = new { token } }), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        var buffer = new byte[4096];
        var received = await socket.ReceiveAsync(buffer, CancellationToken.None);
        Assert.Contains("\"connect\"", System.Text.Encoding.UTF8.GetString(buffer, 0, received.Count), StringComparison.Ordinal);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
    }

    private static void AssertHeaders(HttpResponseMessage response)
    {
        var policies = response.Headers.GetValues("Content-Security-Policy").ToList();
        Assert.Contains(policies, policy => policy.Contains("default-src 'self'", StringComparison.Ordinal));
        Assert.Contains(policies, policy => policy.Contains("frame-ancestors 'none'", StringComparison.Ordinal));
        Assert.All(policies, policy => Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal));
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("same-origin", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("same-origin", response.Headers.GetValues("Cross-Origin-Opener-Policy").Single());
        Assert.False(response.Headers.Contains("X-Powered-By"));
    }
}
