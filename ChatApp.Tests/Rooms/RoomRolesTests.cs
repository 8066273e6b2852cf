using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Rooms;

public sealed class RoomRolesTests(TestServer server) : IClassFixture<TestServer>
{
    private RoomRoles Roles => server.Get<RoomRoles>();

    [Fact]
    public async Task A_role_takes_an_offset_and_members_see_it()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: bob);
        await using var socket = await server.SubscribeAsync(bob, room.Id);
        Assert.True((await Roles.SetAsync(ann.Id, room.Id, bob.Id, RoomRole.Moderator)).IsDone);
        Assert.True((await Roles.SetAsync(ann.Id, room.Id, bob.Id, RoomRole.Moderator)).IsDone);
        var push = await socket.EventAsync("role.changed");
        Assert.Equal(room.Head.Value + 1, push.GetProperty("offset").GetInt64());
        Assert.Equal(bob.Id.Value, push.GetProperty("data").GetProperty("member").GetProperty("id").GetString());
        Assert.Equal("moderator", push.GetProperty("data").GetProperty("role").GetString());
        var logged = Assert.Single(server.Get<RoomLog>().Read(room.Id, room.Head, 10)).Event;
        Assert.Equal((bob.Id, RoomRole.Moderator, ann.Id), logged is RoleChanged role ? (role.Member.Id, role.Role, role.By.Id) : default);
        Assert.Equal(RoomRole.Moderator, server.Get<RoomDirectory>().Find(room.Id, bob.Id)!.Role);
        using var db = server.Get<ChatDatabase>().OpenRead();
        var entry = db.Audit.Single(line => line.Action == "room.role" && line.Target == bob.Id.Value);
        Assert.Equal((ann.Id.Value, $"{bob.Name} in Room: Member -> Moderator"), (entry.ActorId, entry.Details));
    }

    [Fact]
    public async Task Owners_act_on_those_below_them_only()
    {
        var (ann, bob, cid, dan) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"), await server.AddPersonAsync("Cid"), await server.AddPersonAsync("Dan"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Public, "Room", bob, cid);
        Assert.True((await Roles.SetAsync(ann.Id, room.Id, bob.Id, RoomRole.Owner)).IsDone);
        Assert.Equal(RoomOutcome.NotAllowed, (await Roles.SetAsync(ann.Id, room.Id, bob.Id, RoomRole.Member)).Outcome);
        Assert.True((await Roles.SetAsync(bob.Id, room.Id, cid.Id, RoomRole.Moderator)).IsDone);
        Assert.Equal(RoomOutcome.NotAllowed, (await Roles.SetAsync(cid.Id, room.Id, bob.Id, RoomRole.Member)).Outcome);
        Assert.Equal(RoomOutcome.NotAllowed, (await Roles.SetAsync(cid.Id, room.Id, cid.Id, RoomRole.Owner)).Outcome);
        Assert.True((await Roles.SetAsync(cid.Id, room.Id, cid.Id, RoomRole.Member)).IsDone);
        Assert.Equal(RoomOutcome.NoSuchUser, (await Roles.SetAsync(ann.Id, room.Id, dan.Id, RoomRole.Owner)).Outcome);
        Assert.Equal(RoomOutcome.NotAllowed, (await Roles.SetAsync(dan.Id, room.Id, dan.Id, RoomRole.Owner)).Outcome);
        Assert.Equal(RoomOutcome.NotPossible, (await Roles.SetAsync(ann.Id, RoomId.General, bob.Id, RoomRole.Owner)).Outcome);
    }

    [Fact]
    public async Task The_last_owner_neither_leaves_nor_steps_down_also_when_two_do_at_once()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: bob);
        Assert.Equal(RoomOutcome.LastOwner, (await server.Get<RoomWriter>().LeaveAsync(ann.Id, room.Id)).Outcome);
        Assert.Equal(RoomOutcome.LastOwner, (await Roles.SetAsync(ann.Id, room.Id, ann.Id, RoomRole.Member)).Outcome);
        await Roles.SetAsync(ann.Id, room.Id, bob.Id, RoomRole.Owner);
        var outcomes = await Task.WhenAll(server.Get<RoomWriter>().LeaveAsync(ann.Id, room.Id), Roles.SetAsync(bob.Id, room.Id, bob.Id, RoomRole.Member));
        Assert.Equal([RoomOutcome.Done, RoomOutcome.LastOwner], outcomes.Select(outcome => outcome.Outcome).Order());
    }

    [Fact]
    public async Task Administrators_stand_above_owners_and_moderators_of_the_instance_do_not()
    {
        var (ann, boss, other, mod) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Boss", Rank.Administrator),
            await server.AddPersonAsync("Other", Rank.Administrator), await server.AddPersonAsync("Mod", Rank.Moderator));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Room", mod, other);
        Assert.Equal(RoomOutcome.NotAllowed, (await Roles.SetAsync(mod.Id, room.Id, ann.Id, RoomRole.Member)).Outcome);
        Assert.Equal(RoomOutcome.LastOwner, (await Roles.SetAsync(boss.Id, room.Id, ann.Id, RoomRole.Member)).Outcome);
        Assert.True((await Roles.SetAsync(boss.Id, room.Id, mod.Id, RoomRole.Owner)).IsDone);
        Assert.True((await Roles.SetAsync(boss.Id, room.Id, ann.Id, RoomRole.Member)).IsDone);
        Assert.Equal(RoomOutcome.NotAllowed, (await Roles.SetAsync(boss.Id, room.Id, other.Id, RoomRole.Moderator)).Outcome);
        Assert.Equal(RoomOutcome.NotAllowed, (await Roles.SetAsync(mod.Id, room.Id, other.Id, RoomRole.Moderator)).Outcome);
        Assert.True((await Roles.SetAsync(other.Id, room.Id, other.Id, RoomRole.Owner)).IsDone);
        Assert.Equal(RoomOutcome.NotFound, (await Roles.SetAsync((await server.AddPersonAsync()).Id, room.Id, mod.Id, RoomRole.Member)).Outcome);
    }
}
