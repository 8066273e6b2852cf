using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Sockets;

/// <summary>One-time tickets, and sockets that say all they want in their address.</summary>
public sealed class AddressTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_listener_by_address_says_nothing_and_gets_everything()
    {
        var ann = await server.AddPersonAsync("Ann");
        var (first, second) = (await server.MakeRoomAsync(ann), await server.MakeRoomAsync(ann));
        for (var i = 0; i < 3; i++) await server.PostAsync(ann, first.Id, $"missed {i}");
        await using var socket = await OpenAsync(
            $"?ticket={await TicketOfAsync(ann)}&channel=room:{first.Id}&channel=room:{second.Id}&offset={first.Head}&offset=&epoch={first.Epoch}&epoch=");

        var connected = (await socket.NextAsync()).GetProperty("push").GetProperty("connect");
        Assert.Equal(ann.Id.Value, connected.GetProperty("data").GetProperty("user").GetString());
        Assert.True(connected.GetProperty("expires").GetBoolean());
        var subs = connected.GetProperty("subs");
        Assert.Equal(3, subs.GetProperty($"room:{first.Id}").GetProperty("publications").GetArrayLength());
        Assert.False(subs.GetProperty($"room:{second.Id}").TryGetProperty("was_recovering", out _));
        await server.PostAsync(ann, second.Id, "live");
        Assert.Equal(second.Head.Value + 1, (await socket.EventAsync("message.posted")).GetProperty("offset").GetInt64());
        Assert.True((await socket.AskAsync(new { publish = new { channel = $"room:{first.Id}", data = new { text = "I can talk" } } })).TryGetProperty("publish", out _));
    }

    [Fact]
    public async Task The_address_takes_the_other_proofs_too_and_a_ticket_serves_an_ordinary_connect()
    {
        var ann = await server.AddPersonAsync("Ann");
        var token = await server.TokenOfAsync(ann);
        await using var header = await OpenAsync("?channel=room:general", options => options.SetRequestHeader("Authorization", "Bearer " + token));
        Assert.True((await header.PushAsync()).TryGetProperty("connect", out _));

        var cookie = await server.CookieOfAsync(ann);
        await using var page = await OpenAsync($"?ticket={await TicketOfAsync(ann, cookie)}");
        await page.SendAsync(new { id = 1, connect = new { } });
        var reply = (await page.ReplyAsync(1)).GetProperty("connect");
        Assert.Equal(ann.Id.Value, reply.GetProperty("data").GetProperty("user").GetString());
        Assert.False(reply.GetProperty("expires").GetBoolean());
    }

    [Fact]
    public async Task A_ticket_is_good_once()
    {
        var ticket = await TicketOfAsync(await server.AddPersonAsync());
        await using var first = await OpenAsync($"?ticket={ticket}&channel=room:general");
        Assert.True((await first.PushAsync()).TryGetProperty("connect", out _));
        await using var second = await OpenAsync($"?ticket={ticket}&channel=room:general");
        Assert.Equal(3500, await second.ClosedAsync());
        await using var third = await OpenAsync($"?ticket={ticket}");
        await third.SendAsync(new { id = 1, connect = new { } });
        Assert.Equal(3500, await third.ClosedAsync());
    }

    [Fact]
    public async Task A_ticket_is_worth_nothing_after_30_seconds_nor_after_its_owner_was_signed_out()
    {
        var time = new ManualTime();
        await using var other = await TestServer.StartAsync([], services => services.AddSingleton<TimeProvider>(time));
        var ann = await other.AddPersonAsync("Ann");
        var (late, soon) = (await TicketOfAsync(ann, server: other), await TicketOfAsync(ann, server: other));
        time.Advance(TimeSpan.FromSeconds(29));
        await using var inTime = await OpenAsync($"?ticket={soon}&channel=room:general", server: other);
        Assert.True((await inTime.PushAsync()).TryGetProperty("connect", out _));
        time.Advance(TimeSpan.FromSeconds(1));
        await using var tooLate = await OpenAsync($"?ticket={late}&channel=room:general", server: other);
        Assert.Equal(3500, await tooLate.ClosedAsync());

        var left = await TicketOfAsync(ann, server: other);
        await other.ChangeStampAsync(ann);
        await using var signedOut = await OpenAsync($"?ticket={left}&channel=room:general", server: other);
        Assert.Equal(3500, await signedOut.ClosedAsync());
    }

    [Fact]
    public async Task Nobody_gets_a_ticket_without_proof_nor_by_a_cookie_that_another_site_sends_nor_too_many()
    {
        var ann = await server.AddPersonAsync("Ann");
        var cookie = await server.CookieOfAsync(ann);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(server)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(server, bearer: "none")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(server, cookie: cookie)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(server, cookie: cookie, origin: "http://evil.example")).StatusCode);
        var token = await server.TokenOfAsync(ann);
        for (var i = 0; i < SocketTickets.MaxPerUser; i++) Assert.Equal(HttpStatusCode.OK, (await AskAsync(server, token)).StatusCode);
        var refused = await AskAsync(server, token);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(30), refused.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public void Tickets_are_bounded_in_all_and_places_come_free_with_time()
    {
        var time = new ManualTime();
        var tickets = new SocketTickets(time);
        for (var i = 0; i < SocketTickets.Max; i++) Assert.NotNull(tickets.Issue(new UserId($"u{i % 1000}"), () => default));
        Assert.Null(tickets.Issue(new UserId("late"), () => default));
        time.Advance(TimeSpan.FromSeconds(SocketTickets.LifeSeconds));
        Assert.NotNull(tickets.Issue(new UserId("late"), () => default));
    }

    [Theory]
    [InlineData("?channel=")]
    [InlineData("?channel=room:general&channel=room:general")]
    [InlineData("?channel=room:general&offset=1&offset=2")]
    [InlineData("?channel=room:general&offset=-1")]
    [InlineData("?channel=room:general&offset=x")]
    [InlineData("?channel=room:general&epoch=x")]
    [InlineData("?ticket=a&ticket=b")]
    public async Task An_address_that_cannot_be_read_is_refused_before_the_socket_opens(string query)
    {
        var token = await server.TokenOfAsync(await server.AddPersonAsync());
        var fault = await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => OpenAsync(query, options => options.SetRequestHeader("Authorization", "Bearer " + token)));
        Assert.Contains("400", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_room_in_the_address_is_refused_and_the_connection_goes_on()
    {
        var secret = await server.MakeRoomAsync(await server.AddPersonAsync("Bob"), RoomVisibility.Private);
        await using var socket = await OpenAsync($"?ticket={await TicketOfAsync(await server.AddPersonAsync())}&channel=room:{secret.Id}&channel=room:general");
        var connected = (await socket.PushAsync()).GetProperty("connect");
        Assert.Equal(102, connected.GetProperty("refused").GetProperty($"room:{secret.Id}").GetProperty("code").GetInt32());
        Assert.True(connected.GetProperty("subs").TryGetProperty("room:general", out _));
    }

    [Fact]
    public async Task Without_proof_the_address_ends_with_3500_and_a_token_in_it_is_not_read()
    {
        var token = await server.TokenOfAsync(await server.AddPersonAsync());
        await using var socket = await OpenAsync($"?channel=room:general&token={token}&access_token={token}");
        Assert.Equal(3500, await socket.ClosedAsync());
    }

    private async Task<TestSocket> OpenAsync(string query, Action<System.Net.WebSockets.ClientWebSocketOptions>? options = null, TestServer? server = null) =>
        await TestSocket.OpenAsync(new Uri((server ?? this.Server).Address.Replace("http", "ws", StringComparison.Ordinal) + "/ws" + query), options);

    private TestServer Server => server;

    private async Task<string> TicketOfAsync(TestPerson person, string? cookie = null, TestServer? server = null)
    {
        server ??= Server;
        using var response = cookie is null ? await AskAsync(server, await server.TokenOfAsync(person)) : await AskAsync(server, cookie: cookie, origin: server.Address);
        response.EnsureSuccessStatusCode();
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(30, answer.GetProperty("expiresIn").GetInt32());
        return answer.GetProperty("ticket").GetString()!;
    }

    private static async Task<HttpResponseMessage> AskAsync(TestServer server, string? bearer = null, string? cookie = null, string? origin = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/ticket");
        if (bearer is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        if (cookie is not null) request.Headers.Add("Cookie", cookie);
        if (origin is not null) request.Headers.Add("Origin", origin);
        return await server.Http.SendAsync(request);
    }
}
