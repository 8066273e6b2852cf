using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Rooms;

public sealed class RoomSettingsTests(TestServer server) : IClassFixture<TestServer>
{
    private RoomSettings Settings => server.Get<RoomSettings>();

    [Fact]
    public async Task A_change_takes_the_rooms_next_offset_and_reaches_viewers_and_the_audit_log()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, name: "Old", members: bob);
        await using var viewer = await server.SubscribeAsync(bob, room.Id);
        await using var elsewhere = await server.ConnectAsync(bob);
        var changed = await Settings.EditAsync(ann.Id, room.Id, new RoomEdit(" New\t", "a\ntopic", " first line\r\nsecond\u0001line "));
        Assert.Equal(("New", "a topic", "first line\nsecond line"), (changed.Room!.Name, changed.Room.Topic, changed.Room.Description));
        Assert.Equal(room.Head.Value + 1, changed.Room.Head.Value);
        Assert.Equal(server.Get<RoomDirectory>().Find(room.Id, bob.Id)!.Room, changed.Room);
        // The one of the room; their personal channel brings another.
        var push = (await viewer.PushAsync(push => push.GetProperty("channel").GetString() == $"room:{room.Id}")).GetProperty("pub");
        Assert.Equal(changed.Room.Head.Value, push.GetProperty("offset").GetInt64());
        Assert.Equal("New", push.GetProperty("data").GetProperty("room").GetProperty("name").GetString());
        // Who looks elsewhere is told the new name for the list of rooms.
        Assert.False((await elsewhere.EventAsync("room.changed")).TryGetProperty("offset", out _));
        using var db = server.Get<ChatDatabase>().OpenRead();
        Assert.Equal("Old: name \"Old\" -> \"New\", topic \"\" -> \"a topic\", description", db.Audit.Single(entry => entry.Target == room.Id.Value).Details);
        Assert.IsType<RoomChanged>(server.Get<RoomLog>().Read(room.Id, room.Head, 10).Single().Event);
        Assert.Empty(StorageAudit.Problems(db));
    }

    [Fact]
    public async Task What_is_the_same_already_changes_nothing_and_what_is_not_named_stays()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann, name: "Room");
        var first = (await Settings.EditAsync(ann.Id, room.Id, new RoomEdit(Topic: "topic"))).Room!;
        Assert.Equal("Room", first.Name);
        Assert.Equal(first, (await Settings.EditAsync(ann.Id, room.Id, new RoomEdit("Room", " topic ", ""))).Room);
        Assert.Equal(first, (await Settings.EditAsync(ann.Id, room.Id, new RoomEdit())).Room);
    }

    [Theory]
    [InlineData("", null, null, RoomOutcome.BadName)]
    [InlineData("\u202Ename", null, null, RoomOutcome.BadName)]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901", null, null, RoomOutcome.BadName)]
    [InlineData(null, 251, null, RoomOutcome.BadTopic)]
    [InlineData(null, 250, null, RoomOutcome.Done)]
    [InlineData(null, null, 1001, RoomOutcome.BadDescription)]
    [InlineData(null, null, 1000, RoomOutcome.Done)]
    public async Task Every_field_has_its_bound(string? name, int? topic, int? description, RoomOutcome outcome)
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        var edit = new RoomEdit(name, topic is { } t ? new string('t', t) : null, description is { } d ? new string('d', d) : null);
        Assert.Equal(outcome, (await Settings.EditAsync(ann.Id, room.Id, edit)).Outcome);
    }

    [Fact]
    public async Task Owners_do_all_room_moderators_describe_and_others_nothing()
    {
        var (owner, mod, member, stranger) = (await server.AddPersonAsync(), await server.AddPersonAsync(), await server.AddPersonAsync(), await server.AddPersonAsync());
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Public, "Room", mod, member);
        await server.Get<RoomRoles>().SetAsync(owner.Id, room.Id, mod.Id, RoomRole.Moderator);
        await AssertMayAsync(owner, room.Id, RoomOutcome.Done, RoomOutcome.Done, RoomOutcome.Done);
        await AssertMayAsync(mod, room.Id, RoomOutcome.NotAllowed, RoomOutcome.Done, RoomOutcome.NotAllowed);
        await AssertMayAsync(member, room.Id, RoomOutcome.NotAllowed, RoomOutcome.NotAllowed, RoomOutcome.NotAllowed);
        await AssertMayAsync(stranger, room.Id, RoomOutcome.NotAllowed, RoomOutcome.NotAllowed, RoomOutcome.NotAllowed);
    }

    [Fact]
    public async Task Administrators_govern_every_room_and_moderators_describe_those_that_they_may_know_of()
    {
        var (owner, boss, mod) = (await server.AddPersonAsync(), await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Mod", Rank.Moderator));
        var open = await server.MakeRoomAsync(owner);
        var hidden = await server.MakeRoomAsync(owner, RoomVisibility.Private);
        foreach (var room in (RoomView[])[open, hidden]) await AssertMayAsync(boss, room.Id, RoomOutcome.Done, RoomOutcome.Done, RoomOutcome.Done);
        await AssertMayAsync(mod, open.Id, RoomOutcome.NotAllowed, RoomOutcome.Done, RoomOutcome.NotAllowed);
        await AssertMayAsync(mod, hidden.Id, RoomOutcome.NotFound, RoomOutcome.NotFound, RoomOutcome.NotFound);
        await AssertMayAsync(boss, new RoomId("none"), RoomOutcome.NotFound, RoomOutcome.NotFound, RoomOutcome.NotFound);
    }

    [Fact]
    public async Task What_is_said_of_a_private_room_does_not_stand_in_the_audit_log()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Surprise party");
        await Settings.EditAsync(ann.Id, room.Id, new RoomEdit("Birthday", "cake", "candles"));
        await Settings.ArchiveAsync(ann.Id, room.Id, isArchived: true);
        using var db = server.Get<ChatDatabase>().OpenRead();
        Assert.Equal(
            [$"private room {room.Id}: name, topic, description", $"private room {room.Id}"],
            db.Audit.Where(entry => entry.Target == room.Id.Value).OrderBy(entry => entry.Id).Select(entry => entry.Details));
    }

    [Fact]
    public async Task An_archived_room_is_read_and_nothing_is_said_or_changed_there_until_it_is_restored()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: bob);
        var message = await server.PostAsync(ann, room.Id, "before", "key");
        await using var socket = await server.SubscribeAsync(bob, room.Id);
        Assert.True((await Settings.ArchiveAsync(ann.Id, room.Id, isArchived: true)).Room!.IsArchived);
        Assert.True((await socket.EventAsync("room.changed")).GetProperty("data").GetProperty("room").GetProperty("archived").GetBoolean());
        Assert.Equal(PostRefusal.Archived, Assert.IsType<PostResult.Rejected>(await server.Get<MessageWriter>().PostAsync(ann.Id, room.Id, "after", null)).Reason);
        // A retry of what was accepted before is still answered.
        Assert.True(Assert.IsType<PostResult.Accepted>(await server.Get<MessageWriter>().PostAsync(ann.Id, room.Id, "before", "key")).IsDuplicate);
        Assert.Equal(MessageOutcome.Archived, (await server.Get<MessageEditor>().EditAsync(ann.Id, message.Id, "other")).Outcome);
        Assert.Equal(RoomOutcome.Archived, (await Settings.EditAsync(ann.Id, room.Id, new RoomEdit(Topic: "other"))).Outcome);
        Assert.Equal("before", server.Get<MessageHistory>().Latest(bob.Id, room.Id, 10)!.Messages.Single().Text);
        var head = server.Get<RoomDirectory>().Find(room.Id, ann.Id)!.Room.Head;
        Assert.Equal(head, (await Settings.ArchiveAsync(ann.Id, room.Id, isArchived: true)).Room!.Head);
        Assert.False((await Settings.ArchiveAsync(ann.Id, room.Id, isArchived: false)).Room!.IsArchived);
        await server.PostAsync(bob, room.Id, "after");
    }

    [Fact]
    public async Task General_is_never_archived()
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        Assert.Equal(RoomOutcome.NotPossible, (await Settings.ArchiveAsync(boss.Id, RoomId.General, isArchived: true)).Outcome);
    }

    [Fact]
    public async Task Programs_do_all_that_by_rpc()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: bob);
        await using var socket = await server.ConnectAsync(ann);
        var edited = await CallAsync(socket, "room.edit", new { room = room.Id.Value, name = "Named", topic = "Topic", description = "Long" });
        Assert.Equal("Named", edited.GetProperty("room").GetProperty("name").GetString());
        Assert.Equal("Long", edited.GetProperty("room").GetProperty("description").GetString());
        await CallAsync(socket, "room.retention", new { room = room.Id.Value, days = 30 });
        Assert.Equal(30, server.Get<RoomDirectory>().Find(room.Id, ann.Id)!.Room.RetentionDays);
        await CallAsync(socket, "room.retention", new { room = room.Id.Value });
        Assert.Null(server.Get<RoomDirectory>().Find(room.Id, ann.Id)!.Room.RetentionDays);
        await CallAsync(socket, "room.role", new { room = room.Id.Value, user = bob.Id.Value, role = "moderator" });
        var members = await CallAsync(socket, "room.members", new { room = room.Id.Value });
        Assert.Equal(["owner", "moderator"], members.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("role").GetString()));
        Assert.Equal(2, members.GetProperty("total").GetInt32());
        await CallAsync(socket, "room.archive", new { room = room.Id.Value });
        var listed = (await CallAsync(socket, "room.list", new { })).GetProperty("rooms").EnumerateArray().Single(line => line.GetProperty("id").GetString() == room.Id.Value);
        Assert.True(listed.GetProperty("archived").GetBoolean());
        Assert.Equal(403, await ErrorAsync(socket, "room.edit", new { room = room.Id.Value, topic = "other" }));
        await CallAsync(socket, "room.archive", new { room = room.Id.Value, on = false });
        Assert.Equal(107, await ErrorAsync(socket, "room.edit", new { room = room.Id.Value, name = "" }));
        Assert.Equal(107, await ErrorAsync(socket, "room.retention", new { room = room.Id.Value, days = 0 }));
        Assert.Equal(107, await ErrorAsync(socket, "room.retention", new { room = room.Id.Value, days = long.MaxValue }));
        Assert.Equal(107, await ErrorAsync(socket, "room.role", new { room = room.Id.Value, user = ann.Id.Value, role = "member" }));
        Assert.Equal(107, await ErrorAsync(socket, "room.role", new { room = room.Id.Value, user = ann.Id.Value, role = "king" }));
        Assert.Equal(102, await ErrorAsync(socket, "room.edit", new { room = "none", name = "x" }));
        Assert.Equal(104, await ErrorAsync(socket, "room.burn", new { room = room.Id.Value }));
        await using var other = await server.ConnectAsync(bob);
        Assert.Equal(103, await ErrorAsync(other, "room.archive", new { room = room.Id.Value }));
    }

    private async Task AssertMayAsync(TestPerson actor, RoomId room, RoomOutcome rename, RoomOutcome describe, RoomOutcome archive)
    {
        Assert.Equal(rename, (await Settings.EditAsync(actor.Id, room, new RoomEdit(Name: $"Name by {actor.Name}"))).Outcome);
        Assert.Equal(describe, (await Settings.EditAsync(actor.Id, room, new RoomEdit(Topic: $"Topic by {actor.Name}"))).Outcome);
        Assert.Equal(describe, (await Settings.EditAsync(actor.Id, room, new RoomEdit(Description: $"Description by {actor.Name}"))).Outcome);
        Assert.Equal(archive, (await Settings.SetRetentionAsync(actor.Id, room, Random.Shared.Next(1, 3650))).Outcome);
        foreach (var isArchived in (bool[])[true, false]) Assert.Equal(archive, (await Settings.ArchiveAsync(actor.Id, room, isArchived)).Outcome);
    }

    private static async Task<System.Text.Json.JsonElement> CallAsync(TestSocket socket, string method, object data)
    {
        var reply = await socket.AskAsync(new { rpc = new { method, data } });
        Assert.True(reply.TryGetProperty("rpc", out var rpc), reply.ToString());
        return rpc.GetProperty("data");
    }

    private static async Task<int> ErrorAsync(TestSocket socket, string method, object data) =>
        (await socket.AskAsync(new { rpc = new { method, data } })).GetProperty("error").GetProperty("code").GetInt32();
}
