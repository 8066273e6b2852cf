using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Sockets;
using ChatApp.Topics;

namespace ChatApp.Tests.Api.Server;

/// <summary>What keys do with topics.</summary>
public sealed class ServerTopicTests(TopicServer server) : IClassFixture<TopicServer>
{
    private static int _names;

    [Theory]
    [InlineData("""{"bid":2345.10,"x":[1e3,null]}""")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("-0.10")]
    [InlineData("[]")]
    public async Task Any_value_reaches_subscribers_as_it_came(string data)
    {
        var (ann, key) = (await server.AddPersonAsync("Ann"), await server.KeyOfAsync(await server.AddPersonAsync("Bot")));
        var channel = Name("kept:");
        await using var socket = await server.ConnectAsync(ann);
        var epoch = (await socket.AskAsync(new { subscribe = new { channel } })).GetProperty("subscribe").GetProperty("epoch").GetString();
        using var response = await server.SendAsync(key, "publish", "{\"channel\":\"" + channel + "\",\"data\":" + data + "}");
        Assert.Equal($$$"""{"result":{"offset":1,"epoch":"{{{epoch}}}","duplicate":false}}""", await response.Content.ReadAsStringAsync());
        var pub = (await socket.PushAsync(push => push.TryGetProperty("pub", out _))).GetProperty("pub");
        Assert.Equal((data, 1, false), (pub.GetProperty("data").GetRawText(), pub.GetProperty("offset").GetInt32(), pub.TryGetProperty("info", out _)));
    }

    [Fact]
    public async Task The_keys_scope_and_channels_decide_and_no_rank()
    {
        var bot = await server.AddPersonAsync("Bot");
        var key = await server.KeyOfAsync(bot);
        // No client may publish to the first, no member subscribes to the second, nobody without a token to the third.
        foreach (var prefix in new[] { "asked:", "ops:", "token:" })
        {
            var channel = Name(prefix);
            (await server.AskAsync(key, "publish", new { channel, data = 1 })).Result();
            Assert.Equal("1", Data(await server.AskAsync(key, "history", new { channel, limit = 5 })));
        }

        var (mine, other) = (Name("kept:"), Name("kept:"));
        var narrow = await server.KeyOfAsync(bot, ServerApiKit.Everything, mine);
        (await server.AskAsync(narrow, "publish", new { channel = mine, data = 1 })).Result();
        foreach (var command in new[] { "publish", "history", "history_remove", "presence", "presence_stats" })
        {
            Assert.Equal(103, (await server.AskAsync(narrow, command, new { channel = other, data = 1 })).Error());
            foreach (var nothing in new[] { "topic:nothing", "topic:", "topic:kept:ä", "kept:x", "#" + bot.Id })
                Assert.Equal(102, (await server.AskAsync(key, command, new { channel = nothing, data = 1 })).Error());
        }

        Assert.Equal(0, server.Get<TopicPublisher>().History(other["topic:".Length..], 0).State.Head.Value);
    }

    [Fact]
    public async Task An_idempotency_key_counts_for_its_account_and_topic()
    {
        var bot = await server.AddPersonAsync("Bot");
        var (key, sameAccount, stranger) = (await server.KeyOfAsync(bot), await server.KeyOfAsync(bot), await server.KeyOfAsync(await server.AddPersonAsync("Other")));
        var (first, second) = (Name("kept:"), Name("kept:"));
        var body = new { channels = new[] { first, "topic:nothing", second }, data = 1, idempotency_key = new string('k', TopicPublisher.MaxKeyLength) };
        for (var i = 0; i < 2; i++)
        {
            var responses = (await server.AskAsync(key, "broadcast", body)).Result().GetProperty("responses").EnumerateArray().ToList();
            Assert.Equal((i == 1, 102, i == 1), (responses[0].Result().GetProperty("duplicate").GetBoolean(), responses[1].Error(), responses[2].Result().GetProperty("duplicate").GetBoolean()));
        }

        Assert.Equal((true, 1), await TryAsync(sameAccount));
        Assert.Equal((false, 2), await TryAsync(stranger));
        Assert.Equal(107, (await server.AskAsync(key, "publish", new { channel = first, data = 1, idempotency_key = "" })).Error());
        Assert.Equal(107, (await server.AskAsync(key, "publish", new { channel = first, data = 1, idempotency_key = body.idempotency_key + "k" })).Error());

        async Task<(bool, int)> TryAsync(string by)
        {
            var result = (await server.AskAsync(by, "publish", new { channel = first, data = 2, body.idempotency_key })).Result();
            return (result.GetProperty("duplicate").GetBoolean(), result.GetProperty("offset").GetInt32());
        }
    }

