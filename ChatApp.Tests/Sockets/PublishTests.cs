using System.Text.Json;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

public sealed class PublishTests(TestServer server) : PublishTests<TestServer>(server);

/// <summary>The same through the web server.</summary>
public sealed class PublishByStreamTests(StreamServer server) : PublishTests<StreamServer>(server);

public abstract class PublishTests<TServer>(TServer server) : IClassFixture<TServer>
    where TServer : TestServer
{
    [Fact]
    public async Task The_reply_names_the_place_of_the_message()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await using var socket = await server.ConnectAsync(ann);
        var published = (await PublishAsync(socket, room.Id, new { text = "hello" })).GetProperty("publish");
        Assert.Equal(["offset", "epoch", "id", "duplicate"], published.EnumerateObject().Select(property => property.Name));
        Assert.Equal(room.Head.Value + 1, published.GetProperty("offset").GetInt64());
        Assert.Equal(room.Epoch, published.GetProperty("epoch").GetString());
        Assert.False(published.GetProperty("duplicate").GetBoolean());
        var stored = server.Get<MessageHistory>().Latest(ann.Id, room.Id, 50)!.Messages.Single();
        Assert.Equal(stored.Id.ToString(), published.GetProperty("id").GetString());
        Assert.Equal("hello", stored.Text);
    }

    [Fact]
    public async Task The_same_key_again_gives_the_first_result_and_posts_nothing_new()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await using var socket = await server.SubscribeAsync(ann, room.Id);
        var first = (await PublishAsync(socket, room.Id, new { text = "once", key = "k" })).GetProperty("publish");
        await using var other = await server.ConnectAsync(ann);
        var second = (await PublishAsync(other, room.Id, new { text = "once", key = "k" })).GetProperty("publish");
        Assert.True(second.GetProperty("duplicate").GetBoolean());
        foreach (var field in new[] { "offset", "epoch", "id" })
            Assert.Equal(first.GetProperty(field).GetRawText(), second.GetProperty(field).GetRawText());
        await socket.EventAsync("message.posted");
        await PublishAsync(socket, room.Id, new { text = "next" });
        Assert.Equal("next", (await socket.EventAsync("message.posted")).GetProperty("data").GetProperty("message").GetProperty("text").GetString());
    }

    [Fact]
    public async Task The_same_key_for_another_text_or_room_is_408_and_of_another_person_is_their_own()
    {
        var ann = await server.AddPersonAsync("Ann");
        var bob = await server.AddPersonAsync("Bob");
        var room = await server.MakeRoomAsync(ann);
        await using var socket = await server.ConnectAsync(ann);
        await PublishAsync(socket, room.Id, new { text = "one", key = "k" });
        Assert.Equal(408, TestSocket.ErrorOf(await PublishAsync(socket, room.Id, new { text = "two", key = "k" })));
        Assert.Equal(408, TestSocket.ErrorOf(await PublishAsync(socket, RoomId.General, new { text = "one", key = "k" })));
        await using var other = await server.ConnectAsync(bob);
        Assert.True((await PublishAsync(other, RoomId.General, new { text = "one", key = "k" })).TryGetProperty("publish", out _));
    }

    [Fact]
    public async Task Text_of_8000_characters_is_fine_and_of_8001_is_407()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await using var socket = await server.ConnectAsync(ann);
        var text = string.Concat(Enumerable.Repeat("😀", 8000));
        // As UTF-8: written as \u escapes it would not fit a frame.
        await socket.SendTextAsync("{\"id\":2,\"publish\":{\"channel\":\"room:" + room.Id + "\",\"data\":{\"text\":\"" + text + "\"}}}");
        Assert.True((await socket.ReplyAsync(2)).TryGetProperty("publish", out _));
        Assert.Equal(407, TestSocket.ErrorOf(await PublishAsync(socket, room.Id, new { text = new string('x', 8001) })));
    }

    [Theory]
    [InlineData("""{"text":""}""")]
    [InlineData("""{"text":" \n\t "}""")]
    [InlineData("""{"text":"\u0000\u200b\u202e"}""")]
    [InlineData("""{"text":"x","key":""}""")]
    [InlineData("""{"text":"x","key":"a\nb"}""")]
    [InlineData("""{"text":"x","key":7}""")]
    [InlineData("""{"text":7}""")]
    [InlineData("""{"text":null}""")]
    [InlineData("""{"text":["x"]}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("null")]
    public async Task Data_without_visible_text_or_with_a_key_that_is_none_is_a_bad_request(string data)
    {
        await using var socket = await server.ConnectAnybodyAsync();
        await socket.SendTextAsync("{\"id\":2,\"publish\":{\"channel\":\"room:general\",\"data\":" + data + "}}");
        Assert.Equal(107, TestSocket.ErrorOf(await socket.ReplyAsync(2)));
    }

    [Fact]
    public async Task A_key_may_have_128_characters_and_not_129()
    {
        await using var socket = await server.ConnectAnybodyAsync();
        Assert.True((await PublishAsync(socket, RoomId.General, new { text = "x", key = new string('k', 128) })).TryGetProperty("publish", out _));
        Assert.Equal(107, TestSocket.ErrorOf(await PublishAsync(socket, RoomId.General, new { text = "x", key = new string('k', 129) })));
    }

    [Fact]
    public async Task Whoever_is_not_in_a_public_room_may_not_post_there()
    {
        var room = await server.MakeRoomAsync(await server.AddPersonAsync("Owner"));
        await using var socket = await server.ConnectAsync(await server.AddPersonAsync("Guest"));
        Assert.Equal(103, TestSocket.ErrorOf(await PublishAsync(socket, room.Id, new { text = "x" })));
    }

    [Fact]
    public async Task Whoever_posts_too_fast_is_told_how_long_to_wait()
    {
        await using var other = await TestServer.StartAsync(["Messages:PostsPerSecond=1", "Messages:PostBurst=2"]);
        await using var socket = await other.ConnectAsync(await other.AddPersonAsync());
        JsonElement? refused = null;
        // The allowance grows while the test runs, so that a slow machine needs one or two more.
        for (var i = 0; i < 20 && refused is null; i++)
        {
            var reply = await PublishAsync(socket, RoomId.General, new { text = "x" });
            if (reply.TryGetProperty("error", out var error)) refused = error;
            else Assert.True(i < 19, "nothing was refused");
        }

        Assert.Equal(111, refused!.Value.GetProperty("code").GetInt32());
        Assert.True(refused.Value.GetProperty("temporary").GetBoolean());
        Assert.InRange(refused.Value.GetProperty("retry_ms").GetInt64(), 1, 2000);
    }

    [Fact]
    public async Task Author_room_offset_time_id_and_html_in_the_payload_are_never_used()
    {
        var ann = await server.AddPersonAsync("Ann");
        var bob = await server.AddPersonAsync("Bob");
        var room = await server.MakeRoomAsync(ann);
        var secret = await server.MakeRoomAsync(bob, RoomVisibility.Private);
        await using var socket = await server.SubscribeAsync(ann, room.Id);
        await PublishAsync(socket, room.Id, new
        {
            type = "message.deleted",
            text = "mine",
            html = "<script>alert(1)</script>",
            author = new { id = bob.Id.Value, name = bob.Name },
            author_id = bob.Id.Value,
            user = bob.Id.Value,
            room = secret.Id.Value,
            offset = 4711,
            id = "4711",
            at = 1,
            deleted = true,
            rank = "administrator",
        });
        var pub = await socket.EventAsync("message.posted");
        var message = pub.GetProperty("data").GetProperty("message");
        Assert.Equal(room.Head.Value + 1, pub.GetProperty("offset").GetInt64());
        Assert.Equal(ann.Id.Value, message.GetProperty("author").GetProperty("id").GetString());
        Assert.Equal(room.Id.Value, message.GetProperty("room").GetString());
        Assert.Equal("<p>mine</p>", message.GetProperty("html").GetString());
        Assert.NotEqual("4711", message.GetProperty("id").GetString());
        Assert.True(message.GetProperty("at").GetInt64() > 1_700_000_000_000);
        Assert.Empty(server.Get<MessageHistory>().Latest(bob.Id, secret.Id, 50)!.Messages);
    }

    [Fact]
    public async Task A_deleted_message_is_announced_without_its_text()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await using var socket = await server.SubscribeAsync(ann, room.Id);
        var posted = await server.PostAsync(ann, room.Id, "soon gone");
        Assert.Equal(MessageOutcome.Done, (await server.Get<MessageEditor>().DeleteAsync(ann.Id, posted.Id)).Outcome);
        var pub = await socket.EventAsync("message.deleted");
        Assert.Equal(posted.Offset.Value + 1, pub.GetProperty("offset").GetInt64());
        var message = pub.GetProperty("data").GetProperty("message");
        Assert.Equal($$"""{"id":"{{posted.Id}}","room":"{{room.Id}}","deleted":true}""", message.GetRawText());
        Assert.Equal(ann.Id.Value, pub.GetProperty("data").GetProperty("by").GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("'; DROP TABLE Messages; --")]
    [InlineData("\" or 1=1 /* \\ %_ */")]
    [InlineData("<script>alert(1)</script><img src=x onerror=alert(1)>")]
    [InlineData("]]> &amp; {{7*7}} ${7*7} <!-- x")]
    [InlineData("line\nbreak\ttab \u2028 \u2029 \ufeff end")]
    public async Task Text_of_any_kind_arrives_as_it_was_sent_and_its_html_holds_no_markup_of_its_own(string text)
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await using var socket = await server.SubscribeAsync(ann, room.Id);
        await PublishAsync(socket, room.Id, new { text, key = text[..1] + "key" });
        var message = (await socket.EventAsync("message.posted")).GetProperty("data").GetProperty("message");
        Assert.Equal(text, message.GetProperty("text").GetString());
        Assert.DoesNotContain("<script", message.GetProperty("html").GetString()!, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", message.GetProperty("html").GetString()!, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task NUL_is_left_out()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await using var socket = await server.SubscribeAsync(ann, room.Id);
        await PublishAsync(socket, room.Id, new { text = "a\0b" });
        Assert.Equal("ab", (await socket.EventAsync("message.posted")).GetProperty("data").GetProperty("message").GetProperty("text").GetString());
    }

    private static Task<JsonElement> PublishAsync(TestSocket socket, RoomId room, object data) =>
        socket.AskAsync(new { publish = new { channel = $"room:{room}", data } });
}
