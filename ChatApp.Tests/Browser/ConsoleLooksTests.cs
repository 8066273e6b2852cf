using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Moderation.Rules;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Moderation;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>How the console's lists, dialogs and answers look when there is something in them.</summary>
[Collection(Browser.Collection)]
public sealed class ConsoleLooksTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Full_lists_dialogs_and_answers_fit_every_width_and_are_accessible()
    {
        var (boss, bob) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Bobthelongestnamethatfits"));
        for (var i = 0; i < 26; i++) await server.AddPersonAsync();
        var room = await server.MakeRoomAsync(bob, name: "A room with quite a long name for the list of all rooms", members: boss);
        await server.Get<RoomSettings>().SetSlowModeAsync(boss.Id, room.Id, 30, new string('w', 200));
        await server.ImposeAsync(boss, bob, SanctionKind.Mute, room.Id, TimeSpan.FromHours(1), new string('w', 200));
        await server.Get<PersonalTokens>().MakeAsync(bob.Id, bob.Id, new TokenWish(new string('w', 64), TokenScopes.Read | TokenScopes.Post));
        var (_, key) = ApiKeys.Make(new string('w', 64), ApiScopes.Publish | ApiScopes.Read | ApiScopes.Manage, "topic:" + new string('w', 100), bob.Id, server.Get<TimeProvider>().GetUtcNow());
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.ApiKeys.Add(key));
        server.Get<OverviewBoard>().Take();
        await using var socket = await server.SubscribeAsync(bob, room.Id);
        await using var window = await browser.SignInAsync(server, boss, "/admin/users");
        var page = window.Page;
        foreach (var id in new[] { "users", "sanctions", "tokens", "rooms", "audit", "overview" })
        {
            await page.ClickAsync($".console-link[href='/admin/{id}']");
            await Assertions.Expect(page.Locator(id == "overview" ? ".chart" : $"#{id} tbody tr").First).ToBeVisibleAsync();
            await LooksTests.FitsAsync(window, $"{id} with something in it");
        }

        await page.ClickAsync(".console-link[href='/admin/settings']");
        await page.FillAsync("#settings-text", "9000");
        await page.FillAsync("#settings-connections_user", "0");
        await page.ClickAsync("#settings button[type=submit]");
        await window.ShowsAsync("#settings [role=alert]", Words.Of("AdminSettings.OutOfRange"));
        await LooksTests.FitsAsync(window, "settings that cannot be");
        await LooksTests.IsAccessibleAsync(window, "settings that cannot be", "#settings");

        await page.ClickAsync(".console-link[href='/admin/rooms']");
        await page.GetByRole(AriaRole.Button, new() { Name = Words.Of("RoomsAdmin.OrderOf", room.Name) }).ClickAsync();
        await page.ClickAsync("dialog button[type=submit]"); // shows what is missing
        await Assertions.Expect(page.Locator("#order-reason-error")).ToBeVisibleAsync();
        await LooksTests.IsAccessibleAsync(window, "slow mode and lock of a room", "dialog");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("dialog")).ToHaveCountAsync(0);

        await server.AddRuleAsync(boss, null, RuleKit.Word("watches", RuleAction.Hold) with { Name = new string('w', 80), ExemptFrom = null });
        await server.SayAsync(bob, RoomId.General, "watches");
        await server.SayAsync(bob, room.Id, "hello");
        await page.GotoAsync($"/admin/why?user={bob.Id}&room={room.Id}");
        await window.IsLiveAsync(server, boss);
        await page.ClickAsync(".why-form button[type=submit]");
        await window.ShowsAsync(".why-facts", Words.Of("Why.Fact.Muted"));
        await window.ShowsAsync("[aria-labelledby=why-rules]", Words.Of("Rules.Action.Hold"));
        await window.ShowsAsync("[aria-labelledby=why-refused]", Words.Of("Why.Refused.Muted"));
        await LooksTests.FitsAsync(window, "an answer to why");
        await page.SelectOptionAsync("#why-room", RoomId.General.Value);
        await page.ClickAsync(".why-form button[type=submit]");
        await window.ShowsAsync("[aria-labelledby=why-held]", Words.Of("Console.Waiting", 1));
        await LooksTests.FitsAsync(window, "an answer to why with what waits");
        window.AssertNoErrors();
    }

    [Fact]
    public async Task The_console_keeps_the_policy_of_all_pages_and_needs_no_style_or_script_besides_theirs()
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        await using var window = await browser.SignInAsync(server, boss, "/admin/overview");
        await Assertions.Expect(window.Page.Locator(".console")).ToBeVisibleAsync();
        Assert.Equal(0, await window.Page.Locator("[style]").CountAsync());
        Assert.Equal(1, await window.Page.Locator("link[rel=stylesheet]").CountAsync());
        var answer = await window.Page.ReloadAsync();
        Assert.DoesNotContain("unsafe", await answer!.HeaderValueAsync("content-security-policy") ?? "unsafe", StringComparison.Ordinal);
        window.AssertNoErrors();
    }
}
