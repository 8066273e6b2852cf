using System.Text.Json;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

/// <summary>Answers that would be larger than what may wait for a program.</summary>
public sealed class LargeAnswerTests
{
    [Fact]
    public async Task Long_messages_make_short_pages_which_lead_to_all_of_the_room()
    {
        await using var server = await TestServer.StartAsync(["Push:OutboxBytes=65536"]);
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        for (var i = 0; i < 30; i++) await server.PostAsync(ann, room.Id, $"{i} " + new string('长', 1500));
        await using var socket = await server.ConnectAsync(ann);

        async Task<JsonElement> AskAsync(object data) => (await socket.AskAsync(new { rpc = new { method = "message.history", data } })).GetProperty("rpc").GetProperty("data");
        static long[] PlacesOf(JsonElement page) => [.. page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("offset").GetInt64())];

        var all = new List<long>();
        var back = await AskAsync(new { room = room.Id.Value, limit = 200 });
        Assert.False(back.GetProperty("has_newer").GetBoolean());
        while (true)
        {
            var places = PlacesOf(back);
            Assert.NotEmpty(places);
            all.InsertRange(0, places);
            if (!back.GetProperty("has_older").GetBoolean()) break;
            back = await AskAsync(new { room = room.Id.Value, before = places[0], limit = 200 });
        }

        var expected = server.Get<MessageHistory>().Latest(ann.Id, room.Id, 200)!.Messages.Select(message => message.Offset.Value).ToList();
        Assert.Equal(30, expected.Count);
        Assert.Equal(expected, all);

        var onward = new List<long>();
        while (true)
        {
            var page = await AskAsync(new { room = room.Id.Value, after = onward.LastOrDefault(), limit = 200 });
            onward.AddRange(PlacesOf(page));
            if (!page.GetProperty("has_newer").GetBoolean()) break;
        }

        Assert.Equal(expected, onward);
        var around = await AskAsync(new { room = room.Id.Value, around = expected[15], limit = 200 });
        Assert.Contains(expected[15], PlacesOf(around));
        Assert.True(around.GetProperty("has_older").GetBoolean() && around.GetProperty("has_newer").GetBoolean());
    }

    [Fact]
    public async Task An_answer_that_cannot_be_cut_is_refused_and_the_socket_lives()
    {
        await using var server = await TestServer.StartAsync(["Push:OutboxBytes=65536"]);
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        for (var i = 0; i < 15; i++)
        {
            var message = await server.PostAsync(ann, room.Id, $"{i} " + new string('长', 1500));
            await server.Get<MessageMarks>().PinAsync(ann.Id, message.Id, isOn: true);
        }

        await using var socket = await server.ConnectAsync(ann);
        var refused = await socket.AskAsync(new { rpc = new { method = "message.pinned", data = new { room = room.Id.Value } } });
        Assert.Equal(107, TestSocket.ErrorOf(refused));
        Assert.True((await socket.AskAsync(new { rpc = new { method = "read.list", data = new { } } })).TryGetProperty("rpc", out _));
    }
}
