using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Moderation;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Moderating in the room itself, and what the person on whom it is sees of it.</summary>
[Collection(Browser.Collection)]
public sealed class SanctionPagesTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_mute_from_the_member_list_takes_the_composer_with_words_and_a_countdown_and_lifting_gives_it_back_with_the_draft()
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Public, "Quarrel", ann);
        await using var moderator = await browser.SignInAsync(server, owner, $"/rooms/{room.Id}");
        await using var muted = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await muted.MayWriteAsync();
        await muted.Composer().FillAsync("what I wanted to say");

        await AskAsync(moderator, ann);
        await moderator.Page.FillAsync("#sanction-reason", "Please calm down");
        await moderator.Page.Locator("dialog button[type=submit]").ClickAsync();
        await Assertions.Expect(moderator.Page.Locator("dialog")).ToHaveCountAsync(0);

        var held = muted.Page.Locator(".composer-held");
        await Assertions.Expect(held).ToContainTextAsync(Words.Of("Sanction.YouHere.Mute"));
        await Assertions.Expect(held).ToContainTextAsync(Words.Of("Sanction.Why", "Please calm down"));
        await Assertions.Expect(held).ToContainTextAsync(owner.Name);
        await Assertions.Expect(held.GetByRole(AriaRole.Timer)).ToContainTextAsync("59 min");
        await Assertions.Expect(muted.Composer()).ToHaveCountAsync(0);

        await AskAsync(moderator, ann);
        await moderator.Page.Locator(".holding button").ClickAsync();
        await Assertions.Expect(moderator.Page.Locator(".holding")).ToHaveCountAsync(0);
        await Assertions.Expect(muted.Composer()).ToHaveValueAsync("what I wanted to say");
        await muted.MayWriteAsync();
        await muted.Composer().PressAsync("Enter");
        await moderator.SeesAsync("what I wanted to say");
        moderator.AssertNoErrors();
        muted.AssertNoErrors();
    }

    [Fact]
    public async Task In_slow_mode_the_send_button_counts_down_and_the_text_stays()
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Public, "Slow", ann);
        await using var moderator = await browser.SignInAsync(server, owner, $"/rooms/{room.Id}");
        await using var member = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await moderator.Page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Room.Settings") }).First.ClickAsync();
        await moderator.Page.SelectOptionAsync("#settings-slow", "3600");
        await Assertions.Expect(member.Page.Locator(".slow-mode")).ToBeVisibleAsync();
        await Assertions.Expect(moderator.Page.Locator(".slow-mode")).ToHaveCountAsync(0);
        await member.SayAsync("the first");
        await member.SeesAsync("the first");
        await Assertions.Expect(member.Page.Locator(".send-button[aria-disabled=true]")).ToBeVisibleAsync();
        await member.SayAsync("the second");
        await member.ShowsAsync(".composer-note", Words.Of("Slow.Wait", "|").Split('|')[0]);
        await Assertions.Expect(member.Composer()).ToHaveValueAsync("the second");
        await moderator.Page.SelectOptionAsync("#settings-slow", "0");
        await Assertions.Expect(member.Page.Locator(".slow-mode")).ToHaveCountAsync(0);
        await member.Composer().PressAsync("Enter");
        await moderator.SeesAsync("the second");
        moderator.AssertNoErrors();
        member.AssertNoErrors();
    }

    [Fact]
    public async Task Who_is_banned_sees_it_on_the_open_page_and_at_sign_in_with_reason_and_end()
    {
        var (boss, ann) = (await server.AddPersonAsync("Boss", Rank.Moderator), await server.AddPersonAsync("Ann"));
        await using var banned = await browser.SignInAsync(server, ann);
        var term = await server.ImposeAsync(boss, ann, SanctionKind.Ban, room: null, TimeSpan.FromDays(7), "Spam in all rooms");
        await banned.ShowsAsync(".toasts", "Spam in all rooms");
        await banned.Page.GotoAsync("/account/login");
        await banned.TypePasswordAsync(ann);
        await banned.ShowsAsync("h1", Words.Of("Banned.Title"));
        await banned.ShowsAsync(".notice", "Spam in all rooms");
        await banned.ShowsAsync("main", term.Until!.Value.ToString("yyyy", System.Globalization.CultureInfo.InvariantCulture));
        banned.AssertNoErrors();
    }

    [Fact]
    public async Task A_warning_and_a_ban_from_a_room_are_shown_until_they_are_read()
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Private, "Vault", ann);
        await using var window = await browser.SignInAsync(server, ann);
        await server.ImposeAsync(owner, ann, SanctionKind.Ban, room.Id, reason: "Told it to others");
        await window.ShowsAsync(".own-notices", Words.Of("Sanction.YouIn.Ban", "Vault"));
        await window.ShowsAsync(".own-notices", "Told it to others");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Sanction.Seen") }).ClickAsync();
        await Assertions.Expect(window.Page.Locator(".own-notices")).ToHaveCountAsync(0);
        Assert.Equal(SanctionKind.Ban, Assert.Single(server.Get<SanctionLists>().Own(ann.Id)).Term.Kind);
        window.AssertNoErrors();
    }

    // The moderator's dialog about a member, with the mute chosen as it opens.
    private static async Task AskAsync(BrowserPage window, TestPerson about)
    {
        await window.Page.Locator(".members").GetByRole(AriaRole.Button, new() { Name = Words.Of("Moderate.Who", about.Name) }).ClickAsync();
        await Assertions.Expect(window.Page.Locator("#sanction-reason")).ToBeVisibleAsync();
    }
}
