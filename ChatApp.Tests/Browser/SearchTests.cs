using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Finding something said, and seeing it where it was said.</summary>
[Collection(Browser.Collection)]
public sealed class SearchTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task By_keys_alone_a_message_is_found_opened_in_its_place_and_left_for_the_latest()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(bob, RoomVisibility.Private, "Harbour", ann);
        var attic = await server.MakeRoomAsync(bob, RoomVisibility.Private, "Attic", ann);
        var old = await server.PostAsync(bob, room.Id, "the crane is green <img src=x onerror=alert(1)>");
        for (var i = 0; i < 150; i++) await server.PostAsync(bob, room.Id, $"entry {i:000}");
        await server.PostAsync(bob, room.Id, "green again");
        var elsewhere = await server.PostAsync(bob, attic.Id, "green upstairs");
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", width: 1400, height: 600);
        await page.MayWriteAsync();
        await page.Page.Keyboard.PressAsync("Control+Shift+F");
        await Assertions.Expect(page.Page.Locator("#search-input")).ToBeFocusedAsync();
        await page.Page.Keyboard.TypeAsync("green from:bob");
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Page.Locator(".search-hit")).ToHaveCountAsync(2);
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await page.Page.Keyboard.PressAsync("ArrowUp");
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.ArrivesAsync($"**/rooms/{room.Id}?at={old.Offset}");
        await page.ShowsAsync(".message-highlight", "the crane is green");
        await Assertions.Expect(page.Page.Locator(".message-highlight")).ToBeInViewportAsync();
        await Assertions.Expect(page.Page.Locator(".search-panel")).ToBeVisibleAsync();
        Assert.Equal(0, await page.Page.Locator(".search-panel img").CountAsync());

        // The reader goes away, and to the same place again.
        await page.Page.ClickAsync(".new-messages");
        await Assertions.Expect(page.Message("green again")).ToBeInViewportAsync();
        await page.ArrivesAsync($"**/rooms/{room.Id}");
        await page.Page.Locator(".search-hit").Nth(1).ClickAsync();
        await Assertions.Expect(page.Page.Locator(".message-highlight")).ToBeInViewportAsync();
        await page.Page.Locator("#timeline").EvaluateAsync("list => { list.scrollTop = 0 }");
        await page.Page.Locator(".search-hit").Nth(1).ClickAsync();
        await Assertions.Expect(page.Page.Locator(".message-highlight")).ToBeInViewportAsync();

        // In all rooms, and into another one.
        await page.Page.GetByText(Words.Of("Search.AllRooms")).ClickAsync();
        await Assertions.Expect(page.Page.Locator(".search-hit")).ToHaveCountAsync(3);
        await page.Page.Locator(".search-hit").First.ClickAsync();
        await page.ArrivesAsync($"**/rooms/{attic.Id}?at={elsewhere.Offset}");
        await page.ShowsAsync(".message-highlight", "green upstairs");
        await Assertions.Expect(page.Page.Locator(".search-hit")).ToHaveCountAsync(3);
        await page.Page.Locator("#search-input").FocusAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Page.Locator(".search-panel")).ToHaveCountAsync(0);
        page.AssertNoErrors();
    }

    [Fact]
    public async Task A_day_is_gone_to_by_its_date()
    {
        var time = new SetTime(new DateTimeOffset(2026, 3, 9, 22, 0, 0, TimeSpan.Zero));
        await using var early = await TestServer.StartAsync(replace: services => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<TimeProvider>(services, time));
        var (ann, bob) = (await early.AddPersonAsync("Ann"), await early.AddPersonAsync("Bob"));
        await early.PostAsync(bob, RoomId.General, "on the ninth");
        time.Now += TimeSpan.FromHours(4);
        await early.PostAsync(bob, RoomId.General, "first on the tenth");
        for (var i = 0; i < 80; i++) await early.PostAsync(bob, RoomId.General, $"entry {i}");
        time.Now += TimeSpan.FromDays(2);
        await early.PostAsync(bob, RoomId.General, "later");
        await early.Get<ReadMarkers>().MarkAllAsync(ann.Id);
        await using var page = await browser.SignInAsync(early, ann, height: 600);
        await page.MayWriteAsync();
        await page.Page.ClickAsync(".open-search");
        await page.Page.FillAsync(".search-day input", "2026-03-10");
        await page.ShowsAsync(".message-highlight", "first on the tenth");
        await Assertions.Expect(page.Page.Locator(".message-highlight")).ToBeInViewportAsync();
        page.AssertNoErrors();
    }

    [Fact]
    public async Task On_a_phone_the_panel_is_a_dialog_that_makes_way_for_what_was_found()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Harbour");
        var first = await server.PostAsync(ann, room.Id, "green");
        for (var i = 0; i < 60; i++) await server.PostAsync(ann, room.Id, $"entry {i}");
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", width: 360, height: 740);
        await page.MayWriteAsync();
        await page.Page.ClickAsync(".open-search");
        await Assertions.Expect(page.Page.Locator(".search-panel:modal")).ToBeVisibleAsync();
        await page.Page.FillAsync("#search-input", "green");
        await page.Page.PressAsync("#search-input", "Enter");
        await page.Page.ClickAsync(".search-hit");
        await page.ArrivesAsync($"**/rooms/{room.Id}?at={first.Offset}");
        await Assertions.Expect(page.Page.Locator(".search-panel")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Page.Locator(".message-highlight")).ToBeInViewportAsync();
        page.AssertNoErrors();
    }
}
