using System.Text.Json;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

public sealed class PresenceTests(TopicServer server) : IClassFixture<TopicServer>
{
    [Fact]
    public async Task Members_of_a_room_see_who_listens_pages_included()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Public, "Room", bob);
        await using var socket = await server.SubscribeAsync(ann, room.Id);
        var page = server.Get<RoomBroker>().Connect(new ConnectionDescription(bob.Id, ConnectionKind.Circuit, "127.0.0.1"))!;
        server.Get<RoomBroker>().Subscribe(page, room.Id).Subscription!.TryRelease(room.Head);

        var clients = (await socket.AskAsync(new { presence = new { channel = $"room:{room.Id}" } })).GetProperty("presence").GetProperty("presence");
        Assert.Equal(2, clients.EnumerateObject().Count());
        var client = clients.GetProperty(page.Id.ToString());
        Assert.Equal(
            (bob.Id.Value, page.Id.ToString(), bob.Name),
            (client.GetProperty("user").GetString(), client.GetProperty("client").GetString(), client.GetProperty("conn_info").GetProperty("name").GetString()));
        Assert.Equal("""{"num_clients":2,"num_users":2}""", (await socket.AskAsync(new { presence_stats = new { channel = $"room:{room.Id}" } })).GetProperty("presence_stats").GetRawText());
        page.End(EndReason.Closed);
        Assert.Equal("""{"num_clients":1,"num_users":1}""", (await socket.AskAsync(new { presence_stats = new { channel = $"room:{room.Id}" } })).GetProperty("presence_stats").GetRawText());
    }

    [Fact]
    public async Task Nobody_else_sees_them()
    {
        var ann = await server.AddPersonAsync("Ann");
        var (open, secret) = (await server.MakeRoomAsync(ann), await server.MakeRoomAsync(ann, RoomVisibility.Private));
        await using var other = await server.ConnectAsync(await server.AddPersonAsync("Other"));
        Assert.Equal((103, 103), await RefusalsAsync(other, $"room:{open.Id}"));
        Assert.Equal((102, 102), await RefusalsAsync(other, $"room:{secret.Id}"));
        Assert.Equal((102, 102), await RefusalsAsync(other, $"#{ann.Id}"));
        Assert.Equal((103, 103), await RefusalsAsync(other, "topic:ops:x"));
    }

    [Fact]
    public async Task Whoever_asked_for_it_hears_who_comes_and_goes_in_rooms_and_topics()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Public, "Room", bob);
        await using var listener = await server.ConnectAsync(ann);
        await using var silent = await server.SubscribeAsync(ann, room.Id);
        foreach (var channel in new[] { $"room:{room.Id}", "topic:kept:presence" })
        {
            await listener.AskAsync(new { subscribe = new { channel, join_leave = true } });
            Assert.Equal(ann.Id.Value, (await ChangeAsync(listener, channel, "join")).GetProperty("info").GetProperty("user").GetString());
            var visitor = await server.ConnectAsync(bob);
            await visitor.AskAsync(new { subscribe = new { channel } });
            var joined = await ChangeAsync(listener, channel, "join");
            Assert.Equal(bob.Id.Value, joined.GetProperty("info").GetProperty("user").GetString());
            Assert.InRange(joined.GetProperty("num_clients").GetInt32(), 2, 3);
            await visitor.DisposeAsync();
            var left = await ChangeAsync(listener, channel, "leave");
            Assert.Equal(joined.GetProperty("info").GetRawText(), left.GetProperty("info").GetRawText());
            Assert.Equal(joined.GetProperty("num_clients").GetInt32() - 1, left.GetProperty("num_clients").GetInt32());
        }

        Assert.DoesNotContain(silent.Rest(), frame => frame.GetRawText().Contains("num_clients", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_topic_without_it_tells_nobody()
    {
        await using var socket = await server.ConnectAsync(await server.AddPersonAsync("Ann"));
        await socket.AskAsync(new { subscribe = new { channel = "topic:plain:presence", join_leave = true } });
        Assert.Equal((108, 108), await RefusalsAsync(socket, "topic:plain:presence"));
        Assert.Equal(0, await CountAsync(socket));

        // What is told comes before the answer to a later command by then.
        async Task<int> CountAsync(TestSocket of)
        {
            await Eventually.EqualsAsync(1, () => server.Get<RoomBroker>().SubscriberCount(ChannelName.OfTopic("plain:presence")));
            await of.AskAsync(new { ping = new { } });
            return of.Rest().Count;
        }
    }

    [Fact]
    public async Task Whoever_is_taken_out_of_a_room_is_told_to_have_left()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Public, "Room", bob);
        await using var listener = await server.ConnectAsync(ann);
        await listener.AskAsync(new { subscribe = new { channel = $"room:{room.Id}", join_leave = true } });
        await using var visitor = await server.SubscribeAsync(bob, room.Id);
        await server.Get<RoomWriter>().LeaveAsync(bob.Id, room.Id);
        Assert.Equal(bob.Id.Value, (await ChangeAsync(listener, $"room:{room.Id}", "leave")).GetProperty("info").GetProperty("user").GetString());
    }

    private static async Task<JsonElement> ChangeAsync(TestSocket socket, string channel, string kind) =>
        (await socket.PushAsync(push => push.TryGetProperty(kind, out _) && push.GetProperty("channel").GetString() == channel)).GetProperty(kind);

    private static async Task<(int Presence, int Stats)> RefusalsAsync(TestSocket socket, string channel) =>
        (TestSocket.ErrorOf(await socket.AskAsync(new { presence = new { channel } })), TestSocket.ErrorOf(await socket.AskAsync(new { presence_stats = new { channel } })));
}
