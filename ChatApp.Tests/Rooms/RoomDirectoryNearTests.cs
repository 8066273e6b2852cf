using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Rooms;

/// <summary>Who and which room is proposed while a name is typed.</summary>
public sealed class RoomDirectoryNearTests(TestServer server) : IClassFixture<TestServer>
{
    private RoomDirectory Directory => server.Get<RoomDirectory>();

    [Fact]
    public async Task People_of_the_room_come_first_and_of_them_those_whose_name_begins_so()
    {
        var (ann, inner, other, begins) = (await server.AddPersonAsync("Nearann"), await server.AddPersonAsync("Xnearq"), await server.AddPersonAsync("Nearqa"), await server.AddPersonAsync("Nearqz"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Near", inner, begins);
        Assert.Equal(
            [(begins.Name, true), (inner.Name, true), (other.Name, false)],
            Directory.PeopleNear(room.Id, ann.Id, "NEARq", 8).Select(found => (found.User.Name, found.IsMember)));
        Assert.Equal([begins.Name], Directory.PeopleNear(room.Id, ann.Id, "nearq", 1).Select(found => found.User.Name));
        // In General everybody is, and nobody is proposed to themselves.
        Assert.All(Directory.PeopleNear(RoomId.General, ann.Id, "near", 8), found => Assert.True(found.IsMember && found.User.Id != ann.Id));
        Assert.Empty(Directory.PeopleNear(room.Id, other.Id, "near", 8));
    }

    [Fact]
    public async Task Only_rooms_that_the_viewer_may_know_of_are_proposed_and_their_own_come_first()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        await server.MakeRoomAsync(bob, RoomVisibility.Public, "Harbour A");
        await server.MakeRoomAsync(bob, RoomVisibility.Private, "Harbour secret");
        await server.MakeRoomAsync(bob, RoomVisibility.Private, "Harbour Z", ann);
        Assert.Equal(["Harbour Z", "Harbour A"], Directory.RoomsNear(ann.Id, "harbour", 8).Select(room => room.Name));
        Assert.Equal(["Harbour Z"], Directory.RoomsNear(ann.Id, "harbour", 1).Select(room => room.Name));
        // A topic that holds the word is not meant.
        await server.Get<RoomWriter>().CreateAsync(bob.Id, "Quay", "harbour", RoomVisibility.Public);
        Assert.DoesNotContain(Directory.RoomsNear(ann.Id, "harbour", 8), room => room.Name == "Quay");
    }
}
