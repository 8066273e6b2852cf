using System.Text.Json;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

/// <summary>The log of a room, in pages, for a program that looks back.</summary>
public sealed class HistoryCommandTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Pages_go_forward_and_backward_from_every_place_and_hold_each_change_once()
    {
        var (ann, room) = await RoomOfAnnAsync();
        for (var i = 0; i < 18; i++) await server.PostAsync(ann, room.Id, $"message {i}");
        await using var socket = await server.ConnectAsync(ann);

        var position = await HistoryAsync(socket, room, new { channel = $"room:{room.Id}" });
        Assert.Equal((room.Epoch, 20L, 0), (position.GetProperty("epoch").GetString(), position.GetProperty("offset").GetInt64(), position.GetProperty("publications").GetArrayLength()));
        Assert.Equal(Range(1, 20), Offsets(await HistoryAsync(socket, room, new { channel = $"room:{room.Id}", limit = -1 })));
        Assert.Equal(Range(1, 20).Reverse(), Offsets(await HistoryAsync(socket, room, new { channel = $"room:{room.Id}", limit = 100, reverse = true })));
        for (var place = 0; place <= 20; place++)
        {
            var since = new { offset = place, epoch = room.Epoch };
            Assert.Equal(Range(1, 20).Where(offset => offset > place).Take(7), Offsets(await HistoryAsync(socket, room, new { channel = $"room:{room.Id}", limit = 7, since })));
            Assert.Equal(Range(1, 20).Reverse().Where(offset => offset < place).Take(7), Offsets(await HistoryAsync(socket, room, new { channel = $"room:{room.Id}", limit = 7, since, reverse = true })));
        }
    }

    [Fact]
    public async Task A_page_is_never_longer_than_the_outbox_bears()
    {
        await using var small = await TestServer.StartAsync(["Push:OutboxBytes=65536"]);
        var ann = await small.AddPersonAsync("Ann");
        var room = await small.MakeRoomAsync(ann);
        for (var i = 0; i < 20; i++) await small.PostAsync(ann, room.Id, new string('x', 4000));
        await using var socket = await small.ConnectAsync(ann);
        var seen = new List<long>();
        while (seen.Count < 22)
        {
            var page = await HistoryAsync(socket, room, new { channel = $"room:{room.Id}", limit = int.MaxValue, since = new { offset = seen.LastOrDefault(), epoch = room.Epoch } });
            Assert.InRange(page.GetRawText().Length, 1, 65536 / 2);
            seen.AddRange(Offsets(page));
        }

        Assert.Equal(Range(1, 22), seen);
    }

    [Theory]
    [InlineData("another", 1, 112)]
    [InlineData("", 1000, 112)]
    public async Task A_position_that_is_not_of_this_log_is_error_112(string epoch, long offset, int code)
    {
        var (ann, room) = await RoomOfAnnAsync();
        await using var socket = await server.ConnectAsync(ann);
        Assert.Equal(code, TestSocket.ErrorOf(await socket.AskAsync(new { history = new { channel = $"room:{room.Id}", limit = 5, since = new { epoch, offset } } })));
    }

    [Fact]
    public async Task What_went_by_age_is_error_112_forward_and_the_end_backward()
    {
        var (ann, room) = await RoomOfAnnAsync();
        for (var i = 0; i < 4; i++) await server.PostAsync(ann, room.Id, $"message {i}");
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Rooms.Single(r => r.Id == room.Id.Value).Floor = 3);
        await using var socket = await server.ConnectAsync(ann);
        Assert.Equal(112, TestSocket.ErrorOf(await socket.AskAsync(new { history = new { channel = $"room:{room.Id}", limit = 5, since = new { offset = 1 } } })));
        Assert.Equal([4, 5, 6], Offsets(await HistoryAsync(socket, room, new { channel = $"room:{room.Id}", limit = 9 })));
        Assert.Equal([6, 5, 4], Offsets(await HistoryAsync(socket, room, new { channel = $"room:{room.Id}", limit = 9, reverse = true })));
        Assert.Empty(Offsets(await HistoryAsync(socket, room, new { channel = $"room:{room.Id}", limit = 9, reverse = true, since = new { offset = 2 } })));
    }

    [Fact]
    public async Task Nobody_looks_into_a_room_that_they_are_not_in_and_a_deleted_text_is_not_shown()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var secret = await server.MakeRoomAsync(ann, RoomVisibility.Private);
        var deleted = await server.PostAsync(ann, room.Id, "canary secret");
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, deleted.Id);
        await using var anns = await server.ConnectAsync(ann);
        Assert.DoesNotContain("canary", (await HistoryAsync(anns, room, new { channel = $"room:{room.Id}", limit = 9 })).GetRawText(), StringComparison.Ordinal);
        await using var bobs = await server.ConnectAsync(await server.AddPersonAsync("Bob"));
        Assert.Equal(103, TestSocket.ErrorOf(await bobs.AskAsync(new { history = new { channel = $"room:{room.Id}", limit = 9 } })));
        Assert.Equal(102, TestSocket.ErrorOf(await bobs.AskAsync(new { history = new { channel = $"room:{secret.Id}" } })));
    }

    private static IEnumerable<long> Range(int first, int count) => Enumerable.Range(first, count).Select(offset => (long)offset);

    private static List<long> Offsets(JsonElement history) => [.. history.GetProperty("publications").EnumerateArray().Select(pub => pub.GetProperty("offset").GetInt64())];

    private static async Task<JsonElement> HistoryAsync(TestSocket socket, RoomView room, object history)
    {
        var reply = await socket.AskAsync(new { history });
        Assert.True(reply.TryGetProperty("history", out var answer), $"{room.Id}: {reply}");
        return answer;
    }

    private async Task<(TestPerson Ann, RoomView Room)> RoomOfAnnAsync()
    {
        var ann = await server.AddPersonAsync("Ann");
        return (ann, await server.MakeRoomAsync(ann));
    }
}
