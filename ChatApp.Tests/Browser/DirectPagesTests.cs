using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Cards of people, conversations and blocks, as people use them.</summary>
[Collection(Browser.Collection)]
public sealed class DirectPagesTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task From_somebodys_card_one_writes_to_them_and_they_see_it_come_and_answer()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        await server.Get<Profiles>().DescribeAsync(bob.Id, bob.Name, "On the roof");
        await server.Get<Profiles>().ChooseAsync(bob.Id, new Choices(null, null, "Asia/Tokyo"));
        var room = await server.MakeRoomAsync(ann, name: "Kitchen", members: bob);
        await server.PostAsync(bob, room.Id, "soup is ready");
        await using var hers = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await using var his = await browser.SignInAsync(server, bob);

        await OpenCardAsync(hers, () => hers.Message("soup is ready").Locator(".message-author").ClickAsync());
        await hers.ShowsAsync("#person-card", "On the roof");
        await hers.ShowsAsync("#person-card", "Asia/Tokyo");
        await hers.Page.ClickAsync("#person-card [data-direct]");
        await hers.ShowsAsync("h1", bob.Name);
        await hers.ShowsAsync(".room-topic", "On the roof");
        await hers.ShowsAsync(".room-start", Words.Of("Direct.Start", $"\u2068{bob.Name}\u2069"));
        Assert.Equal(Words.Of("Composer.Label", bob.Name), await hers.Composer().GetAttributeAsync("placeholder"));
        Assert.Equal(0, await hers.Page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Room.Leave") }).CountAsync());
        await hers.HasRoomAsync(bob.Name);
        await his.HasRoomAsync(ann.Name, expected: false);

        await hers.SayAsync("are you coming down?");
        await hers.SeesAsync("are you coming down?");
        await his.HasRoomAsync(ann.Name);
        await Assertions.Expect(his.Page.Locator(".room-link", new() { HasText = ann.Name }).Locator("[data-unread-count]")).ToContainTextAsync("1");
        await his.GoToRoomAsync(ann.Name);
        await his.SeesAsync("are you coming down?");
        await his.SayAsync("in a minute");
        await hers.SeesAsync("in a minute");
        await Assertions.Expect(his.Page.Locator(".room-link", new() { HasText = ann.Name }).Locator("[data-unread-count]")).ToHaveCountAsync(0);
        hers.AssertNoErrors();
        his.AssertNoErrors();
    }

    [Fact]
    public async Task A_group_is_chosen_by_name_and_the_same_people_find_it_again()
    {
        var (ann, bob, cid) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"), await server.AddPersonAsync("Cid"));
        await using var window = await browser.SignInAsync(server, ann, "/direct/new");
        var page = window.Page;
        await ChooseAsync(window, bob, cid);
        await window.ShowsAsync("[data-open-direct]", Words.Of("Direct.Begin"));
        await page.ClickAsync("[data-open-direct]");
        await window.ShowsAsync("h1", $"{bob.Name}, {cid.Name}");
        await window.SayAsync("the three of us");
        await window.SeesAsync("the three of us");
        await Assertions.Expect(page.Locator("li.member")).ToHaveCountAsync(3);

        await page.GotoAsync("/direct/new");
        await window.IsLiveAsync(server, ann);
        await ChooseAsync(window, cid, bob);
        await window.ShowsAsync(".people-hint", Words.Of("Direct.Known"));
        await page.ClickAsync("[data-open-direct]");
        await window.SeesAsync("the three of us");

        await page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Direct.Hide") }).ClickAsync();
        await window.ShowsAsync("h1", "General");
        await window.HasRoomAsync(cid.Name, expected: false);
        var id = server.Get<DirectRooms>().Find(ann.Id, [bob.Id, cid.Id])!.Value;
        await server.PostAsync(cid, id, "still there?");
        await window.HasRoomAsync(cid.Name);
        window.AssertNoErrors();
    }

    [Fact]
    public async Task What_a_blocked_person_says_is_folded_away_at_once_and_after_loading_and_they_cannot_write_to_one()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, name: "Kitchen", members: bob);
        await server.PostAsync(bob, room.Id, "first words");
        await using var hers = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await hers.SeesAsync("first words");
        await OpenCardAsync(hers, () => hers.Page.Locator(".member-open", new() { HasText = bob.Name }).ClickAsync());
        await hers.Page.ClickAsync("#person-card [data-block]");
        await hers.ShowsAsync("dialog", Words.Of("Block.Text"));
        await hers.Page.ClickAsync("dialog .button-danger");
        await hers.SeesNoLongerAsync("first words");
        await Assertions.Expect(hers.Page.Locator(".message-folded")).ToHaveCountAsync(1);
        await server.PostAsync(bob, room.Id, "second words");
        await Assertions.Expect(hers.Page.Locator(".message-folded")).ToHaveCountAsync(2);
        await hers.Page.ReloadAsync();
        await hers.IsLiveAsync(server, ann);
        await Assertions.Expect(hers.Page.Locator(".message-folded")).ToHaveCountAsync(2);
        await hers.Page.Locator(".message-folded [data-unfold]").Last.ClickAsync();
        await hers.SeesAsync("second words");
        await Assertions.Expect(hers.Page.Locator(".message-folded")).ToHaveCountAsync(1);

        var direct = (await server.Get<DirectRooms>().OpenAsync(ann.Id, [bob.Id])).Room!;
        await using var his = await browser.SignInAsync(server, bob, $"/rooms/{direct.Id}");
        await his.SayAsync("why so silent?");
        await his.ShowsAsync(".message-status", Words.Of("Post.Unreachable"));
        await hers.Page.GotoAsync($"/rooms/{direct.Id}");
        await hers.IsLiveAsync(server, ann);
        await hers.ShowsAsync(".composer-closed", Words.Of("Block.Closed", $"\u2068{bob.Name}\u2069"));
        await hers.Page.ClickAsync(".composer-closed [data-unblock]");
        await hers.MayWriteAsync();
        await his.Page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Timeline.Retry") }).ClickAsync();
        await hers.SeesAsync("why so silent?");
        hers.AssertNoErrors();
        his.AssertNoErrors();
    }

    [Fact]
    public async Task A_card_is_opened_used_and_left_by_the_keyboard_alone()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, name: "Kitchen", members: bob);
        await server.PostAsync(bob, room.Id, "soup is ready");
        await using var window = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        var page = window.Page;
        await window.MayWriteAsync();
        // So that the script is there; from here on without the pointer.
        await OpenCardAsync(window, () => window.Message("soup is ready").Locator(".avatar").ClickAsync());
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("#person-card")).ToBeHiddenAsync();
        await page.FocusAsync("#timeline");
        await page.Keyboard.PressAsync("ArrowUp");
        await Assertions.Expect(window.Message("soup is ready")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator(".message-author:focus")).ToHaveTextAsync(bob.Name);
        await OpenCardAsync(window, () => page.Keyboard.PressAsync("Enter"));
        await Assertions.Expect(page.Locator("#person-card")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("#person-card")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator(".message-author:focus")).ToHaveTextAsync(bob.Name);
        await OpenCardAsync(window, () => page.Keyboard.PressAsync("Enter"));
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator("#person-card [data-direct]")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await window.ShowsAsync("h1", bob.Name);
        window.AssertNoErrors();
    }

    [Fact]
    public async Task Cards_pickers_and_conversations_are_accessible_and_fit_every_width()
    {
        var ann = await server.AddPersonAsync("Ann");
        var others = new List<TestPerson>();
        for (var i = 0; i < 7; i++) others.Add(await server.AddPersonAsync("Thelongestnamethatfits"));
        var group = (await server.Get<DirectRooms>().OpenAsync(ann.Id, [.. others.Select(other => other.Id)])).Room!;
        await server.Get<Profiles>().DescribeAsync(others[0].Id, others[0].Name, string.Join(' ', Enumerable.Repeat("status", 14)));
        await server.PostAsync(others[0], group.Id, "hello all");
        await server.PostAsync(others[1], group.Id, "not for Ann");
        await server.Get<Blocks>().AddAsync(ann.Id, others[1].Id);
        await using var window = await browser.SignInAsync(server, ann, $"/rooms/{group.Id}");
        var page = window.Page;
        await Assertions.Expect(page.Locator(".message-folded")).ToHaveCountAsync(1);
        await LooksTests.FitsAsync(window, "a conversation of eight");
        var pair = (await server.Get<DirectRooms>().OpenAsync(ann.Id, [others[0].Id])).Room!;
        await page.GotoAsync($"/rooms/{pair.Id}");
        await window.IsLiveAsync(server, ann);
        await LooksTests.FitsAsync(window, "a conversation of two");
        foreach (var width in new[] { 320, 360, 900, 1600 })
        {
            await page.SetViewportSizeAsync(width, 740);
            await OpenCardAsync(window, () => page.ClickAsync(".header-person"));
            await LooksTests.IsAccessibleAsync(window, $"a card at {width} px", "#person-card");
            var box = (await page.Locator("#person-card").BoundingBoxAsync())!;
            Assert.True(box.X >= 0 && box.X + box.Width <= width && box.Y >= 0 && box.Y + box.Height <= 741, $"{width}: {box.X} {box.Y} {box.Width} {box.Height}");
            await page.Keyboard.PressAsync("Escape");
            await Assertions.Expect(page.Locator("#person-card")).ToBeHiddenAsync();
        }

        await page.GotoAsync("/direct/new");
        await window.IsLiveAsync(server, ann);
        await page.FillAsync("#direct-search", others[2].Name);
        await Assertions.Expect(page.Locator(".person-row")).ToHaveCountAsync(1);
        await page.ClickAsync(".person-row");
        await Assertions.Expect(page.Locator(".people-picker .chip")).ToHaveCountAsync(1);
        await LooksTests.FitsAsync(window, "the choice of people");
    }

    private static async Task ChooseAsync(BrowserPage window, params TestPerson[] people)
    {
        foreach (var person in people)
        {
            await window.Page.FillAsync("#direct-search", person.Name);
            await Assertions.Expect(window.Page.Locator(".person-row")).ToHaveCountAsync(1);
            await window.Page.ClickAsync(".person-row");
            await Assertions.Expect(window.Page.Locator(".people-picker .chip", new() { HasText = person.Name })).ToHaveCountAsync(1);
        }
    }

    // The script of the card may still be on its way.
    private static Task OpenCardAsync(BrowserPage window, Func<Task> open) => Eventually.BecomesAsync(async () =>
    {
        await open();
        try
        {
            await window.Page.Locator("#person-card").WaitForAsync(new() { State = WaitForSelectorState.Visible, Timeout = 1000 });
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    });
}
