using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Sockets;

/// <summary>Tokens for one account and one channel, which a subscription lives and ends with.</summary>
public sealed class SubscriptionTokenTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private TestServer? _server;

    private TestServer Server => _server!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(["Push:PingSeconds=3600"], services => services.AddSingleton<TimeProvider>(_time));

    public Task DisposeAsync() => Server.DisposeAsync().AsTask();

    [Fact]
    public async Task A_subscription_lives_as_long_as_its_tokens_and_ends_with_2501_alone()
    {
        var ann = await Server.AddPersonAsync("Ann");
        var (room, other) = (await Server.MakeRoomAsync(ann), await Server.MakeRoomAsync(ann));
        await using var socket = await Server.SubscribeAsync(ann, other.Id);
        var reply = (await SubscribeAsync(socket, room.Id, await TokenOfAsync(socket, room.Id, 60))).GetProperty("subscribe");
        Assert.True(reply.GetProperty("expires").GetBoolean());
        Assert.InRange(reply.GetProperty("ttl").GetInt64(), 59, 60);

        _time.Advance(TimeSpan.FromSeconds(50));
        var renewed = await socket.AskAsync(new { sub_refresh = new { channel = $"room:{room.Id}", token = await TokenOfAsync(socket, room.Id, 60) } });
        Assert.InRange(renewed.GetProperty("sub_refresh").GetProperty("ttl").GetInt64(), 59, 60);
        _time.Advance(TimeSpan.FromSeconds(50));
        await Server.PostAsync(ann, room.Id, "still there");
        await socket.EventAsync("message.posted");

        // The second token's end, and the time of grace.
        _time.Advance(TimeSpan.FromSeconds(36));
        var end = await socket.PushAsync();
        Assert.Equal(($"room:{room.Id}", 2501), (end.GetProperty("channel").GetString(), end.GetProperty("unsubscribe").GetProperty("code").GetInt32()));
        await Server.PostAsync(ann, room.Id, "not heard");
        var heard = await Server.PostAsync(ann, other.Id, "heard");
        Assert.Equal(heard.Id.ToString(), (await socket.PushAsync()).GetProperty("pub").GetProperty("data").GetProperty("message").GetProperty("id").GetString());
        Assert.True((await SubscribeAsync(socket, room.Id, await TokenOfAsync(socket, room.Id, 60))).TryGetProperty("subscribe", out _));
    }

    [Fact]
    public async Task A_token_of_another_account_or_channel_one_that_is_none_and_one_that_is_over_open_nothing()
    {
        var (ann, bob) = (await Server.AddPersonAsync("Ann"), await Server.AddPersonAsync("Bob"));
        var (room, other) = (await Server.MakeRoomAsync(ann, members: bob), await Server.MakeRoomAsync(ann, members: bob));
        await using var anns = await Server.ConnectAsync(ann);
        await using var bobs = await Server.ConnectAsync(bob);
        Assert.Equal(103, TestSocket.ErrorOf(await SubscribeAsync(bobs, room.Id, await TokenOfAsync(anns, room.Id, 60))));
        Assert.Equal(103, TestSocket.ErrorOf(await SubscribeAsync(bobs, room.Id, await TokenOfAsync(bobs, other.Id, 60))));
        Assert.Equal(103, TestSocket.ErrorOf(await SubscribeAsync(bobs, room.Id, "none")));
        Assert.Equal(103, TestSocket.ErrorOf(await SubscribeAsync(bobs, room.Id, await Server.TokenOfAsync(bob))));
        var over = await TokenOfAsync(bobs, room.Id, 1);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(109, TestSocket.ErrorOf(await SubscribeAsync(bobs, room.Id, over)));
        Assert.Equal(107, TestSocket.ErrorOf(await bobs.AskAsync(new { sub_refresh = new { channel = $"room:{room.Id}", token = await TokenOfAsync(bobs, room.Id, 60) } })));
        Assert.True((await bobs.AskAsync(new { subscribe = new { channel = $"room:{room.Id}" } })).TryGetProperty("subscribe", out _));
    }

    [Fact]
    public async Task A_token_is_no_way_into_a_room()
    {
        var (admin, bob) = (await Server.AddPersonAsync("Admin", Rank.Administrator), await Server.AddPersonAsync("Bob"));
        var secret = await Server.MakeRoomAsync(await Server.AddPersonAsync("Ann"), RoomVisibility.Private);
        await using var admins = await Server.ConnectAsync(admin);
        await using var bobs = await Server.ConnectAsync(bob);
        Assert.Equal(102, TestSocket.ErrorOf(await SubscribeAsync(bobs, secret.Id, await TokenOfAsync(admins, secret.Id, 60, bob))));
    }

    [Theory]
    [InlineData("""{"channel":"nowhere"}""", 102)]
    [InlineData("""{"channel":"room:nowhere"}""", 102)]
    [InlineData("""{"channel":"topic:prices"}""", 103)]
    [InlineData("""{"channel":"room:general","user":"x"}""", 102)]
    [InlineData("""{"channel":"room:general","seconds":0}""", 107)]
    [InlineData("""{"channel":"room:general","seconds":86401}""", 107)]
    [InlineData("""{"channel":"room:general","seconds":9223372036854775807}""", 107)]
    public async Task What_a_member_cannot_have_a_token_for(string data, int code)
    {
        await using var socket = await Server.ConnectAsync(await Server.AddPersonAsync());
        Assert.Equal(code, TestSocket.ErrorOf(await socket.AskAsync(new { rpc = new { method = "subscription.token", data = JsonDocument.Parse(data).RootElement } })));
    }

    private static Task<JsonElement> SubscribeAsync(TestSocket socket, RoomId room, string token) => socket.AskAsync(new { subscribe = new { channel = $"room:{room}", token } });

    private static async Task<string> TokenOfAsync(TestSocket socket, RoomId room, int seconds, TestPerson? person = null)
    {
        var data = new Dictionary<string, object> { ["channel"] = $"room:{room}", ["seconds"] = seconds };
        if (person is not null) data["user"] = person.Id.Value;
        var reply = await socket.AskAsync(new { rpc = new { method = "subscription.token", data } });
        return reply.GetProperty("rpc").GetProperty("data").GetProperty("token").GetString()!;
    }
}
