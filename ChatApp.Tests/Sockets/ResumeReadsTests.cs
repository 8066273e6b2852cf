using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

/// <summary>What it costs the database when programs come back.</summary>
public sealed class ResumeReadsTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData(RoomVisibility.Public)]
    [InlineData(RoomVisibility.Private)]
    public async Task Whoever_comes_back_to_what_is_in_memory_costs_no_read(RoomVisibility visibility)
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, visibility, members: bob);
        await using var stays = await server.SubscribeAsync(ann, room.Id);
        var tokens = new[] { await server.TokenOfAsync(ann), await server.TokenOfAsync(bob) };
        foreach (var token in tokens) await server.ResumeAsync(token, room, room.Head.Value);
        for (var i = 0; i < 5; i++) await server.PostAsync(ann, room.Id, $"missed {i}");

        using var reads = new DatabaseReads(server);
        foreach (var token in tokens)
        {
            var reply = await server.ResumeAsync(token, room, room.Head.Value);
            Assert.Equal(5, reply.GetProperty("subscribe").GetProperty("publications").GetArrayLength());
        }

        Assert.Empty(reads.Statements);
        Assert.Equal(0, reads.Opened);
    }

    [Fact]
    public async Task A_position_that_is_stored_but_has_not_passed_by_yet_is_found_in_the_database()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await using var stays = await server.SubscribeAsync(ann, room.Id);
        var rooms = server.Get<RoomDirectory>();
        var before = rooms.Find(room.Id, ann.Id)!.Room.Head;
        var next = new Offset(before.Value + 1);
        // As between the commit of a message and its event.
        await server.Get<CommitQueue>().CommitAsync(commit =>
        {
            commit.Db.Rooms.Single(stored => stored.Id == room.Id.Value).Head = next.Value;
            return commit.Db.SaveChanges();
        });
        Assert.Equal(before, rooms.Find(room.Id, ann.Id)!.Room.Head);
        Assert.Equal(next, rooms.Find(room.Id, ann.Id, next)!.Room.Head);
        Assert.False(rooms.Find(room.Id, (await server.AddPersonAsync("Eve")).Id, next)!.IsMember);
    }

    [Fact]
    public async Task Whoever_comes_back_to_a_room_in_which_nothing_happened_costs_no_read()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await using var stays = await server.SubscribeAsync(ann, room.Id);
        var token = await server.TokenOfAsync(ann);
        await server.ResumeAsync(token, room, room.Head.Value);

        using var reads = new DatabaseReads(server);
        var reply = await server.ResumeAsync(token, room, room.Head.Value);
        Assert.True(reply.GetProperty("subscribe").GetProperty("recovered").GetBoolean());
        Assert.Empty(reads.Statements);
        Assert.Equal(0, reads.Opened);
    }

    [Fact]
    public async Task What_only_the_log_has_costs_two_statements_with_answers_reactions_and_roles_in_it()
    {
        await using var forgetful = await TestServer.StartAsync(["Push:RecentEvents=1"]);
        var (ann, bob) = (await forgetful.AddPersonAsync("Ann"), await forgetful.AddPersonAsync("Bob"));
        var room = await forgetful.MakeRoomAsync(ann, members: bob);
        await using var stays = await forgetful.SubscribeAsync(ann, room.Id);
        var question = await forgetful.PostAsync(ann, room.Id, "a question");
        await forgetful.Get<MessageWriter>().PostAsync(bob.Id, room.Id, "an answer", key: null, question.Id);
        await forgetful.Get<MessageMarks>().ReactAsync(bob.Id, question.Id, "👍", isOn: true);
        await forgetful.Get<RoomRoles>().SetAsync(ann.Id, room.Id, bob.Id, RoomRole.Moderator);
        await forgetful.PostAsync(ann, room.Id, "last");
        var token = await forgetful.TokenOfAsync(ann);
        await forgetful.ResumeAsync(token, room, room.Head.Value);

        using var reads = new DatabaseReads(forgetful);
        var missed = (await forgetful.ResumeAsync(token, room, room.Head.Value)).GetProperty("subscribe").GetProperty("publications").EnumerateArray().ToList();
        Assert.Equal(5, missed.Count);
        Assert.Equal("a question", missed[1].GetProperty("data").GetProperty("message").GetProperty("reply_to").GetProperty("extract").GetString());
        Assert.Equal("moderator", missed[3].GetProperty("data").GetProperty("role").GetString());
        // The stretch of the log with its messages, and the reactions.
        Assert.Equal(1, reads.Opened);
        Assert.Single(reads.Statements);
    }

    [Fact]
    public async Task Plain_messages_that_only_the_log_has_cost_one_statement()
    {
        await using var forgetful = await TestServer.StartAsync(["Push:RecentEvents=1"]);
        var ann = await forgetful.AddPersonAsync("Ann");
        var room = await forgetful.MakeRoomAsync(ann);
        await using var stays = await forgetful.SubscribeAsync(ann, room.Id);
        var token = await forgetful.TokenOfAsync(ann);
        for (var i = 0; i < 3; i++) await forgetful.PostAsync(ann, room.Id, $"missed {i}");
        await forgetful.ResumeAsync(token, room, room.Head.Value);

        using var reads = new DatabaseReads(forgetful);
        var missed = (await forgetful.ResumeAsync(token, room, room.Head.Value)).GetProperty("subscribe").GetProperty("publications");
        Assert.Equal(3, missed.GetArrayLength());
        // That of the log's rows, which is none of the mapper's.
        Assert.Equal(1, reads.Opened);
        Assert.Empty(reads.Statements);
    }

    [Fact]
    public async Task What_one_has_read_from_the_log_is_there_for_all_who_come_after()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: bob);
        var tokens = new[] { await server.TokenOfAsync(ann), await server.TokenOfAsync(bob) };
        foreach (var token in tokens) await server.ResumeAsync(token, room, room.Head.Value);
        // As after a restart: nobody has heard them.
        var first = await server.PostAsync(ann, room.Id, "first");
        for (var i = 0; i < 4; i++) await server.PostAsync(ann, room.Id, $"alone {i}");
        await using var stays = await server.SubscribeAsync(ann, room.Id);
        Assert.Equal(["alone 3"], await MissedAsync(tokens[0], room, room.Head.Value + 4));
        Assert.Equal(["first", "alone 0", "alone 1", "alone 2", "alone 3"], await MissedAsync(tokens[1], room, room.Head.Value));

        using (var reads = new DatabaseReads(server))
        {
            Assert.Equal(["first", "alone 0", "alone 1", "alone 2", "alone 3"], await MissedAsync(tokens[0], room, room.Head.Value));
            Assert.Equal(["alone 2", "alone 3"], await MissedAsync(tokens[1], room, room.Head.Value + 3));
            Assert.Equal(0, reads.Opened);
        }

        await server.PostAsync(ann, room.Id, "live");
        await server.Get<MessageEditor>().EditAsync(ann.Id, first.Id, "changed");
        Assert.Equal(["changed", "alone 0", "alone 1", "alone 2", "alone 3", "live", "changed"], await MissedAsync(tokens[1], room, room.Head.Value));
    }

    [Fact]
    public async Task What_was_read_before_an_edit_is_not_given_after_it()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        var before = await server.PostAsync(ann, room.Id, "before");
        await using var stays = await server.SubscribeAsync(ann, room.Id);
        var broker = server.Get<RoomBroker>();
        var head = broker.HeadOf(room.Id)!.Value;
        var version = head.Version;
        Envelope[] read = [.. server.Get<RoomLog>().Read(room.Id, room.Head, 10).Select(logged => broker.Wrap(logged.Event, room.Id, logged.Offset))];
        await server.Get<MessageEditor>().EditAsync(ann.Id, before.Id, "after");
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, before.Id, "");
        read = [.. read, .. broker.TryReadRecent(room.Id, new Offset(before.Offset.Value + 1), 10)!];

        head.Adopt(read, version);
        Assert.Null(broker.TryReadRecent(room.Id, room.Head, 10));
        // The same of today is taken.
        head.Adopt([.. server.Get<RoomLog>().Read(room.Id, room.Head, 10).Select(logged => broker.Wrap(logged.Event, room.Id, logged.Offset))], head.Version);
        Assert.Equal(3, broker.TryReadRecent(room.Id, room.Head, 10)!.Count);
    }

    [Fact]
    public async Task What_was_said_while_nobody_listened_is_missing_for_nobody()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        var token = await server.TokenOfAsync(ann);
        for (var i = 0; i < 3; i++)
        {
            // The room is known in memory by now, but where it is nobody has followed.
            await server.PostAsync(ann, room.Id, $"alone {i}");
            var missed = (await server.ResumeAsync(token, room, room.Head.Value)).GetProperty("subscribe").GetProperty("publications");
            Assert.Equal(Enumerable.Range(1, i + 1).Select(place => room.Head.Value + place), missed.EnumerateArray().Select(pub => pub.GetProperty("offset").GetInt64()));
        }
    }

    private async Task<string[]> MissedAsync(string token, RoomView room, long offset) =>
        [.. (await server.ResumeAsync(token, room, offset)).GetProperty("subscribe").GetProperty("publications").EnumerateArray().Select(pub => pub.GetProperty("data").GetProperty("message").GetProperty("text").GetString()!)];
}
