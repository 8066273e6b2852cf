using ChatApp.Accounts;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Rules;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Moderation;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Rules and held messages from both sides: who makes a rule and decides, and whose message it hits.</summary>
[Collection(Browser.Collection)]
public sealed class RulePagesTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_rule_is_tried_made_and_turned_on_and_what_it_holds_waits_until_a_moderator_has_decided()
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Public, "Bazaar", ann);
        await server.PostAsync(ann, room.Id, "my first watches");
        await using var moderator = await browser.SignInAsync(server, owner, $"/rooms/{room.Id}");
        await using var author = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        var page = moderator.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Room.Settings") }).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Screening.Open") }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Rules.New") }).ClickAsync();
        await page.FillAsync("#rule-name", "No watches");
        await page.FillAsync("#rule-patterns", "watch*");
        await page.SelectOptionAsync("#rule-action", nameof(RuleAction.Hold));
        await page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Rules.Test") }).ClickAsync();
        await Assertions.Expect(page.Locator(".screening-hits")).ToContainTextAsync("my first watches");
        await page.GetByLabel(Words.Of("Rules.Enabled")).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Rules.Save"), Exact = true }).Last.ClickAsync();
        await Assertions.Expect(page.Locator("[aria-labelledby=screening-rules] .badge-accent")).ToHaveTextAsync(Words.Of("Rules.On"));

        await author.SayAsync("more watches");
        await Assertions.Expect(author.Page.Locator(".message-held")).ToContainTextAsync(Words.Of("Held.Waits"));
        await author.SayAsync("other watches");
        await Assertions.Expect(author.Page.Locator(".message-held")).ToHaveCountAsync(2);
        var held = page.Locator("[aria-labelledby=screening-held] .screening-item");
        await Assertions.Expect(held).ToHaveCountAsync(2);
        await held.First.GetByRole(AriaRole.Button).First.ClickAsync();
        await Assertions.Expect(held).ToHaveCountAsync(1);
        await Assertions.Expect(author.Page.Locator(".message-held")).ToHaveCountAsync(1);
        await Assertions.Expect(author.Page.Locator("article.message:not(.message-held)", new() { HasText = "more watches" })).ToHaveCountAsync(1);
        await held.First.GetByRole(AriaRole.Button).Last.ClickAsync();
        await page.FillAsync("#reason", "One is enough");
        await page.Locator("dialog form button[type=submit]").Last.ClickAsync();
        await Assertions.Expect(held).ToHaveCountAsync(0);
        await Assertions.Expect(author.Page.Locator(".message-failed")).ToContainTextAsync("One is enough");
        moderator.AssertNoErrors();
        author.AssertNoErrors();
    }

    [Fact]
    public async Task Whoever_takes_a_held_message_back_has_its_text_in_the_box_again_and_keeps_it_in_its_row_where_something_else_stands_there()
    {
        var (owner, ann, room) = await SceneAsync(RuleAction.Hold);
        await using var author = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        var held = author.Page.Locator(".message-held");
        await author.SayAsync("first watches");
        await Assertions.Expect(held).ToHaveCountAsync(1);
        await held.Locator("[data-withdraw]").FocusAsync();
        await author.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(author.Composer()).ToHaveValueAsync("first watches");
        await Assertions.Expect(author.Composer()).ToBeFocusedAsync();
        await Assertions.Expect(author.Messages()).ToHaveCountAsync(0);
        Assert.Empty(server.Get<HeldDesk>().List(owner.Id, room.Id)!);

        // As a draft it survives, and nothing is sent again by itself.
        await author.Page.ReloadAsync();
        await author.IsLiveAsync(server, ann);
        await author.MayWriteAsync();
        await Assertions.Expect(author.Composer()).ToHaveValueAsync("first watches");
        await Assertions.Expect(author.Messages()).ToHaveCountAsync(0);
        await author.Composer().PressAsync("Enter");
        await Assertions.Expect(held).ToHaveCountAsync(1);

        await author.Composer().FillAsync("something else");
        await held.Locator("[data-withdraw]").ClickAsync();
        await author.ShowsAsync(".message-withdrawn", Words.Of("Post.Withdrawn"));
        await author.ShowsAsync(".message-withdrawn", "first watches");
        await Assertions.Expect(author.Composer()).ToHaveValueAsync("something else");
        await author.SayAsync("third watches");
        await Assertions.Expect(held).ToHaveCountAsync(1);
        await LooksTests.FitsAsync(author, "a message that waits and one that was taken back");
        await author.Page.SetViewportSizeAsync(1280, 800);
        await held.Locator("[data-withdraw]").ClickAsync();
        await Assertions.Expect(author.Composer()).ToHaveValueAsync("third watches");
        await author.Page.Locator(".message-withdrawn [data-discard]").ClickAsync();
        await Assertions.Expect(author.Messages()).ToHaveCountAsync(0);
        author.AssertNoErrors();
    }

    [Fact]
    public async Task What_was_meant_for_a_thread_comes_back_into_the_box_of_the_thread_with_what_it_answers()
    {
        var (owner, ann, room) = await SceneAsync(RuleAction.Hold);
        var root = await server.PostAsync(owner, room.Id, "what do you sell?");
        await using var author = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}?thread={root.Id}");
        await author.AnswerAsync("old watches");
        await author.Thread().Locator(".message-held [data-withdraw]").ClickAsync();
        await Assertions.Expect(author.Page.Locator("#composer-input-thread")).ToHaveValueAsync("old watches");
        await Assertions.Expect(author.Composer()).ToHaveValueAsync("");

        await author.Page.GotoAsync($"/rooms/{room.Id}");
        await author.IsLiveAsync(server, ann);
        await author.PressAsync("what do you sell?", "reply");
        await author.SayAsync("new watches");
        await author.Page.Locator(".message-held [data-withdraw]").ClickAsync();
        await Assertions.Expect(author.Composer()).ToHaveValueAsync("new watches");
        await author.ShowsAsync(".reply-bar", "what do you sell?");
        author.AssertNoErrors();
    }

    [Fact]
    public async Task How_many_messages_wait_stands_in_the_consoles_navigation_and_follows()
    {
        var (_, ann, room) = await SceneAsync(RuleAction.Hold);
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        await using var window = await browser.SignInAsync(server, boss, "/admin/overview");
        var badge = window.Page.Locator(".console-link[href='/admin/held'] .badge-count");
        var before = server.Get<HeldDesk>().Count(boss.Id, null);
        await server.SayAsync(ann, room.Id, "watches");
        await Assertions.Expect(badge).ToHaveTextAsync($"{before + 1}");
        await server.Get<HeldMessages>().WithdrawAsync(ann.Id, server.Get<HeldDesk>().List(boss.Id, room.Id)![0].Id);
        if (before == 0) await Assertions.Expect(badge).ToHaveCountAsync(0);
        else await Assertions.Expect(badge).ToHaveTextAsync($"{before}");
        window.AssertNoErrors();
    }

    [Fact]
    public async Task That_a_rule_has_told_of_a_message_is_shown_on_every_page_and_leads_to_it()
    {
        var (owner, ann, room) = await SceneAsync(RuleAction.Alert);
        await using var moderator = await browser.SignInAsync(server, owner, "/rooms/general");
        await using var member = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await member.SayAsync("cheap watches");
        await member.SeesAsync("cheap watches");
        await member.SayAsync("better watches");
        await moderator.ShowsAsync(".rule-alert", "No watches");
        await moderator.ShowsAsync(".rule-alert", Words.Of("Rules.AlertOthers", 1));
        await Assertions.Expect(moderator.Page.Locator(".rule-alert .notice")).ToHaveCountAsync(1);
        await LooksTests.FitsAsync(moderator, "what a rule has told of");
        await LooksTests.IsAccessibleAsync(moderator, "what a rule has told of", ".rule-alert");
        await moderator.Page.SetViewportSizeAsync(1280, 800);
        await moderator.Page.Locator("[data-alert]").ClickAsync();
        await moderator.ShowsAsync("h1", room.Name);
        await moderator.SeesAsync("better watches");
        await Assertions.Expect(moderator.Page.Locator(".rule-alert")).ToHaveCountAsync(0);
        await Assertions.Expect(member.Page.Locator(".rule-alert")).ToHaveCountAsync(0);
        moderator.AssertNoErrors();
        member.AssertNoErrors();
    }

    [Fact]
    public async Task An_edit_that_would_need_a_review_says_so_and_keeps_what_was_typed()
    {
        var (_, ann, room) = await SceneAsync(RuleAction.Hold);
        await server.PostAsync(ann, room.Id, "harmless");
        await using var author = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await author.MayWriteAsync();
        await author.PressAsync("harmless", "edit");
        await author.Page.FillAsync("#edit-input", "harmless watches");
        await author.Page.PressAsync("#edit-input", "Enter");
        await author.ShowsAsync("#edit-problem", Words.Of("MessageOutcome.NeedsReview"));
        await Assertions.Expect(author.Page.Locator("#edit-input")).ToHaveValueAsync("harmless watches");
        await author.Page.PressAsync("#edit-input", "Escape");
        await author.SeesAsync("harmless");
        author.AssertNoErrors();
    }

    private async Task<(TestPerson Owner, TestPerson Ann, RoomView Room)> SceneAsync(RuleAction action)
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Public, "Bazaar", ann);
        await server.AddRuleAsync(owner, room.Id, RuleKit.Word("watches", action) with { Name = "No watches" });
        return (owner, ann, room);
    }

    [Fact]
    public async Task Rules_their_dialog_and_what_waits_fit_every_width_and_are_accessible()
    {
        var (boss, ann) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Annwithalongnamethatfits"));
        var room = await server.MakeRoomAsync(boss, RoomVisibility.Public, "A room with quite a long name for a line", ann);
        await server.AddRuleAsync(boss, room: null, RuleKit.Word("held" + new string('w', 60), RuleAction.Hold));
        await server.SayAsync(ann, room.Id, "held" + new string('w', 60));
        await using var window = await browser.SignInAsync(server, boss, "/admin/held");
        await Assertions.Expect(window.Page.Locator("#held .screening-item")).ToHaveCountAsync(1);
        await LooksTests.FitsAsync(window, "messages that wait");
        await window.Page.GotoAsync("/admin/rules");
        await window.IsLiveAsync(server, boss);
        await LooksTests.FitsAsync(window, "the rules");
        foreach (var kind in (RuleKind[])[RuleKind.Words, RuleKind.Links, RuleKind.Rate])
        {
            await window.Page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Rules.New") }).ClickAsync();
            await window.Page.SelectOptionAsync("#rule-kind", kind.ToString());
            await window.Page.SelectOptionAsync("#rule-action", nameof(RuleAction.Mute));
            await Assertions.Expect(window.Page.Locator("#rule-mute")).ToBeVisibleAsync();
            await LooksTests.IsAccessibleAsync(window, $"a rule of {kind}", "dialog");
            Assert.Equal(0, await window.Page.EvaluateAsync<int>("(() => { const one = document.querySelector('dialog form'); return Math.max(0, one.scrollWidth - one.clientWidth); })()"));
            await window.Page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Dialog.Cancel") }).ClickAsync();
            await Assertions.Expect(window.Page.Locator("dialog")).ToHaveCountAsync(0);
        }

        window.AssertNoErrors();
    }
}
