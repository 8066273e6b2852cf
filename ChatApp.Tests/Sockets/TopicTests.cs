using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using ChatApp.Topics;

namespace ChatApp.Tests.Sockets;

/// <summary>A server with topics of each kind.</summary>
public sealed class TopicServer() : TestServer(
[
    "Topics:Prefixes:0:Prefix=kept:", "Topics:Prefixes:0:HistorySize=100", "Topics:Prefixes:0:ClientPublish=Members", "Topics:Prefixes:0:Presence=true", "Topics:Prefixes:0:JoinLeave=true",
    "Topics:Prefixes:1:Prefix=plain:", "Topics:Prefixes:1:ClientPublish=Subscribers",
    "Topics:Prefixes:2:Prefix=ops:", "Topics:Prefixes:2:Subscribe=Moderators", "Topics:Prefixes:2:ClientPublish=Administrators", "Topics:Prefixes:2:HistorySize=5",
    "Topics:Prefixes:3:Prefix=token:", "Topics:Prefixes:3:Subscribe=Token", "Topics:Prefixes:3:HistorySize=5", "Topics:Prefixes:3:Presence=true",
    "Topics:Prefixes:4:Prefix=asked:", "Topics:Prefixes:4:HistorySize=5", "Topics:Prefixes:4:ForceRecovery=false",
]);

public sealed class TopicTests(TopicServer server) : IClassFixture<TopicServer>
{
    private static int _names;

    private TopicPublisher Topics => server.Get<TopicPublisher>();

    [Fact]
    public async Task What_is_published_reaches_every_subscriber_unchanged_and_with_its_place()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var topic = Name("kept:");
        await using var publisher = await server.ConnectAsync(ann);
        await using var viewer = await server.ConnectAsync(bob);
        var subscribed = (await SubscribeAsync(viewer, topic)).GetProperty("subscribe");
        Assert.Equal((true, true, 0L), (subscribed.GetProperty("recoverable").GetBoolean(), subscribed.GetProperty("positioned").GetBoolean(), subscribed.GetProperty("offset").GetInt64()));
        var epoch = subscribed.GetProperty("epoch").GetString();

        await publisher.SendTextAsync("{\"id\":5,\"publish\":{\"channel\":\"topic:" + topic + "\",\"data\":{\"bid\":2345.10,\"x\":[1e3,null]}}}");
        Assert.Equal($$$"""{"id":5,"publish":{"offset":1,"epoch":"{{{epoch}}}","duplicate":false}}""", (await publisher.ReplyAsync(5)).GetRawText());
        var push = await viewer.PushAsync();
        Assert.Equal($"topic:{topic}", push.GetProperty("channel").GetString());
        var pub = push.GetProperty("pub");
        Assert.Equal("""{"bid":2345.10,"x":[1e3,null]}""", pub.GetProperty("data").GetRawText());
        Assert.Equal((1, ann.Id.Value), (pub.GetProperty("offset").GetInt32(), pub.GetProperty("info").GetProperty("user").GetString()));
        Assert.Equal(server.Get<RoomBroker>().Connections.Single(one => one.User == ann.Id).Id.ToString(), pub.GetProperty("info").GetProperty("client").GetString());

