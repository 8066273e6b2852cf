using ChatApp.Push;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Sockets;

public sealed class LivenessTests() : LivenessTestsBase(directWrites: true);

/// <summary>The same through the web server.</summary>
public sealed class LivenessByStreamTests() : LivenessTestsBase(directWrites: false);

public abstract class LivenessTestsBase(bool directWrites)
{
    [Fact]
    public async Task Pings_come_again_and_again_and_whoever_answers_stays()
    {
        await using var server = await TestServer.StartAsync([$"Push:DirectWrites={directWrites}", "Push:PingSeconds=3", "Push:PongSeconds=3"]);
        await using var socket = await server.ConnectAsync(await server.AddPersonAsync());
        await Eventually.BecomesAsync(() => socket.Pings >= 3);
        Assert.True((await socket.AskAsync(new { subscribe = new { channel = "room:general" } })).TryGetProperty("subscribe", out _));
    }

    [Fact]
    public async Task Whoever_does_not_answer_a_ping_ends_with_3012_and_is_forgotten()
    {
        await using var server = await TestServer.StartAsync([$"Push:DirectWrites={directWrites}", "Push:PingSeconds=1", "Push:PongSeconds=1"]);
        await using var socket = await server.ConnectAsync(await server.AddPersonAsync());
        socket.AnswersPings = false;
        var disconnect = (await socket.PushAsync()).GetProperty("disconnect");
        Assert.Equal(3012, disconnect.GetProperty("code").GetInt32());
        Assert.True(disconnect.GetProperty("reconnect").GetBoolean());
        Assert.Equal(3012, await socket.ClosedAsync());
        Assert.Empty(server.Get<RoomBroker>().Connections);
    }

    [Fact]
    public async Task Any_frame_counts_as_a_sign_of_life()
    {
        await using var server = await TestServer.StartAsync([$"Push:DirectWrites={directWrites}", "Push:PingSeconds=3", "Push:PongSeconds=3"]);
        await using var socket = await server.ConnectAsync(await server.AddPersonAsync());
        socket.AnswersPings = false;
        await Eventually.BecomesAsync(async () =>
        {
            await socket.AskAsync(new { unsubscribe = new { channel = "room:general" } });
            return socket.Pings >= 3;
        });
        Assert.Single(server.Get<RoomBroker>().Connections);
    }

    [Fact]
    public async Task A_live_socket_is_told_when_its_token_ends_and_ends_with_3005_when_no_other_comes_in_time()
    {
        var time = new ManualTime();
        // One long pause between pings: the end of the token must not wait for one.
        await using var server = await TestServer.StartAsync(
            [$"Push:DirectWrites={directWrites}", "Accounts:AccessTokenMinutes=1", "Push:PingSeconds=3600"], services => services.AddSingleton<TimeProvider>(time));
        await using var socket = await server.SubscribeAsync(await server.AddPersonAsync(), RoomId.General);
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.True((await socket.AskAsync(new { unsubscribe = new { channel = "room:general" } })).TryGetProperty("unsubscribe", out _));
        time.Advance(TimeSpan.FromMilliseconds(1001));
        Assert.Equal("""{"expires":true,"ttl":25}""", (await socket.PushAsync()).GetProperty("refresh").GetRawText());
        time.Advance(TimeSpan.FromSeconds(26));
        var disconnect = (await socket.PushAsync()).GetProperty("disconnect");
        Assert.Equal("""{"code":3005,"reason":"connection expired","reconnect":true}""", disconnect.GetRawText());
        Assert.Equal(3005, await socket.ClosedAsync());
    }

    [Fact]
    public async Task The_end_of_the_token_is_seen_while_an_answer_to_a_ping_is_waited_for()
    {
        var time = new ManualTime();
        await using var server = await TestServer.StartAsync(
            [$"Push:DirectWrites={directWrites}", "Accounts:AccessTokenMinutes=1", "Push:ExpiryGraceSeconds=0", "Push:PingSeconds=50", "Push:PongSeconds=30"], services => services.AddSingleton<TimeProvider>(time));
        await using var socket = await server.SubscribeAsync(await server.AddPersonAsync(), RoomId.General);
        time.Advance(TimeSpan.FromSeconds(50));
        await Eventually.EqualsAsync(1, () => socket.Pings);
        await socket.AskAsync(new { unsubscribe = new { channel = "room:general" } });
        time.Advance(TimeSpan.FromMilliseconds(10_001));
        Assert.Equal(3005, await socket.ClosedAsync());
    }

    [Fact]
    public async Task A_client_that_says_goodbye_is_forgotten_and_so_is_one_that_is_cut_off_in_the_middle_of_a_frame()
    {
        await using var server = await TestServer.StartAsync([$"Push:DirectWrites={directWrites}"]);
        var ann = await server.AddPersonAsync();
        var polite = await server.SubscribeAsync(ann, RoomId.General);
        await using var cut = await server.SubscribeAsync(ann, RoomId.General);
        Assert.Equal(2, server.Get<RoomBroker>().SubscriberCount(RoomId.General));
        await polite.Raw.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None);
        Assert.Equal(1000, await polite.ClosedAsync());
        await polite.DisposeAsync();
        await Eventually.EqualsAsync(1, () => server.Get<RoomBroker>().Connections.Count);
        await cut.SendAsync("{\"id\":2,\"publish\":{\"chan"u8.ToArray(), System.Net.WebSockets.WebSocketMessageType.Text, endOfMessage: false);
        cut.Raw.Abort();
        await Eventually.EqualsAsync(0, () => server.Get<RoomBroker>().Connections.Count);
        Assert.Equal(0, server.Get<RoomBroker>().SubscriberCount(RoomId.General));
        Assert.Empty(server.Logs.Lines);
    }
}
