using System.Text.Json;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

/// <summary>What it costs the database when programs come back, and that what it is spared makes nobody see what they may not.</summary>
public sealed class ResumeReadsTests(TestServer server) : IClassFixture<TestServer>
{
    private const int UnknownChannel = 102;
    private const int PermissionDenied = 103;
    private const int InvalidToken = 3500;

    [Theory]
    [InlineData(RoomVisibility.Public)]
    [InlineData(RoomVisibility.Private)]
    public async Task Whoever_comes_back_to_what_is_in_memory_costs_no_read(RoomVisibility visibility)
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, visibility, members: bob);
        await using var stays = await server.SubscribeAsync(ann, room.Id);
        var tokens = new[] { await server.TokenOfAsync(ann), await server.TokenOfAsync(bob) };
        foreach (var token in tokens) await ResumeAsync(token, room, room.Head.Value);
        for (var i = 0; i < 5; i++) await server.PostAsync(ann, room.Id, $"missed {i}");

        using var reads = new DatabaseReads(server);
        foreach (var token in tokens)
        {
            var reply = await ResumeAsync(token, room, room.Head.Value);
            Assert.Equal(5, reply.GetProperty("subscribe").GetProperty("publications").GetArrayLength());
        }

        Assert.Empty(reads.Statements);
        Assert.Equal(0, reads.Opened);
    }

    [Fact]
    public async Task A_right_that_is_read_again_while_its_end_is_not_committed_yet_is_not_kept()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, members: bob);
        await using var stays = await server.SubscribeAsync(ann, room.Id);
        var rooms = server.Get<RoomDirectory>();
        Assert.NotNull(rooms.Find(room.Id, bob.Id));
        await server.Get<CommitQueue>().CommitAsync(commit =>
        {
            commit.Db.Memberships.Remove(commit.Db.Memberships.Single(member => member.RoomId == room.Id.Value && member.UserId == bob.Id.Value));
            commit.Db.SaveChanges();
            Assert.NotNull(rooms.Find(room.Id, bob.Id));
            return true;
        });
        Assert.Null(rooms.Find(room.Id, bob.Id));
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
        await ResumeAsync(token, room, room.Head.Value);

        using var reads = new DatabaseReads(server);
        var reply = await ResumeAsync(token, room, room.Head.Value);
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
        await ResumeAsync(token, room, room.Head.Value, forgetful);

        using var reads = new DatabaseReads(forgetful);
        var missed = (await ResumeAsync(token, room, room.Head.Value, forgetful)).GetProperty("subscribe").GetProperty("publications").EnumerateArray().ToList();
        Assert.Equal(5, missed.Count);
        Assert.Equal("a question", missed[1].GetProperty("data").GetProperty("message").GetProperty("reply_to").GetProperty("extract").GetString());
        Assert.Equal("moderator", missed[3].GetProperty("data").GetProperty("role").GetString());
        // The stretch of the log with its messages, and the reactions.
        Assert.Equal(1, reads.Opened);
        Assert.Single(reads.Statements);
    }

    [Fact]
    public async Task What_one_has_read_from_the_log_is_there_for_all_who_come_after()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: bob);
        var tokens = new[] { await server.TokenOfAsync(ann), await server.TokenOfAsync(bob) };
        foreach (var token in tokens) await ResumeAsync(token, room, room.Head.Value);
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
            var missed = (await ResumeAsync(token, room, room.Head.Value)).GetProperty("subscribe").GetProperty("publications");
            Assert.Equal(Enumerable.Range(1, i + 1).Select(place => room.Head.Value + place), missed.EnumerateArray().Select(pub => pub.GetProperty("offset").GetInt64()));
        }
    }

    [Theory]
    [InlineData(RoomVisibility.Public, PermissionDenied)]
    [InlineData(RoomVisibility.Private, UnknownChannel)]
    public async Task Whoever_has_left_a_room_is_refused_though_they_were_known_there(RoomVisibility visibility, int code)
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, visibility, members: bob);
        await using var stays = await server.SubscribeAsync(ann, room.Id);
        var token = await server.TokenOfAsync(bob);
        await ResumeAsync(token, room, room.Head.Value);
        Assert.True(server.Get<ChatDatabase>().Kept.Members.TryFind((room.Id, bob.Id), out _));

        Assert.True((await server.Get<RoomWriter>().LeaveAsync(bob.Id, room.Id)).IsDone);
        Assert.Equal(code, TestSocket.ErrorOf(await ResumeAsync(token, room, room.Head.Value)));
        Assert.True((await server.Get<RoomWriter>().InviteAsync(ann.Id, room.Id, bob.Id)).IsDone);
        Assert.True((await ResumeAsync(token, room, room.Head.Value)).TryGetProperty("subscribe", out _));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whose_sign_in_was_ended_is_refused_though_they_were_known(bool byIdentity)
    {
        var bob = await server.AddPersonAsync("Bob");
        var token = await server.TokenOfAsync(bob);
        await using (await ConnectAsync(token)) Assert.True(server.Get<ChatDatabase>().Kept.Stamps.TryFind(bob.Id, out _));

        if (byIdentity) await server.ChangeStampAsync(bob);
        else await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Users.Single(user => user.Id == bob.Id.Value).SecurityStamp = "another");
        await using var refused = await server.OpenSocketAsync();
        await refused.SendAsync(new { id = 1, connect = new { token } });
        Assert.Equal(InvalidToken, await refused.ClosedAsync());

        await using (await ConnectAsync(await server.TokenOfAsync(bob)))
        {
            // The new sign-in holds.
        }
    }

    [Fact]
    public async Task An_account_that_is_gone_is_refused_though_it_was_known()
    {
        var bob = await server.AddPersonAsync("Bob");
        var token = await server.TokenOfAsync(bob);
        await using (await ConnectAsync(token)) Assert.True(server.Get<ChatDatabase>().Kept.Stamps.TryFind(bob.Id, out _));

        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Users.Remove(commit.Db.Users.Single(user => user.Id == bob.Id.Value)));
        await using var refused = await server.OpenSocketAsync();
        await refused.SendAsync(new { id = 1, connect = new { token } });
        Assert.Equal(InvalidToken, await refused.ClosedAsync());
    }

    [Fact]
    public async Task Roles_and_what_a_room_is_called_and_holds_are_those_of_today()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: bob);
        await using var stays = await server.SubscribeAsync(ann, room.Id);
        await server.PostAsync(ann, room.Id, "one");
        var rooms = server.Get<RoomDirectory>();
        Assert.Equal(RoomRole.Member, rooms.Find(room.Id, bob.Id)!.Role);

        await server.Get<RoomRoles>().SetAsync(ann.Id, room.Id, bob.Id, RoomRole.Moderator);
        Assert.Equal(RoomRole.Moderator, rooms.Find(room.Id, bob.Id)!.Role);
        await server.Get<RoomSettings>().EditAsync(ann.Id, room.Id, new RoomEdit(Name: "Another"));
        Assert.Equal("Another", rooms.Find(room.Id, bob.Id)!.Room.Name);
        await server.Get<RoomSettings>().ArchiveAsync(ann.Id, room.Id, isArchived: true);
        Assert.True(rooms.Find(room.Id, bob.Id)!.Room.IsArchived);
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Rooms.Single(stored => stored.Id == room.Id.Value).Floor = 3);
        Assert.Equal(3, rooms.Find(room.Id, bob.Id)!.Room.Floor.Value);
        var reply = (await ResumeAsync(await server.TokenOfAsync(bob), room, 1)).GetProperty("subscribe");
        Assert.False(reply.GetProperty("recovered").GetBoolean());
    }

    [Fact]
    public async Task Who_subscribes_while_they_are_removed_is_refused_or_ended()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, members: bob);
        await using var stays = await server.SubscribeAsync(ann, room.Id);
        var (broker, rooms, writer) = (server.Get<RoomBroker>(), server.Get<RoomDirectory>(), server.Get<RoomWriter>());
        for (var round = 0; round < 200; round++)
        {
            Assert.NotNull(rooms.Find(room.Id, bob.Id));
            var connection = broker.Connect(new ConnectionDescription(bob.Id, ConnectionKind.Circuit, "test"))!;
            var leaving = writer.LeaveAsync(bob.Id, room.Id);
            var seen = await Task.Run(() =>
            {
                // As every entrance does it: listening first, and looking second.
                var subscription = broker.Subscribe(connection, room.Id).Subscription!;
                return (Subscription: subscription, IsMember: rooms.Find(room.Id, bob.Id) is { IsMember: true });
            });
            Assert.True((await leaving).IsDone);
            Assert.True(!seen.IsMember || seen.Subscription.HasEnded, $"round {round}");
            Assert.Null(rooms.Find(room.Id, bob.Id));
            connection.End(EndReason.Closed);
            Assert.True((await writer.InviteAsync(ann.Id, room.Id, bob.Id)).IsDone);
        }
    }

    private async Task<TestSocket> ConnectAsync(string token, TestServer? at = null)
    {
        var socket = await (at ?? server).OpenSocketAsync();
        await socket.SendAsync(new { id = 1, connect = new { token } });
        Assert.True((await socket.ReplyAsync(1)).TryGetProperty("connect", out _));
        return socket;
    }

    private async Task<string[]> MissedAsync(string token, RoomView room, long offset) =>
        [.. (await ResumeAsync(token, room, offset)).GetProperty("subscribe").GetProperty("publications").EnumerateArray().Select(pub => pub.GetProperty("data").GetProperty("message").GetProperty("text").GetString()!)];

    private async Task<JsonElement> ResumeAsync(string token, RoomView room, long offset, TestServer? at = null)
    {
        await using var socket = await ConnectAsync(token, at);
        return await socket.AskAsync(new { subscribe = new { channel = $"room:{room.Id}", recover = true, epoch = room.Epoch, offset } });
    }
}