        Topics.Publish(topic, JsonDocument.Parse("\"by the server\"").RootElement);
        var second = (await viewer.PushAsync()).GetProperty("pub");
        Assert.Equal((2, "by the server", false), (second.GetProperty("offset").GetInt32(), second.GetProperty("data").GetString(), second.TryGetProperty("info", out _)));
        Assert.InRange(second.GetProperty("time").GetInt64(), DateTimeOffset.FromUnixTimeSeconds(1).ToUnixTimeMilliseconds(), long.MaxValue);
    }

    [Fact]
    public async Task A_publish_can_be_tried_again_with_its_key()
    {
        await using var socket = await server.ConnectAsync(await server.AddPersonAsync("Ann"));
        var topic = Name("kept:");
        var first = await PublishAsync(socket, topic, 1, "k");
        var second = await PublishAsync(socket, topic, 1, "k");
        Assert.False(first.GetProperty("publish").GetProperty("duplicate").GetBoolean());
        Assert.Equal((1, true), (second.GetProperty("publish").GetProperty("offset").GetInt32(), second.GetProperty("publish").GetProperty("duplicate").GetBoolean()));
        Assert.Equal(107, TestSocket.ErrorOf(await PublishAsync(socket, topic, 1, "")));
    }

    [Fact]
    public async Task Whoever_comes_back_gets_what_was_missed_or_the_reason_why_not()
    {
        var ann = await server.AddPersonAsync("Ann");
        var topic = Name("kept:");
        for (var i = 1; i <= 130; i++) Topics.Publish(topic, JsonDocument.Parse($"{i}").RootElement);
        var state = Topics.History(topic, 0).State;
        await using var socket = await server.ConnectAsync(ann);

        var recovered = await RecoverAsync(socket, topic, state.Epoch, 128);
        Assert.True(recovered.GetProperty("recovered").GetBoolean());
        Assert.Equal([129, 130], recovered.GetProperty("publications").EnumerateArray().Select(pub => pub.GetProperty("data").GetInt32()));
        Assert.Equal([129, 130], recovered.GetProperty("publications").EnumerateArray().Select(pub => pub.GetProperty("offset").GetInt32()));
        Topics.Publish(topic, JsonDocument.Parse("131").RootElement);
        Assert.Equal(131, (await socket.PushAsync()).GetProperty("pub").GetProperty("offset").GetInt32());

        foreach (var (epoch, offset, reason, lost) in new[] { (state.Epoch, 20, "trimmed", 11), ("other", 128, "epoch", 0), (state.Epoch, 500, "too_far", 0) })
        {
            await socket.AskAsync(new { unsubscribe = new { channel = $"topic:{topic}" } });
            var gap = (await RecoverAsync(socket, topic, epoch, offset)).GetProperty("gap");
            Assert.Equal((reason, lost), (gap.GetProperty("reason").GetString(), gap.GetProperty("lost").GetInt32()));
            Assert.Equal([32, 131], gap.GetProperty("have").EnumerateArray().Select(place => place.GetInt32()));
            await socket.AskAsync(new { unsubscribe = new { channel = $"topic:{topic}" } });
            Assert.Equal(112, TestSocket.ErrorOf(await socket.AskAsync(new { subscribe = new { channel = $"topic:{topic}", recover = true, epoch, offset, flag = 2 } })));
        }
    }

    [Fact]
    public async Task A_long_way_back_comes_whole_and_before_what_is_live()
    {
        await using var big = await TestServer.StartAsync(["Topics:Prefixes:0:Prefix=x", "Topics:Prefixes:0:HistorySize=2000", "Push:OutboxBytes=65536"]);
        var data = JsonDocument.Parse($"\"{new string('x', 500)}\"").RootElement;
        for (var i = 0; i < 2000; i++) big.Get<TopicPublisher>().Publish("x", data);
        await using var socket = await big.ConnectAsync(await big.AddPersonAsync("Ann"));
        var reply = (await socket.AskAsync(new { subscribe = new { channel = "topic:x", recover = true, offset = 0 } })).GetProperty("subscribe");
        for (var i = 0; i < 50; i++) big.Get<TopicPublisher>().Publish("x", data);
        var offsets = reply.GetProperty("publications").EnumerateArray().Select(pub => pub.GetProperty("offset").GetInt32()).ToList();
        Assert.InRange(offsets.Count, 1, 60);
        while (offsets[^1] < 2050) offsets.Add((await socket.PushAsync()).GetProperty("pub").GetProperty("offset").GetInt32());
        Assert.Equal(Enumerable.Range(1, 2050), offsets);
    }

    [Fact]
    public async Task Topics_can_be_subscribed_inside_connect_beside_rooms()
    {
        var ann = await server.AddPersonAsync("Ann");
        var topic = Name("kept:");
        Topics.Publish(topic, JsonDocument.Parse("1").RootElement);
        await using var socket = await server.OpenSocketAsync();
        var subs = new Dictionary<string, object> { [$"topic:{topic}"] = new { recover = true, offset = 0 }, ["room:general"] = new { }, ["topic:ops:x"] = new { }, ["topic:none"] = new { } };
        await socket.SendAsync(new { id = 1, connect = new { token = await server.TokenOfAsync(ann), subs } });
        var reply = (await socket.ReplyAsync(1)).GetProperty("connect");
        Assert.Equal(1, reply.GetProperty("subs").GetProperty($"topic:{topic}").GetProperty("publications").GetArrayLength());
        Assert.Equal((103, 102), (CodeOf("topic:ops:x"), CodeOf("topic:none")));
        Topics.Publish(topic, JsonDocument.Parse("2").RootElement);
        Assert.Equal(2, (await socket.PushAsync(push => push.GetProperty("channel").GetString() == $"topic:{topic}")).GetProperty("pub").GetProperty("offset").GetInt32());
        int CodeOf(string channel) => reply.GetProperty("refused").GetProperty(channel).GetProperty("code").GetInt32();
    }

    [Fact]
    public async Task A_topic_that_keeps_nothing_has_no_positions()
    {
        await using var socket = await server.ConnectAsync(await server.AddPersonAsync("Ann"));
        var topic = Name("plain:");
        Assert.Equal("{}", (await SubscribeAsync(socket, topic)).GetProperty("subscribe").GetRawText());
        Assert.Equal("""{"duplicate":false}""", (await PublishAsync(socket, topic, "hello")).GetProperty("publish").GetRawText());
        Assert.False((await socket.PushAsync()).GetProperty("pub").TryGetProperty("offset", out _));
        await socket.AskAsync(new { unsubscribe = new { channel = $"topic:{topic}" } });
        Assert.Equal("epoch", (await RecoverAsync(socket, topic, "any", 3)).GetProperty("gap").GetProperty("reason").GetString());
        Assert.Equal(108, TestSocket.ErrorOf(await socket.AskAsync(new { history = new { channel = $"topic:{topic}", limit = 1 } })));
        Assert.Equal(108, TestSocket.ErrorOf(await socket.AskAsync(new { presence = new { channel = $"topic:{topic}" } })));
    }

    [Fact]
    public async Task Where_recovery_is_not_forced_only_who_asks_has_a_position()
    {
        await using var socket = await server.ConnectAsync(await server.AddPersonAsync("Ann"));
        var topic = Name("asked:");
        Assert.Equal("{}", (await SubscribeAsync(socket, topic)).GetProperty("subscribe").GetRawText());
        await socket.AskAsync(new { unsubscribe = new { channel = $"topic:{topic}" } });
        Assert.True((await socket.AskAsync(new { subscribe = new { channel = $"topic:{topic}", recoverable = true } })).GetProperty("subscribe").GetProperty("recoverable").GetBoolean());
    }

    [Fact]
    public async Task History_is_given_in_both_directions_from_a_place()
    {
        await using var socket = await server.ConnectAsync(await server.AddPersonAsync("Ann"));
        var topic = Name("kept:");
        for (var i = 1; i <= 6; i++) await PublishAsync(socket, topic, i);
        var epoch = Topics.History(topic, 0).State.Epoch;
        Assert.Equal("", await BackAsync(new { channel = $"topic:{topic}" }));
        Assert.Equal("123456", await BackAsync(new { channel = $"topic:{topic}", limit = -1 }));
        Assert.Equal("65", await BackAsync(new { channel = $"topic:{topic}", limit = 2, reverse = true }));
        Assert.Equal("56", await BackAsync(new { channel = $"topic:{topic}", limit = 10, since = new { offset = 4, epoch } }));
        Assert.Equal("321", await BackAsync(new { channel = $"topic:{topic}", limit = 10, since = new { offset = 4, epoch }, reverse = true }));
        Assert.Equal(112, TestSocket.ErrorOf(await socket.AskAsync(new { history = new { channel = $"topic:{topic}", limit = 10, since = new { offset = 4, epoch = "other" } } })));

        async Task<string> BackAsync(object history)
        {
            var reply = (await socket.AskAsync(new { history })).GetProperty("history");
            Assert.Equal((6, epoch), (reply.GetProperty("offset").GetInt32(), reply.GetProperty("epoch").GetString()));
            return string.Concat(reply.GetProperty("publications").EnumerateArray().Select(pub => pub.GetProperty("data").GetRawText()));
        }
    }

    [Fact]
    public async Task Only_who_may_subscribes_publishes_or_looks()
    {
        await using var member = await server.ConnectAsync(await server.AddPersonAsync("Member"));
        await using var moderator = await server.ConnectAsync(await server.AddPersonAsync("Moderator", Rank.Moderator));
        await using var administrator = await server.ConnectAsync(await server.AddPersonAsync("Administrator", Rank.Administrator));
        Assert.Equal("102, 102, 102, 102", string.Join(", ", await AllAsync(member, "nothing")));
        Assert.Equal("103, 103, 103, 103", string.Join(", ", await AllAsync(member, "ops:x")));
        Assert.Equal("0, 103, 0, 108", string.Join(", ", await AllAsync(moderator, "ops:x")));
        Assert.Equal("0, 0, 0, 108", string.Join(", ", await AllAsync(administrator, "ops:x")));
        Assert.Equal("103, 103, 103, 103", string.Join(", ", await AllAsync(administrator, "token:x")));
        // Whoever is subscribed publishes there, and nobody else.
        var topic = Name("plain:");
        Assert.Equal(103, TestSocket.ErrorOf(await PublishAsync(member, topic, 1)));
        await SubscribeAsync(member, topic);
        Assert.True((await PublishAsync(member, topic, 1)).TryGetProperty("publish", out _));

        static async Task<int[]> AllAsync(TestSocket socket, string topic) =>
        [
            CodeOf(await SubscribeAsync(socket, topic)), CodeOf(await PublishAsync(socket, topic, 1)),
            CodeOf(await socket.AskAsync(new { history = new { channel = $"topic:{topic}", limit = 1 } })), CodeOf(await socket.AskAsync(new { presence = new { channel = $"topic:{topic}" } })),
        ];
        static int CodeOf(JsonElement reply) => reply.TryGetProperty("error", out _) ? TestSocket.ErrorOf(reply) : 0;
    }

    [Fact]
    public async Task Whoever_loses_the_rank_loses_the_topics_that_it_opened()
    {
        var (chief, bob) = (await server.AddPersonAsync("Chief", Rank.Administrator), await server.AddPersonAsync("Bob", Rank.Moderator));
        var (secret, open) = (Name("ops:"), Name("kept:"));
        await using var socket = await server.ConnectAsync(bob);
        await SubscribeAsync(socket, secret);
        await SubscribeAsync(socket, open);
        Assert.Equal(ModerationOutcome.Done, await server.Get<ModerationDesk>().SetRankAsync(chief.Id, bob.Id, Rank.Member, "test"));
        Topics.Publish(secret, JsonDocument.Parse("1").RootElement);
        Topics.Publish(open, JsonDocument.Parse("2").RootElement);
        var ended = await socket.PushAsync(push => push.TryGetProperty("unsubscribe", out _));
        Assert.Equal(($"topic:{secret}", 2000), (ended.GetProperty("channel").GetString(), ended.GetProperty("unsubscribe").GetProperty("code").GetInt32()));
        Assert.Equal($"topic:{open}", (await socket.PushAsync(push => push.TryGetProperty("pub", out _) && push.GetProperty("channel").GetString()!.StartsWith("topic:", StringComparison.Ordinal))).GetProperty("channel").GetString());
        Assert.Equal(103, TestSocket.ErrorOf(await SubscribeAsync(socket, secret)));
    }

    [Theory]
    [InlineData("topic:")]
    [InlineData("topic:kept:ä")]
    [InlineData("topic:kept: x")]
    [InlineData("topic:kept:\\u0000")]
    [InlineData("Topic:kept:x")]
    public async Task A_name_that_is_none_is_an_unknown_channel(string channel)
    {
        await using var socket = await server.ConnectAsync(await server.AddPersonAsync("Ann"));
        await socket.SendTextAsync($$$"""{"id":5,"subscribe":{"channel":"{{{channel}}}"}}""");
        Assert.Equal(102, TestSocket.ErrorOf(await socket.ReplyAsync(5)));
    }

    [Fact]
    public async Task Without_settings_there_are_no_topics()
    {
        await using var plain = await TestServer.StartAsync();
        await using var socket = await plain.ConnectAsync(await plain.AddPersonAsync("Ann", Rank.Administrator));
        Assert.Equal(102, TestSocket.ErrorOf(await SubscribeAsync(socket, "prices")));
        Assert.Equal(102, TestSocket.ErrorOf(await PublishAsync(socket, "prices", 1)));
    }

    [Fact]
    public async Task Data_that_is_too_long_or_unreadable_is_refused()
    {
        await using var small = await TestServer.StartAsync(["Topics:Prefixes:0:Prefix=x", "Topics:Prefixes:0:ClientPublish=Members", "Topics:DataBytes=1024"]);
        await using var socket = await small.ConnectAsync(await small.AddPersonAsync("Ann"));
        Assert.Equal(407, TestSocket.ErrorOf(await PublishAsync(socket, "x", new string('x', 1023))));
        await socket.SendTextAsync("""{"id":5,"publish":{"channel":"topic:x","data":{"a":"\ud800"}}}""");
        Assert.Equal(107, TestSocket.ErrorOf(await socket.ReplyAsync(5)));
        Assert.True((await PublishAsync(socket, "x", new string('x', 1022))).TryGetProperty("publish", out _));
    }

    private static string Name(string prefix) => $"{prefix}{Interlocked.Increment(ref _names)}";

    private static Task<JsonElement> SubscribeAsync(TestSocket socket, string topic) => socket.AskAsync(new { subscribe = new { channel = $"topic:{topic}" } });

    private static Task<JsonElement> PublishAsync(TestSocket socket, string topic, object data, string? key = null) => key is null
        ? socket.AskAsync(new { publish = new { channel = $"topic:{topic}", data } })
        : socket.AskAsync(new { publish = new { channel = $"topic:{topic}", data, idempotency_key = key } });

    private static async Task<JsonElement> RecoverAsync(TestSocket socket, string topic, string epoch, int offset) =>
        (await socket.AskAsync(new { subscribe = new { channel = $"topic:{topic}", recover = true, epoch, offset } })).GetProperty("subscribe");
}
