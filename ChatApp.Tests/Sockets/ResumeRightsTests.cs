using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Tokens;

namespace ChatApp.Tests.Sockets;

/// <summary>What the database is spared when programs come back makes nobody see what they may not.</summary>
public sealed class ResumeRightsTests(TestServer server) : IClassFixture<TestServer>
{
    private const int UnknownChannel = 102;
    private const int PermissionDenied = 103;
    private const int InvalidToken = 3500;

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

    [Theory]
    [InlineData(RoomVisibility.Public, PermissionDenied)]
    [InlineData(RoomVisibility.Private, UnknownChannel)]
    public async Task Whoever_has_left_a_room_is_refused_though_they_were_known_there(RoomVisibility visibility, int code)
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, visibility, members: bob);
        await using var stays = await server.SubscribeAsync(ann, room.Id);
        var token = await server.TokenOfAsync(bob);
        await server.ResumeAsync(token, room, room.Head.Value);
        Assert.True(server.Get<ChatDatabase>().Kept.Members.TryFind((room.Id, bob.Id), out _));

        Assert.True((await server.Get<RoomWriter>().LeaveAsync(bob.Id, room.Id)).IsDone);
        Assert.Equal(code, TestSocket.ErrorOf(await server.ResumeAsync(token, room, room.Head.Value)));
        Assert.True((await server.Get<RoomWriter>().InviteAsync(ann.Id, room.Id, bob.Id)).IsDone);
        Assert.True((await server.ResumeAsync(token, room, room.Head.Value)).TryGetProperty("subscribe", out _));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whose_sign_in_was_ended_is_refused_though_they_were_known(bool byIdentity)
    {
        var bob = await server.AddPersonAsync("Bob");
        var token = await server.TokenOfAsync(bob);
        await using (await server.ConnectByAsync(token)) Assert.True(server.Get<ChatDatabase>().Kept.Stamps.TryFind(bob.Id, out _));

        if (byIdentity) await server.ChangeStampAsync(bob);
        else await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Users.Single(user => user.Id == bob.Id.Value).SecurityStamp = "another");
        await using var refused = await server.OpenSocketAsync();
        await refused.SendAsync(new { id = 1, connect = new { token } });
        Assert.Equal(InvalidToken, await refused.ClosedAsync());

        await using (await server.ConnectByAsync(await server.TokenOfAsync(bob)))
        {
            // The new sign-in holds.
        }
    }

    [Fact]
    public async Task An_account_that_is_gone_is_refused_though_it_was_known()
    {
        var bob = await server.AddPersonAsync("Bob");
        var token = await server.TokenOfAsync(bob);
        await using (await server.ConnectByAsync(token)) Assert.True(server.Get<ChatDatabase>().Kept.Stamps.TryFind(bob.Id, out _));

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
        var reply = (await server.ResumeAsync(await server.TokenOfAsync(bob), room, 1)).GetProperty("subscribe");
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
}
