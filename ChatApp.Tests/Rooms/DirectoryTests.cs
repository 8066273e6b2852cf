using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Rooms;

/// <summary>Rooms to choose from, and what is seen of one before entering it.</summary>
public sealed class DirectoryTests(TestServer server) : IClassFixture<TestServer>
{
    private RoomDirectory Directory => server.Get<RoomDirectory>();

    [Fact]
    public async Task Rooms_stand_by_name_by_members_or_by_age_and_no_more_than_asked_for()
    {
        var (ann, bob, cid) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"), await server.AddPersonAsync("Cid"));
        var age = 0;
        foreach (var (name, members) in new[] { ("Order B", new[] { bob }), ("Order C", [bob, cid]), ("Order A", []) })
        {
            var room = await server.MakeRoomAsync(ann, RoomVisibility.Public, name, members);
            age++;
            await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Rooms.Where(r => r.Id == room.Id.Value).ExecuteUpdate(set => set.SetProperty(r => r.CreatedAt, commit.Now.AddDays(-age))));
        }

        await server.MakeRoomAsync(ann, RoomVisibility.Private, "Order secret");
        Assert.Equal(["Order A", "Order B", "Order C"], Names(DirectoryOrder.Name));
        Assert.Equal(["Order C", "Order B", "Order A"], Names(DirectoryOrder.Members));
        Assert.Equal(["Order B", "Order C", "Order A"], Names(DirectoryOrder.Newest));
        Assert.Equal(["Order A", "Order B"], Directory.Browse(bob.Id, "order", DirectoryOrder.Name, 2).Select(line => line.Room.Name));
        Assert.Equal([3, 2, 1], Directory.Browse(bob.Id, "order", DirectoryOrder.Members).Select(line => line.Members));
        Assert.Equal([false, true, true], Directory.Browse(bob.Id, "order").Select(line => line.IsMember));

        List<string> Names(DirectoryOrder order) => [.. Directory.Browse(bob.Id, "order", order).Select(line => line.Room.Name)];
    }

    [Fact]
    public async Task A_preview_shows_who_and_what_and_no_message_and_only_of_rooms_that_one_may_know_of()
    {
        var (ann, bob, stranger) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"), await server.AddPersonAsync("Stranger"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Public, "Garden", bob);
        await server.PostAsync(ann, room.Id, "a canary");
        var preview = Directory.Preview(room.Id, stranger.Id)!;
        Assert.Equal((2, ann.Id), (preview.Members, preview.Creator!.Id));
        Assert.Equal([ann.Id, bob.Id], preview.Faces.Select(face => face.Id));
        Assert.Null(Directory.Preview((await server.MakeRoomAsync(ann, RoomVisibility.Private)).Id, stranger.Id));
        Assert.Null(Directory.Preview(new RoomId("nowhere"), stranger.Id));
        var general = Directory.Preview(RoomId.General, stranger.Id)!;
        Assert.Null(general.Creator);
        Assert.InRange(general.Faces.Count, 3, RoomDirectory.MaxFaces);

        await using var socket = await server.ConnectAsync(stranger);
        var shown = (await socket.AskAsync(new { rpc = new { method = "room.preview", data = new { room = room.Id.Value } } })).GetProperty("rpc").GetProperty("data");
        Assert.Equal(ann.Id.Value, shown.GetProperty("created_by").GetProperty("id").GetString());
        Assert.DoesNotContain("canary", shown.ToString(), StringComparison.Ordinal);
        var browsed = (await socket.AskAsync(new { rpc = new { method = "room.browse", data = new { text = "garden", sort = "members", limit = 1 } } })).GetProperty("rpc").GetProperty("data");
        Assert.Equal("Garden", Assert.Single(browsed.GetProperty("rooms").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal(107, (await socket.AskAsync(new { rpc = new { method = "room.browse", data = new { sort = "colour" } } })).GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Of_a_room_whose_maker_is_gone_nobody_is_named()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: bob);
        await server.Get<ChatApp.Accounts.AccountDeletion>().DeleteAsync(ann.Id);
        var preview = Directory.Preview(room.Id, bob.Id)!;
        Assert.Null(preview.Creator);
        Assert.Equal([bob.Id], preview.Faces.Select(face => face.Id));
    }
}
