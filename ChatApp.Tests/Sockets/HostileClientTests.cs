using System.Net.WebSockets;
using ChatApp.Push;
using ChatApp.Sockets;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

public sealed class HostileClientTests() : HostileClientTestsBase(directWrites: true);

/// <summary>The same through the web server.</summary>
public sealed class HostileClientByStreamTests() : HostileClientTestsBase(directWrites: false);

/// <summary>Half-open, flooding, silent and 1-byte clients: each goes, and nobody else notices. Slow and stalled ones: <see cref="SlowClientTests"/>.</summary>
public abstract class HostileClientTestsBase(bool directWrites)
{
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
