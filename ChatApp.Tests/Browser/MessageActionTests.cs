using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>What people do with messages, the whole road: one person acts, the other sees it live.</summary>
[Collection(Browser.Collection)]
public sealed class MessageActionTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_message_is_edited_in_its_row_and_everybody_sees_the_new_text()
    {
        var (ann, bob, room) = await PairAsync();
        await using var first = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await using var second = await browser.SignInAsync(server, bob, $"/rooms/{room.Id}");
        await first.SayAsync("meet at sevn");
        await first.SeesAsync("meet at sevn");
        await second.SeesAsync("meet at sevn");
        Assert.False(await second.MayAsync("meet at sevn", "edit"));

        // Up in the empty composer edits what one said last; Escape leaves it as it was.
        var editor = first.Page.Locator("#edit-input");
        await first.Composer().PressAsync("ArrowUp");
        await Assertions.Expect(editor).ToBeFocusedAsync();
        await editor.FillAsync("something else");
        await editor.PressAsync("Escape");
        await Assertions.Expect(editor).ToHaveCountAsync(0);
        await Assertions.Expect(first.Composer()).ToBeFocusedAsync();
        await first.SeesAsync("meet at sevn");

        // What was typed survives a reload; Shift+Enter breaks the line, Enter saves.
        await first.PressAsync("meet at sevn", "edit");
        await Assertions.Expect(editor).ToHaveValueAsync("meet at sevn");
        await editor.FillAsync("meet at seven");
        await server.Get<MessageMarks>().ReactAsync(bob.Id, server.Get<MessageHistory>().Latest(ann.Id, room.Id, 1)!.Messages[0].Id, "👀", isOn: true);
        await Assertions.Expect(first.Page.Locator(".reaction")).ToHaveCountAsync(1);
        await Assertions.Expect(editor).ToHaveValueAsync("meet at seven");
        await first.Page.ReloadAsync();
        await Assertions.Expect(editor).ToHaveValueAsync("meet at seven");
        await editor.PressAsync("Shift+Enter");
        await editor.PressSequentiallyAsync("sharp");
        await editor.PressAsync("Enter");
        await first.SeesAsync("meet at seven");
        await second.SeesAsync("meet at seven");
        await second.SeesNoLongerAsync("sevn");
        await Assertions.Expect(second.Page.Locator("span.edited")).ToHaveCountAsync(1);
        Assert.Equal("meet at seven\nsharp", server.Get<MessageHistory>().Latest(ann.Id, room.Id, 1)!.Messages[0].Text);

        await first.Page.Locator("button.edited").ClickAsync();
        await Assertions.Expect(first.Page.Locator("dialog .entry-text")).ToHaveTextAsync(["meet at seven\nsharp", "meet at sevn"]);
        // Its text is there a moment before it is open, and takes keys.
        await Assertions.Expect(first.Page.Locator("dialog:modal")).ToHaveCountAsync(1);
        await first.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(first.Page.Locator("dialog")).ToHaveCountAsync(0);
        await Assertions.Expect(first.Page.Locator("button.edited")).ToBeFocusedAsync();

        // More than fits never leaves the page; an empty text is refused beside the editor.
        await first.PressAsync("meet at seven", "edit");
        // The editor's script puts the cursor where it belongs: before that, what is filled in stands beside the old text.
        await Assertions.Expect(editor).ToBeFocusedAsync();
        await editor.FillAsync(new string('a', 8_001));
        await editor.PressAsync("Enter");
        await first.ShowsAsync(".edit-box .counter", Words.Of("Composer.Over", 1));
        await editor.FillAsync(" ");
        await editor.PressAsync("Enter");
        await first.ShowsAsync("#edit-problem", Words.Of("Edit.Empty"));
        await first.Page.Locator("[data-cancel]").ClickAsync();
        await first.SeesAsync("meet at seven");
        first.AssertNoErrors();
        second.AssertNoErrors();
    }

    [Fact]
    public async Task Reactions_are_given_by_keyboard_and_joined_by_a_click()
    {
        var (ann, bob, room) = await PairAsync();
        await server.PostAsync(ann, room.Id, "older");
        await server.PostAsync(bob, room.Id, "we are live");
        await using var first = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await using var second = await browser.SignInAsync(server, bob, $"/rooms/{room.Id}");
        await first.SeesAsync("we are live");
        await first.MayWriteAsync();

        // From the list to its last message and back, to the message's bar, to the picker.
        var (keys, list) = (first.Page.Keyboard, first.Page.Locator("#timeline"));
        await Eventually.BecomesAsync(async () =>
        {
            await list.FocusAsync();
            await keys.PressAsync("ArrowUp");
            return await first.Page.Locator("article .message-actions").CountAsync() == 1;
        });
        await Assertions.Expect(first.Message("we are live")).ToBeFocusedAsync();
        await keys.PressAsync("ArrowUp");
        await Assertions.Expect(first.Message("older")).ToBeFocusedAsync();
        await keys.PressAsync("ArrowDown");
        await keys.PressAsync("Tab");
        await Assertions.Expect(first.Message("we are live").Locator(".message-author")).ToBeFocusedAsync();
        await keys.PressAsync("Tab");
        await Assertions.Expect(first.Message("we are live").Locator("[data-tool=react]")).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Assertions.Expect(first.Page.Locator("#emoji-search")).ToBeFocusedAsync();
        await Assertions.Expect(first.Page.Locator("[data-pick]").First).ToBeVisibleAsync();
        await keys.PressAsync("ArrowDown");
        await Assertions.Expect(first.Page.Locator("[data-pick]").First).ToBeFocusedAsync();
        await keys.PressAsync("ArrowRight");
        await keys.PressAsync("ArrowDown");
        await keys.PressAsync("ArrowUp");
        await keys.PressAsync("ArrowLeft");
        await keys.PressAsync("Enter");
        await Assertions.Expect(first.Page.Locator("#emoji-picker")).ToBeHiddenAsync();

        var (own, theirs) = (first.Page.Locator(".reaction"), second.Page.Locator(".reaction"));
        await Assertions.Expect(theirs).ToHaveTextAsync("👍 1");
        await Assertions.Expect(theirs).ToHaveAttributeAsync("data-who", ann.Name);
        await theirs.ClickAsync();
        await Assertions.Expect(own).ToHaveTextAsync("👍 2");
        await Assertions.Expect(own).ToHaveAttributeAsync("data-who", $"{Words.Of("Reaction.You")}, {bob.Name}");
        await Assertions.Expect(theirs).ToHaveAttributeAsync("aria-pressed", "true");
        await theirs.ClickAsync();
        await Assertions.Expect(own).ToHaveTextAsync("👍 1");
        await Assertions.Expect(theirs).ToHaveAttributeAsync("aria-pressed", "false");
        first.AssertNoErrors();
        second.AssertNoErrors();
    }

    [Fact]
    public async Task An_answer_quotes_what_it_answers_and_leads_to_it()
    {
        var (ann, bob, room) = await PairAsync();
        var question = await server.PostAsync(ann, room.Id, "who has the key?");
        await using var second = await browser.SignInAsync(server, bob, $"/rooms/{room.Id}");
        await second.PressAsync("who has the key?", "reply");
        await Assertions.Expect(second.Composer()).ToBeFocusedAsync();
        var bar = second.Page.Locator(".reply-bar");
        await Assertions.Expect(bar).ToContainTextAsync(Words.Of("Composer.ReplyTo", ann.Name));
        await Assertions.Expect(bar).ToContainTextAsync("who has the key?");
        await second.Composer().PressAsync("Escape");
        await Assertions.Expect(bar).ToBeHiddenAsync();
        await second.PressAsync("who has the key?", "reply");
        await Assertions.Expect(bar).ToBeVisibleAsync();
        await second.Page.ReloadAsync();
        await Assertions.Expect(bar).ToContainTextAsync("who has the key?");
        await second.SayAsync("I do");
        await Assertions.Expect(bar).ToBeHiddenAsync();
        await second.SeesAsync("I do");
        await second.SayAsync("and the lamp");
        await second.SeesAsync("and the lamp");
        var stored = server.Get<MessageHistory>().Latest(ann.Id, room.Id, 2)!.Messages;
        Assert.Equal([question.Id, null], stored.Select(message => message.ReplyTo?.Id));

        // Long after, the quotation leads back to where it was said.
        for (var i = 0; i < 100; i++) await server.PostAsync(bob, room.Id, $"filler {i}");
        await server.Get<MessageWriter>().PostAsync(bob.Id, room.Id, "still have it", key: null, question.Id);
        await server.Get<ReadMarkers>().MarkAsync(ann.Id, room.Id, new Offset(long.MaxValue)); // or the room would open where she left off
        await using var first = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await first.SeesAsync("still have it");
        await first.SeesNoLongerAsync("who has the key?");
        await first.MayWriteAsync();
        await Eventually.BecomesAsync(async () =>
        {
            await first.Page.EvaluateAsync("document.querySelector('article:last-of-type [data-jump]')?.click()");
            return await first.Message("who has the key?").CountAsync() == 1;
        });
        await Assertions.Expect(first.Message("who has the key?")).ToBeInViewportAsync();
        await Assertions.Expect(first.Message("I do").Locator(".quote")).ToContainTextAsync("who has the key?");

        await server.Get<MessageEditor>().DeleteAsync(ann.Id, question.Id);
        await Assertions.Expect(first.Message("I do").Locator(".quote")).ToHaveTextAsync(Words.Of("Reply.Gone"));
        first.AssertNoErrors();
        second.AssertNoErrors();
    }

    [Fact]
    public async Task A_pin_shows_on_the_message_and_in_the_list_of_pins_which_leads_to_it()
    {
        var (ann, bob, room) = await PairAsync();
        await server.PostAsync(ann, room.Id, "the door code is 1234");
        for (var i = 0; i < 30; i++) await server.PostAsync(bob, room.Id, $"filler {i:00}");
        await using var first = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await using var second = await browser.SignInAsync(server, bob, $"/rooms/{room.Id}");
        await first.ChooseAsync("the door code is 1234", "pin");
        await Assertions.Expect(second.Message("the door code is 1234").Locator(".message-pin")).ToHaveCountAsync(1);

        await second.Page.ClickAsync("[data-pins]");
        await second.ShowsAsync(".pins-panel .entry", "the door code is 1234");
        await second.Page.GetByRole(AriaRole.Link, new() { Name = Words.Of("Pins.Show") }).ClickAsync();
        await Assertions.Expect(second.Message("the door code is 1234")).ToBeInViewportAsync();
        await second.Page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Message.Unpin") }).ClickAsync();
        await second.ShowsAsync(".pins-panel", Words.Of("Pins.None"));
        await Assertions.Expect(first.Page.Locator(".message-pin")).ToHaveCountAsync(0);
        first.AssertNoErrors();
        second.AssertNoErrors();
    }

    [Fact]
    public async Task A_deletion_is_taken_back_by_keyboard()
    {
        var (ann, bob, room) = await PairAsync();
        await server.PostAsync(ann, room.Id, "too hasty");
        await using var first = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await using var second = await browser.SignInAsync(server, bob, $"/rooms/{room.Id}");
        await second.SeesAsync("too hasty");
        await first.PressAsync("too hasty", "more");
        var keys = first.Page.Keyboard;
        await Assertions.Expect(first.Page.Locator("#message-menu [data-tool=pin]")).ToBeFocusedAsync();
        await keys.PressAsync("ArrowUp"); // from the first to the last
        await keys.PressAsync("Enter");
        await Assertions.Expect(first.Page.Locator("dialog[open]")).ToHaveCountAsync(1);
        await first.Page.Locator("dialog .button-danger").PressAsync("Enter");
        await second.SeesNoLongerAsync("too hasty");
        await Assertions.Expect(first.Page.Locator("[data-undo]")).ToBeFocusedAsync();
        await first.ShowsAsync("[aria-live=polite]", Words.Of("Undo.Announcement", MessageEditor.UndoTime.TotalSeconds));
        await keys.PressAsync("Enter");
        await first.SeesAsync("too hasty");
        await second.SeesAsync("too hasty");
        await Assertions.Expect(first.Message("too hasty")).ToBeFocusedAsync();
        first.AssertNoErrors();
        second.AssertNoErrors();
    }

    [Fact]
    public async Task A_link_to_a_message_is_copied_and_a_tap_shows_what_can_be_done()
    {
        var (ann, _, room) = await PairAsync();
        var message = await server.PostAsync(ann, room.Id, "look here");
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", width: 360, height: 740);
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.ChooseAsync("look here", "link");
        await page.ShowsAsync(".toasts", Words.Of("Link.Copied"));
        Assert.Equal($"{server.Address}/rooms/{room.Id}?at={message.Offset}", await page.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));

        // Also where the beginning of a long message is out of sight.
        await server.PostAsync(ann, room.Id, "long\n\n" + string.Concat(Enumerable.Repeat("line\n\n", 60)) + "end");
        await page.PressAsync("end", "reply");
        await Assertions.Expect(page.Message("end").Locator(".message-actions")).ToBeInViewportAsync(new() { Ratio = 1 });

        var bar = page.Message("look here").Locator(".message-actions");
        await page.Message("look here").ScrollIntoViewIfNeededAsync();
        await page.Page.Mouse.MoveAsync(5, 5);
        await Assertions.Expect(bar).ToHaveCountAsync(0);
        var body = page.Message("look here").Locator(".message-body");
        for (var taps = 1; taps <= 3; taps++)
        {
            await body.EvaluateAsync("body => body.dispatchEvent(new PointerEvent('click', { bubbles: true, pointerType: 'touch' }))");
            await Assertions.Expect(bar).ToHaveCountAsync(taps % 2);
        }

        page.AssertNoErrors();
    }

    [Fact]
    public async Task A_row_that_is_drawn_anew_keeps_the_focus()
    {
        var (ann, bob, room) = await PairAsync();
        var message = await server.PostAsync(bob, room.Id, "look here");
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await page.MayWriteAsync();
        await page.Message("look here").FocusAsync();
        await server.Get<MessageMarks>().ReactAsync(bob.Id, message.Id, "👀", isOn: true);
        await Assertions.Expect(page.Page.Locator(".reaction")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Message("look here")).ToBeFocusedAsync();
        await server.Get<MessageMarks>().ReactAsync(bob.Id, message.Id, "👀", isOn: false);
        await Assertions.Expect(page.Page.Locator(".reaction")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Message("look here")).ToBeFocusedAsync();
        page.AssertNoErrors();
    }

    private async Task<(TestPerson Ann, TestPerson Bob, RoomView Room)> PairAsync()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        return (ann, bob, await server.MakeRoomAsync(ann, name: "Workshop", members: [bob]));
    }
}
