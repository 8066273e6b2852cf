using System.Text.RegularExpressions;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Rooms;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>How people move between rooms, and what they choose for them.</summary>
[Collection(Browser.Collection)]
public sealed class MovingAboutTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task The_switcher_leads_anywhere_by_the_keyboard_alone_and_one_writes_there_at_once()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        foreach (var name in new[] { "Harbour", "Lighthouse", "Keel" }) await server.MakeRoomAsync(ann, name: name);
        await using var window = await browser.SignInAsync(server, ann);
        var page = window.Page;
        await window.MayWriteAsync();
        await window.Composer().FillAsync("half a thought");
        await window.OpenSwitcherAsync();
        // Typed and entered without waiting for anything: the answer to what was typed counts.
        await page.Keyboard.TypeAsync("lhouse");
        await page.Keyboard.PressAsync("Enter");
        await window.ShowsAsync("h1", "Lighthouse");
        await Assertions.Expect(page.Locator("#switcher")).Not.ToBeVisibleAsync();
        await Assertions.Expect(window.Composer()).ToBeFocusedAsync();

        // Nothing typed: back to where one was before.
        await window.OpenSwitcherAsync();
        await Assertions.Expect(page.Locator("#switcher [role=option]").First).ToContainTextAsync("General");
        await page.Keyboard.PressAsync("Enter");
        await window.ShowsAsync("h1", "General");
        await Assertions.Expect(window.Composer()).ToHaveValueAsync("half a thought");

        await window.OpenSwitcherAsync();
        await page.Keyboard.TypeAsync("#");
        // What the list answers now begins with where one was before, and people are not in it.
        await Assertions.Expect(page.Locator("#switcher [role=option]").First).ToContainTextAsync("Lighthouse");
        await Assertions.Expect(page.Locator("#switcher [role=option][data-href^='/direct']")).ToHaveCountAsync(0);
        var last = await page.Locator("#switcher [role=option]").CountAsync() - 1;
        foreach (var (key, place) in new[] { ("End", last), ("ArrowDown", 0), ("ArrowUp", last), ("Home", 0), ("ArrowDown", 1) })
        {
            await page.Keyboard.PressAsync(key);
            await window.ChosenIsAsync(place);
        }

        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("#switcher")).Not.ToBeVisibleAsync();
        await Assertions.Expect(window.Composer()).ToBeFocusedAsync();

        await window.OpenSwitcherAsync();
        await page.Keyboard.TypeAsync($"@{bob.Name}");
        await Assertions.Expect(page.Locator("#switcher [role=option]").First).ToHaveAttributeAsync("data-href", $"/direct/new?to={bob.Id}");
        await page.Keyboard.PressAsync("Escape");
        window.AssertNoErrors();
    }

    [Fact]
    public async Task Groups_stay_folded_for_the_person_and_still_show_what_is_unread()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var (quiet, loud) = (await server.MakeRoomAsync(ann, name: "Quiet"), await server.MakeRoomAsync(ann, RoomVisibility.Public, "Loud", bob));
        await using var window = await browser.SignInAsync(server, ann);
        var page = window.Page;
        var fold = page.Locator("[data-fold=rooms]");
        await window.SidebarIsReadyAsync(ann);
        await fold.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(fold).ToHaveAttributeAsync("aria-expanded", "false");
        await Assertions.Expect(window.Row(quiet.Id)).Not.ToBeVisibleAsync();
        await server.PostAsync(bob, loud.Id, "news");
        await Assertions.Expect(window.Row(loud.Id)).ToBeVisibleAsync();
        // Where one is, is always seen.
        await Assertions.Expect(window.Row(RoomId.General)).ToBeVisibleAsync();

        await page.ReloadAsync();
        await window.IsLiveAsync(server, ann);
        await Assertions.Expect(fold).ToHaveAttributeAsync("aria-expanded", "false");
        await Assertions.Expect(window.Row(loud.Id)).ToBeVisibleAsync();
        await Assertions.Expect(window.Row(quiet.Id)).Not.ToBeVisibleAsync();
        await fold.ClickAsync();
        await Assertions.Expect(window.Row(quiet.Id)).ToBeVisibleAsync();
        window.AssertNoErrors();
    }

    [Fact]
    public async Task A_room_with_a_draft_has_a_pencil_until_it_is_sent()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann, name: "Harbour");
        await using var window = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await window.MayWriteAsync();
        await window.Composer().FillAsync("unfinished");
        var pencil = window.Row(room.Id).Locator(".room-draft");
        // Where one writes, one sees what one writes.
        await Assertions.Expect(pencil).Not.ToBeVisibleAsync();
        await window.GoToRoomAsync("General");
        await Assertions.Expect(pencil).ToBeVisibleAsync();
        await window.Page.ReloadAsync();
        await window.IsLiveAsync(server, ann);
        await Assertions.Expect(pencil).ToBeVisibleAsync();

        var other = await window.Context.NewPageAsync();
        await other.GotoAsync($"{server.Address}/rooms/{room.Id}");
        await Assertions.Expect(other.Locator(".counter")).Not.ToBeEmptyAsync();
        await other.Locator("#composer-input").PressAsync("Enter");
        await Assertions.Expect(other.Locator("article.message")).ToContainTextAsync("unfinished");
        await Assertions.Expect(pencil).Not.ToBeVisibleAsync();
        window.AssertNoErrors();
    }

    [Fact]
    public async Task Muting_and_favouring_in_one_browser_show_in_the_other()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Public, "Harbour", bob);
        await server.PostAsync(bob, room.Id, "one");
        await using var first = await browser.SignInAsync(server, ann);
        await using var second = await browser.SignInAsync(server, ann);
        foreach (var window in new[] { first, second }) await Assertions.Expect(window.Page).ToHaveTitleAsync("(1) General · ChatApp");

        await first.ChooseForRoomAsync(room.Id, "[data-value=nothing]");
        foreach (var window in new[] { first, second })
        {
            await Assertions.Expect(window.Row(room.Id)).ToHaveClassAsync(new Regex("room-link-muted", RegexOptions.None, TimeSpan.FromSeconds(1)));
            await Assertions.Expect(window.Row(room.Id).Locator("[data-unread-count]")).ToHaveCountAsync(0);
            await Assertions.Expect(window.Page).ToHaveTitleAsync("General · ChatApp");
        }

        await second.ChooseForRoomAsync(room.Id, "[data-choice=favourite]");
        foreach (var window in new[] { first, second }) await Assertions.Expect(window.Page.Locator($"[data-group=favourites] [data-room='{room.Id}']")).ToBeVisibleAsync();
        Assert.Equal((true, NoticeLevel.Nothing), server.Get<RoomPreferences>().Of(ann.Id, room.Id) is { } choice ? (choice.IsFavourite, choice.Level) : default);

        // From the room's own header, and back. Its menu is there all the time: nothing that is pressed while the room comes is lost.
        await first.Page.EvaluateAsync("document.getElementById('own-room-menu').wasHere = true");
        await first.GoToRoomAsync("Harbour");
        Assert.True(await first.Page.EvaluateAsync<bool>("document.getElementById('own-room-menu').wasHere === true"));
        await first.Page.ClickAsync("[data-room-menu]");
        await Assertions.Expect(first.Page.Locator("#own-room-menu [data-value=nothing]")).ToHaveAttributeAsync("aria-checked", "true");
        await first.Page.ClickAsync("#own-room-menu [data-value=all]");
        await Assertions.Expect(second.Row(room.Id)).Not.ToHaveClassAsync(new Regex("room-link-muted", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await server.PostAsync(bob, room.Id, "two");
        await Assertions.Expect(second.Page).ToHaveTitleAsync(new Regex(@"^\(\d\) General", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await second.ChooseForRoomAsync(room.Id, "[data-choice=read]");
        await Assertions.Expect(second.Page).ToHaveTitleAsync("General · ChatApp");
        first.AssertNoErrors();
        second.AssertNoErrors();
    }

    [Fact]
    public async Task Alt_and_arrows_move_through_the_rooms_in_their_order_and_with_shift_through_unread_ones()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var rooms = new List<RoomView>();
        foreach (var name in new[] { "Aft", "Bow", "Cabin" }) rooms.Add(await server.MakeRoomAsync(ann, RoomVisibility.Public, name, bob));
        await using var window = await browser.SignInAsync(server, ann);
        await window.MayWriteAsync();
        await window.Composer().FocusAsync();
        await window.SidebarIsReadyAsync(ann);
        await window.Page.Keyboard.PressAsync("Alt+ArrowDown");
        await window.ShowsAsync("h1", "Aft");
        await window.MayWriteAsync();
        await Assertions.Expect(window.Composer()).ToBeFocusedAsync();
        await window.Page.Keyboard.PressAsync("Alt+ArrowDown");
        await window.ShowsAsync("h1", "Bow");
        await window.Page.Keyboard.PressAsync("Alt+ArrowUp");
        await window.ShowsAsync("h1", "Aft");
        await server.PostAsync(bob, rooms[2].Id, "news");
        await Assertions.Expect(window.Row(rooms[2].Id).Locator("[data-unread-count]")).ToHaveCountAsync(1);
        await window.Page.Keyboard.PressAsync("Alt+Shift+ArrowUp");
        await window.ShowsAsync("h1", "Cabin");
        await window.Page.Keyboard.PressAsync("Alt+ArrowDown");
        await window.ShowsAsync("h1", "General");
        window.AssertNoErrors();
    }

    [Fact]
    public async Task F6_goes_from_part_to_part_and_a_question_mark_lists_the_keys_but_not_while_one_writes()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await browser.SignInAsync(server, ann, width: 1600);
        var page = window.Page;
        await window.MayWriteAsync();
        await window.Composer().FocusAsync();
        await page.Keyboard.TypeAsync("really?");
        await Assertions.Expect(window.Composer()).ToHaveValueAsync("really?");
        await window.SidebarIsReadyAsync(ann);
        await page.Keyboard.PressAsync("F6");
        await Assertions.Expect(page.Locator(".members-body")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("F6");
        await Assertions.Expect(window.Row(RoomId.General)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Shift+F6");
        await Assertions.Expect(page.Locator(".members-body")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("?");
        await window.ShowsAsync("dialog[open] h2", Words.Of("Keys.Title"));
        await window.ShowsAsync("dialog[open]", Words.Of("Keys.Switcher"));
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("dialog[open]")).ToHaveCountAsync(0);
        window.AssertNoErrors();
    }

    [Fact]
    public async Task A_conversation_is_hidden_from_its_menu_and_comes_back_with_the_next_word()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var direct = await server.MakeDirectAsync(ann, bob);
        await using var window = await browser.SignInAsync(server, ann);
        await window.ChooseForRoomAsync(direct, "[data-choice=hide]");
        await Assertions.Expect(window.Row(direct)).ToHaveCountAsync(0);
        await server.PostAsync(bob, direct, "hello");
        await Assertions.Expect(window.Row(direct).Locator("[data-unread-count]")).ToHaveCountAsync(1);
        window.AssertNoErrors();
    }
}
