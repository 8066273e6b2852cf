using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Moderation;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>The round of a moderator: a report comes in, they look, decide, hide what was said, and bring it back.</summary>
[Collection(Browser.Collection)]
public sealed class ReportPagesTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_report_comes_in_live_is_looked_at_and_decided_and_the_reporter_reads_what_came_of_it()
    {
        var (owner, ann, bob) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Public, "Market", ann, bob);
        await server.PostAsync(bob, room.Id, "cheap watches");
        await server.PostAsync(ann, room.Id, "not again");
        await using var moderator = await browser.SignInAsync(server, owner, $"/rooms/{room.Id}");
        await using var reporter = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await Assertions.Expect(moderator.Page.Locator("[data-reports]")).ToBeVisibleAsync();
        await Assertions.Expect(moderator.Page.Locator("[data-reports] .badge-count")).ToHaveCountAsync(0);
        Assert.False(await reporter.MayAsync("not again", "report"));

        await reporter.ChooseAsync("cheap watches", "report");
        await reporter.Page.FillAsync("#report-comment", "The third time today");
        await reporter.Page.Locator("dialog button[type=submit]").ClickAsync();
        await Assertions.Expect(reporter.Page.Locator("dialog")).ToContainTextAsync(Words.Of("Report.Thanks"));
        await Assertions.Expect(moderator.Page.Locator("[data-reports] .badge-count")).ToContainTextAsync("1");

        await moderator.Page.Locator("[data-reports]").ClickAsync();
        var report = moderator.Page.Locator("#reports .report");
        await Assertions.Expect(report).ToContainTextAsync("The third time today");
        await LookAsync(moderator, "The third time today");
        await Assertions.Expect(report.Locator(".report-reported")).ToContainTextAsync("cheap watches");
        await Assertions.Expect(report.Locator(".report-context")).ToContainTextAsync("not again");
        await report.GetByRole(AriaRole.Button, new() { Name = Words.Of("Reports.Decide") }).ClickAsync();
        await moderator.Page.GetByRole(AriaRole.Radio, new() { Name = Words.Of("Verdict.Delete") }).CheckAsync();
        await moderator.Page.FillAsync("#verdict-reason", "No advertising here");
        await moderator.Page.Locator("dialog button[type=submit]").ClickAsync();
        await Assertions.Expect(report).ToHaveCountAsync(0);

        await reporter.Page.Locator("dialog .button-primary").ClickAsync();
        await reporter.SeesNoLongerAsync("cheap watches");
        var notice = reporter.Page.Locator(".own-notices");
        await Assertions.Expect(notice).ToContainTextAsync("No advertising here");
        await notice.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(notice).ToHaveCountAsync(0);
        await reporter.Page.GotoAsync("/reports");
        await Assertions.Expect(reporter.Page.Locator(".report")).ToContainTextAsync(Words.Of("Report.Decision.Delete"));
        await Assertions.Expect(reporter.Page.Locator("#reports, #sweeps")).ToHaveCountAsync(0);
        moderator.AssertNoErrors();
        reporter.AssertNoErrors();
    }

    [Fact]
    public async Task What_somebody_said_is_hidden_from_a_messages_menu_and_brought_back_from_the_list()
    {
        var (owner, bob) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Public, "Flood", bob);
        foreach (var n in new[] { "one", "two", "three" }) await server.PostAsync(bob, room.Id, $"flood {n}");
        await server.PostAsync(owner, room.Id, "stop it");
        await using var moderator = await browser.SignInAsync(server, owner, $"/rooms/{room.Id}");
        await using var flooder = await browser.SignInAsync(server, bob, $"/rooms/{room.Id}");
        await moderator.ChooseAsync("flood two", "sweep");
        await moderator.Page.FillAsync("#sweep-reason", "Flooding");
        await moderator.Page.Locator("dialog button[type=submit]").ClickAsync();
        await Assertions.Expect(moderator.Page.Locator("dialog .notice-success")).ToContainTextAsync(Words.Of("Sweep.State.Done", 3, 3));
        foreach (var window in (BrowserPage[])[moderator, flooder])
        {
            await window.SeesNoLongerAsync("flood one");
            await window.SeesNoLongerAsync("flood three");
            await window.SeesAsync("stop it");
        }

        await moderator.Page.GotoAsync("/reports");
        await moderator.IsLiveAsync(server, owner);
        await moderator.Page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Sweeps.UndoOf", bob.Name) }).ClickAsync();
        await moderator.Page.FillAsync("#reason", "A mistake");
        await moderator.Page.Locator("dialog button[type=submit]").ClickAsync();
        await Assertions.Expect(moderator.Page.Locator("#sweeps")).ToContainTextAsync(Words.Of("Sweep.State.Undone", 3, 0));
        foreach (var n in new[] { "one", "two", "three" }) await flooder.SeesAsync($"flood {n}");
        moderator.AssertNoErrors();
        flooder.AssertNoErrors();
    }

    [Fact]
    public async Task The_card_of_a_person_leads_to_reporting_and_to_moderating_them()
    {
        var (owner, ann, bob) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Public, "Cards", ann, bob);
        await using var member = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await OpenCardAsync(member, bob);
        await member.ShowsAsync("#person-card", bob.Name);
        await Assertions.Expect(member.Page.Locator("#person-card [data-moderate]")).ToHaveCountAsync(0);
        await member.Page.Locator("#person-card [data-report]").ClickAsync();
        await member.Page.Locator("dialog button[type=submit]").ClickAsync();
        await Assertions.Expect(member.Page.Locator("dialog")).ToContainTextAsync(Words.Of("Report.Thanks"));
        Assert.Equal(room.Id, server.Get<ReportLists>().Queue(owner.Id)!.Single(line => line.User.Id == bob.Id).Room);

        await using var moderator = await browser.SignInAsync(server, owner, $"/rooms/{room.Id}");
        await OpenCardAsync(moderator, bob);
        await moderator.Page.Locator("#person-card [data-moderate]").ClickAsync();
        await Assertions.Expect(moderator.Page.Locator("#sanction-reason")).ToBeVisibleAsync();
        await moderator.Page.Locator("dialog [data-sweep]").ClickAsync();
        await Assertions.Expect(moderator.Page.Locator("#sweep-reason")).ToBeVisibleAsync();
        moderator.AssertNoErrors();
        member.AssertNoErrors();
    }

    [Fact]
    public async Task Reports_and_sweeps_fit_every_width_and_are_accessible()
    {
        var (boss, owner, ann, bob) = (
            await server.AddPersonAsync("Boss", Rank.Moderator), await server.AddPersonAsync("Ownerofalongname"), await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bobthelongestnamethatfits"));
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Private, "A room with quite a long name for a report", ann, bob, boss);
        var message = await server.PostAsync(bob, room.Id, "buy **this** " + new string('w', 120) + " שלום 你好");
        await server.PostAsync(ann, room.Id, "no");
        await server.ImposeAsync(owner, bob, SanctionKind.Warning, room.Id, reason: "before " + new string('w', 100));
        var reports = server.Get<Reports>();
        Assert.True((await reports.AddAsync(ann.Id, new ReportOrder(message.Id, default, null, ReportCategory.Spam, "again and again " + new string('x', 200)))).IsDone);
        Assert.True((await reports.AddAsync(owner.Id, new ReportOrder(message.Id, default, null, ReportCategory.Other, "又是广告"))).IsDone);
        Assert.True((await reports.AddAsync(ann.Id, new ReportOrder(null, boss.Id, room.Id, ReportCategory.Harassment, ""))).IsDone);
        var mine = await reports.AddAsync(boss.Id, new ReportOrder(null, bob.Id, room.Id, ReportCategory.Hate, "look at this"));
        await server.PostAsync(bob, RoomId.General, "swept");
        await server.SweepAsync(boss, bob, RoomId.General);
        await using var window = await browser.SignInAsync(server, boss, "/reports");
        var page = window.Page;
        await LookAsync(window, "again and again");
        await LooksTests.FitsAsync(window, "the queue of reports");
        await page.Locator(".report", new() { HasText = "again and again" }).GetByRole(AriaRole.Button, new() { Name = Words.Of("Reports.Decide") }).ClickAsync();
        await page.GetByRole(AriaRole.Radio, new() { Name = Words.Of("Verdict.Mute") }).CheckAsync();
        await LooksTests.FitsAsync(window, "the decision about a report");
        await LooksTests.IsAccessibleAsync(window, "the decision about a report", "dialog");
        Assert.True((await server.Get<ReportDesk>().ResolveAsync(owner.Id, mine.Id, new ReportVerdict(ReportDecision.Dismiss, "nothing " + new string('w', 100)))).IsDone);
        await page.GotoAsync($"/rooms/{room.Id}");
        await window.IsLiveAsync(server, boss);
        await Assertions.Expect(page.Locator(".own-notices")).ToBeVisibleAsync();
        await LooksTests.FitsAsync(window, "a room with a decision to read");
        await page.Locator(".own-notices button").ClickAsync();
        await page.SetViewportSizeAsync(1280, 740);
        await window.ChooseAsync("no", "report");
        await Assertions.Expect(page.Locator("#report-comment")).ToBeVisibleAsync();
        await LooksTests.IsAccessibleAsync(window, "the report of a message", "dialog");
        await page.Locator("dialog .dialog-head button").ClickAsync();
        await Assertions.Expect(page.Locator("dialog")).ToHaveCountAsync(0);
        await window.ChooseAsync("no", "sweep");
        await Assertions.Expect(page.Locator("#sweep-reason")).ToBeVisibleAsync();
        await LooksTests.IsAccessibleAsync(window, "the question what shall be hidden", "dialog");
        window.AssertNoErrors();
    }

    // What is clicked before the page is live is lost: then it is clicked again.
    // The page is live: one press, which a second one would take back.
    private static async Task LookAsync(BrowserPage window, string comment)
    {
        await window.Page.Locator("#reports .report", new() { HasText = comment }).Locator("button[aria-expanded]").ClickAsync();
        await Assertions.Expect(window.Page.Locator(".report-reported")).ToHaveCountAsync(1);
    }

    // The list opens cards as soon as its script is there.
    private static Task OpenCardAsync(BrowserPage window, TestPerson person) => Eventually.BecomesAsync(async () =>
    {
        var card = window.Page.Locator("#person-card");
        if (!await card.IsVisibleAsync()) await window.Page.Locator($".members [data-user='{person.Id}']").First.ClickAsync();
        return await card.IsVisibleAsync();
    });
}
