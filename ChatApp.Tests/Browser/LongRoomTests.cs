using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>A page grows neither in a busy room nor by going from room to room.</summary>
[Collection(Browser.Collection)]
public sealed class LongRoomTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_thousand_messages_that_come_while_somebody_reads_back_move_nothing_and_wait_below()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        for (var i = 0; i < 100; i++) await server.PostAsync(bob, room.Id, $"before {i:000}");
        await server.Get<ReadMarkers>().MarkAllAsync(ann.Id);
        await using var window = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", height: 600);
        await Assertions.Expect(window.Messages()).ToHaveCountAsync(50);
        var looked = window.Message("before 060");
        await looked.EvaluateAsync("row => row.scrollIntoView({ block: 'center' })");
        await Assertions.Expect(window.Messages()).ToHaveCountAsync(100);
        await looked.EvaluateAsync("row => row.scrollIntoView({ block: 'center' })");
        var before = (await looked.BoundingBoxAsync())!.Y;
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => server.PostAsync(bob, room.Id, $"after {i:000}")));
        await window.ShowsAsync(".new-messages", Words.Of("Timeline.New", 1000));
        Assert.InRange((await looked.BoundingBoxAsync())!.Y - before, -2, 2);
        Assert.InRange(await window.Messages().CountAsync(), 100, RoomFeed.WindowSize);
        await window.Page.ClickAsync(".new-messages");
        var last = server.Get<MessageHistory>().Latest(ann.Id, room.Id, 1)!.Messages[^1].Text;
        await Assertions.Expect(window.Message(last)).ToBeInViewportAsync();
        await Assertions.Expect(window.Page.Locator(".new-messages")).ToHaveCountAsync(0);
        window.AssertNoErrors();
    }

    [Fact]
    public async Task Going_from_room_to_room_two_hundred_times_leaves_nothing_behind()
    {
        var ann = await server.AddPersonAsync("Ann");
        var rooms = new[] { (await server.MakeRoomAsync(ann, name: "Harbour")).Id, (await server.MakeRoomAsync(ann, name: "Lighthouse")).Id };
        await using var window = await browser.SignInAsync(server, ann, $"/rooms/{rooms[0]}");
        await window.MayWriteAsync();
        var circuit = server.CircuitsOf(ann).Single();
        for (var i = 1; i <= 200; i++)
        {
            await window.Page.Locator($".room-link[href='/rooms/{rooms[i % 2]}']").ClickAsync();
            await Assertions.Expect(window.Page.Locator($".room-link[href='/rooms/{rooms[i % 2]}'][aria-current=page]")).ToHaveCountAsync(1);
        }

        await Eventually.BecomesAsync(() => circuit.Rooms.SequenceEqual([rooms[0]]), "the page follows the room that it shows, and no other");
        var broker = server.Get<RoomBroker>();
        Assert.Equal((0, 1, 1), (broker.SubscriberCount(rooms[1]), broker.SubscriberCount(rooms[0]), broker.CountOf(ann.Id)));
        Assert.Single(server.CircuitsOf(ann));
        window.AssertNoErrors();
    }
}
