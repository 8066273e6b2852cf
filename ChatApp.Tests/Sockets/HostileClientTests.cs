using System.Net.WebSockets;
using ChatApp.Push;
using ChatApp.Sockets;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

public sealed class HostileClientTests() : HostileClientTestsBase(directWrites: true);

/// <summary>The same through the web server.</summary>
public sealed class HostileClientByStreamTests() : HostileClientTestsBase(directWrites: false);

/// <summary>Slow, stalled, half-open, flooding, silent and 1-byte clients: each goes, and nobody else notices.</summary>
public abstract class HostileClientTestsBase(bool directWrites)
{
    private static readonly string Long = new('x', 8000);

    [Fact]
    public async Task A_stalled_client_is_ended_and_its_memory_is_back_at_once_while_others_hear_everything()
    {
        // Patience with a write that stands still is long: only what waits too much ends it.
        await using var server = await StartAsync("Push:OutboxBytes=65536", "Push:PongSeconds=600", "Push:PingSeconds=3600");
        var ann = await server.AddPersonAsync("Ann");
        await using var good = await server.SubscribeAsync(ann, RoomId.General);
        await using var stalled = await RawSocket.ConnectAsync(server, await server.AddPersonAsync("Stan"), receiveBuffer: 4096, piece: 1024, RoomId.General);
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
        await using var server = await StartAsync("Push:OutboxBytes=262144", "Push:PongSeconds=600", "Push:PingSeconds=3600");
        var ann = await server.AddPersonAsync("Ann");
        await using var slow = await RawSocket.ConnectAsync(server, ann, receiveBuffer: 4096, piece: 16_384, RoomId.General);
        var posted = 0;
        for (; !(await MetricsTests.FiguresAsync(server)).TryGetValue("chatapp_lags_total", out var lags) || lags == 0; posted++)
        {
            Assert.True(posted < 5000, "the network took all of it");
            await server.PostAsync(ann, RoomId.General, Long);
        }

        var (heard, told, last) = (0, 0, 0L);
        while (heard < posted)
        {
            var push = System.Text.Json.JsonDocument.Parse((await slow.ReadAsync()).Text).RootElement.GetProperty("push");
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
        await using var server = await StartAsync("Push:OutboxBytes=268435456", "Push:PongSeconds=1", "Push:PingSeconds=3600");
        var ann = await server.AddPersonAsync("Ann");
        await using var stalled = await RawSocket.ConnectAsync(server, ann, receiveBuffer: 4096, piece: 1024, RoomId.General);
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

    [Fact]
    public async Task A_1_byte_client_has_a_time_for_each_frame_and_not_for_each_byte()
    {
        await using var server = await StartAsync("Push:FrameSeconds=1");
        await using var dripping = await RawSocket.ConnectAsync(server, await server.AddPersonAsync(), receiveBuffer: 65_536, piece: 1024);
        await dripping.SendBytesAsync(0x81, 0x80 | 120, 1, 2, 3, 4);
        await AssertStaleAsync(server, dripping, () => dripping.SendBytesAsync(0x20));
    }

    [Fact]
    public async Task A_client_of_endless_empty_fragments_has_no_longer()
    {
        await using var server = await StartAsync("Push:FrameSeconds=1");
        await using var endless = await RawSocket.ConnectAsync(server, await server.AddPersonAsync(), receiveBuffer: 65_536, piece: 1024);
        await endless.SendBytesAsync(0x01, 0x80 | 1, 0, 0, 0, 0, (byte)'{');
        await AssertStaleAsync(server, endless, () => endless.SendBytesAsync(0x00, 0x80, 0, 0, 0, 0));
    }

    [Fact]
    public async Task A_client_that_nobody_knows_has_no_time_for_bytes_either()
    {
        await using var server = await StartAsync("Push:ConnectSeconds=1");
        await using var dripping = await server.OpenSocketAsync();
        var text = "{\"id\":1,\"connect\":{"u8.ToArray();
        var place = 0;
        await Eventually.BecomesAsync(async () =>
        {
            if (dripping.Raw.State != WebSocketState.Open) return true;
            await dripping.SendAsync(text.AsMemory(place++ % text.Length, 1), WebSocketMessageType.Text, endOfMessage: false);
            return false;
        });
        Assert.Equal(3502, await dripping.ClosedAsync());
        await Eventually.EqualsAsync(0, () => server.Get<ConnectionGate>().Open);
    }

    [Fact]
    public async Task A_silent_and_half_open_client_that_neither_reads_nor_answers_leaves_nothing_behind()
    {
        await using var server = await StartAsync("Push:PingSeconds=1", "Push:PongSeconds=1");
        await using var gone = await RawSocket.ConnectAsync(server, await server.AddPersonAsync(), receiveBuffer: 4096, piece: 1024, RoomId.General);
        await Eventually.EqualsAsync(0, () => server.Get<RoomBroker>().Connections.Count);
        await Eventually.EqualsAsync(0, () => server.Get<ConnectionGate>().Open);
        Assert.Equal(0, server.Get<TimingWheel>().Count);
        Assert.Equal(0, server.Get<RoomBroker>().SubscriberCount(RoomId.General));
    }

    [Fact]
    public async Task A_flooding_account_is_held_on_all_its_sockets_together_and_another_account_is_not()
    {
        await using var server = await StartAsync("Push:CommandsPerSecond=1", "Push:CommandBurst=8", "Push:BusySocketsPerUser=1");
        var (mallory, ann) = (await server.AddPersonAsync("Mallory"), await server.AddPersonAsync("Ann"));
        await using var first = await server.ConnectAsync(mallory);
        await using var second = await server.ConnectAsync(mallory);
        await using var other = await server.ConnectAsync(ann);
        var refused = 0;
        for (var i = 0; i < 6; i++)
        {
            foreach (var socket in (TestSocket[])[first, second])
            {
                var reply = await socket.AskAsync(new { unsubscribe = new { channel = "room:general" } });
                if (!reply.TryGetProperty("error", out var error)) continue;
                Assert.Equal(111, error.GetProperty("code").GetInt32());
                refused++;
            }
        }

        Assert.True(refused > 0, "both together are held");
        for (var i = 0; i < 6; i++) Assert.True((await other.AskAsync(new { unsubscribe = new { channel = "room:general" } })).TryGetProperty("unsubscribe", out _));
        Assert.Equal(refused, (await MetricsTests.FiguresAsync(server))["chatapp_limits_total{limit=\"BusySocketsPerUser\"}"]);
    }

    private static async Task AssertStaleAsync(TestServer server, RawSocket socket, Func<Task> more)
    {
        var broker = server.Get<RoomBroker>();
        var connection = broker.Connections.Single();
        await Eventually.BecomesAsync(async () =>
        {
            if (connection.EndReason is not null) return true;
            await more();
            return false;
        });
        Assert.Equal(EndReason.Stale, connection.EndReason);
        Assert.Contains("3502", (await socket.ReadAsync()).Text, StringComparison.Ordinal);
        Assert.Empty(broker.Connections);
    }

    private Task<TestServer> StartAsync(params string[] settings) => TestServer.StartAsync([$"Push:DirectWrites={directWrites}", .. settings]);
}