    [Fact]
    public async Task Data_that_is_too_long_too_deep_or_unreadable_is_refused()
    {
        await using var small = await TestServer.StartAsync(["Topics:Prefixes:0:Prefix=x", "Topics:DataBytes=1024"]);
        var key = await small.KeyOfAsync(await small.AddPersonAsync("Bot"));
        Assert.Equal(407, (await small.AskAsync(key, "publish", new { channel = "topic:x", data = new string('x', 1023) })).Error());
        // A topic without history has no place to tell.
        Assert.Equal("""{"duplicate":false}""", (await small.AskAsync(key, "publish", new { channel = "topic:x", data = new string('x', 1022) })).Result().GetRawText());
        Assert.Equal(107, await ErrorAsync("""{"channel":"topic:x","data":"\ud800"}"""));
        Assert.Equal(107, await ErrorAsync("""{"channel":"topic:x","data":""" + Nested(33) + "}"));
        Assert.Equal(107, await ErrorAsync("""{"channel":"topic:x"}"""));
        using var batch = await small.SendAsync(key, "batch", """{"commands":[{"publish":{"channel":"topic:x","data":""" + Nested(32) + "}}]}");
        Assert.Equal("""{"replies":[{"publish":{"duplicate":false}}]}""", await batch.Content.ReadAsStringAsync());

        static string Nested(int levels) => new string('[', levels) + new string(']', levels);

        async Task<int> ErrorAsync(string body)
        {
            using var response = await small.SendAsync(key, "publish", body);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return (await response.Content.ReadFromJsonAsync<JsonElement>()).Error();
        }
    }

    [Fact]
    public async Task History_is_given_in_both_directions_as_subscribers_get_it_and_can_be_removed()
    {
        var key = await server.KeyOfAsync(await server.AddPersonAsync("Bot"));
        var channel = Name("kept:");
        for (var i = 1; i <= 6; i++) (await server.AskAsync(key, "publish", new { channel, data = i })).Result();
        var all = (await server.AskAsync(key, "history", new { channel, limit = 10 })).Result();
        var epoch = all.GetProperty("epoch").GetString();
        Assert.Equal(6, all.GetProperty("offset").GetInt32());
        Assert.True(all.GetProperty("publications")[0].TryGetProperty("time", out _), all.ToString());
        Assert.Equal("", Data(await server.AskAsync(key, "history", new { channel })));
        Assert.Equal("65", Data(await server.AskAsync(key, "history", new { channel, limit = 2, reverse = true })));
        Assert.Equal("56", Data(await server.AskAsync(key, "history", new { channel, limit = 10, since = new { offset = 4, epoch } })));
        Assert.Equal("321", Data(await server.AskAsync(key, "history", new { channel, limit = 10, reverse = true, since = new { offset = 4 } })));
        Assert.Equal(112, (await server.AskAsync(key, "history", new { channel, limit = 10, since = new { offset = 4, epoch = "other" } })).Error());
        Assert.Equal(107, (await server.AskAsync(key, "history", new { channel, limit = -1 })).Error());

        (await server.AskAsync(key, "history_remove", new { channel })).Result();
        var rest = (await server.AskAsync(key, "history", new { channel, limit = 10 })).Result();
        Assert.Equal((0, 6, epoch), (rest.GetProperty("publications").GetArrayLength(), rest.GetProperty("offset").GetInt32(), rest.GetProperty("epoch").GetString()));
        foreach (var command in new[] { "history", "history_remove" }) Assert.Equal(108, (await server.AskAsync(key, command, new { channel = Name("plain:") })).Error());
    }

