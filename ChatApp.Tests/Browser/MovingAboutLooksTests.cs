using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Rooms;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>How rooms look before one enters them, and all that one moves about with.</summary>
[Collection(Browser.Collection)]
public sealed class MovingAboutLooksTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_room_is_looked_at_before_it_is_entered_on_a_phone_too()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var made = (await server.Get<RoomWriter>().CreateAsync(bob.Id, "Lantern room", "Lamps and oil", RoomVisibility.Public)).Room!;
        await server.PostAsync(bob, made.Id, "a canary");
        await using var window = await browser.SignInAsync(server, ann, "/rooms", width: 360, height: 740);
        var page = window.Page;
        await page.FillAsync("#q", "lantern");
        await Assertions.Expect(page.Locator(".row")).ToHaveCountAsync(1);
        await page.SelectOptionAsync("#directory-order", nameof(DirectoryOrder.Members));
        await page.ClickAsync(".row-title a");
        await window.ShowsAsync(".preview", "Lamps and oil");
        await window.ShowsAsync(".preview", bob.Name);
        await window.ShowsAsync(".preview-people", "1 member");
        await Assertions.Expect(page.Locator(".preview-people")).Not.ToContainTextAsync("members");
        await Assertions.Expect(window.Messages()).ToHaveCountAsync(0);
        await page.ClickAsync(".composer-closed button");
        await window.SeesAsync("a canary");
        Assert.True(server.Get<RoomDirectory>().Find(made.Id, ann.Id)!.IsMember);
        window.AssertNoErrors();
    }

    [Fact]
    public async Task The_sidebar_the_switcher_the_menu_and_the_keys_fit_every_width_and_are_accessible()
    {
        var (ann, bob) = (await server.AddPersonAsync("Annabel"), await server.AddPersonAsync("Bobthelongestnamethatfits"));
        RoomView[] rooms =
        [
            await server.MakeRoomAsync(ann, RoomVisibility.Private, "A room with a name that is as long as a name may be, sixty", bob),
            await server.MakeRoomAsync(ann, RoomVisibility.Public, "غرفة الاجتماعات الكبيرة جدا", bob), await server.MakeRoomAsync(ann, RoomVisibility.Public, "设计评审与产品讨论", bob),
        ];
        var direct = await server.MakeDirectAsync(ann, bob);
        foreach (var room in rooms) await server.PostAsync(bob, room.Id, "news");
        await server.PostAsync(bob, direct, "hello");
        await server.Get<RoomPreferences>().ChooseAsync(ann.Id, rooms[1].Id, isFavourite: true);
        await server.Get<RoomPreferences>().ChooseAsync(ann.Id, rooms[2].Id, level: NoticeLevel.Nothing);
        var open = await server.MakeRoomAsync(bob, name: "A preview of a room");
        await using var window = await browser.SignInAsync(server, ann);
        var page = window.Page;
        await window.MayWriteAsync();
        await LooksTests.FitsAsync(window, "a full sidebar");

        await page.SetViewportSizeAsync(360, 740);
        await page.ClickAsync(".open-sidebar");
        await Assertions.Expect(page.Locator("#sidebar")).ToBeVisibleAsync();
        await LooksTests.IsAccessibleAsync(window, "the full drawer", "#sidebar");
        await window.Row(rooms[0].Id).ClickAsync(new() { Button = MouseButton.Right });
        await Assertions.Expect(page.Locator("#room-menu")).ToBeVisibleAsync();
        await LooksTests.IsAccessibleAsync(window, "the menu of a room", "#room-menu");
        await page.Keyboard.PressAsync("Escape");
        await page.ClickAsync(".jump-button");
        await Assertions.Expect(page.Locator("#switcher [role=option]")).Not.ToHaveCountAsync(0);
        foreach (var width in new[] { 320, 360, 900 })
        {
            await page.SetViewportSizeAsync(width, 740);
            await LooksTests.IsAccessibleAsync(window, $"the switcher at {width} px", "#switcher");
            Assert.Equal(0, await page.EvaluateAsync<int>("(() => { const one = document.querySelector('#switcher-list'); return one.scrollWidth - one.clientWidth; })()"));
        }

        await page.Keyboard.PressAsync("Escape");
        await page.Locator("main h1").FocusAsync();
        await page.Keyboard.PressAsync("?");
        await Assertions.Expect(page.Locator("dialog[open] .keys")).ToHaveCountAsync(1);
        await page.SetViewportSizeAsync(360, 740);
        await LooksTests.IsAccessibleAsync(window, "the keys", "dialog[open]");
        await page.Keyboard.PressAsync("Escape");
        await page.GotoAsync($"/rooms/{open.Id}");
        await window.ShowsAsync(".preview", "A preview of a room");
        await LooksTests.FitsAsync(window, "the preview of a room");
        await page.GotoAsync("/rooms");
        await Assertions.Expect(page.Locator(".row")).Not.ToHaveCountAsync(0);
        await LooksTests.FitsAsync(window, "the directory");
        window.AssertNoErrors();
    }
}
