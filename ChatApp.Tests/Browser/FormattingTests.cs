using ChatApp.Messages;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Marks by bar and keys, the preview, what is pasted, and code in the timeline.</summary>
[Collection(Browser.Collection)]
public sealed class FormattingTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task The_keys_put_marks_around_what_is_selected_take_them_off_and_can_be_undone()
    {
        var (_, _, window) = await OpenAsync();
        await using var page = window;
        var box = page.Composer();
        await box.PressSequentiallyAsync("some words");
        foreach (var (keys, expected) in new[]
        {
            ("Control+b", "some **words**"), ("Control+i", "some *words*"), ("Control+Shift+X", "some ~~words~~"), ("Control+e", "some `words`"),
            ("Control+Shift+E", "some \n```\nwords\n```"), ("Control+Shift+U", "some [words](https://)"), ("Control+Shift+8", "- some words"), ("Control+Shift+9", "> some words"),
        })
        {
            await SelectAsync(page, 5, 10);
            await box.PressAsync(keys);
            await Assertions.Expect(box).ToHaveValueAsync(expected);
            await box.PressAsync("Control+z");
            await Assertions.Expect(box).ToHaveValueAsync("some words");
        }

        await SelectAsync(page, 5, 10);
        foreach (var (keys, expected) in new[] { ("Control+b", "some **words**"), ("Control+i", "some ***words***"), ("Control+b", "some *words*"), ("Control+i", "some words") })
        {
            await box.PressAsync(keys);
            await Assertions.Expect(box).ToHaveValueAsync(expected);
        }

        await box.FillAsync("one\ntwo");
        await box.PressAsync("Control+a");
        await box.PressAsync("Control+Shift+8");
        await Assertions.Expect(box).ToHaveValueAsync("- one\n- two");
        await box.PressAsync("Control+Shift+8");
        await Assertions.Expect(box).ToHaveValueAsync("one\ntwo");
        await box.FillAsync(" padded ");
        await box.PressAsync("Control+a");
        await box.PressAsync("Control+b");
        await Assertions.Expect(box).ToHaveValueAsync(" **padded** ");
        await box.FillAsync("a ``` b");
        await box.PressAsync("Control+a");
        await box.PressAsync("Control+Shift+E");
        await Assertions.Expect(box).ToHaveValueAsync("````\na ``` b\n````");
        await box.FillAsync("");
        await box.PressAsync("Control+b");
        await box.PressSequentiallyAsync("in");
        await Assertions.Expect(box).ToHaveValueAsync("**in**");

        // Elsewhere on the page the keys are nobody's.
        await page.Page.Locator("#timeline").FocusAsync();
        await page.Page.Keyboard.PressAsync("Control+b");
        await Assertions.Expect(box).ToHaveValueAsync("**in**");
        page.AssertNoErrors();
    }

    [Fact]
    public async Task The_bar_is_walked_by_arrows_and_works_on_the_selection_by_keyboard_and_pointer()
    {
        var (_, _, window) = await OpenAsync();
        await using var page = window;
        await page.Composer().FillAsync("some words");
        await SelectAsync(page, 0, 4);
        await page.Page.ClickAsync("[data-format=bold]");
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("**some** words");
        await Assertions.Expect(page.Composer()).ToBeFocusedAsync();
        var keys = page.Page.Keyboard;
        await keys.PressAsync("Tab");
        await Assertions.Expect(page.Page.Locator("[data-format=bold]")).ToBeFocusedAsync();
        await keys.PressAsync("ArrowRight");
        await Assertions.Expect(page.Page.Locator("[data-format=italic]")).ToBeFocusedAsync();
        await keys.PressAsync("End");
        await keys.PressAsync("ArrowRight");
        await keys.PressAsync("ArrowLeft");
        await Assertions.Expect(page.Page.Locator("[data-format=quote]")).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("> **some** words");
        await keys.PressAsync("Tab");
        await Assertions.Expect(page.Page.Locator("[data-format=quote]")).ToBeFocusedAsync();
        await keys.PressAsync("Tab");
        await Assertions.Expect(page.Page.Locator("[data-preview]")).ToBeFocusedAsync();
        page.AssertNoErrors();
    }

    [Fact]
    public async Task The_preview_shows_what_readers_will_see_and_leads_back_to_the_text()
    {
        var (ann, room, window) = await OpenAsync();
        await using var page = window;
        const string text = "**bold** <i>\n\n```cs\nvar x = 1;\n```";
        await page.Composer().FillAsync(text);
        var preview = page.Page.Locator(".composer-preview");
        await page.Page.ClickAsync("[data-preview]");
        await Assertions.Expect(preview).ToBeVisibleAsync();
        await Assertions.Expect(preview).ToBeFocusedAsync();
        await Assertions.Expect(page.Composer()).ToBeHiddenAsync();
        var shown = await preview.InnerHTMLAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(preview).ToBeHiddenAsync();
        await Assertions.Expect(page.Composer()).ToBeFocusedAsync();
        await Assertions.Expect(page.Composer()).ToHaveValueAsync(text);
        await page.Page.ClickAsync("[data-preview]");
        await Assertions.Expect(preview).ToBeVisibleAsync();
        await page.Page.ClickAsync(".send-button");
        await Assertions.Expect(preview).ToBeHiddenAsync();
        await page.SeesAsync("bold");
        // The framework puts a mark of its own before what it inserts.
        Assert.Equal(shown, (await page.Message("bold").Locator(".message-body").InnerHTMLAsync()).Replace("<!--!-->", "", StringComparison.Ordinal));
        Assert.Equal(text, server.Get<MessageHistory>().Latest(ann.Id, room, 1)!.Messages[0].Text);
        page.AssertNoErrors();
    }

    [Fact]
    public async Task Lines_are_pasted_as_they_are_pictures_and_too_much_are_refused_and_nothing_is_lost()
    {
        var (_, _, window) = await OpenAsync();
        await using var page = window;
        var (box, note) = (page.Composer(), page.Page.Locator(".composer-note"));
        await PasteAsync(page, "one\n  two\n");
        await Assertions.Expect(box).ToHaveValueAsync("one\n  two\n");
        await PasteAsync(page, new string('a', 7_991));
        await Assertions.Expect(note).ToHaveTextAsync(Words.Of("Composer.TooMuch", "8,001", "8,000"));
        await Assertions.Expect(box).ToHaveValueAsync("one\n  two\n");
        await box.PressSequentiallyAsync("!");
        await Assertions.Expect(note).ToBeHiddenAsync();
        await PasteAsync(page, text: null);
        await Assertions.Expect(note).ToHaveTextAsync(Words.Of("Composer.NoFiles"));
        await Assertions.Expect(box).ToHaveValueAsync("one\n  two\n!");
        await box.FillAsync("see here");
        await SelectAsync(page, 4, 8);
        await PasteAsync(page, "https://example.org/a");
        await Assertions.Expect(box).ToHaveValueAsync("see [here](https://example.org/a)");
        page.AssertNoErrors();
    }

    [Fact]
    public async Task Code_says_its_language_and_is_copied_by_pointer_and_keyboard()
    {
        var (ann, room, window) = await OpenAsync();
        await using var page = window;
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await server.PostAsync(ann, room, "look:\n\n```py\ndef f(): # <b>\n    return 1\n```");
        await page.SeesAsync("look:");
        var frame = page.Message("look:").Locator("pre");
        Assert.Equal("\"Python\"", await frame.EvaluateAsync<string>("block => getComputedStyle(block, '::before').content"));
        await Assertions.Expect(frame.Locator(".tok-k")).ToHaveTextAsync(["def", "return"]);
        await frame.HoverAsync();
        await page.Page.ClickAsync("pre .copy-code");
        await page.ShowsAsync(".toasts", Words.Of("Composer.CodeCopied"));
        Assert.Equal("def f(): # <b>\n    return 1", await page.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));

        await page.Page.EvaluateAsync("navigator.clipboard.writeText('')");
        await page.Page.Mouse.MoveAsync(1, 1);
        await page.Message("look:").FocusAsync();
        await page.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Message("look:").Locator(".message-author")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(frame.Locator("code")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(frame.Locator(".copy-code")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Eventually.BecomesAsync(async () => await page.Page.EvaluateAsync<string>("navigator.clipboard.readText()") != "");
        page.AssertNoErrors();
    }

    [Fact]
    public async Task The_editor_of_a_message_has_the_same_marks_and_names_of_emoji()
    {
        var (ann, room, window) = await OpenAsync();
        await using var page = window;
        await server.PostAsync(ann, room, "words");
        await page.SeesAsync("words");
        await page.Composer().PressAsync("ArrowUp");
        var editor = page.Page.Locator("#edit-input");
        await Assertions.Expect(editor).ToBeFocusedAsync();
        await editor.PressAsync("Control+a");
        await editor.PressAsync("Control+b");
        await Assertions.Expect(editor).ToHaveValueAsync("**words**");
        await editor.PressAsync("End");
        await editor.PressSequentiallyAsync(" :tada");
        await Assertions.Expect(editor).ToHaveValueAsync("**words** :tada");
        await page.Page.WaitForFunctionAsync("performance.getEntriesByName(new URL('/emoji.json', location).href).length > 0");
        await editor.PressSequentiallyAsync(":");
        await editor.PressAsync("Enter");
        await page.SeesAsync("words 🎉");
        Assert.Equal("**words** 🎉", server.Get<MessageHistory>().Latest(ann.Id, room, 1)!.Messages[0].Text);
        page.AssertNoErrors();
    }

    private static async Task SelectAsync(BrowserPage page, int start, int end) =>
        await page.Composer().EvaluateAsync("(box, [start, end]) => { box.focus(); box.setSelectionRange(start, end); }", new[] { start, end });

    // As the browser hands it over; what the page lets through is put in as the browser would.
    private static async Task PasteAsync(BrowserPage page, string? text) => await page.Composer().EvaluateAsync(
        """
        (box, text) => {
          const data = new DataTransfer();
          if (text === null) data.items.add(new File(['x'], 'a.png', { type: 'image/png' })); else data.setData('text/plain', text);
          box.focus();
          if (box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))) document.execCommand('insertText', false, text ?? 'picture');
        }
        """,
        text);

    private async Task<(TestPerson Ann, RoomId Room, BrowserPage Window)> OpenAsync()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = (await server.MakeRoomAsync(ann)).Id;
        var window = await browser.SignInAsync(server, ann, $"/rooms/{room}");
        await window.MayWriteAsync();
        return (ann, room, window);
    }
}
