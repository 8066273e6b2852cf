using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Sockets;

/// <summary>A live connection gets another token and goes on; what is no such token changes nothing.</summary>
public sealed class RefreshTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private TestServer? _server;

    private TestServer Server => _server!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(
        ["Accounts:AccessTokenMinutes=1", "Push:PingSeconds=3600"], services => services.AddSingleton<TimeProvider>(_time));

    public Task DisposeAsync() => Server.DisposeAsync().AsTask();

    [Fact]
    public async Task Another_token_moves_the_end_of_the_connection_and_nothing_else()
    {
        var ann = await Server.AddPersonAsync("Ann");
        await using var socket = await Server.SubscribeAsync(ann, RoomId.General);
        _time.Advance(TimeSpan.FromSeconds(50));
        var reply = (await RefreshAsync(socket, await Server.TokenOfAsync(ann))).GetProperty("refresh");
        Assert.Equal(["client", "version", "expires", "ttl"], reply.EnumerateObject().Select(field => field.Name));
        Assert.InRange(reply.GetProperty("ttl").GetInt64(), 59, 60);

        // The first token's end and grace pass, and nobody notices.
        _time.Advance(TimeSpan.FromSeconds(40));
        await Server.PostAsync(ann, RoomId.General, "still here");
        await socket.EventAsync("message.posted");
        Assert.True((await socket.AskAsync(new { ping = new { } })).TryGetProperty("ping", out _));
        Assert.Empty(socket.Rest());

        _time.Advance(TimeSpan.FromSeconds(21));
        Assert.True((await socket.PushAsync()).TryGetProperty("refresh", out _));
        _time.Advance(TimeSpan.FromSeconds(26));
        Assert.Equal(3005, await socket.ClosedAsync());
    }

    [Fact]
    public async Task The_time_of_grace_is_enough_for_who_asks_for_a_token_only_when_told()
    {
        var ann = await Server.AddPersonAsync("Ann");
        await using var socket = await Server.SubscribeAsync(ann, RoomId.General);
        for (var round = 0; round < 2; round++)
        {
            _time.Advance(TimeSpan.FromSeconds(round == 0 ? 61 : 32));
            Assert.True((await socket.PushAsync()).TryGetProperty("refresh", out _));
            Assert.True((await RefreshAsync(socket, await Server.TokenOfAsync(ann))).TryGetProperty("refresh", out _));
            _time.Advance(TimeSpan.FromSeconds(30));
            Assert.True((await socket.AskAsync(new { ping = new { } })).TryGetProperty("ping", out _));
        }

        Assert.Single(Server.Get<RoomBroker>().Connections);
    }

    [Fact]
    public async Task A_token_of_somebody_else_one_that_is_none_and_one_of_an_ended_session_get_101_and_one_that_is_over_109()
    {
        var ann = await Server.AddPersonAsync("Ann");
        var bob = await Server.AddPersonAsync("Bob");
        var over = await Server.TokenOfAsync(ann);
        _time.Advance(TimeSpan.FromSeconds(61));
        await using var socket = await Server.ConnectAsync(ann);
        Assert.Equal(109, TestSocket.ErrorOf(await RefreshAsync(socket, over)));
        Assert.Equal(101, TestSocket.ErrorOf(await RefreshAsync(socket, await Server.TokenOfAsync(bob))));
        Assert.Equal(101, TestSocket.ErrorOf(await RefreshAsync(socket, "none")));
        var old = await Server.TokenOfAsync(ann);
        await Server.Get<Sessions>().EndOthersAsync(ann.Id, SessionClaims.IdOf(Server.Get<RoomBroker>().Connections.Single().Credential));
        Assert.Equal(101, TestSocket.ErrorOf(await RefreshAsync(socket, old)));

        // The first token's end stands.
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.True((await socket.PushAsync()).TryGetProperty("refresh", out _));
    }

    [Fact]
    public async Task A_token_that_ends_earlier_shortens_nothing()
    {
        var ann = await Server.AddPersonAsync("Ann");
        var earlier = await Server.TokenOfAsync(ann);
        _time.Advance(TimeSpan.FromSeconds(30));
        await using var socket = await Server.ConnectAsync(ann);
        Assert.InRange((await RefreshAsync(socket, earlier)).GetProperty("refresh").GetProperty("ttl").GetInt64(), 58, 60);
    }

    [Fact]
    public async Task A_connection_by_cookie_does_not_begin_to_expire()
    {
        var ann = await Server.AddPersonAsync("Ann");
        var cookie = await Server.CookieOfAsync(ann);
        await using var socket = await Server.OpenSocketAsync(options =>
        {
            options.SetRequestHeader("Cookie", cookie);
            options.SetRequestHeader("Origin", Server.Address);
        });
        await socket.SendAsync(new { id = 1, connect = new { } });
        await socket.ReplyAsync(1);
        var reply = (await RefreshAsync(socket, await Server.TokenOfAsync(ann))).GetProperty("refresh");
        Assert.False(reply.GetProperty("expires").GetBoolean());
    }

    [Fact]
    public async Task Messages_to_the_server_are_taken_and_only_one_with_a_number_is_answered()
    {
        await using var socket = await Server.ConnectAsync(await Server.AddPersonAsync());
        await socket.SendTextAsync("""{"send":{"data":{"a":1}}}""" + "\n" + """{"send":7}""");
        Assert.Equal("{}", (await socket.AskAsync(new { send = new { data = "x" } })).GetProperty("send").GetRawText());
        Assert.Empty(socket.Rest());
    }

    private static Task<JsonElement> RefreshAsync(TestSocket socket, string token) => socket.AskAsync(new { refresh = new { token } });
}
