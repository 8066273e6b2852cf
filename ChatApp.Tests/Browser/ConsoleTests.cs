using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Tokens;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>The console of moderators, with a real browser: moving about, lists, acts that ask before they are done, and taking the log along.</summary>
[Collection(Browser.Collection)]
public sealed class ConsoleTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Each_section_has_its_address_and_the_navigation_says_where_one_is()
    {
        var mod = await server.AddPersonAsync("Mod", Rank.Moderator);
        await using var window = await browser.SignInAsync(server, mod, "/admin");
        await window.IsLiveAsync(server, mod);
        await Assertions.Expect(window.Page.Locator("#overview")).ToBeVisibleAsync();
        foreach (var id in new[] { "connections", "rooms", "users", "sanctions", "invitations", "why", "audit" })
        {
            await window.Page.ClickAsync($".console-link[href='/admin/{id}']");
            await Assertions.Expect(window.Page.Locator($"#{id}")).ToBeVisibleAsync();
            await Assertions.Expect(window.Page.Locator($".console-link[href='/admin/{id}']")).ToHaveAttributeAsync("aria-current", "page");
            await Assertions.Expect(window.Page.Locator(".section")).ToHaveCountAsync(1);
        }

        // What is for administrators is not there, whoever types its address.
        await Assertions.Expect(window.Page.Locator(".console-link[href='/admin/tokens'], .console-link[href='/admin/settings']")).ToHaveCountAsync(0);
        window.AssertNoErrors();
        await window.Page.GotoAsync("/admin/tokens");
        await window.ShowsAsync("h1", "Nothing");
    }

    [Fact]
    public async Task A_long_list_is_paged_sorted_and_filtered_by_the_server()
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        for (var i = 0; i < 30; i++) await server.AddPersonAsync($"Paged{i:00}");
        await using var window = await browser.SignInAsync(server, boss, "/admin/users");
        await window.IsLiveAsync(server, boss);
        await window.Page.FillAsync("#user-search", "Paged");
        await window.Page.PressAsync("#user-search", "Enter");
        var (rows, place) = (window.Page.Locator("#users tbody tr"), window.Page.Locator("#users .pager-place"));
        await Assertions.Expect(place).ToHaveTextAsync(Words.Of("Grid.Place", 1, 25, 30));
        await Assertions.Expect(rows).ToHaveCountAsync(25);
        await Assertions.Expect(rows.First).ToContainTextAsync("Paged00");
        await window.Page.Locator("#users .pager button").Last.ClickAsync();
        await Assertions.Expect(place).ToHaveTextAsync(Words.Of("Grid.Place", 26, 30, 30));
        await Assertions.Expect(rows).ToHaveCountAsync(5);

        // Another order begins with its first page; the second press turns it round.
        var created = window.Page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Tokens.Created"), Exact = true });
        await created.ClickAsync();
        await Assertions.Expect(place).ToHaveTextAsync(Words.Of("Grid.Place", 1, 25, 30));
        await Assertions.Expect(window.Page.Locator("#users th[aria-sort=ascending]")).ToHaveTextAsync(Words.Of("Tokens.Created"));
        await created.PressAsync("Enter");
        await Assertions.Expect(rows.First).ToContainTextAsync("Paged29");

        await window.Page.SelectOptionAsync("#user-rank", "Administrator");
        await window.ShowsAsync("#users .grid-empty", Words.Of("Admin.NoUsers"));
        window.AssertNoErrors();
    }

    [Fact]
    public async Task An_act_says_what_follows_asks_for_a_reason_and_stands_in_the_log_with_before_and_after()
    {
        var (boss, bob) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(bob, name: "Loud corner");
        await using var window = await browser.SignInAsync(server, boss, "/admin/rooms");
        await window.IsLiveAsync(server, boss);
        var page = window.Page;
        var row = page.Locator("#rooms tbody tr", new() { HasText = room.Name });
        await row.GetByRole(AriaRole.Button, new() { Name = Words.Of("RoomsAdmin.ArchiveWhich", room.Name) }).ClickAsync();
        await window.ShowsAsync("dialog", Words.Of("RoomsAdmin.ArchiveText"));
        await page.ClickAsync("dialog .button-danger");
        await window.ShowsAsync("dialog", Words.Of("Reason.Missing"));
        Assert.False(server.Get<RoomDirectory>().Find(room.Id, boss.Id)!.Room.IsArchived);
        await page.FillAsync("#reason", "nobody is there");
        await page.ClickAsync("dialog .button-danger");
        await window.ShowsAsync(".notice-success", "is archived");
        await Assertions.Expect(row).ToContainTextAsync(Words.Of("RoomsAdmin.State.Archived"));

        // And back.
        await row.GetByRole(AriaRole.Button, new() { Name = Words.Of("RoomsAdmin.ReopenWhich", room.Name) }).ClickAsync();
        await page.FillAsync("#reason", "somebody came");
        await page.ClickAsync("dialog .button-danger");
        await Assertions.Expect(row).Not.ToContainTextAsync(Words.Of("RoomsAdmin.State.Archived"));
        await row.GetByRole(AriaRole.Button, new() { Name = Words.Of("RoomsAdmin.OrderOf", room.Name) }).ClickAsync();
        await page.CheckAsync("#order-lock");
        await page.FillAsync("#order-reason", "too loud");
        await page.ClickAsync("dialog button[type=submit]");
        await Assertions.Expect(row).ToContainTextAsync(Words.Of("RoomsAdmin.State.Locked"));

        await page.ClickAsync(".console-link[href='/admin/audit']");
        await page.FillAsync("#audit-target", room.Name);
        await page.PressAsync("#audit-target", "Enter");
        await Assertions.Expect(page.Locator("#audit tbody tr")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator("#audit tbody tr").First).ToContainTextAsync("unlocked → locked");
        await Assertions.Expect(page.Locator("#audit tbody tr").First).ToContainTextAsync(Words.Of("AuditAdmin.Via.Page"));
        await page.SelectOptionAsync("#audit-action", "room.archive");
        await Assertions.Expect(page.Locator("#audit tbody tr")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("#audit tbody tr")).ToContainTextAsync("nobody is there");
        window.AssertNoErrors();
    }

    [Fact]
    public async Task A_person_is_muted_from_the_list_of_users_and_the_mute_is_lifted_from_that_of_sanctions()
    {
        var (mod, bob) = (await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Bob"));
        await using var window = await browser.SignInAsync(server, mod, "/admin/users");
        await window.IsLiveAsync(server, mod);
        var page = window.Page;
        await page.FillAsync("#user-search", bob.Name);
        await page.PressAsync("#user-search", "Enter");
        await page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Moderate.Who", bob.Name) }).ClickAsync();
        await page.FillAsync("#sanction-reason", "shouting");
        await page.ClickAsync("dialog button[type=submit]");
        await Assertions.Expect(page.Locator("dialog")).ToHaveCountAsync(0);
        Assert.NotNull(server.Get<SanctionGuard>().Speaking(bob.Id, RoomId.General));

        await page.ClickAsync(".console-link[href='/admin/sanctions']");
        await page.FillAsync("#sanction-search", bob.Name);
        await page.PressAsync("#sanction-search", "Enter");
        await Assertions.Expect(page.Locator("#sanctions tbody tr")).ToHaveCountAsync(1);
        await page.ClickAsync("#sanctions tbody button");
        await page.FillAsync("#reason", "said sorry");
        await page.ClickAsync("dialog .button-danger");
        await window.ShowsAsync("#sanctions .grid-empty", Words.Of("SanctionsAdmin.NoneHolds"));
        Assert.Null(server.Get<SanctionGuard>().Speaking(bob.Id, RoomId.General));
        await page.UncheckAsync("#sanctions-holding");
        await Assertions.Expect(page.Locator("#sanctions tbody tr")).ToContainTextAsync(mod.Name);
        window.AssertNoErrors();
    }

    [Fact]
    public async Task An_administrator_revokes_the_token_of_somebody_else_with_a_reason()
    {
        var (boss, bob) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Bob"));
        var made = await server.Get<PersonalTokens>().MakeAsync(bob.Id, bob.Id, new TokenWish("Weather station", TokenScopes.Read));
        await using var window = await browser.SignInAsync(server, boss, "/admin/tokens");
        await window.IsLiveAsync(server, boss);
        await window.Page.FillAsync("#token-search", bob.Name);
        await window.Page.PressAsync("#token-search", "Enter");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = Words.Of("TokensAdmin.RevokeWhich", "Weather station", bob.Name) }).ClickAsync();
        await window.Page.FillAsync("#reason", "leaked");
        await window.Page.ClickAsync("dialog .button-danger");
        await window.ShowsAsync(".notice-success", Words.Of("TokensAdmin.Revoked"));
        await window.ShowsAsync("#tokens .grid-empty", Words.Of("TokensAdmin.None"));
        Assert.Null(server.Get<PersonalTokens>().Read(made.Secret!, "127.0.0.1").User);
        Assert.Equal(("token.revoke", "leaked"), (server.Get<ModerationDesk>().Audit(boss.Id)![0].Action, server.Get<ModerationDesk>().Audit(boss.Id)![0].Reason));
        window.AssertNoErrors();
    }

    [Fact]
    public async Task The_overview_goes_on_by_itself()
    {
        var mod = await server.AddPersonAsync("Mod", Rank.Moderator);
        var board = server.Get<OverviewBoard>();
        await using var window = await browser.SignInAsync(server, mod, "/admin/overview");
        await window.IsLiveAsync(server, mod);
        await server.PostAsync(mod, RoomId.General, "something");
        var before = board.Samples(mod.Id)!.Count;
        await Eventually.BecomesAsync(() => Task.FromResult(board.Samples(mod.Id)!.Count >= before + 2));
        await Eventually.BecomesAsync(async () => int.Parse(await window.Page.Locator(".charts").GetAttributeAsync("data-samples") ?? "0", System.Globalization.CultureInfo.InvariantCulture) >= before + 2);
        await Assertions.Expect(window.Page.Locator(".chart")).ToHaveCountAsync(7);
        await Assertions.Expect(window.Page.Locator("#overview-connections-title")).ToHaveTextAsync(Words.Of("Admin.Connections"));
        window.AssertNoErrors();
    }

    [Fact]
    public async Task The_log_is_taken_along_with_its_filters_and_says_when_it_is_there()
    {
        var (boss, bob) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Bob"));
        var desk = server.Get<ModerationDesk>();
        await desk.LockAsync(boss.Id, bob.Id, "=cmd()");
        await desk.UnlockAsync(boss.Id, bob.Id, "a mistake");
        await using var window = await browser.SignInAsync(server, boss, "/admin/audit");
        await window.IsLiveAsync(server, boss);
        await window.Page.FillAsync("#audit-actor", boss.Name);
        await window.Page.PressAsync("#audit-actor", "Enter");
        await window.Page.SelectOptionAsync("#audit-action", "user.lock");
        await Assertions.Expect(window.Page.Locator("#audit tbody tr")).ToHaveCountAsync(1);
        var download = await window.Page.RunAndWaitForDownloadAsync(() => window.Page.ClickAsync(".grid-export[data-attached] a"));
        Assert.Equal("audit.csv", download.SuggestedFilename);
        await window.ShowsAsync(".grid-export", Words.Of("AuditAdmin.Exported"));
        var lines = await File.ReadAllLinesAsync(await download.PathAsync());
        Assert.Equal(2, lines.Length);
        Assert.Contains(",open,locked,\"'=cmd()\",page", lines[1], StringComparison.Ordinal);
        window.AssertNoErrors();
    }

    [Fact]
    public async Task An_export_that_takes_long_can_be_cancelled()
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        await using var window = await browser.SignInAsync(server, boss, "/admin/audit");
        await window.IsLiveAsync(server, boss);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // Never answered.
        await window.Page.RouteAsync("**/admin/audit.csv*", _ => asked.TrySetResult());
        await window.Page.ClickAsync(".grid-export[data-attached] a");
        await asked.Task.Soon();
        await Assertions.Expect(window.Page.Locator(".export-progress")).ToBeVisibleAsync();
        await Assertions.Expect(window.Page.Locator("[data-cancel]")).ToBeFocusedAsync();
        await window.Page.ClickAsync("[data-cancel]");
        await window.ShowsAsync(".grid-export", Words.Of("AuditAdmin.ExportCancelled"));
        await Assertions.Expect(window.Page.Locator("#audit-export")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_moderator_asks_from_a_message_why_somebody_did_not_get_it()
    {
        var (mod, ann, bob) = (await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, name: "Forge", members: [mod, bob]);
        await server.Get<Blocks>().AddAsync(bob.Id, ann.Id);
        await server.PostAsync(ann, room.Id, "hot iron");
        await using var window = await browser.SignInAsync(server, mod, $"/rooms/{room.Id}");
        await window.ChooseAsync("hot iron", "why");
        await Assertions.Expect(window.Page.Locator("#why")).ToBeVisibleAsync();
        await window.Page.FillAsync("#why-name", bob.Name);
        await window.Page.PressAsync("#why-name", "Tab");
        await Assertions.Expect(window.Page.Locator("#why-user option")).ToHaveCountAsync(1);
        await window.Page.ClickAsync(".why-form button[type=submit]");
        await window.ShowsAsync(".why-facts", Words.Of("Why.Fact.BlocksAuthor"));
        await window.ShowsAsync(".why-facts", Words.Of("Why.Fact.NotConnected"));
        Assert.DoesNotContain("hot iron", await window.Page.Locator("#main").InnerTextAsync(), StringComparison.Ordinal);
        window.AssertNoErrors();
    }

    [Fact]
    public async Task On_a_phone_lists_are_cards_that_can_be_sorted_and_the_navigation_is_at_hand()
    {
        var (boss, bob) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Bob"));
        await using var window = await browser.SignInAsync(server, boss, "/admin/audit", width: 360, height: 740);
        await window.IsLiveAsync(server, boss);
        var page = window.Page;
        // What is current stands in view, however far to the side.
        await Eventually.BecomesAsync(async () => await page.EvaluateAsync<bool>("(() => { const at = document.querySelector('.console-link[aria-current]').getBoundingClientRect(); return at.left >= 0 && at.right <= innerWidth; })()"));
        await page.ClickAsync(".console-link[href='/admin/users']");
        await Assertions.Expect(page.Locator("#users thead")).ToBeHiddenAsync();
        await page.FillAsync("#user-search", bob.Name);
        await page.PressAsync("#user-search", "Enter");
        await Assertions.Expect(page.Locator("#users tbody tr")).ToHaveCountAsync(1);
        await page.FillAsync("#user-search", "");
        await page.PressAsync("#user-search", "Enter");
        await page.SelectOptionAsync("#users .grid-sort select", "created down");
        await Assertions.Expect(page.Locator("#users tbody tr").First).ToContainTextAsync(bob.Name);
        await page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Admin.LockWho", bob.Name) }).ClickAsync();
        await Assertions.Expect(page.Locator("dialog[open]")).ToBeInViewportAsync();
        window.AssertNoErrors();
    }
}
