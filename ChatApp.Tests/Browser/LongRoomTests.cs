using System.IO.Compression;
using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>What a page weighs, and that it grows neither in a busy room nor by going from room to room.</summary>
[Collection(Browser.Collection)]
public sealed class LongRoomTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    // As published: what does not change is compressed then, pages never are.
    private const int MostBytes = 100_000;

    [Fact]
    public async Task The_first_view_of_a_room_is_under_100_kB_beside_the_framework()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        for (var i = 0; i < 50; i++) await server.PostAsync(i % 2 == 0 ? ann : bob, room.Id, $"What is said in room after room, {i}, with a [link](https://example.org) and `code`.");
        await using var window = await browser.SignInAsync(server, ann);
        await using var fresh = await browser.NewPageAsync(new Uri(server.Address));
        await fresh.Context.AddCookiesAsync((await window.Context.CookiesAsync()).Select(cookie => new Cookie { Name = cookie.Name, Value = cookie.Value, Domain = cookie.Domain, Path = cookie.Path }));
        var seen = new System.Collections.Concurrent.ConcurrentQueue<IRequest>();
        fresh.Page.RequestFinished += (_, request) => seen.Enqueue(request);
        await fresh.Page.GotoAsync($"/rooms/{room.Id}");
        await fresh.MayWriteAsync();
        await Assertions.Expect(fresh.Messages()).ToHaveCountAsync(50);
        var weights = new List<(string Url, int Bytes)>();
        foreach (var request in seen.Where(request => request.ResourceType is "document" or "script" or "stylesheet" && !request.Url.Contains("blazor.web", StringComparison.Ordinal)))
            weights.Add((request.Url, request.ResourceType == "document" ? (await request.SizesAsync()).ResponseBodySize : Compressed(await server.Http.GetByteArrayAsync(request.Url))));
        Assert.True(weights.Sum(one => one.Bytes) < MostBytes, string.Join('\n', weights.OrderByDescending(one => one.Bytes).Select(one => $"{one.Bytes} {one.Url}").Prepend($"{weights.Sum(one => one.Bytes)} bytes")));
    }

    private static int Compressed(byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.SmallestSize, leaveOpen: true)) gzip.Write(bytes);
        return (int)target.Length;
    }

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
