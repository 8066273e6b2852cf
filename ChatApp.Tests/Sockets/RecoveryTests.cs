using System.Text.Json;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

/// <summary>A program that was away says where it was, and gets what it missed: all of it once and in order, or the reason why not.</summary>
public sealed class RecoveryTests(TestServer server) : RecoveryTests<TestServer>(server);

/// <summary>The same through the web server.</summary>
public sealed class RecoveryByStreamTests(StreamServer server) : RecoveryTests<StreamServer>(server);

public abstract class RecoveryTests<TServer>(TServer server) : IClassFixture<TServer>
    where TServer : TestServer
{
    [Fact]
    public async Task Whoever_comes_back_gets_every_missed_change_once_and_in_order()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var first = await server.PostAsync(ann, room.Id, "before");
        for (var i = 0; i < 40; i++) await server.PostAsync(ann, room.Id, $"missed {i}");

        await using var socket = await server.ConnectAsync(ann);
        var reply = (await RecoverAsync(socket, room, first.Offset)).GetProperty("subscribe");

        Assert.True(reply.GetProperty("was_recovering").GetBoolean());
        Assert.True(reply.GetProperty("recovered").GetBoolean());
        var missed = reply.GetProperty("publications").EnumerateArray().ToList();
        Assert.Equal(Enumerable.Range(0, 40).Select(i => first.Offset.Value + 1 + i), missed.Select(pub => pub.GetProperty("offset").GetInt64()));
        Assert.Equal("missed 39", missed[^1].GetProperty("data").GetProperty("message").GetProperty("text").GetString());

        var live = await server.PostAsync(ann, room.Id, "live");
        Assert.Equal(live.Offset.Value, (await socket.EventAsync("message.posted")).GetProperty("offset").GetInt64());
    }

    [Fact]
    public async Task A_long_way_back_comes_in_chunks_before_anything_live()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var count = (RoomCatchUp.ChunkSize * 3) + 7;
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => server.PostAsync(ann, room.Id, $"missed {i}")));

        await using var socket = await server.ConnectAsync(ann);
        var reply = (await RecoverAsync(socket, room, Offset.Zero)).GetProperty("subscribe");
        var last = await server.PostAsync(ann, room.Id, "live");

        var offsets = reply.GetProperty("publications").EnumerateArray().Select(pub => pub.GetProperty("offset").GetInt64()).ToList();
        while (offsets[^1] < last.Offset.Value) offsets.Add((await socket.PushAsync(push => push.TryGetProperty("pub", out _))).GetProperty("pub").GetProperty("offset").GetInt64());
        Assert.Equal(Enumerable.Range(1, (int)last.Offset.Value).Select(i => (long)i), offsets);
    }

    [Fact]
    public async Task Long_messages_of_many_rooms_are_given_in_pieces_that_fit_the_outbox()
    {
        await using var small = await TestServer.StartAsync(["Push:OutboxBytes=65536", "Push:RecentEvents=1"]);
        var ann = await small.AddPersonAsync("Ann");
        var text = new string('x', 2000);
        var rooms = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => small.MakeRoomAsync(ann)));
        await Task.WhenAll(rooms.SelectMany(room => Enumerable.Range(0, 40).Select(_ => small.PostAsync(ann, room.Id, text))));

        await using var socket = await small.ConnectAsync(ann);
        // All at once, as a program does that comes back.
        await Task.WhenAll(rooms.Select((room, i) => socket.SendAsync(new { id = 50 + i, subscribe = new { channel = $"room:{room.Id}", recover = true, epoch = room.Epoch, offset = 0 } })));
        var head = small.Get<RoomDirectory>().Find(rooms[0].Id, ann.Id)!.Room.Head.Value;
        for (var i = 0; i < rooms.Length; i++)
        {
            var reply = (await socket.ReplyAsync(50 + i)).GetProperty("subscribe");
            Assert.True(reply.GetProperty("recovered").GetBoolean());
            var offsets = reply.GetProperty("publications").EnumerateArray().Select(pub => pub.GetProperty("offset").GetInt64()).ToList();
            while (offsets.Count < head)
                offsets.Add((await socket.PushAsync(push => push.TryGetProperty("channel", out var channel) && channel.GetString() == $"room:{rooms[i].Id}")).GetProperty("pub").GetProperty("offset").GetInt64());
            Assert.Equal(Enumerable.Range(1, (int)head).Select(offset => (long)offset), offsets);
        }
    }

    [Fact]
    public async Task A_way_back_over_more_bytes_than_an_outbox_holds_makes_nobody_a_slow_reader()
    {
        await using var small = await TestServer.StartAsync(["Push:OutboxBytes=131072"]);
        var ann = await small.AddPersonAsync("Ann");
        var room = await small.MakeRoomAsync(ann);
        var text = new string('x', 8000);
        for (var i = 0; i < 60; i++) await small.PostAsync(ann, room.Id, text);

        await using var socket = await small.ConnectAsync(ann);
        var reply = (await RecoverAsync(socket, room, Offset.Zero)).GetProperty("subscribe");
        var last = await small.PostAsync(ann, room.Id, "live");
        var offsets = reply.GetProperty("publications").EnumerateArray().Select(pub => pub.GetProperty("offset").GetInt64()).ToList();
        while (offsets[^1] < last.Offset.Value) offsets.Add((await socket.PushAsync(push => push.TryGetProperty("pub", out _))).GetProperty("pub").GetProperty("offset").GetInt64());
        Assert.Equal(Enumerable.Range(1, (int)last.Offset.Value).Select(i => (long)i), offsets);
    }

    [Fact]
    public async Task Nothing_is_lost_or_doubled_while_others_post_during_the_recovery()
    {
        var (ann, room) = await RoomOfAnnAsync();
        for (var i = 0; i < 600; i++) await server.PostAsync(ann, room.Id, $"missed {i}");
        using var stop = new CancellationTokenSource();
        var posting = PostUntilAsync(ann, room.Id, stop.Token);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var socket = await server.ConnectAsync(ann);
            var reply = (await RecoverAsync(socket, room, new Offset(3))).GetProperty("subscribe");
            var offsets = reply.GetProperty("publications").EnumerateArray().Select(pub => pub.GetProperty("offset").GetInt64()).ToList();
            var until = offsets[^1] + 300;
            while (offsets[^1] < until) offsets.Add((await socket.PushAsync()).GetProperty("pub").GetProperty("offset").GetInt64());
            Assert.Equal(Enumerable.Range(4, offsets.Count).Select(i => (long)i), offsets);
        }));
        await stop.CancelAsync();
        await posting;
    }

    [Fact]
    public async Task A_replay_shows_todays_state_and_no_deleted_text()
    {
        var (ann, room) = await RoomOfAnnAsync();
        await using var keepsTheRoomHot = await server.SubscribeAsync(ann, room.Id);
        var edited = await server.PostAsync(ann, room.Id, "first words");
        var deleted = await server.PostAsync(ann, room.Id, "canary secret");
        await server.Get<MessageEditor>().EditAsync(ann.Id, edited.Id, "second words");
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, deleted.Id);

        await using var socket = await server.ConnectAsync(ann);
        var reply = (await RecoverAsync(socket, room, Offset.Zero)).ToString();
        Assert.DoesNotContain("canary secret", reply, StringComparison.Ordinal);
        Assert.DoesNotContain("first words", reply, StringComparison.Ordinal);
        Assert.Contains("second words", reply, StringComparison.Ordinal);
        Assert.Contains("message.deleted", reply, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("otherlog", 0, "epoch")]
    [InlineData("", 1_000_000, "too_far")]
    public async Task A_position_that_is_not_of_this_log_is_answered_with_the_gap_before_any_live_event(string epoch, long offset, string reason)
    {
        var (ann, room) = await RoomOfAnnAsync();
        await using var socket = await server.ConnectAsync(ann);
        var reply = (await socket.AskAsync(new { subscribe = new { channel = $"room:{room.Id}", recover = true, epoch, offset } })).GetProperty("subscribe");
        Assert.False(reply.GetProperty("recovered").GetBoolean());
        Assert.Equal(reason, reply.GetProperty("gap").GetProperty("reason").GetString());
        Assert.Empty(reply.GetProperty("publications").EnumerateArray());
        var live = await server.PostAsync(ann, room.Id, "live");
        Assert.Equal(live.Offset.Value, (await socket.EventAsync("message.posted")).GetProperty("offset").GetInt64());
    }

    [Fact]
    public async Task Trimmed_history_is_said_with_how_much_is_lost()
    {
        var (ann, room) = await RoomOfAnnAsync();
        for (var i = 0; i < 5; i++) await server.PostAsync(ann, room.Id, $"old {i}");
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Rooms.Single(r => r.Id == room.Id.Value).Floor = 4);
        await using var socket = await server.ConnectAsync(ann);
        var gap = (await RecoverAsync(socket, room, new Offset(1))).GetProperty("subscribe").GetProperty("gap");
        Assert.Equal("trimmed", gap.GetProperty("reason").GetString());
        Assert.Equal(3, gap.GetProperty("lost").GetInt64());
        Assert.Equal(5, gap.GetProperty("have")[0].GetInt64());
    }

    [Fact]
    public async Task Who_rejects_a_gap_gets_error_112_and_no_subscription()
    {
        var (ann, room) = await RoomOfAnnAsync();
        await using var socket = await server.ConnectAsync(ann);
        var reply = await socket.AskAsync(new { subscribe = new { channel = $"room:{room.Id}", recover = true, epoch = "other", offset = 1, flag = 2 } });
        Assert.Equal(112, TestSocket.ErrorOf(reply));
        Assert.True((await socket.AskAsync(new { subscribe = new { channel = $"room:{room.Id}" } })).TryGetProperty("subscribe", out _));
    }

    [Fact]
    public async Task Whoever_missed_nothing_gets_an_empty_recovery()
    {
        var (ann, room) = await RoomOfAnnAsync();
        await using var socket = await server.ConnectAsync(ann);
        var reply = (await RecoverAsync(socket, room, room.Head)).GetProperty("subscribe");
        Assert.True(reply.GetProperty("recovered").GetBoolean());
        Assert.Empty(reply.GetProperty("publications").EnumerateArray());
    }

    private static Task<JsonElement> RecoverAsync(TestSocket socket, RoomView room, Offset from) =>
        socket.AskAsync(new { subscribe = new { channel = $"room:{room.Id}", recover = true, epoch = room.Epoch, offset = from.Value } });

    private async Task<(TestPerson Ann, RoomView Room)> RoomOfAnnAsync()
    {
        var ann = await server.AddPersonAsync("Ann");
        return (ann, await server.MakeRoomAsync(ann));
    }

    private async Task PostUntilAsync(TestPerson author, RoomId room, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++) await server.PostAsync(author, room, $"meanwhile {i}");
    }
}
