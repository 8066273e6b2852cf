using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Rooms;

public sealed class RoomWriterTests(TestServer server) : IClassFixture<TestServer>
{
    private RoomWriter Writer => server.Get<RoomWriter>();

    private RoomDirectory Directory => server.Get<RoomDirectory>();

    [Fact]
    public async Task Everybody_is_in_the_default_room_and_nobody_can_leave_it()
    {
        var person = await server.AddPersonAsync();
        Assert.True(Directory.Find(RoomId.General, person.Id)!.IsMember);
        Assert.Equal(RoomOutcome.NotPossible, (await Writer.LeaveAsync(person.Id, RoomId.General)).Outcome);
        Assert.Equal(RoomId.General, Directory.RoomsOf(person.Id)[0].Id);
    }

    [Fact]
    public async Task The_maker_of_a_room_is_its_owner_and_the_log_says_so()
    {
        var owner = await server.AddPersonAsync();
        var room = await server.MakeRoomAsync(owner);
        Assert.Equal(RoomRole.Owner, Directory.Find(room.Id, owner.Id)!.Role);
        using var db = server.Get<ChatDatabase>().OpenRead();
        Assert.Equal([(1, "RoomCreated"), (2, "MemberJoined")], db.Log.Where(entry => entry.RoomId == room.Id.Value)
            .OrderBy(entry => entry.Offset).AsEnumerable().Select(entry => ((int)entry.Offset, entry.Kind.ToString())));
    }

    [Fact]
    public async Task A_public_room_can_be_found_and_joined_and_left()
    {
        var (owner, guest) = (await server.AddPersonAsync(), await server.AddPersonAsync());
        var room = await server.MakeRoomAsync(owner, name: $"Garden {owner.Name}");
        Assert.False(Assert.Single(Directory.Browse(guest.Id, $"garden {owner.Name}")).IsMember);
        for (var i = 0; i < 2; i++) Assert.True((await Writer.JoinAsync(guest.Id, room.Id)).IsDone);
        var line = Assert.Single(Directory.Browse(guest.Id, $"garden {owner.Name}"));
        Assert.Equal((true, 2), (line.IsMember, line.Members));
        for (var i = 0; i < 2; i++) Assert.True((await Writer.LeaveAsync(guest.Id, room.Id)).IsDone);
        Assert.False(Directory.Find(room.Id, guest.Id)!.IsMember);
        Assert.Null(Directory.MembersOf(room.Id, guest.Id));
    }

    [Fact]
    public async Task To_strangers_a_private_room_is_exactly_like_one_that_does_not_exist()
    {
        var (owner, stranger) = (await server.AddPersonAsync(), await server.AddPersonAsync());
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Private, $"Vault {owner.Name}");
        foreach (var id in (RoomId[])[room.Id, RoomId.New()])
        {
            Assert.Null(Directory.Find(id, stranger.Id));
            Assert.Null(Directory.MembersOf(id, stranger.Id));
            Assert.Equal(new RoomResult(RoomOutcome.NotFound), await Writer.JoinAsync(stranger.Id, id));
            Assert.Equal(new RoomResult(RoomOutcome.NotFound), await Writer.LeaveAsync(stranger.Id, id));
            Assert.Equal(new RoomResult(RoomOutcome.NotFound), await Writer.InviteAsync(stranger.Id, id, stranger.Id));
        }

        Assert.Empty(Directory.Browse(stranger.Id, "vault"));
        Assert.Empty(Directory.Browse(owner.Id, "vault"));
    }

    [Fact]
    public async Task Any_member_invites_and_nobody_else()
    {
        var (owner, member, guest) = (await server.AddPersonAsync(), await server.AddPersonAsync(), await server.AddPersonAsync());
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Private, "Vault", member);
        Assert.Equal(RoomOutcome.NoSuchUser, (await Writer.InviteAsync(member.Id, room.Id, new UserId("nobody"))).Outcome);
        for (var i = 0; i < 2; i++) Assert.True((await Writer.InviteAsync(member.Id, room.Id, guest.Id)).IsDone);
        Assert.Equal(3, Directory.MembersOf(room.Id, guest.Id)!.Value.Total);
    }

    [Fact]
    public async Task The_last_member_stays_in_a_private_room_also_when_two_leave_at_once()
    {
        var (ann, bob) = (await server.AddPersonAsync(), await server.AddPersonAsync());
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Vault", bob);
        await server.Get<RoomRoles>().SetAsync(ann.Id, room.Id, bob.Id, RoomRole.Owner);
        var outcomes = await Task.WhenAll(Writer.LeaveAsync(ann.Id, room.Id), Writer.LeaveAsync(bob.Id, room.Id));
        Assert.Equal([RoomOutcome.Done, RoomOutcome.NotPossible], outcomes.Select(result => result.Outcome).Order());
    }

    [Fact]
    public async Task Leaving_ends_the_live_subscriptions_on_all_devices_before_the_others_are_told()
    {
        var (owner, guest) = (await server.AddPersonAsync(), await server.AddPersonAsync());
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Private, "Vault", guest);
        await using var first = await server.SubscribeAsync(guest, room.Id);
        await using var second = await server.SubscribeAsync(guest, room.Id, RoomId.General);
        await Writer.LeaveAsync(guest.Id, room.Id);
        await server.PostAsync(owner, room.Id, "about the one who left");
        await server.PostAsync(owner, RoomId.General, "the end");
        foreach (var socket in (TestSocket[])[first, second])
        {
            var push = await socket.PushAsync(push => push.TryGetProperty("unsubscribe", out _));
            Assert.Equal(EndReason.RemovedByServer.Code, push.GetProperty("unsubscribe").GetProperty("code").GetInt32());
        }

        await second.EventAsync("message.posted");
        Assert.DoesNotContain("the one who left", string.Concat(second.Rest()), StringComparison.Ordinal);
        Assert.Equal(0, server.Get<RoomBroker>().SubscriberCount(room.Id));
    }

    [Theory]
    [InlineData("", "", RoomOutcome.BadName)]
    [InlineData(" \t ", "", RoomOutcome.BadName)]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901", "", RoomOutcome.BadName)]
    [InlineData("123456789012345678901234567890123456789012345678901234567890", "", RoomOutcome.Done)]
    public async Task A_name_has_1_to_60_characters(string name, string topic, RoomOutcome outcome) =>
        Assert.Equal(outcome, (await Writer.CreateAsync((await server.AddPersonAsync()).Id, name, topic, RoomVisibility.Public)).Outcome);

    [Fact]
    public async Task A_topic_has_at_most_250_characters_and_one_line()
    {
        var owner = await server.AddPersonAsync();
        Assert.Equal(RoomOutcome.BadTopic, (await Writer.CreateAsync(owner.Id, "Room", new string('t', 251), RoomVisibility.Public)).Outcome);
        Assert.Equal("one two", (await Writer.CreateAsync(owner.Id, "Room", " one\ntwo ", RoomVisibility.Public)).Room!.Topic);
    }
}
