using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Rooms;

public sealed class MessageHistoryTests(TestServer server) : IClassFixture<TestServer>
{
    private MessageHistory History => server.Get<MessageHistory>();

    [Fact]
    public async Task Pages_go_back_from_the_newest_without_a_hole_and_without_a_double()
    {
        var author = await server.AddPersonAsync();
        var room = await server.MakeRoomAsync(author);
        for (var i = 1; i <= 120; i++) await server.PostAsync(author, room.Id, $"message {i}");
        var page = History.Latest(author.Id, room.Id, 50)!;
        Assert.Equal(Enumerable.Range(71, 50).Select(i => $"message {i}"), page.Messages.Select(message => message.Text));
        Assert.Equal(page.Messages[^1].Offset, page.Head);

        // What comes meanwhile moves no page.
        await server.PostAsync(author, room.Id, "message 121");
        var seen = page.Messages.ToList();
        while (page.HasOlder)
        {
            page = History.Before(author.Id, room.Id, seen[0].Offset, 50)!;
            seen.InsertRange(0, page.Messages);
        }

        Assert.Equal(Enumerable.Range(1, 120).Select(i => $"message {i}"), seen.Select(message => message.Text));
        Assert.Empty(History.Before(author.Id, room.Id, seen[0].Offset, 50)!.Messages);
    }

    [Fact]
    public async Task A_page_has_at_most_200_messages_and_at_least_one()
    {
        var author = await server.AddPersonAsync();
        var room = await server.MakeRoomAsync(author);
        for (var i = 1; i <= 205; i++) await server.PostAsync(author, room.Id, $"message {i}");
        Assert.Equal(200, History.Latest(author.Id, room.Id, int.MaxValue)!.Messages.Count);
        Assert.Single(History.Latest(author.Id, room.Id, -5)!.Messages);
    }

    [Fact]
    public async Task Only_members_read()
    {
        var (owner, stranger) = (await server.AddPersonAsync(), await server.AddPersonAsync());
        var room = await server.MakeRoomAsync(owner);
        await server.PostAsync(owner, room.Id, "hello");
        Assert.Null(History.Latest(stranger.Id, room.Id, 50));
        Assert.Null(History.Before(stranger.Id, room.Id, new Offset(100), 50));
        await server.Get<RoomWriter>().JoinAsync(stranger.Id, room.Id);
        Assert.Single(History.Latest(stranger.Id, room.Id, 50)!.Messages);
        await server.Get<RoomWriter>().LeaveAsync(stranger.Id, room.Id);
        Assert.Null(History.Latest(stranger.Id, room.Id, 50));
    }
}
