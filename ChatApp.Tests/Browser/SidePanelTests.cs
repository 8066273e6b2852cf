using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>The panels beside a room: what they propose, where they lead, how they look.</summary>
[Collection(Browser.Collection)]
public sealed class SidePanelTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_filter_is_chosen_by_keys_becomes_a_chip_and_is_taken_away()
    {
        var (ann, bob, room) = await RoomAsync();
        await server.PostAsync(bob, room.Id, "green light");
        await server.PostAsync(ann, room.Id, "green too");
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", width: 1400);
        await page.MayWriteAsync();
        await page.Page.Keyboard.PressAsync("Control+Shift+F");
        await Assertions.Expect(page.Page.Locator("#search-input")).ToBeFocusedAsync();
        var options = page.Page.Locator("#search-suggestions [role=option]");
        await page.Page.Keyboard.TypeAsync("green fr");
        await Assertions.Expect(options).ToHaveCountAsync(1);
        await page.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Page.Locator("#search-input")).ToHaveValueAsync("green from:");
        await page.Page.Keyboard.TypeAsync(bob.Name[..3]);
        await Assertions.Expect(options.Filter(new() { HasText = bob.Name })).ToHaveCountAsync(1);
        // Escape is for the list first.
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(options).ToHaveCountAsync(0);
        await Assertions.Expect(page.Page.Locator(".search-panel")).ToBeVisibleAsync();
        await page.Page.FillAsync("#search-input", "green ");
        await page.Page.Keyboard.TypeAsync("from:Bob");
        await Assertions.Expect(options.Filter(new() { HasText = bob.Name })).ToHaveCountAsync(1);
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Page.Locator("#search-input")).ToHaveValueAsync($"green from:\"{bob.Name}\" ");
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Page.Locator(".search-hit")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Page.Locator(".chip")).ToContainTextAsync($"from:{bob.Name}");
        await Assertions.Expect(page.Page.Locator(".search-hit mark")).ToHaveTextAsync("green");
        await page.Page.ClickAsync(".chip-remove");
        await Assertions.Expect(page.Page.Locator(".search-hit")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Page.Locator(".chip")).ToHaveCountAsync(0);
        page.AssertNoErrors();
    }

    [Fact]
    public async Task An_answer_that_was_found_or_pinned_opens_its_thread_and_closing_that_shows_the_panel_again()
    {
        var (ann, bob, room) = await RoomAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        var answer = await AnswerAsync(bob, root, "a green answer");
        await server.Get<MessageMarks>().PinAsync(bob.Id, answer.Id, isOn: true);
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", width: 1400);
        await page.MayWriteAsync();
        await page.Page.ClickAsync(".open-search");
        await page.Page.FillAsync("#search-input", "green");
        await page.Page.PressAsync("#search-input", "Enter");
        await page.Page.ClickAsync(".search-hit");
        await page.ArrivesAsync($"**{Places.Of(answer)}");
        await Assertions.Expect(page.Thread().Locator(".message-highlight")).ToContainTextAsync("a green answer");
        await page.Thread().Locator("[data-close]").ClickAsync();
        await Assertions.Expect(page.Thread()).ToHaveCountAsync(0);
        await Assertions.Expect(page.Page.Locator(".search-hit")).ToBeVisibleAsync();

        // Pins in the place of the search, and back to their button.
        await page.Page.ClickAsync("[data-pins]");
        await Assertions.Expect(page.Page.Locator(".search-panel")).ToHaveCountAsync(0);
        await page.ShowsAsync(".pins-panel .entry", "a green answer");
        await page.Page.ClickAsync(".pins-panel .entry-actions a");
        await Assertions.Expect(page.Thread().Locator(".message-highlight")).ToContainTextAsync("a green answer");
        await page.Thread().Locator("[data-close]").ClickAsync();
        await page.Page.FocusAsync(".pins-panel [data-close]");
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Page.Locator(".pins-panel")).ToHaveCountAsync(0);
        page.AssertNoErrors();
    }

    [Fact]
    public async Task Who_reacted_is_said_to_the_pointer_the_keyboard_and_a_long_touch_which_does_not_react()
    {
        var (ann, bob, room) = await RoomAsync();
        var message = await server.PostAsync(bob, room.Id, "look");
        await server.Get<MessageMarks>().ReactAsync(bob.Id, message.Id, "🎉", isOn: true);
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await page.MayWriteAsync();
        var (chip, who) = (page.Page.Locator(".reaction"), page.Page.Locator("main .who-reacted"));
        await chip.HoverAsync();
        await Assertions.Expect(who).ToHaveTextAsync(bob.Name);
        await Assertions.Expect(who).ToBeVisibleAsync();
        await page.Page.Mouse.MoveAsync(2, 2);
        await Assertions.Expect(who).ToBeHiddenAsync();
        await page.Page.FocusAsync("#timeline");
        await page.Page.Keyboard.PressAsync("ArrowUp");
        await page.Page.Keyboard.PressAsync("Tab");
        await chip.FocusAsync();
        await Assertions.Expect(who).ToBeVisibleAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(who).ToBeHiddenAsync();

        // As a finger does it: down, a while, up, and the click that follows.
        await chip.DispatchEventAsync("pointerdown", new { pointerType = "touch", bubbles = true });
        await Assertions.Expect(who).ToBeVisibleAsync();
        await chip.DispatchEventAsync("pointerup", new { pointerType = "touch", bubbles = true });
        await chip.DispatchEventAsync("click");
        await Assertions.Expect(chip).ToHaveAttributeAsync("aria-pressed", "false");
        await chip.ClickAsync();
        await Assertions.Expect(chip).ToHaveAttributeAsync("aria-pressed", "true");
        page.AssertNoErrors();
    }

    [Fact]
    public async Task Every_panel_fits_every_width_and_is_accessible()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bobthelongestnamethatfits"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Harbour", bob);
        var root = await server.PostAsync(ann, room.Id, "a long question " + new string('q', 200));
        foreach (var text in new[] { "short", new string('w', 300), "مرحبا بالعالم", "你好，世界" }) await AnswerAsync(bob, root, text);
        await server.Get<MessageMarks>().ReactAsync(bob.Id, root.Id, "🎉", isOn: true);
        await server.Get<MessageMarks>().PinAsync(bob.Id, root.Id, isOn: true);
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await page.MayWriteAsync();
        await LooksTests.FitsAsync(page, "a room with a thread");
        await page.Page.GotoAsync("/threads");
        await page.IsLiveAsync(server, ann);
        await LooksTests.FitsAsync(page, "the list of threads");
        await page.Page.GotoAsync(Places.OfThread(room.Id, root.Id));
        await page.SeesAnswerAsync("short");
        await LooksTests.FitsAsync(page, "a thread");
        await LooksTests.IsAccessibleAsync(page, "a thread", ".thread-panel");
        await page.Page.SetViewportSizeAsync(1280, 740);
        await page.Thread().Locator("[data-close]").ClickAsync();
        await page.Page.ClickAsync("[data-pins]");
        await Assertions.Expect(page.Page.Locator(".pins-panel .entry")).ToHaveCountAsync(1);
        await LooksTests.FitsAsync(page, "the list of pins");
        await page.Page.SetViewportSizeAsync(1280, 740);
        await page.Page.ClickAsync(".open-search");
        await page.Page.FillAsync("#search-input", "f");
        await page.Page.PressAsync("#search-input", "End");
        await page.Page.Keyboard.TypeAsync("r");
        await Assertions.Expect(page.Page.Locator("#search-suggestions")).ToBeVisibleAsync();
        await LooksTests.IsAccessibleAsync(page, "proposals for a filter", ".search-panel");
        page.AssertNoErrors();
    }

    private async Task<MessageView> AnswerAsync(TestPerson author, MessageView root, string text) =>
        Assert.IsType<PostResult.Accepted>(await server.Get<MessageWriter>().PostAsync(author.Id, root.Room, text, key: null, thread: root.Id)).Message;

    private async Task<(TestPerson Ann, TestPerson Bob, RoomView Room)> RoomAsync()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        return (ann, bob, await server.MakeRoomAsync(ann, RoomVisibility.Private, "Harbour", bob));
    }
}
