using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>What is unread, where a room opens, and that reading counts only where somebody reads.</summary>
[Collection(Browser.Collection)]
public sealed class ReadingTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Numbers_follow_what_others_say_in_all_windows_of_a_person_and_reading_in_one_clears_them_in_all()
    {
        var (ann, bob, room) = await RoomAsync("Harbour");
        await using var first = await browser.SignInAsync(server, ann);
        await using var second = await browser.SignInAsync(server, ann);
        await server.PostAsync(bob, room.Id, "one");
        var gone = await server.PostAsync(bob, room.Id, "gone");
        await server.PostAsync(ann, room.Id, "my own, from elsewhere");
        foreach (var window in new[] { first, second }) await Assertions.Expect(Number(window, "Harbour")).ToContainTextAsync("2");
        await server.Get<MessageEditor>().DeleteAsync(bob.Id, gone.Id);
        foreach (var window in new[] { first, second }) await Assertions.Expect(Number(window, "Harbour")).ToContainTextAsync("1");
        await Assertions.Expect(second.Page).ToHaveTitleAsync("(1) General · ChatApp");
        await Assertions.Expect(second.Page.Locator("link[rel=icon]").Last).ToHaveAttributeAsync("href", new System.Text.RegularExpressions.Regex("favicon-unread", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));

        await first.GoToRoomAsync("Harbour");
        await first.SeesAsync("one");
        foreach (var window in new[] { first, second }) await Assertions.Expect(Number(window, "Harbour")).ToHaveCountAsync(0);
        await Assertions.Expect(second.Page).ToHaveTitleAsync("General · ChatApp");
        Assert.Equal(0, CountOf(ann, room));

        // What comes while it is being read makes no number, and is read.
        var live = await server.PostAsync(bob, room.Id, "live");
        await first.SeesAsync("live");
        await Eventually.BecomesAsync(() => server.Get<ReadMarkers>().Of(ann.Id, room.Id)!.UpTo == live.Offset);
        first.AssertNoErrors();
        second.AssertNoErrors();
    }

    [Fact]
    public async Task A_window_that_nobody_touched_or_that_has_no_focus_reads_nothing()
    {
        var (ann, bob, room) = await RoomAsync("Harbour");
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await page.MayWriteAsync();
        await server.PostAsync(bob, room.Id, "news");
        await page.SeesAsync("news");
        await Assertions.Expect(Number(page, "Harbour")).ToContainTextAsync("1"); // a page that opened by itself

        await page.Page.EvaluateAsync("document.hasFocus = () => false");
        await page.Page.Mouse.MoveAsync(400, 300);
        await server.PostAsync(bob, room.Id, "more news");
        await Assertions.Expect(Number(page, "Harbour")).ToContainTextAsync("2");
        await page.ShowsAsync("[data-divider] + article", "news");
        Assert.Equal(2, CountOf(ann, room));

        await page.Page.EvaluateAsync("delete document.hasFocus; dispatchEvent(new Event('blur'))");
        await page.Page.Mouse.MoveAsync(410, 310);
        await Assertions.Expect(Number(page, "Harbour")).ToHaveCountAsync(0);
        await Eventually.EqualsAsync(0, () => CountOf(ann, room));
        page.AssertNoErrors();
    }

    [Fact]
    public async Task A_room_opens_at_the_first_unread_message_and_going_down_brings_the_newer_pages()
    {
        var (ann, bob, room) = await RoomAsync("Harbour");
        var posted = new List<MessageView>();
        for (var i = 0; i < 240; i++) posted.Add(await server.PostAsync(bob, room.Id, $"entry {i:000}"));
        await server.Get<ReadMarkers>().MarkAsync(ann.Id, room.Id, posted[39].Offset);
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", height: 600);
        await Assertions.Expect(page.Page.Locator("[data-divider]")).ToBeInViewportAsync();
        await Assertions.Expect(page.Message("entry 040")).ToBeInViewportAsync();
        await Assertions.Expect(page.Message("entry 038")).ToBeInViewportAsync();
        await page.Page.Mouse.MoveAsync(500, 300);
        await Assertions.Expect(Number(page, "Harbour")).ToContainTextAsync("99+"); // the end was not shown

        // The next page comes below, and what was looked at stays where it is.
        var looked = page.Message("entry 088");
        var before = await looked.EvaluateAsync<double>("row => { row.scrollIntoView({ block: 'end' }); return row.getBoundingClientRect().top }");
        await Assertions.Expect(page.Message("entry 100")).ToHaveCountAsync(1);
        Assert.InRange((await looked.BoundingBoxAsync())!.Y - before, -4, 4);
        await Assertions.Expect(page.Message("entry 239")).Not.ToBeInViewportAsync();
        await page.Page.ClickAsync(".new-messages");
        await Assertions.Expect(page.Message("entry 239")).ToBeInViewportAsync();
        await Assertions.Expect(Number(page, "Harbour")).ToHaveCountAsync(0);
        await Eventually.EqualsAsync(0, () => CountOf(ann, room));
        page.AssertNoErrors();
    }

    [Fact]
    public async Task Unread_from_here_escape_and_all_rooms_read()
    {
        var (ann, bob, room) = await RoomAsync("Harbour");
        var attic = await server.MakeRoomAsync(bob, RoomVisibility.Private, "Attic", ann);
        await server.PostAsync(bob, attic.Id, "dust");
        for (var i = 0; i < 4; i++) await server.PostAsync(bob, room.Id, $"entry {i}");
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await page.MayWriteAsync();
        await page.Page.Mouse.MoveAsync(500, 300);
        await Assertions.Expect(Number(page, "Harbour")).ToHaveCountAsync(0);
        await page.ChooseAsync("entry 2", "unread");
        await Assertions.Expect(Number(page, "Harbour")).ToContainTextAsync("2");
        await page.ShowsAsync("[data-divider] + article", "entry 2");
        Assert.Equal(2, CountOf(ann, room));
        await page.Page.Locator("#timeline").FocusAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(Number(page, "Harbour")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Page.Locator("[data-divider]")).ToHaveCountAsync(0);

        await page.ChooseAsync("entry 1", "unread");
        await page.Page.Locator("[data-mark-read]").ClickAsync();
        await Eventually.EqualsAsync(0, () => CountOf(ann, room));

        Assert.Equal(1, CountOf(ann, attic));
        await page.Page.Keyboard.PressAsync("Shift+Escape");
        await Assertions.Expect(page.Page.Locator("[data-unread-count]")).ToHaveCountAsync(0);
        Assert.Equal(0, CountOf(ann, attic));
        page.AssertNoErrors();
    }

    private static ILocator Number(BrowserPage window, string room) => window.Page.Locator(".room-link", new() { HasText = room }).Locator("[data-unread-count]");

    private int CountOf(TestPerson person, RoomView room) => server.Get<ReadMarkers>().Of(person.Id, room.Id)!.Count;

    private async Task<(TestPerson Ann, TestPerson Bob, RoomView Room)> RoomAsync(string name)
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        return (ann, bob, await server.MakeRoomAsync(bob, RoomVisibility.Private, name, ann));
    }
}
