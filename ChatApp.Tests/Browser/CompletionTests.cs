using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>What is proposed while one types, by keyboard alone, and what an input method keeps for itself; emoji and commands.</summary>
[Collection(Browser.Collection)]
public sealed class CompletionTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    private static readonly string[] ComboboxAttributes = ["role", "aria-expanded", "aria-haspopup", "aria-controls", "aria-activedescendant"];

    [Fact]
    public async Task People_are_chosen_by_keyboard_those_of_the_room_first_and_the_box_is_a_combobox_meanwhile()
    {
        var (ann, room, window) = await OpenAsync();
        await using var page = window;
        var (outside, inside) = (await server.AddPersonAsync("Quinna"), await server.AddPersonAsync("Quinnz"));
        await server.Get<RoomWriter>().InviteAsync(ann.Id, room, inside.Id);
        var (box, options) = (page.Composer(), page.Page.Locator("#suggestions [role=option]"));
        await box.PressSequentiallyAsync("ask @quinn");
        await Assertions.Expect(options).ToHaveCountAsync(2);
        await Assertions.Expect(options.Nth(0)).ToContainTextAsync(inside.Name);
        await Assertions.Expect(options.Nth(1)).ToContainTextAsync(Words.Of("Composer.NotHere"));
        Assert.Equal("combobox true listbox suggestions suggestion-0", await AttributesAsync(box));
        await box.PressAsync("ArrowDown");
        await Assertions.Expect(options.Nth(1)).ToHaveAttributeAsync("aria-selected", "true");
        await Assertions.Expect(box).ToHaveAttributeAsync("aria-activedescendant", "suggestion-1");
        await box.PressAsync("ArrowDown");
        await box.PressAsync("Enter");
        await Assertions.Expect(box).ToHaveValueAsync($"ask @{inside.Name} ");
        await Assertions.Expect(options).ToHaveCountAsync(0);
        Assert.Equal("", await AttributesAsync(box));

        // The rest of the line is nobody's name: Enter sends.
        await box.PressSequentiallyAsync("please");
        await box.PressAsync("Enter");
        await page.SeesAsync($"ask @{inside.Name} please");
        await box.PressSequentiallyAsync("@" + outside.Name[..8].ToLowerInvariant());
        await Assertions.Expect(options).ToHaveCountAsync(1);
        await box.PressAsync("Tab");
        await Assertions.Expect(box).ToHaveValueAsync($"@{outside.Name} ");
        await Assertions.Expect(box).ToBeFocusedAsync();
        await box.FillAsync("");
        await box.PressSequentiallyAsync("@quinn");
        await Assertions.Expect(options).ToHaveCountAsync(2);
        await options.Nth(0).ClickAsync();
        await Assertions.Expect(box).ToHaveValueAsync($"@{inside.Name} ");
        await box.FillAsync("");

        // What is there in full needs no choice.
        await box.PressSequentiallyAsync($"@{inside.Name}");
        await Assertions.Expect(options).ToHaveCountAsync(1);
        await box.PressAsync("Enter");
        await Assertions.Expect(box).ToHaveValueAsync("");
        page.AssertNoErrors();
    }

    [Fact]
    public async Task Escape_closes_the_list_and_nothing_else_and_code_and_addresses_open_none()
    {
        var (ann, room, window) = await OpenAsync();
        await using var page = window;
        var (box, list) = (page.Composer(), page.Page.Locator("#suggestions"));
        await server.PostAsync(ann, room, "question");
        await page.PressAsync("question", "reply");
        await box.PressSequentiallyAsync(":smi");
        await Assertions.Expect(list).ToBeVisibleAsync();
        await box.PressAsync("Escape");
        await Assertions.Expect(list).ToBeHiddenAsync();
        await Assertions.Expect(page.Page.Locator(".reply-bar")).ToBeVisibleAsync();
        await box.PressSequentiallyAsync("l");
        await Assertions.Expect(list).ToBeHiddenAsync();
        await box.PressAsync("Escape");
        await Assertions.Expect(page.Page.Locator(".reply-bar")).ToBeHiddenAsync();
        foreach (var text in new[] { "`:smile", "```\n:smile", "me@gen", "http://a/:smile", "10:30", "# ", "a/me", "see #" })
        {
            await box.FillAsync("");
            await box.PressSequentiallyAsync(text.Replace("\n", "", StringComparison.Ordinal)[..^1]);
            if (text.Contains('\n', StringComparison.Ordinal)) await box.FillAsync(text[..^1]);
            await box.PressSequentiallyAsync(text[^1..]);
            if (text != "see #") await Assertions.Expect(list).ToBeHiddenAsync();
        }

        await Assertions.Expect(list).ToBeVisibleAsync();
        page.AssertNoErrors();
    }

    [Fact]
    public async Task An_input_method_keeps_its_keys_and_what_it_wrote_is_looked_for_when_it_is_done()
    {
        var (_, _, window) = await OpenAsync("zh-CN");
        await using var page = window;
        var wang = await server.AddPersonAsync("王小明");
        var (box, options) = (page.Composer(), page.Page.Locator("#suggestions [role=option]"));
        await box.PressSequentiallyAsync("你好@");
        var ime = await page.Context.NewCDPSessionAsync(page.Page);
        // The letters of a composition are no name yet.
        await ime.SendAsync("Input.imeSetComposition", new Dictionary<string, object> { ["text"] = "wang", ["selectionStart"] = 4, ["selectionEnd"] = 4 });
        await box.EvaluateAsync("box => box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }))");
        await box.EvaluateAsync("box => box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true }))");
        await Assertions.Expect(box).ToHaveValueAsync("你好@wang");
        await ime.SendAsync("Input.insertText", new Dictionary<string, object> { ["text"] = "王" });
        await Assertions.Expect(box).ToHaveValueAsync("你好@王");
        await Assertions.Expect(options).ToHaveCountAsync(1);
        await Assertions.Expect(options).ToContainTextAsync(Words.In("zh-Hans", "Composer.NotHere"));
        Assert.False(await box.EvaluateAsync<bool>("box => !box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }))"));
        await Assertions.Expect(box).ToHaveValueAsync("你好@王");
        await box.PressAsync("Enter");
        await Assertions.Expect(box).ToHaveValueAsync($"你好@{wang.Name} ");
        await box.FillAsync("");
        await box.PressSequentiallyAsync(":笑哭");
        await Assertions.Expect(options.First).ToContainTextAsync("😂");
        await box.FillAsync("");
        await box.PressSequentiallyAsync("/");
        await Assertions.Expect(options.Filter(new() { HasText = "/leave" })).ToContainTextAsync(Words.In("zh-Hans", "Commands.leave"));
        page.AssertNoErrors();
    }

    [Fact]
    public async Task Names_of_emoji_become_emoji_when_they_are_complete_or_sent_and_stay_in_code()
    {
        var (ann, room, window) = await OpenAsync();
        await using var page = window;
        var (box, options) = (page.Composer(), page.Page.Locator("#suggestions [role=option]"));
        await box.PressSequentiallyAsync("yes :rock");
        await Assertions.Expect(options.First).ToContainTextAsync(":rocket:");
        await box.PressAsync("Enter");
        await Assertions.Expect(box).ToHaveValueAsync("yes 🚀 ");
        await box.PressSequentiallyAsync(":tada:");
        await Assertions.Expect(box).ToHaveValueAsync("yes 🚀 🎉");
        await box.PressAsync("Control+z");
        await Assertions.Expect(box).ToHaveValueAsync("yes 🚀 :tada:");
        await box.FillAsync("好:tada::+1: :nosuch: 10:100:20 std::star::x `:tada:`\n```\n:tada:\n```\n:+1:");
        await box.PressAsync("Enter");
        await page.SeesAsync(":nosuch:");
        Assert.Equal("好🎉👍 :nosuch: 10:100:20 std::star::x `:tada:`\n```\n:tada:\n```\n👍", server.Get<MessageHistory>().Latest(ann.Id, room, 1)!.Messages[0].Text);
        page.AssertNoErrors();
    }

    [Fact]
    public async Task The_picker_searches_inserts_at_the_caret_and_knows_what_was_taken_lately()
    {
        var (ann, _, window) = await OpenAsync();
        await using var page = window;
        var (keys, picker, picks) = (page.Page.Keyboard, page.Page.Locator("#emoji-picker"), page.Page.Locator("#emoji-picker [data-pick]"));
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("performance.getEntriesByName(new URL('/emoji.json', location).href).length"));
        await page.Composer().FillAsync("a  b");
        await page.Composer().EvaluateAsync("box => box.setSelectionRange(2, 2)");
        await page.Page.ClickAsync("[data-pick-emoji]");
        await Assertions.Expect(picks.First).ToHaveTextAsync("👍");
        await page.Page.FillAsync("#emoji-search", "octop");
        await Assertions.Expect(picks).ToHaveCountAsync(1);
        await keys.PressAsync("Enter");
        await Assertions.Expect(picker).ToBeHiddenAsync();
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("a 🐙 b");
        await Assertions.Expect(page.Composer()).ToBeFocusedAsync();

        await page.Page.ClickAsync("[data-pick-emoji]");
        await Assertions.Expect(picks.First).ToHaveTextAsync("🐙");
        await page.Page.FillAsync("#emoji-search", "qqq");
        await page.ShowsAsync(".emoji-status", Words.Of("Emoji.None"));
        await page.Page.ClickAsync("[data-group=food]");
        await Assertions.Expect(page.Page.Locator("[data-section=food]")).ToBeInViewportAsync();
        await page.Page.Locator("[data-pick='🍕']").FocusAsync();
        foreach (var key in new[] { "ArrowDown", "ArrowUp" }) await keys.PressAsync(key);
        await Assertions.Expect(page.Page.Locator("[data-pick='🍕']")).ToBeFocusedAsync();
        await keys.PressAsync("Escape");
        await Assertions.Expect(picker).ToBeHiddenAsync();
        Assert.Equal("🐙", await page.Page.EvaluateAsync<string>("name => JSON.parse(localStorage.getItem(name))[0]", $"emoji:{ann.Id}"));
        page.AssertNoErrors();
    }

    [Fact]
    public async Task Commands_are_proposed_carried_out_and_keep_their_text_where_they_fail()
    {
        var (ann, room, window) = await OpenAsync();
        await using var page = window;
        var (box, note, options) = (page.Composer(), page.Page.Locator(".composer-note"), page.Page.Locator("#suggestions [role=option]"));
        await box.PressSequentiallyAsync("/");
        await Assertions.Expect(options).ToHaveCountAsync(6);
        await box.PressSequentiallyAsync("to");
        await Assertions.Expect(options).ToHaveCountAsync(1);
        await box.PressAsync("Enter");
        await Assertions.Expect(box).ToHaveValueAsync("/topic ");
        await box.PressSequentiallyAsync("tea and cake");
        await box.PressAsync("Enter");
        await page.ShowsAsync(".room-topic", "tea and cake");
        await Assertions.Expect(box).ToHaveValueAsync("");
        await Assertions.Expect(note).ToHaveTextAsync(Words.Of("Commands.TopicSet"));

        foreach (var (text, problem) in new[]
        {
            ("/mute", Words.Of("Commands.Unknown", "mute")), ("/nosuch thing", Words.Of("Commands.Unknown", "nosuch")), ("/me", Words.Of("Commands.Missing", "me")),
            ("/invite @Nobody", Words.Of("Commands.NoSuchPerson", "Nobody")), ("/leave", Words.Of("RoomOutcome.LastOwner")),
        })
        {
            await box.FillAsync(text);
            await box.PressAsync("Enter");
            await Assertions.Expect(note).ToHaveTextAsync(problem);
            await Assertions.Expect(box).ToHaveValueAsync(text);
        }

        foreach (var text in new[] { "/me waves", "/me is 5*3 _ok_", "/shrug no idea", "//leave", "/usr/bin is full" })
        {
            await box.FillAsync(text);
            await box.PressAsync("Enter");
            await Assertions.Expect(box).ToHaveValueAsync("");
        }

        await page.SeesAsync("/usr/bin is full");
        var said = server.Get<MessageHistory>().Latest(ann.Id, room, 10)!.Messages;
        Assert.Equal(["*waves*", "*is 5\\*3 _ok_*", "no idea ¯\\\\\\_(ツ)\\_/¯", "/leave", "/usr/bin is full"], said.Select(message => message.Text));
        Assert.Equal(["<p><em>waves</em></p>", "<p><em>is 5*3 <em>ok</em></em></p>", "<p>no idea ¯\\_(ツ)_/¯</p>"], said.Take(3).Select(message => message.Html));

        await box.FillAsync("/help");
        await box.PressAsync("Enter");
        await Assertions.Expect(page.Page.Locator("dialog[open] dt")).ToHaveCountAsync(7);
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Page.Locator("dialog")).ToHaveCountAsync(0);
        await Assertions.Expect(box).ToHaveValueAsync("");
        page.AssertNoErrors();
    }

    [Fact]
    public async Task Leave_leads_out_of_the_room_and_leaves_no_draft()
    {
        var (ann, room, window) = await OpenAsync();
        await window.DisposeAsync();
        var bob = await server.AddPersonAsync("Bob");
        await server.Get<RoomWriter>().InviteAsync(ann.Id, room, bob.Id);
        await using var page = await browser.SignInAsync(server, bob, $"/rooms/{room}");
        await page.SayAsync("/leave");
        await page.ArrivesAsync("**/rooms/general");
        Assert.False(server.Get<RoomDirectory>().Find(room, bob.Id)!.IsMember);
        await Eventually.BecomesAsync(async () => await page.Page.EvaluateAsync<string?>("name => localStorage.getItem(name)", $"draft:{bob.Id}:{room}") is null, "the command is no draft");
        page.AssertNoErrors();
    }

    private static Task<string> AttributesAsync(ILocator box) =>
        box.EvaluateAsync<string>("(box, names) => names.map(name => box.getAttribute(name) ?? '').join(' ').trim()", ComboboxAttributes);

    private async Task<(TestPerson Ann, RoomId Room, BrowserPage Window)> OpenAsync(string locale = "en-US")
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = (await server.MakeRoomAsync(ann)).Id;
        var window = await browser.SignInAsync(server, ann, $"/rooms/{room}", locale: locale);
        await window.MayWriteAsync();
        return (ann, room, window);
    }
}
