using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Api.Server;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Sockets;

namespace ChatApp.Tests.Api.Server;

/// <summary>Who is there, as keys may know it.</summary>
public sealed class ServerPresenceTests(TopicServer server) : IClassFixture<TopicServer>
{
    [Fact]
    public async Task A_key_sees_what_its_account_sees_on_a_socket()
    {
        var (ann, bot) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bot"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Public, "Room", bot);
        var key = await server.KeyOfAsync(bot);
        await using var first = await server.SubscribeAsync(ann, room.Id);
        await using var second = await server.SubscribeAsync(ann, room.Id);
        foreach (var channel in new[] { $"room:{room.Id}", "topic:kept:seen" })
        {
            if (channel.StartsWith("topic:", StringComparison.Ordinal)) await first.AskAsync(new { subscribe = new { channel } });
            await using var asking = await server.ConnectAsync(bot);
            foreach (var command in new[] { "presence", "presence_stats" })
            {
                var shown = (await asking.AskAsync(new Dictionary<string, object> { [command] = new { channel } })).GetProperty(command);
                Assert.True(JsonElement.DeepEquals(shown, (await server.AskAsync(key, command, new { channel })).Result()), channel);
            }
        }

        Assert.Equal("""{"num_clients":2,"num_users":1}""", (await server.AskAsync(key, "presence_stats", new { channel = $"room:{room.Id}" })).Result().GetRawText());
        Assert.Equal("""{"presence":{}}""", (await server.AskAsync(key, "presence", new { channel = "topic:kept:empty" })).Result().GetRawText());
    }

    [Fact]
    public async Task Of_other_rooms_and_of_topics_without_presence_it_sees_nothing()
    {
        var (ann, admin) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Admin", Rank.Administrator));
        var (open, hidden) = (await server.MakeRoomAsync(ann), await server.MakeRoomAsync(ann, RoomVisibility.Private));
        var key = await server.KeyOfAsync(admin);
        foreach (var command in new[] { "presence", "presence_stats" })
        {
            foreach (var (channel, code) in new[] { ($"room:{open.Id}", 103), ($"room:{hidden.Id}", 102), ("topic:plain:x", 108), ("topic:nothing", 102), ($"#{ann.Id}", 102) })
                Assert.Equal(code, (await server.AskAsync(key, command, new { channel })).Error());
        }
    }

    [Fact]
    public async Task Channels_lists_those_with_listeners_that_the_account_and_the_key_may_see()
    {
        var (ann, bot) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bot"));
        var (shared, foreign) = (await server.MakeRoomAsync(ann, RoomVisibility.Public, "Room", bot), await server.MakeRoomAsync(ann));
        await using var socket = await server.SubscribeAsync(ann, shared.Id);
        await using var other = await server.SubscribeAsync(ann, shared.Id);
        foreach (var channel in new[] { $"room:{foreign.Id}", "topic:kept:list:a", "topic:kept:list:b", "topic:plain:list" }) await socket.AskAsync(new { subscribe = new { channel } });

        var key = await server.KeyOfAsync(bot);
        var all = (await server.AskAsync(key, "channels", new { })).Result().GetProperty("channels");
        Assert.Equal("""{"num_clients":2}""", all.GetProperty($"room:{shared.Id}").GetRawText());
        Assert.True(all.TryGetProperty("topic:plain:list", out _));
        Assert.False(all.TryGetProperty($"room:{foreign.Id}", out _));
        Assert.Equal("topic:kept:list:a topic:kept:list:b", await NamesAsync(key, "topic:kept:list:"));
        Assert.Equal("topic:kept:list:a topic:kept:list:b", await NamesAsync(key, "topic:kept:list:*"));
        Assert.Equal($"room:{shared.Id}", await NamesAsync(key, $"room:{shared.Id}"));
        Assert.Equal("", await NamesAsync(key, "list"));
        Assert.Equal("topic:kept:list:b", await NamesAsync(await server.KeyOfAsync(bot, ApiScopes.Read, "topic:kept:list:b"), "topic:"));
        Assert.Equal(107, (await server.AskAsync(key, "channels", new { pattern = new string('x', 256) })).Error());
        Assert.Equal(107, (await server.AskAsync(key, "channels", new { pattern = 7 })).Error());
    }

    [Fact]
    public async Task More_channels_than_one_answer_names_are_counted()
    {
        await using var big = await TestServer.StartAsync(["Topics:Prefixes:0:Prefix=x", "Push:SubscriptionsPerConnection=2000"]);
        var ann = await big.AddPersonAsync("Ann");
        var broker = big.Get<RoomBroker>();
        var page = broker.Connect(new ConnectionDescription(ann.Id, ConnectionKind.Circuit, "127.0.0.1"))!;
        for (var i = 0; i < ServerChannels.MostNamed + 5; i++) Assert.True(broker.Subscribe(page, ChannelName.OfTopic($"x{i}")).Subscription!.TryRelease(Offset.Zero));
        var result = (await big.AskAsync(await big.KeyOfAsync(ann), "channels", new { pattern = "topic:" })).Result();
        Assert.Equal((ServerChannels.MostNamed, ServerChannels.MostNamed + 5), (result.GetProperty("channels").EnumerateObject().Count(), result.GetProperty("total").GetInt32()));
        page.End(EndReason.Closed);
    }

    private async Task<string> NamesAsync(string key, string pattern) => string.Join(' ', (await server.AskAsync(key, "channels", new { pattern })).Result()
        .GetProperty("channels").EnumerateObject().Select(channel => channel.Name).Order(StringComparer.Ordinal));
}
