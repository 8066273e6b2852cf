using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Api.Server;

public sealed class ServerPublishTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Publishing_into_a_room_posts_a_message_in_the_name_of_the_keys_account()
    {
        var bot = await server.AddPersonAsync("Bot");
        var room = await server.MakeRoomAsync(bot);
        await using var socket = await server.SubscribeAsync(bot, room.Id);
        var key = await server.KeyOfAsync(bot);
        var result = (await server.AskAsync(key, "publish", new { channel = $"room:{room.Id}", data = new { text = "**build** is red" } })).Result();
        Assert.Equal((room.Epoch, false), (result.GetProperty("epoch").GetString(), result.GetProperty("duplicate").GetBoolean()));
        var shown = await socket.EventAsync("message.posted");
        Assert.Equal(result.GetProperty("offset").GetInt64(), shown.GetProperty("offset").GetInt64());
        var message = shown.GetProperty("data").GetProperty("message");
        Assert.Equal(
            (result.GetProperty("id").GetString(), bot.Id.Value, "**build** is red"),
            (message.GetProperty("id").GetString(), message.GetProperty("author").GetProperty("id").GetString(), message.GetProperty("text").GetString()));

        var answer = (await server.AskAsync(key, "publish", new { channel = $"room:{room.Id}", data = new { text = "and green again", reply_to = result.GetProperty("id").GetString() } })).Result();
        var reply = server.Get<MessageHistory>().Find(bot.Id, new MessageId(long.Parse(answer.GetProperty("id").GetString()!, System.Globalization.CultureInfo.InvariantCulture)))!;
        Assert.Equal(result.GetProperty("id").GetString(), reply.ReplyTo!.Id.ToString());
    }

    [Fact]
    public async Task The_same_idempotency_key_gives_the_first_result_and_one_message_however_often_and_at_once()
    {
        var bot = await server.AddPersonAsync("Bot");
        var room = await server.MakeRoomAsync(bot);
        var key = await server.KeyOfAsync(bot);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ =>
            server.AskAsync(key, "publish", new { channel = $"room:{room.Id}", data = new { text = "once" }, idempotency_key = "build 7" })));
        Assert.Single(answers.Select(answer => answer.Result().GetProperty("offset").GetInt64()).Distinct());
        Assert.Equal(9, answers.Count(answer => answer.Result().GetProperty("duplicate").GetBoolean()));
        Assert.Equal(["once"], server.Get<MessageHistory>().Latest(bot.Id, room.Id, 50)!.Messages.Select(message => message.Text));

        // It is the key of the message, by whichever name and entrance.
        var again = await server.AskAsync(key, "publish", new { channel = $"room:{room.Id}", data = new { text = "once", key = "build 7" } });
        Assert.True(again.Result().GetProperty("duplicate").GetBoolean());
        Assert.True(Assert.IsType<PostResult.Accepted>(await server.Get<MessageWriter>().PostAsync(bot.Id, room.Id, "once", "build 7")).IsDuplicate);
        Assert.Equal(408, (await server.AskAsync(key, "publish", new { channel = $"room:{room.Id}", data = new { text = "other" }, idempotency_key = "build 7" })).Error());
        Assert.Equal(107, (await server.AskAsync(key, "publish", new { channel = $"room:{room.Id}", data = new { text = "once", key = "a" }, idempotency_key = "b" })).Error());
    }

    [Fact]
    public async Task A_broadcast_goes_into_each_room_once_and_says_for_each_how_it_went()
    {
        var bot = await server.AddPersonAsync("Bot");
        var stranger = await server.AddPersonAsync("Stranger");
        var (first, second, foreign) = (await server.MakeRoomAsync(bot), await server.MakeRoomAsync(bot), await server.MakeRoomAsync(stranger, RoomVisibility.Private));
        var key = await server.KeyOfAsync(bot);
        var body = new { channels = new[] { $"room:{first.Id}", $"room:{foreign.Id}", $"room:{second.Id}" }, data = new { text = "release" }, idempotency_key = "v7" };
        for (var i = 0; i < 2; i++)
        {
            var responses = (await server.AskAsync(key, "broadcast", body)).Result().GetProperty("responses").EnumerateArray().ToList();
            Assert.Equal(3, responses.Count);
            Assert.Equal(i == 1, responses[0].Result().GetProperty("duplicate").GetBoolean());
            Assert.Equal(102, responses[1].Error());
            Assert.Equal(i == 1, responses[2].Result().GetProperty("duplicate").GetBoolean());
        }

        Assert.Single(server.Get<MessageHistory>().Latest(bot.Id, second.Id, 50)!.Messages);
        Assert.Equal(107, (await server.AskAsync(key, "broadcast", new { channels = Array.Empty<string>(), data = new { text = "x" } })).Error());
        Assert.Equal(107, (await server.AskAsync(key, "broadcast", new { channels = Enumerable.Repeat("room:general", 101), data = new { text = "x" } })).Error());
    }

    [Fact]
    public async Task What_the_account_may_not_do_its_key_may_not_either()
    {
        var owner = await server.AddPersonAsync("Owner");
        var bot = await server.AddPersonAsync("Bot", Rank.Administrator);
        var hidden = await server.MakeRoomAsync(owner, RoomVisibility.Private);
        var open = await server.MakeRoomAsync(owner);
        var key = await server.KeyOfAsync(bot);
        foreach (var (room, code) in new[] { (hidden, 102), (open, 103) })
        {
            Assert.Equal(code, (await server.AskAsync(key, "publish", new { channel = $"room:{room.Id}", data = new { text = "let me in" } })).Error());
            Assert.Equal(code, (await server.AskAsync(key, "history", new { channel = $"room:{room.Id}", limit = 10 })).Error());
        }

        Assert.Empty(server.Get<MessageHistory>().Latest(owner.Id, hidden.Id, 50)!.Messages);
        // And in the moment in which it may, it may.
        Assert.True((await server.Get<RoomWriter>().JoinAsync(bot.Id, open.Id)).IsDone);
        (await server.AskAsync(key, "publish", new { channel = $"room:{open.Id}", data = new { text = "thank you" } })).Result();
        Assert.True((await server.Get<RoomWriter>().LeaveAsync(bot.Id, open.Id)).IsDone);
        Assert.Equal(103, (await server.AskAsync(key, "publish", new { channel = $"room:{open.Id}", data = new { text = "still here?" } })).Error());
    }

    [Fact]
    public async Task Who_posts_where_and_when_is_never_taken_from_the_body()
    {
        var bot = await server.AddPersonAsync("Bot");
        var victim = await server.AddPersonAsync("Victim");
        var room = await server.MakeRoomAsync(bot, RoomVisibility.Public, "Room", victim);
        var key = await server.KeyOfAsync(bot);
        (await server.AskAsync(key, "publish", new
        {
            channel = $"room:{room.Id}", user = victim.Id.Value, author = victim.Id.Value, offset = 9000, info = new { user = victim.Id.Value },
            data = new { text = "posed", author = new { id = victim.Id.Value, name = victim.Name }, at = 1, offset = 9000, room = "general", html = "<script>alert(1)</script>" },
        })).Result();
        var message = Assert.Single(server.Get<MessageHistory>().Latest(bot.Id, room.Id, 50)!.Messages);
        Assert.Equal((bot.Id, room.Id, "<p>posed</p>"), (message.Author.Id, message.Room, message.Html.Trim()));
        Assert.True(message.Offset.Value < 100 && message.At.Year >= 2026, message.ToString());
    }

    [Fact]
    public async Task History_gives_pages_in_both_directions_as_subscribers_get_them()
    {
        var bot = await server.AddPersonAsync("Bot");
        var room = await server.MakeRoomAsync(bot);
        for (var i = 1; i <= 20; i++) await server.PostAsync(bot, room.Id, $"message {i}");
        var key = await server.KeyOfAsync(bot);
        var channel = $"room:{room.Id}";
        var head = server.Get<RoomDirectory>().Find(room.Id, bot.Id)!.Room.Head.Value;

        var position = (await server.AskAsync(key, "history", new { channel })).Result();
        Assert.Equal((head, room.Epoch, 0), (position.GetProperty("offset").GetInt64(), position.GetProperty("epoch").GetString(), position.GetProperty("publications").GetArrayLength()));
        Assert.Equal(Range(1, head), Offsets(await server.AskAsync(key, "history", new { channel, limit = 500 })));
        Assert.Equal(Range(head - 14, head - 10), Offsets(await server.AskAsync(key, "history", new { channel, limit = 5, since = new { offset = head - 15, epoch = room.Epoch } })));
        Assert.Equal(Range(head - 4, head).Reverse(), Offsets(await server.AskAsync(key, "history", new { channel, limit = 5, reverse = true })));
        Assert.Equal(Range(head - 9, head - 5).Reverse(), Offsets(await server.AskAsync(key, "history", new { channel, limit = 5, reverse = true, since = new { offset = head - 4 } })));
        Assert.Equal(Range(1, 2).Reverse(), Offsets(await server.AskAsync(key, "history", new { channel, limit = 5, reverse = true, since = new { offset = 3 } })));
        Assert.Empty(Offsets(await server.AskAsync(key, "history", new { channel, limit = 5, since = new { offset = head } })));

        var last = (await server.AskAsync(key, "history", new { channel, limit = 1, reverse = true })).Result().GetProperty("publications")[0];
        Assert.Equal(("message.posted", "message 20"), (last.GetProperty("data").GetProperty("type").GetString(), last.GetProperty("data").GetProperty("message").GetProperty("text").GetString()));
        Assert.Equal(112, (await server.AskAsync(key, "history", new { channel, limit = 5, since = new { offset = 1, epoch = "other" } })).Error());
        Assert.Equal(112, (await server.AskAsync(key, "history", new { channel, limit = 5, since = new { offset = head + 1 } })).Error());
        Assert.Equal(107, (await server.AskAsync(key, "history", new { channel, limit = -1 })).Error());
        Assert.Equal(103, (await server.AskAsync(key, "history_remove", new { channel })).Error());
    }

    private static IEnumerable<long> Range(long first, long last)
    {
        for (var i = first; i <= last; i++) yield return i;
    }

    private static IEnumerable<long> Offsets(JsonElement answer) =>
        answer.Result().GetProperty("publications").EnumerateArray().Select(publication => publication.GetProperty("offset").GetInt64());
}
