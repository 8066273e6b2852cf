using System.Text;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Sockets;
using ChatApp.Tests.Harness;
using ChatApp.Wire;

namespace ChatApp.Tests.Sockets;

/// <summary>What stands on the line, byte for byte, where the network takes only a part of what is written.</summary>
public sealed class WireTests
{
    private const int Events = 400;
    private static readonly string Filler = new('x', 4000);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Frames_are_whole_and_rooms_replies_and_pongs_in_order_however_slowly_and_in_what_pieces_a_client_reads(bool directly)
    {
        await using var server = await TestServer.StartAsync([$"Push:DirectWrites={directly}", "Push:OutboxBytes=100000000", "Push:PingSeconds=3600"]);
        var ann = await server.AddPersonAsync("Ann");
        RoomId[] rooms = [.. await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ => (await server.MakeRoomAsync(ann, RoomVisibility.Private)).Id))];
        // More than any system keeps for a connection, so that writes are partial ones.
        await using var socket = await RawSocket.ConnectAsync(server, ann, receiveBuffer: 4096, piece: 1500, rooms);
        socket.HearsTheProtocol = false;
        var broker = server.Get<RoomBroker>();
        var connection = broker.Connections.Single();
        Assert.Equal(directly, connection.Outbox.IsDirect);
        var publishing = Push.Engine.OnThreadsAsync(rooms.Length, number =>
        {
            for (var i = 1; i <= Events; i++) broker.Publish(rooms[number], Event(number, i));
        });
        for (var i = 1; i <= 100; i++)
        {
            await socket.SendAsync(9, Encoding.UTF8.GetBytes($"{i}"));
            await socket.SendTextAsync($$$"""{"id":{{{1000 + i}}},"unsubscribe":{"channel":"room:nowhere"}}""");
        }

        await publishing;
        var frames = new List<RawFrame>();
        while (frames.Count < (rooms.Length * Events) + 200) frames.Add(await socket.ReadAsync());
        await socket.SendAsync(8, [0x03, 0xE8]);
        frames.Add(await socket.ReadAsync());
        Assert.Null(await socket.TryReadAsync());

        Assert.Equal(Enumerable.Range(1, 100).Select(i => $"{i}"), frames.Where(frame => frame.Opcode == 10).Select(frame => frame.Text));
        var texts = frames.Where(frame => frame.Opcode == 1).Select(frame => frame.Text).ToList();
        Assert.All(texts, text => System.Text.Json.JsonDocument.Parse(text).Dispose());
        Assert.Equal(Enumerable.Range(1001, 100).Select(id => $$$"""{"id":{{{id}}},"unsubscribe":{}}"""), texts.Where(text => text.StartsWith("{\"id", StringComparison.Ordinal)));
        for (var number = 0; number < rooms.Length; number++)
        {
            var of = texts.Where(text => text.StartsWith($"{{\"room\":{number},", StringComparison.Ordinal)).ToList();
            Assert.Equal(Enumerable.Range(1, Events).Select(i => Encoding.UTF8.GetString(Event(number, i).Bytes)), of);
        }

        Assert.Equal(8, frames[^1].Opcode);
        Assert.Equal([0x03, 0xE8], frames[^1].Payload);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reader_that_has_stopped_is_ended_and_forgotten_and_the_others_miss_nothing(bool directly)
    {
        await using var server = await TestServer.StartAsync([$"Push:DirectWrites={directly}", "Push:OutboxBytes=1000000", "Push:PongSeconds=20", "Push:PingSeconds=3600"]);
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Room", bob);
        await using var stopped = await RawSocket.ConnectAsync(server, ann, receiveBuffer: 4096, piece: 1000, room.Id);
        await using var reader = await RawSocket.ConnectAsync(server, bob, receiveBuffer: 1 << 20, piece: 1 << 16, room.Id);
        stopped.HearsTheProtocol = reader.HearsTheProtocol = false;
        var broker = server.Get<RoomBroker>();
        var got = 0;
        var read = Task.Run(async () =>
        {
            for (var i = 1; i <= 4 * Events; i++)
            {
                Assert.Equal(Encoding.UTF8.GetString(Event(0, i).Bytes), (await reader.ReadAsync()).Text);
                Volatile.Write(ref got, i);
            }
        });
        for (var i = 1; i <= 4 * Events; i++)
        {
            broker.Publish(room.Id, Event(0, i));
            // The reader reads as fast as it can; how fast that is on this machine is not the question.
            if (i % 50 == 0) await Eventually.BecomesAsync(() => read.IsCompleted || Volatile.Read(ref got) > i - 50);
        }

        await read.Soon();
        await Eventually.EqualsAsync(1L, () => broker.Figures.Slow);
        await Eventually.EqualsAsync(bob.Id, () => broker.Connections.Single().User);
        // It is cut: what the system still holds can be read, and then nothing.
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (await stopped.TryReadAsync() is { Opcode: not 8 }) continue;
            throw new EndOfStreamException();
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_last_words_come_whole_and_after_everything_else(bool directly)
    {
        await using var server = await TestServer.StartAsync([$"Push:DirectWrites={directly}", "Push:OutboxBytes=100000000"]);
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private);
        await using var socket = await RawSocket.ConnectAsync(server, ann, receiveBuffer: 4096, piece: 5000, room.Id);
        socket.HearsTheProtocol = false;
        var broker = server.Get<RoomBroker>();
        var connection = broker.Connections.Single();
        for (var i = 1; i <= 20; i++) connection.Send(broker.Wrap(Event(0, i)));
        connection.End(EndReason.ForceReconnect);
        var frames = new List<RawFrame>();
        while (frames is not [.., { Opcode: 8 }]) frames.Add(await socket.ReadAsync());
        Assert.Equal(22, frames.Count);
        Assert.Equal("""{"push":{"disconnect":{"code":3011,"reason":"force reconnect","reconnect":true}}}""", frames[20].Text);
        Assert.Equal([3011 >> 8, 3011 & 255, .. "force reconnect"u8], frames[21].Payload);
        await socket.SendAsync(8, [0x03, 0xE8]);
        Assert.Null(await socket.TryReadAsync());
    }

    [Fact]
    public async Task Who_sent_text_that_is_not_UTF_8_sees_the_end_at_once_and_need_not_close_first()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.AddPersonAsync("Ann");
        // The server still waits for the client when the client has seen the end; once is enough, the machine may be slow.
        await Eventually.BecomesAsync(async () =>
        {
            await using var socket = await RawSocket.ConnectAsync(server, ann, receiveBuffer: 65_536, piece: 1024);
            await socket.SendAsync(1, [0xFF]);
            Assert.Equal([0x03, 0xEF], (await socket.ReadAsync()).Payload[..2]);
            Assert.Null(await socket.TryReadAsync());
            return server.Get<ConnectionGate>().Open > 0;
        });
        await Eventually.EqualsAsync(0, () => server.Get<ConnectionGate>().Open);
    }

    [Theory]
    [InlineData("/ws/")]
    [InlineData("/WS")]
    [InlineData("/Connection/WebSocket")]
    public async Task The_address_may_be_written_as_routing_allows(string path)
    {
        await using var server = await TestServer.StartAsync();
        await using var socket = await TestSocket.OpenAsync(new Uri(server.Address.Replace("http", "ws", StringComparison.Ordinal) + path));
        await socket.SendAsync(new { id = 1, connect = new { token = await server.TokenOfAsync(await server.AddPersonAsync()) } });
        Assert.True((await socket.ReplyAsync(1)).TryGetProperty("connect", out _));
        Assert.True(server.Get<RoomBroker>().Connections.Single().Outbox.IsDirect);
    }

    private static ReadyFrame Event(int room, int number) => new(Encoding.UTF8.GetBytes($$"""{"room":{{room}},"number":{{number}},"text":"{{Filler}}"}"""));
}
