using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Tests.Accounts;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Moderation;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Looks as far as a machine can judge them: nothing spills over at any width, and axe finds nothing serious, in both themes.</summary>
[Collection(Browser.Collection)]
public sealed class LooksTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    // A theme is colours and moves nothing, so each width is measured in one of the two.
    private static readonly (int Width, ColorScheme Theme)[] Widths = [(320, ColorScheme.Light), (360, ColorScheme.Dark), (900, ColorScheme.Light), (1600, ColorScheme.Dark)];
    private static readonly string[] AdminPages = [.. ChatApp.Components.Admin.AdminSections.All.Select(section => $"/admin/{section.Id}")];

    [Fact]
    public async Task Pages_outside_fit_every_width_and_are_accessible()
    {
        await using (var first = await TestServer.StartAsync())
        {
            await using var page = await browser.NewPageAsync(new Uri(first.Address));
            await page.Page.GotoAsync("/account/register");
            await FitsAsync(page, "the very first registration");
        }

        await server.AddPersonAsync();
        await using var window = await browser.NewPageAsync(new Uri(server.Address));
        foreach (var path in new[]
        {
            "/account/login", "/account/register", "/account/signed-out", "/no/such/page", "/account/forgot", "/account/forgot?sent=1", "/account/resend", "/account/resend?sent=1",
            "/account/reset?user=x&token=y", "/account/reset", "/account/confirm?user=x&token=y", "/account/confirm?user=x&email=somebody.with.a.long.address@department.example.org&token=y", "/account/confirm", "/account/deleted",
        })
        {
            await window.Page.GotoAsync(path);
            if (path.StartsWith("/no", StringComparison.Ordinal)) window.ForgetErrors(); // the browser notes the 404
            await FitsAsync(window, path);
        }

        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        var room = await server.MakeRoomAsync(boss, name: "A room with quite a long name for the page of an invitation");
        foreach (var secret in new[] { await server.InviteAsync(boss, room.Id, rank: Rank.Moderator), "gone" })
        {
            await window.Page.GotoAsync(Invitations.PathOf(secret));
            await FitsAsync(window, $"an invitation {(secret == "gone" ? "that does not hold" : "")}");
        }

        await window.Page.GotoAsync("/account/register");
        await window.Page.ClickAsync("button[type=submit].button-primary");
        await window.Page.WaitForSelectorAsync(".field-error");
        await FitsAsync(window, "a registration with errors");
    }

    [Fact]
    public async Task Pages_inside_fit_every_width_and_are_accessible()
    {
        var (boss, bob) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Bobthelongestnamethatfits"));
        var room = await server.MakeRoomAsync(bob, RoomVisibility.Private, "A room with quite a long name for the header of a phone", boss);
        await server.PostAsync(bob, room.Id, "Some **words** with [a link](https://example.org), `code` and\n\n> a quotation\n\n- one\n- two\n\n```\n" + new string('x', 300) + "\n```");
        await server.PostAsync(boss, room.Id, "https://example.org/" + new string('a', 300));
        var gone = await server.PostAsync(bob, room.Id, "gone");
        await server.Get<ChatApp.Messages.MessageEditor>().DeleteAsync(boss.Id, gone.Id, "with a reason " + new string('w', 200));
        await server.Get<Invitations>().CreateAsync(boss.Id, new InvitationWish(1000, TimeSpan.FromDays(90), Rank.Moderator, room.Id, new string('w', 64)));
        var named = await server.PostAsync(bob, room.Id, $"@{boss.Name} and @all in #General: see /rooms/{room.Id}?at=4");
        await server.Get<Bookmarks>().AddAsync(boss.Id, named.Id);
        await server.Get<Bookmarks>().AddAsync(boss.Id, (await server.PostAsync(bob, room.Id, new string('w', 200))).Id);
        await using var socket = await server.SubscribeAsync(bob, room.Id);

        await using var window = await browser.SignInAsync(server, boss, $"/rooms/{room.Id}");
        foreach (var path in (string[])[$"/rooms/{room.Id}", "/mentions", "/bookmarks", "/rooms", "/rooms/new", .. AdminPages, "/account/preferences", "/account/sessions", "/account/tokens", "/account/profile", "/account/profile?picture=Broken&problem=Busy", "/account/login-data", "/account/data", "/rooms/nosuchroom23"])
        {
            if (!window.Page.Url.EndsWith(path, StringComparison.Ordinal)) await window.Page.GotoAsync(path);
            if (path.EndsWith("23", StringComparison.Ordinal)) window.ForgetErrors(); // the browser notes the 404
            else if (!path.StartsWith("/account", StringComparison.Ordinal)) await window.IsLiveAsync(server, boss);
            await FitsAsync(window, path);
        }
    }

    [Fact]
    public async Task Drawers_sheets_and_dialogs_are_accessible()
    {
        var (boss, bob) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(boss, RoomVisibility.Private, "Tower", bob);
        await server.PostAsync(boss, room.Id, "mine");
        await server.PostAsync(bob, room.Id, "theirs");
        await using var window = await browser.SignInAsync(server, boss, $"/rooms/{room.Id}", width: 360, height: 740);
        var page = window.Page;
        await window.MayWriteAsync();

        await page.ClickAsync(".open-sidebar");
        await Assertions.Expect(page.Locator("#sidebar")).ToBeVisibleAsync();
        await IsAccessibleAsync(window, "the rooms drawer", "#sidebar");
        await page.ClickAsync(".account-button");
        await Assertions.Expect(page.Locator("#account-menu")).ToBeVisibleAsync();
        await IsAccessibleAsync(window, "the account menu", "#account-menu");
        await page.Keyboard.PressAsync("Escape");
        await page.ClickAsync("#sidebar .drawer-close");
        await page.ClickAsync(".open-members");
        await Assertions.Expect(page.Locator("#members")).ToBeVisibleAsync();
        await IsAccessibleAsync(window, "the sheet of members", "#members");
        await page.ClickAsync("#members .button >> nth=0");
        await Assertions.Expect(page.Locator("dialog input")).Not.ToHaveCountAsync(0);
        await IsAccessibleAsync(window, "the settings of the room", "dialog");
        await page.ClickAsync("dialog .dialog-head button");
        await Assertions.Expect(page.Locator("dialog")).ToHaveCountAsync(0);
        await page.ClickAsync(".open-members");
        await page.ClickAsync("#members .button >> nth=1");
        await page.FillAsync("#person", bob.Name);
        await Assertions.Expect(page.Locator("dialog .row")).ToHaveCountAsync(1);
        await IsAccessibleAsync(window, "the invitation", "dialog");
        // Not by Escape, which a search field takes for itself first.
        await page.ClickAsync("dialog .dialog-head button");
        await Assertions.Expect(page.Locator("dialog")).ToHaveCountAsync(0);

        foreach (var width in new[] { 360, 900, 1280 })
        {
            await page.SetViewportSizeAsync(width, 740);
            await page.ClickAsync(".open-search");
            await Assertions.Expect(page.Locator(".search-panel[open]")).ToBeVisibleAsync();
            await IsAccessibleAsync(window, $"the search's tips at {width} px", ".search-panel");
            await page.FillAsync("#search-input", "mine from:me before:soon");
            await page.PressAsync("#search-input", "Enter");
            await Assertions.Expect(page.Locator(".search-panel .field-error")).ToHaveCountAsync(1);
            await page.FillAsync("#search-input", "mine from:me");
            await page.PressAsync("#search-input", "Enter");
            await Assertions.Expect(page.Locator(".search-hit")).ToHaveCountAsync(1);
            await IsAccessibleAsync(window, $"what was found at {width} px", ".search-panel");
            Assert.Equal(0, await page.EvaluateAsync<int>("(() => { const one = document.querySelector('.search-panel'); return one.scrollWidth - one.clientWidth; })()"));
            await page.ClickAsync(".search-panel .panel-head .icon-button");
            await Assertions.Expect(page.Locator(".search-panel")).ToHaveCountAsync(0);
        }

        await page.SetViewportSizeAsync(1280, 800);
        await page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Moderate.Who", bob.Name) }).First.ClickAsync();
        await Assertions.Expect(page.Locator("#sanction-reason")).ToBeVisibleAsync();
        await IsAccessibleAsync(window, "what a moderator does to a person", "dialog");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("dialog")).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Room.Leave") }).First.ClickAsync();
        await Assertions.Expect(page.Locator("dialog[open]")).ToHaveCountAsync(1);
        await IsAccessibleAsync(window, "the question before leaving", "dialog");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("dialog")).ToHaveCountAsync(0);
        foreach (var text in new[] { "mine", "theirs" })
        {
            await window.ChooseAsync(text, "delete");
            await Assertions.Expect(page.Locator("dialog[open]")).ToHaveCountAsync(1);
            if (text == "theirs") await page.ClickAsync("dialog .button-danger"); // shows what is missing
            await IsAccessibleAsync(window, $"the question before deleting {text}", "dialog");
            await page.Keyboard.PressAsync("Escape");
            await Assertions.Expect(page.Locator("dialog")).ToHaveCountAsync(0);
        }

        await window.ChooseAsync("theirs", "forward");
        await Assertions.Expect(page.Locator("dialog .choice")).Not.ToHaveCountAsync(0);
        await IsAccessibleAsync(window, "where to forward", "dialog");
        await page.ClickAsync("dialog .dialog-head button");
        await Assertions.Expect(page.Locator("dialog")).ToHaveCountAsync(0);

        await page.GotoAsync("/admin/users");
        await window.IsLiveAsync(server, boss);
        await page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Admin.ChangeRankOf", bob.Name) }).ClickAsync();
        await Assertions.Expect(page.Locator("dialog[open]")).ToHaveCountAsync(1);
        await IsAccessibleAsync(window, "the choice of a role", "dialog");
        await page.ClickAsync("dialog .dialog-head button");
        await Assertions.Expect(page.Locator("dialog")).ToHaveCountAsync(0);
        await page.GotoAsync("/admin/invitations");
        await window.IsLiveAsync(server, boss);
        await page.ClickAsync("#invitations .section-head button");
        await Assertions.Expect(page.Locator("dialog[open]")).ToHaveCountAsync(1);
        await page.FillAsync("#invitation-uses", "0");
        await IsAccessibleAsync(window, "a new invitation", "dialog");
        await page.FillAsync("#invitation-uses", "2");
        await page.ClickAsync("dialog button[type=submit]");
        await Assertions.Expect(page.Locator("#invitation-link")).ToHaveCountAsync(1);
        await IsAccessibleAsync(window, "the link of an invitation", "dialog");
        window.AssertNoErrors();
    }

    [Fact]
    public async Task What_can_be_done_with_messages_is_accessible_and_fits_every_width()
    {
        var (boss, bob) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Bobthelongestnamethatfits"));
        var room = await server.MakeRoomAsync(boss, name: "Tower", members: bob);
        var (marks, editor) = (server.Get<MessageMarks>(), server.Get<MessageEditor>());
        var (first, gone) = (await server.PostAsync(bob, room.Id, "a long question " + new string('q', 300)), await server.PostAsync(bob, room.Id, "gone"));
        foreach (var (text, target) in new[] { ("an answer", first), ("another answer", gone) })
            await server.Get<MessageWriter>().PostAsync(boss.Id, room.Id, text, key: null, target.Id);
        await editor.DeleteAsync(bob.Id, gone.Id);
        await editor.EditAsync(bob.Id, first.Id, "a longer question " + new string('q', 300));
        foreach (var emoji in "👍 ❤️ 😂 🎉 👀 🙏 ✅ 🔥 🚀 💯 💡 ⭐ ❌".Split(' ')) await marks.ReactAsync(bob.Id, first.Id, emoji, isOn: true);
        await marks.ReactAsync(boss.Id, first.Id, "👍", isOn: true);
        await marks.PinAsync(bob.Id, first.Id, isOn: true);
        await using var window = await browser.SignInAsync(server, boss, $"/rooms/{room.Id}");
        var page = window.Page;
        await window.PressAsync("another answer", "reply");
        await FitsAsync(window, "a room with reactions, pins and a reply");

        await page.SetViewportSizeAsync(360, 740);
        await window.PressAsync("another answer", "more");
        await IsAccessibleAsync(window, "the menu of a message", "#message-menu");
        await page.Keyboard.PressAsync("Escape");
        await window.PressAsync("another answer", "react");
        await Assertions.Expect(page.Locator("[data-pick]").First).ToBeVisibleAsync();
        await IsAccessibleAsync(window, "the picker of emoji", "#emoji-picker");
        Assert.InRange((await page.Locator("#emoji-picker").BoundingBoxAsync())!.Width, 200, 352);
        await page.Keyboard.PressAsync("Escape");
        await window.PressAsync("another answer", "edit");
        await page.FillAsync("#edit-input", " ");
        await page.PressAsync("#edit-input", "Enter");
        await window.ShowsAsync("#edit-problem", Words.Of("Edit.Empty"));
        await FitsAsync(window, "the editor of a message");
        await page.PressAsync("#edit-input", "Escape");
        foreach (var (opener, what) in new[] { ("button.edited", "the history of a message"), ("[data-pins]", "the list of pins") })
        {
            await page.ClickAsync(opener);
            await Assertions.Expect(page.Locator("dialog[open]")).ToHaveCountAsync(1);
            await IsAccessibleAsync(window, what, "dialog");
            await page.Keyboard.PressAsync("Escape");
            await Assertions.Expect(page.Locator("dialog")).ToHaveCountAsync(0);
        }

        await window.DeleteAsync("another answer", reason: null);
        await Assertions.Expect(page.Locator("[data-undo]")).ToHaveCountAsync(1);
        await IsAccessibleAsync(window, "the way back from a deletion", ".toasts");
        window.AssertNoErrors();
    }

    /// <summary>Fails where a page spills over at some width, or axe finds something serious in it, in either theme.</summary>
    internal static async Task FitsAsync(BrowserPage window, string what)
    {
        foreach (var (width, theme) in Widths)
        {
            await window.Page.SetViewportSizeAsync(width, 740);
            await window.Page.EmulateMediaAsync(new() { ColorScheme = theme });
            await SettlesAsync(window, theme);
            var surplus = await window.Page.EvaluateAsync<int>("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth");
            Assert.True(surplus <= 0, $"{what} is {surplus} px too wide at {width} px");
            // What scrolls by itself shall do so downwards only; code and tables may scroll sideways in their own frame.
            var sideways = await window.Page.EvaluateAsync<string[]>(
                "[...document.querySelectorAll('main, .page-scroll, .page, #timeline, .sidebar-body, .members-body, form')].filter(e => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1).map(e => e.tagName + '.' + e.className)");
            Assert.True(sideways.Length == 0, $"{what} scrolls sideways at {width} px: {string.Join(", ", sideways)}");
        }

        foreach (var (width, theme) in new[] { (360, ColorScheme.Dark), (1280, ColorScheme.Light) })
        {
            await window.Page.SetViewportSizeAsync(width, 740);
            await IsAccessibleAsync(window, $"{what} at {width} px", theme);
        }

        window.AssertNoErrors();
    }

    // What is still on its way from one width or theme to the other would be measured in between. A colour that is inherited through
    // several elements with a transition begins anew in each of them, so it is over only when none is left.
    private static async Task SettlesAsync(BrowserPage window, ColorScheme theme) => await window.Page.EvaluateAsync(
        """
        async isDark => {
          for (;;) {
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            const moving = document.getAnimations().filter(one => one instanceof CSSTransition);
            if (moving.length === 0 && matchMedia('(prefers-color-scheme: dark)').matches === isDark) return;
            await Promise.allSettled(moving.map(one => one.finished));
          }
        }
        """, theme == ColorScheme.Dark);

    // What a layer covers cannot be read, and is not there to be read: only the layer is judged.
    /// <summary>Fails where axe finds something serious in a layer, in either theme.</summary>
    internal static async Task IsAccessibleAsync(BrowserPage window, string what, string layer)
    {
        foreach (var theme in new[] { ColorScheme.Light, ColorScheme.Dark }) await IsAccessibleAsync(window, what, theme, layer);
    }

    private static async Task IsAccessibleAsync(BrowserPage window, string what, ColorScheme theme, string? layer = null)
    {
        await window.Page.EmulateMediaAsync(new() { ColorScheme = theme, ReducedMotion = ReducedMotion.Reduce });
        await SettlesAsync(window, theme);
        var found = await Axe.FindAsync(window, layer);
        Assert.True(found.Length == 0, $"{what}, {theme}:\n{string.Join('\n', found)}");
    }
}
