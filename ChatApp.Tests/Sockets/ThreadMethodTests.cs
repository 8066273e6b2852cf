using System.Text.Json;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

/// <summary>Threads as programs use them.</summary>
public sealed class ThreadMethodTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_program_answers_in_a_thread_and_everybody_hears_where_it_was_said()
    {
        var (ann, bob, room) = await RoomAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        await using var reader = await server.SubscribeAsync(ann, room.Id);
        await using var writer = await server.ConnectAsync(bob);
        var published = (await PublishAsync(writer, room, "answer", "k1", root.Id)).GetProperty("publish");
        var posted = (await reader.EventAsync("message.posted")).GetProperty("data").GetProperty("message");
        Assert.Equal((published.GetProperty("id").GetString(), root.Id.ToString()), (posted.GetProperty("id").GetString(), posted.GetProperty("thread").GetString()));
        var moved = (await reader.EventAsync("thread.moved")).GetProperty("data");
        Assert.Equal((true, 1), (moved.GetProperty("following").GetBoolean(), moved.GetProperty("unread").GetInt32()));
        Assert.True((await PublishAsync(writer, room, "answer", "k1", root.Id)).GetProperty("publish").GetProperty("duplicate").GetBoolean());
        Assert.Equal(408, TestSocket.ErrorOf(await PublishAsync(writer, room, "answer", "k1", thread: null)));
        Assert.Equal(404, TestSocket.ErrorOf(await PublishAsync(writer, room, "answer", "k2", new MessageId(long.MaxValue))));
        await CallAsync(writer, "message.delete", new { id = published.GetProperty("id").GetString() });
        var deleted = (await reader.EventAsync("message.deleted")).GetProperty("data").GetProperty("message");
        Assert.Equal(root.Id.ToString(), deleted.GetProperty("thread").GetString());
    }

    [Fact]
    public async Task The_history_of_a_room_has_its_answers_and_that_of_a_thread_has_no_others()
    {
        var (ann, bob, room) = await RoomAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        await using var socket = await server.ConnectAsync(bob);
        for (var i = 0; i < 3; i++) await PublishAsync(socket, room, $"answer {i}", $"key {i}", root.Id);
        await server.PostAsync(ann, room.Id, "next");
        var all = (await CallAsync(socket, "message.history", new { room = room.Id.Value })).GetProperty("messages").EnumerateArray().ToList();
        Assert.Equal(["root", "answer 0", "answer 1", "answer 2", "next"], all.Select(message => message.GetProperty("text").GetString()));
        Assert.Equal((3, bob.Id.Value), (all[0].GetProperty("answers").GetProperty("count").GetInt32(), all[0].GetProperty("answers").GetProperty("users")[0].GetString()));
        var page = await CallAsync(socket, "thread.history", new { id = root.Id.ToString(), limit = 2 });
        Assert.Equal(["answer 1", "answer 2"], page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("text").GetString()));
        Assert.Equal(("root", true), (page.GetProperty("message").GetProperty("text").GetString(), page.GetProperty("has_older").GetBoolean()));
        var before = await CallAsync(socket, "thread.history", new { id = root.Id.ToString(), before = page.GetProperty("messages")[0].GetProperty("offset").GetInt64() });
        Assert.Equal(["answer 0"], before.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("text").GetString()));

        // Whoever was away gets all of it from the log.
        await using var late = await server.ConnectAsync(bob);
        var recovered = await late.AskAsync(new { subscribe = new { channel = $"room:{room.Id}", recover = true, epoch = room.Epoch, offset = root.Offset.Value } });
        Assert.Equal(
            [root.Id.ToString(), root.Id.ToString(), root.Id.ToString(), null],
            recovered.GetProperty("subscribe").GetProperty("publications").EnumerateArray().Select(publication => publication.GetProperty("data").GetProperty("message"))
                .Select(message => message.TryGetProperty("thread", out var thread) ? thread.GetString() : null));
    }

    [Fact]
    public async Task A_program_follows_reads_and_lists_threads()
    {
        var (ann, bob, room) = await RoomAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        await using var socket = await server.ConnectAsync(ann);
        await using var other = await server.ConnectAsync(bob);
        await PublishAsync(other, room, "one", "k1", root.Id);
        await PublishAsync(other, room, "two", "k2", root.Id);
        var line = (await CallAsync(socket, "thread.list", new { })).GetProperty("threads").EnumerateArray().Single();
        Assert.Equal(("root", "two", 2), (line.GetProperty("message").GetProperty("text").GetString(), line.GetProperty("last").GetProperty("text").GetString(), line.GetProperty("unread").GetInt32()));
        Assert.Equal(0, (await CallAsync(socket, "thread.read", new { id = root.Id.ToString() })).GetProperty("unread").GetInt32());
        Assert.Equal(2, (await CallAsync(socket, "thread.read", new { id = root.Id.ToString(), offset = 0, back = true })).GetProperty("unread").GetInt32());
        Assert.False((await CallAsync(socket, "thread.follow", new { id = root.Id.ToString(), on = false })).GetProperty("following").GetBoolean());
        Assert.Empty((await CallAsync(socket, "thread.list", new { limit = 5 })).GetProperty("threads").EnumerateArray());
        Assert.Equal(107, TestSocket.ErrorOf(await AskAsync(socket, "thread.list", new { after = "nonsense" })));
    }

    [Theory]
    [InlineData("thread.history")]
    [InlineData("thread.follow")]
    [InlineData("thread.read")]
    public async Task What_is_not_there_for_somebody_looks_as_if_it_were_not_there(string method)
    {
        var (ann, bob, room) = await RoomAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        await using var writer = await server.ConnectAsync(bob);
        var answer = (await PublishAsync(writer, room, "answer", "k1", root.Id)).GetProperty("publish").GetProperty("id").GetString();
        await using var stranger = await server.ConnectAsync(await server.AddPersonAsync("Stranger"));
        Assert.Equal(404, TestSocket.ErrorOf(await AskAsync(stranger, method, new { id = root.Id.ToString() })));
        Assert.Equal(404, TestSocket.ErrorOf(await AskAsync(writer, method, new { id = "999999999" })));
        Assert.Equal(404, TestSocket.ErrorOf(await AskAsync(writer, method, new { id = answer })));
    }

    private static Task<JsonElement> PublishAsync(TestSocket socket, RoomView room, string text, string key, MessageId? thread) => thread is { } root
        ? socket.AskAsync(new { publish = new { channel = $"room:{room.Id}", data = new { text, key, thread = root.ToString() } } })
        : socket.AskAsync(new { publish = new { channel = $"room:{room.Id}", data = new { text, key } } });

    private static Task<JsonElement> AskAsync(TestSocket socket, string method, object data) => socket.AskAsync(new { rpc = new { method, data } });

    private static async Task<JsonElement> CallAsync(TestSocket socket, string method, object data) => (await AskAsync(socket, method, data)).GetProperty("rpc").GetProperty("data");

    private async Task<(TestPerson Ann, TestPerson Bob, RoomView Room)> RoomAsync()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        return (ann, bob, await server.MakeRoomAsync(ann, RoomVisibility.Private, "Room", bob));
    }
}
