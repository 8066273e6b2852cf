using System.Text.RegularExpressions;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Being mentioned, finding it again and passing it on, the whole road between two windows.</summary>
[Collection(Browser.Collection)]
public sealed class MentionTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    private static readonly Regex ForMe = new("message-mention", RegexOptions.None, TimeSpan.FromSeconds(1));

    [Fact]
    public async Task Whoever_is_mentioned_finds_the_message_live_among_their_mentions_and_opens_it_in_its_place()
    {
        var (ann, bob, room) = await PairAsync();
        await using var first = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await using var second = await browser.SignInAsync(server, bob, "/mentions");
        await second.ShowsAsync(".empty", Words.Of("Mentions.None"));
        await first.SayAsync($"hello @{bob.Name}, look");
        await first.SeesAsync("look");
        await Assertions.Expect(first.Page.Locator(".mention")).ToHaveTextAsync($"@{bob.Name}");
        await Assertions.Expect(first.Message("look")).Not.ToHaveClassAsync(ForMe);

        var line = second.Page.Locator(".found-unread");
        await Assertions.Expect(line).ToContainTextAsync("look");
        await Eventually.EqualsAsync(1, () => server.Get<ReadMarkers>().Of(bob.Id, room.Id)!.Mentions);
        await line.Locator("a").ClickAsync();
        await second.SeesAsync("look");
        await Assertions.Expect(second.Page.Locator("article[data-target]")).ToContainTextAsync("look");
        await second.MayWriteAsync();
        await second.Composer().ClickAsync();
        await Eventually.EqualsAsync(0, () => server.Get<ReadMarkers>().Of(bob.Id, room.Id)!.Mentions);
        await first.SayAsync($"@{bob.Name} once more");
        await Assertions.Expect(second.Message("once more")).ToHaveClassAsync(ForMe);

        await second.Page.GotoAsync("/mentions");
        await second.IsLiveAsync(server, bob);
        await Assertions.Expect(second.Page.Locator(".found-line")).ToHaveCountAsync(2);
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, server.Get<MessageHistory>().Latest(ann.Id, room.Id, 1)!.Messages[0].Id);
        await Assertions.Expect(second.Page.Locator(".found-line")).ToHaveCountAsync(1);
        first.AssertNoErrors();
        second.AssertNoErrors();
    }

    [Fact]
    public async Task Calling_everybody_asks_first_where_they_are_many_and_no_keeps_the_text()
    {
        var (ann, _, room) = await PairAsync();
        for (var i = 0; i < 4; i++) await server.Get<RoomWriter>().InviteAsync(ann.Id, room.Id, (await server.AddPersonAsync()).Id);
        await using var window = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await window.SayAsync("@all dinner is ready");
        await window.ShowsAsync("dialog .dialog-text", Words.Of("Everybody.Text", 6));
        await Assertions.Expect(window.Page.Locator("dialog:modal")).ToHaveCountAsync(1);
        await window.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(window.Page.Locator("dialog")).ToHaveCountAsync(0);
        await Assertions.Expect(window.Composer()).ToHaveValueAsync("@all dinner is ready");
        await Assertions.Expect(window.Messages()).ToHaveCountAsync(0);
        await Assertions.Expect(window.Composer()).ToBeFocusedAsync();
        await window.Composer().PressAsync("Enter");
        await window.Page.ClickAsync("[data-confirm-everybody]");
        await window.SeesAsync("dinner is ready");
        await Assertions.Expect(window.Composer()).ToHaveValueAsync("");
        Assert.True(server.Get<MessageHistory>().Latest(ann.Id, room.Id, 1)!.Messages[0].Mentions.IsAll);
        window.AssertNoErrors();
    }

    [Fact]
    public async Task A_bookmark_is_set_by_menu_or_key_shown_on_all_devices_and_found_again()
    {
        var (ann, bob, room) = await PairAsync();
        await server.PostAsync(bob, room.Id, "the door code");
        await using var first = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await using var second = await browser.SignInAsync(server, ann, "/bookmarks");
        await second.ShowsAsync(".empty", Words.Of("Bookmarks.None"));
        await first.ChooseAsync("the door code", "bookmark");
        await Assertions.Expect(first.Page.Locator(".message-bookmark")).ToHaveCountAsync(1);
        await Assertions.Expect(second.Page.Locator(".found-line")).ToContainTextAsync("the door code");

        await first.Message("the door code").FocusAsync();
        await first.Page.Keyboard.PressAsync("b");
        await Assertions.Expect(first.Page.Locator(".message-bookmark")).ToHaveCountAsync(0);
        await Assertions.Expect(second.Page.Locator(".found-line")).ToHaveCountAsync(0);
        await first.Page.Keyboard.PressAsync("b");
        await second.Page.ClickAsync(".found-line a");
        await second.SeesAsync("the door code");
        await Assertions.Expect(second.Page.Locator(".message-bookmark")).ToHaveCountAsync(1);
        await second.Page.GotoAsync("/bookmarks");
        await second.IsLiveAsync(server, ann);
        await second.Page.ClickAsync("[data-remove]");
        await second.ShowsAsync(".empty", Words.Of("Bookmarks.None"));
        await Assertions.Expect(first.Page.Locator(".message-bookmark")).ToHaveCountAsync(0);
        first.AssertNoErrors();
        second.AssertNoErrors();
    }

    [Fact]
    public async Task A_forwarded_message_shows_its_card_to_whoever_may_read_it_and_to_nobody_else()
    {
        var (ann, bob, room) = await PairAsync();
        var eve = await server.AddPersonAsync("Eve");
        var hall = await server.MakeRoomAsync(ann, RoomVisibility.Private, $"Hall {ann.Id.Value[..6]}", bob, eve);
        var source = await server.PostAsync(bob, room.Id, "the plan is secret");
        await using var first = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await using var outside = await browser.SignInAsync(server, eve, $"/rooms/{hall.Id}");
        await using var inside = await browser.SignInAsync(server, bob, $"/rooms/{hall.Id}");
        await first.ChooseAsync("the plan is secret", "forward");
        await first.Page.FillAsync("#forward-room", hall.Name);
        await Assertions.Expect(first.Page.Locator("dialog .choice")).ToHaveCountAsync(1);
        await first.Page.CheckAsync("dialog .choice input");
        await first.Page.FillAsync("#forward-comment", "have a look");
        await first.Page.ClickAsync("dialog [type=submit]");
        await Assertions.Expect(first.Page.Locator("dialog")).ToHaveCountAsync(0);

        await inside.SeesAsync("have a look");
        await Assertions.Expect(inside.Page.Locator("[data-card]")).ToContainTextAsync("the plan is secret");
        await outside.SeesAsync("have a look");
        await Assertions.Expect(outside.Page.Locator("[data-card]")).ToHaveCountAsync(0);
        Assert.DoesNotContain("secret", await outside.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(room.Name, await outside.Page.ContentAsync(), StringComparison.Ordinal);

        await server.Get<MessageEditor>().EditAsync(bob.Id, source.Id, "the plan is open");
        await Assertions.Expect(inside.Page.Locator("[data-card]")).ToContainTextAsync("the plan is open");
        await server.Get<MessageEditor>().DeleteAsync(bob.Id, source.Id);
        await Assertions.Expect(inside.Page.Locator("[data-card]")).ToHaveCountAsync(0);
        first.AssertNoErrors();
        outside.AssertNoErrors();
        inside.AssertNoErrors();
    }

    private async Task<(TestPerson Ann, TestPerson Bob, RoomView Room)> PairAsync()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        return (ann, bob, await server.MakeRoomAsync(ann, RoomVisibility.Private, $"Pair {ann.Id.Value[..6]}", bob));
    }
}
