using ChatApp.Accounts;
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
