using System.Text.Json;
using ChatApp.Push;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Sockets;

public sealed class ConnectTests(TestServer server) : ConnectTests<TestServer>(server);

/// <summary>The same through the web server.</summary>
public sealed class ConnectByStreamTests(StreamServer server) : ConnectTests<StreamServer>(server);

public abstract class ConnectTests<TServer>(TServer server) : IClassFixture<TServer>
    where TServer : TestServer
{
    [Fact]
    public async Task The_reply_to_connect_says_all_that_a_client_has_to_know()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var socket = await server.OpenSocketAsync();
        await socket.SendAsync(new { id = 7, connect = new { token = await server.TokenOfAsync(ann), name = "bot", version = "1.0" } });
        var connected = (await socket.ReplyAsync(7)).GetProperty("connect");
        var names = connected.EnumerateObject().Select(property => property.Name).ToArray();

        Assert.Equal(["client", "version", "ping", "pong", "expires", "ttl", "node", "time", "subs", "data"], names);
        Assert.Equal(32, connected.GetProperty("client").GetString()!.Length);
        Assert.Equal(25, connected.GetProperty("ping").GetInt32());
        Assert.True(connected.GetProperty("pong").GetBoolean());
        Assert.True(connected.GetProperty("expires").GetBoolean());
        Assert.InRange(connected.GetProperty("ttl").GetInt64(), 3500, 3600);
        Assert.InRange(connected.GetProperty("time").GetInt64(), 1_700_000_000_000, 9_999_999_999_999);
        Assert.Equal($"#{ann.Id}", connected.GetProperty("subs").EnumerateObject().Single().Name);
        Assert.Equal(ann.Id.Value, connected.GetProperty("data").GetProperty("user").GetString());
        Assert.NotNull(server.Get<RoomBroker>().Find(new ConnectionId(Guid.Parse(connected.GetProperty("client").GetString()!))));
    }

    [Fact]
    public async Task The_pings_are_announced_as_seldom_as_they_come_where_an_answer_may_take_longer_than_the_pause()
    {
        await using var other = await TestServer.StartAsync(["Push:PingSeconds=5", "Push:PongSeconds=30"]);
        var (_, reply) = await ConnectedAsync(other, await other.AddPersonAsync());
        Assert.Equal(30, reply.GetProperty("connect").GetProperty("ping").GetInt32());
    }

    [Fact]
    public async Task A_token_in_the_Authorization_header_is_proof_enough()
    {
        var ann = await server.AddPersonAsync("Ann");
        var token = await server.TokenOfAsync(ann);
        await using var socket = await server.OpenSocketAsync(options => options.SetRequestHeader("Authorization", "Bearer " + token));
        await socket.SendAsync(new { id = 1, connect = new { } });
        Assert.Equal(ann.Id.Value, UserOf(await socket.ReplyAsync(1)));
    }

    [Fact]
    public async Task A_token_in_the_frame_wins_over_the_header()
    {
        var ann = await server.AddPersonAsync("Ann");
        var bob = await server.AddPersonAsync("Bob");
        var header = await server.TokenOfAsync(ann);
        await using var socket = await server.OpenSocketAsync(options => options.SetRequestHeader("Authorization", "Bearer " + header));
        await socket.SendAsync(new { id = 1, connect = new { token = await server.TokenOfAsync(bob) } });
        Assert.Equal(bob.Id.Value, UserOf(await socket.ReplyAsync(1)));
    }

    [Fact]
    public async Task The_sites_cookie_counts_where_a_page_of_the_site_opens_the_socket_and_such_a_connection_does_not_expire()
    {
        var ann = await server.AddPersonAsync("Ann");
        var cookie = await server.CookieOfAsync(ann);
        await using var socket = await server.OpenSocketAsync(options =>
        {
            options.SetRequestHeader("Cookie", cookie);
            options.SetRequestHeader("Origin", server.Address);
        });
        await socket.SendAsync(new { id = 1, connect = new { } });
        var reply = await socket.ReplyAsync(1);
        Assert.Equal(ann.Id.Value, UserOf(reply));
        Assert.False(reply.GetProperty("connect").GetProperty("expires").GetBoolean());
        Assert.False(reply.GetProperty("connect").TryGetProperty("ttl", out _));
    }

    [Fact]
    public async Task The_sites_cookie_without_an_Origin_proves_nothing()
    {
        var cookie = await server.CookieOfAsync(await server.AddPersonAsync());
        await using var socket = await server.OpenSocketAsync(options => options.SetRequestHeader("Cookie", cookie));
        Assert.Equal(3500, await CloseCodeAfterAsync(socket, """{"id":1,"connect":{}}"""));
    }

    [Fact]
    public async Task A_cookie_from_before_a_change_of_the_security_stamp_proves_nothing()
    {
        var ann = await server.AddPersonAsync("Ann");
        var cookie = await server.CookieOfAsync(ann);
        await server.ChangeStampAsync(ann);
        await using var socket = await server.OpenSocketAsync(options =>
        {
            options.SetRequestHeader("Cookie", cookie);
            options.SetRequestHeader("Origin", server.Address);
        });
        Assert.Equal(3500, await CloseCodeAfterAsync(socket, """{"id":1,"connect":{}}"""));
    }

    [Theory]
    [InlineData("""{"id":1,"connect":{}}""")]
    [InlineData("""{"id":1,"connect":{"token":null}}""")]
    [InlineData("""{"id":1,"connect":{"token":""}}""")]
    [InlineData("""{"id":1,"connect":{"token":"x"}}""")]
    [InlineData("""{"id":1,"connect":{"token":"eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."}}""")]
    [InlineData("""{"id":1,"connect":{"token":"' or 1=1 --"}}""")]
    public async Task Without_a_token_that_this_server_made_the_socket_ends_with_3500_and_shall_not_come_back(string frame)
    {
        await using var socket = await server.OpenSocketAsync();
        await socket.SendTextAsync(frame);
        var disconnect = (await socket.PushAsync()).GetProperty("disconnect");
        Assert.Equal(3500, disconnect.GetProperty("code").GetInt32());
        Assert.False(disconnect.GetProperty("reconnect").GetBoolean());
        Assert.Equal(3500, await socket.ClosedAsync());
        Assert.Equal("invalid token", socket.Raw.CloseStatusDescription);
    }

    [Fact]
    public async Task A_tampered_token_is_no_token()
    {
        var token = await server.TokenOfAsync(await server.AddPersonAsync());
        foreach (var position in new[] { 0, token.Length / 2, token.Length - 2 })
        {
            var tampered = token.ToCharArray();
            tampered[position] = tampered[position] == 'A' ? 'B' : 'A';
            await using var socket = await server.OpenSocketAsync();
            Assert.Equal(3500, await CloseCodeAfterAsync(socket, ConnectFrame(new string(tampered))));
        }
    }

    [Fact]
    public async Task A_refresh_token_and_a_cookie_are_no_access_tokens()
    {
        var ann = await server.AddPersonAsync("Ann");
        var refresh = (await server.LoginAsync(ann)).GetProperty("refreshToken").GetString()!;
        await using var first = await server.OpenSocketAsync();
        Assert.Equal(3500, await CloseCodeAfterAsync(first, ConnectFrame(refresh)));
        var cookie = (await server.CookieOfAsync(ann)).Split('=', 2)[1];
        await using var second = await server.OpenSocketAsync();
        Assert.Equal(3500, await CloseCodeAfterAsync(second, ConnectFrame(cookie)));
    }

    [Fact]
    public async Task A_token_from_before_a_change_of_the_security_stamp_is_no_token()
    {
        var ann = await server.AddPersonAsync("Ann");
        var token = await server.TokenOfAsync(ann);
        await server.ChangeStampAsync(ann);
        await using var socket = await server.OpenSocketAsync();
        Assert.Equal(3500, await CloseCodeAfterAsync(socket, ConnectFrame(token)));
    }

    [Fact]
    public async Task An_expired_token_gets_error_109_and_a_close_that_says_to_come_back_with_a_new_one()
    {
        var time = new ManualTime();
        await using var other = await TestServer.StartAsync(["Accounts:AccessTokenMinutes=1"], services => services.AddSingleton<TimeProvider>(time));
        var token = await other.TokenOfAsync(await other.AddPersonAsync());
        time.Advance(TimeSpan.FromSeconds(61));
        await using var socket = await other.OpenSocketAsync();
        await socket.SendTextAsync(ConnectFrame(token));
        Assert.Equal(109, TestSocket.ErrorOf(await socket.ReplyAsync(1)));
        var disconnect = (await socket.PushAsync()).GetProperty("disconnect");
        Assert.True(disconnect.GetProperty("reconnect").GetBoolean());
        Assert.Equal(3005, await socket.ClosedAsync());
    }

    [Theory]
    [InlineData("""{"id":1,"subscribe":{"channel":"room:general"}}""")]
    [InlineData("""{"id":1,"publish":{"channel":"room:general","data":{"text":"x"}}}""")]
    [InlineData("""{"id":1,"connect":[]}""")]
    [InlineData("""{"id":1,"connect":{"token":7}}""")]
    [InlineData("""{"id":1,"whatever":{}}""")]
    [InlineData("{}")]
    [InlineData("hello")]
    public async Task Whoever_does_not_begin_with_connect_ends_with_3501(string frame)
    {
        await using var socket = await server.OpenSocketAsync();
        Assert.Equal(3501, await CloseCodeAfterAsync(socket, frame));
    }

    [Fact]
    public async Task Empty_frames_and_blank_lines_before_connect_do_no_harm()
    {
        var token = await server.TokenOfAsync(await server.AddPersonAsync());
        await using var socket = await server.OpenSocketAsync();
        await socket.SendTextAsync("");
        await socket.SendTextAsync(" \n\r\n");
        await socket.SendTextAsync("\n" + ConnectFrame(token) + "\n");
        Assert.True((await socket.ReplyAsync(1)).TryGetProperty("connect", out _));
    }

    [Fact]
    public async Task Whoever_says_nothing_is_told_so_and_ends_with_3502()
    {
        await using var other = await TestServer.StartAsync(["Push:ConnectSeconds=1"]);
        await using var silent = await other.OpenSocketAsync();
        await using var half = await other.OpenSocketAsync();
        await half.SendAsync("{\"id\":1,"u8.ToArray(), System.Net.WebSockets.WebSocketMessageType.Text, endOfMessage: false);
        Assert.Equal(3502, (await silent.PushAsync()).GetProperty("disconnect").GetProperty("code").GetInt32());
        Assert.Equal(3502, await silent.ClosedAsync());
        Assert.Equal(3502, await half.ClosedAsync());
    }

    [Fact]
    public async Task A_second_connect_is_refused_and_the_first_one_stands()
    {
        var ann = await server.AddPersonAsync("Ann");
        var bob = await server.AddPersonAsync("Bob");
        await using var socket = await server.ConnectAsync(ann);
        Assert.Equal(107, TestSocket.ErrorOf(await socket.AskAsync(new { connect = new { token = await server.TokenOfAsync(bob) } })));
        Assert.True((await socket.AskAsync(new { subscribe = new { channel = "room:general" } })).TryGetProperty("subscribe", out _));
    }

    [Fact]
    public async Task One_connection_too_many_ends_with_3504_and_a_free_place_can_be_taken_again()
    {
        await using var other = await TestServer.StartAsync(["Push:ConnectionsPerUser=2"]);
        var ann = await other.AddPersonAsync("Ann");
        var (first, _) = await ConnectedAsync(other, ann);
        var (second, _) = await ConnectedAsync(other, ann);
        await using var third = await other.OpenSocketAsync();
        Assert.Equal(3504, await CloseCodeAfterAsync(third, ConnectFrame(await other.TokenOfAsync(ann))));
        await first.DisposeAsync();
        await Eventually.EqualsAsync(1, () => other.Get<RoomBroker>().Connections.Count);
        var (fourth, reply) = await ConnectedAsync(other, ann);
        Assert.True(reply.TryGetProperty("connect", out _));
        await second.DisposeAsync();
        await fourth.DisposeAsync();
    }

    [Fact]
    public async Task A_long_name_is_cut_at_64_characters_and_never_inside_one()
    {
        var ann = await server.AddPersonAsync("Ann");
        foreach (var (name, kept) in new[] { (new string('n', 65), new string('n', 64)), (new string('n', 63) + "😀😀", new string('n', 63)) })
        {
            await using var socket = await server.OpenSocketAsync();
            await socket.SendAsync(new { id = 1, connect = new { token = await server.TokenOfAsync(ann), name } });
            var id = (await socket.ReplyAsync(1)).GetProperty("connect").GetProperty("client").GetString()!;
            Assert.Equal(kept, server.Get<RoomBroker>().Find(new ConnectionId(Guid.Parse(id)))!.Description.Name);
        }
    }

    [Fact]
    public async Task Commands_may_follow_connect_in_the_same_frame_and_replies_come_in_their_order()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        var token = await server.TokenOfAsync(ann);
        await using var socket = await server.OpenSocketAsync();
        await socket.SendTextAsync(string.Join('\n', (string[])
        [
            ConnectFrame(token),
            $$$"""{"id":2,"subscribe":{"channel":"room:{{{room.Id}}}"}}""",
            $$$$"""{"id":9,"publish":{"channel":"room:{{{{room.Id}}}}","data":{"text":"one"}}}""",
            """{"id":3,"nonsense":{}}""",
            $$$"""{"id":8,"unsubscribe":{"channel":"room:{{{room.Id}}}"}}""",
        ]));
        await socket.ReplyAsync(8);
        // Everything else stands before it: a reply that came later would not be there yet.
        var before = socket.Rest().Where(frame => frame.TryGetProperty("id", out _)).Select(frame => frame.GetProperty("id").GetInt32());
        Assert.Equal([1, 2, 9, 3], before);
    }

    [Fact]
    public async Task Many_commands_in_many_frames_are_answered_in_order_also_several_to_a_frame()
    {
        await using var socket = await server.ConnectAnybodyAsync();
        var ids = Enumerable.Range(10, 200).ToArray();
        foreach (var chunk in ids.Chunk(7))
            await socket.SendTextAsync(string.Join('\n', chunk.Select(id => $$$"""{"id":{{{id}}},"unsubscribe":{"channel":"room:general"}}""")));
        await socket.ReplyAsync(ids[^1]);
        Assert.Equal(ids[..^1], socket.Rest().Select(frame => frame.GetProperty("id").GetInt32()));
    }

    internal static string ConnectFrame(string token) => JsonSerializer.Serialize(new { id = 1, connect = new { token } });

    private static async Task<int> CloseCodeAfterAsync(TestSocket socket, string frame)
    {
        await socket.SendTextAsync(frame);
        return await socket.ClosedAsync();
    }

    private static async Task<(TestSocket Socket, JsonElement Reply)> ConnectedAsync(TestServer server, TestPerson person)
    {
        var socket = await server.OpenSocketAsync();
        await socket.SendTextAsync(ConnectFrame(await server.TokenOfAsync(person)));
        return (socket, await socket.ReplyAsync(1));
    }

    private static string? UserOf(JsonElement reply) => reply.GetProperty("connect").GetProperty("data").GetProperty("user").GetString();
}
