using System.Text.Json;
using ChatApp.Push;
using ChatApp.Sockets;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

/// <summary>Slow clients of WebSockets that are written to directly.</summary>
public sealed class SlowSocketTests() : SlowClientTests("Push:DirectWrites=true")
{
    private protected override Task<SlowClient> OpenAsync(TestServer server, TestPerson person, int piece) => SlowClient.SocketAsync(server, person, piece);
}

/// <summary>The same through the web server.</summary>
public sealed class SlowSocketByStreamTests() : SlowClientTests("Push:DirectWrites=false")
{
    private protected override Task<SlowClient> OpenAsync(TestServer server, TestPerson person, int piece) => SlowClient.SocketAsync(server, person, piece);
}

/// <summary>Slow clients on the TCP port.</summary>
public sealed class SlowLineTests() : SlowClientTests($"Push:TcpPort={TestLines.FreePort()}")
{
    private protected override async Task<SlowClient> OpenAsync(TestServer server, TestPerson person, int piece)
    {
        var lines = await RawLines.ConnectAsync(server, person, SlowClient.ReceiveBuffer, piece, RoomId.General);
        return new SlowClient(lines.NextAsync, lines);
    }
}

/// <summary>Slow clients of server-sent events.</summary>
public sealed class SlowEventStreamTests() : SlowClientTests("Push:DirectWrites=true")
{
    private protected override async Task<SlowClient> OpenAsync(TestServer server, TestPerson person, int piece)
    {
        var events = await RawLines.ListenAsync(server, person, SlowClient.ReceiveBuffer, piece, RoomId.General);
        return new SlowClient(events.NextAsync, events);
    }
}

/// <summary>Clients that read slowly or not at all, at each entrance that has an outbox: each goes when it must, and nobody else notices.</summary>
public abstract class SlowClientTests(string setting)
{
    private static readonly string Long = new('x', 8000);

    [Fact]
    public async Task A_stalled_client_is_ended_and_its_memory_is_back_at_once_while_others_hear_everything()
    {
        // Patience with a write that stands still is long: only what waits too much ends it.
        await using var server = await TestServer.StartAsync([setting, "Push:OutboxBytes=65536", "Push:PongSeconds=600", "Push:PingSeconds=3600"]);
        var ann = await server.AddPersonAsync("Ann");
        await using var good = await server.SubscribeAsync(ann, RoomId.General);
        await using var stalled = await OpenAsync(server, await server.AddPersonAsync("Stan"), piece: 1024);
        var broker = server.Get<RoomBroker>();
        var connection = broker.Connections.Single(one => one.User != ann.Id);
        for (var i = 0; connection.EndReason is null; i++)
        {
            Assert.True(i < 5000, "the network took all of it");
            await server.PostAsync(ann, RoomId.General, Long);
            await good.EventAsync("message.posted");
        }

        Assert.Equal(EndReason.Slow, connection.EndReason);
        await Eventually.EqualsAsync(0L, () => connection.Outbox.Bytes);
        await Eventually.EqualsAsync(1, () => server.Get<ConnectionGate>().Open);
        Assert.True((await MetricsTests.FiguresAsync(server))["chatapp_closes_total{kind=\"socket\",code=\"3008\"}"] >= 1);
        Assert.Empty(server.Logs.Lines);
    }

    [Fact]
    public async Task A_slow_client_is_told_that_it_lags_and_when_it_reads_on_it_has_everything_in_order()
    {
        await using var server = await TestServer.StartAsync([setting, "Push:OutboxBytes=262144", "Push:PongSeconds=600", "Push:PingSeconds=3600"]);
        var ann = await server.AddPersonAsync("Ann");
        await using var slow = await OpenAsync(server, ann, piece: 16_384);
        var posted = 0;
        for (; !(await MetricsTests.FiguresAsync(server)).TryGetValue("chatapp_lags_total", out var lags) || lags == 0; posted++)
        {
            Assert.True(posted < 5000, "the network took all of it");
            await server.PostAsync(ann, RoomId.General, Long);
        }

        var (heard, told, last) = (0, 0, 0L);
        while (heard < posted)
        {
            var push = (await slow.NextAsync())!.Value.GetProperty("push");
            if (push.TryGetProperty("lag", out var lag))
            {
                told++;
                Assert.Equal("""{"waiting":131072,"limit":262144}""", lag.GetRawText());
                Assert.True(heard < posted, "it stands in front of what waits");
                continue;
            }

            heard++;
            var offset = push.GetProperty("pub").GetProperty("offset").GetInt64();
            if (heard > 1) Assert.Equal(last + 1, offset);
            last = offset;
        }

        Assert.Equal(1, told);
    }

    [Fact]
    public async Task A_write_that_makes_no_progress_ends_the_client_in_time()
    {
        await using var server = await TestServer.StartAsync([setting, "Push:OutboxBytes=268435456", "Push:PongSeconds=1", "Push:PingSeconds=3600"]);
        var ann = await server.AddPersonAsync("Ann");
        await using var stalled = await OpenAsync(server, ann, piece: 1024);
        var connection = server.Get<RoomBroker>().Connections.Single();
        for (var i = 0; connection.EndReason is null; i++)
        {
            Assert.True(i < 5000, "the network took all of it");
            await server.PostAsync(ann, RoomId.General, Long);
        }

        Assert.Equal(EndReason.Slow, connection.EndReason);
        Assert.DoesNotContain("chatapp_limits_total{limit=\"OutboxBytes\"}", (await MetricsTests.FiguresAsync(server)).Keys);
        await Eventually.EqualsAsync(0, () => server.Get<ConnectionGate>().Open);
        await Eventually.EqualsAsync(0L, () => connection.Outbox.Bytes);
    }

    private protected abstract Task<SlowClient> OpenAsync(TestServer server, TestPerson person, int piece);
}

/// <summary>A client that listens to General and reads when the test asks for the next frame; null at the end.</summary>
internal sealed class SlowClient(Func<Task<JsonElement?>> next, IAsyncDisposable client) : IAsyncDisposable
{
    // Bytes that the system keeps for it: the less, the sooner the server is blocked.
    public const int ReceiveBuffer = 4096;

    public static async Task<SlowClient> SocketAsync(TestServer server, TestPerson person, int piece)
    {
        var socket = await RawSocket.ConnectAsync(server, person, ReceiveBuffer, piece, RoomId.General);
        return new SlowClient(async () => JsonDocument.Parse((await socket.ReadAsync()).Text).RootElement, socket);
    }

    public Task<JsonElement?> NextAsync() => next();

    public ValueTask DisposeAsync() => client.DisposeAsync();
}