    [Fact]
    public async Task A_program_is_subscribed_to_a_topic_and_hears_all_from_there_on()
    {
        var (ann, key) = (await server.AddPersonAsync("Ann"), await server.KeyOfAsync(await server.AddPersonAsync("Mod", Rank.Moderator)));
        var user = ann.Id.Value;
        var (kept, plain) = (Name("kept:"), Name("plain:"));
        (await server.AskAsync(key, "publish", new { channel = kept, data = "before" })).Result();
        await using var socket = await server.ConnectAsync(ann);
        foreach (var (channel, offset) in new[] { (kept, 1), (plain, 0) })
        {
            (await server.AskAsync(key, "subscribe", new { user, channel })).Result();
            var told = await socket.PushAsync(push => push.TryGetProperty("subscribe", out _));
            Assert.Equal(channel, told.GetProperty("channel").GetString());
            if (offset > 0) Assert.Equal(offset, told.GetProperty("subscribe").GetProperty("offset").GetInt32());
            else Assert.Equal("{}", told.GetProperty("subscribe").GetRawText());
            (await server.AskAsync(key, "subscribe", new { user, channel })).Result();
            (await server.AskAsync(key, "publish", new { channel, data = "after" })).Result();
            Assert.Equal("after", (await socket.PushAsync(push => push.TryGetProperty("pub", out _))).GetProperty("pub").GetProperty("data").GetString());
            (await server.AskAsync(key, "unsubscribe", new { user, channel })).Result();
            var ended = await socket.PushAsync(push => push.TryGetProperty("unsubscribe", out _));
            Assert.Equal((channel, 2000), (ended.GetProperty("channel").GetString(), ended.GetProperty("unsubscribe").GetProperty("code").GetInt32()));
            (await server.AskAsync(key, "publish", new { channel, data = "not heard" })).Result();
        }

        await socket.AskAsync(new { ping = new { } });
        Assert.DoesNotContain(socket.Rest(), frame => frame.ToString().Contains("not heard", StringComparison.Ordinal) || frame.ToString().Contains("\"subscribe\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_is_subscribed_to_a_topic_that_is_not_open_to_them()
    {
        var (ann, mod) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Mod", Rank.Moderator));
        var key = await server.KeyOfAsync(await server.AddPersonAsync("Admin", Rank.Administrator));
        await using var annsSocket = await server.ConnectAsync(ann);
        await using var modsSocket = await server.ConnectAsync(mod);
        foreach (var (person, channel, code) in new[] { (ann, Name("ops:"), 103), (ann, Name("token:"), 103), (mod, Name("token:"), 103), (ann, "topic:nothing", 102) })
        {
            Assert.Equal(code, (await server.AskAsync(key, "subscribe", new { user = person.Id.Value, channel })).Error());
            Assert.Equal(0, server.Get<RoomBroker>().SubscriberCount(ChannelName.OfTopic(channel["topic:".Length..])));
        }

        (await server.AskAsync(key, "subscribe", new { user = mod.Id.Value, channel = Name("ops:") })).Result();
        // And whose key is no moderator's subscribes nobody.
        Assert.Equal(103, (await server.AskAsync(await server.KeyOfAsync(ann), "subscribe", new { user = mod.Id.Value, channel = Name("kept:") })).Error());
    }

    private static string Name(string prefix) => $"topic:{prefix}api{Interlocked.Increment(ref _names)}";

    private static string Data(JsonElement answer) => string.Concat(answer.Result().GetProperty("publications").EnumerateArray().Select(pub => pub.GetProperty("data").GetRawText()));
}
