using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Settings;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>What administrators do in the console, with a real browser: keys, everybody's connections, limits.</summary>
[Collection(Browser.Collection)]
public sealed class AdministratorTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_key_of_the_server_api_is_revoked_with_a_reason_and_brought_back()
    {
        var (boss, bob) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Bob"));
        var (secret, row) = ApiKeys.Make("build server", ApiScopes.Publish | ApiScopes.Manage, "room:", bob.Id, server.Get<TimeProvider>().GetUtcNow());
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.ApiKeys.Add(row));
        await using var window = await browser.SignInAsync(server, boss, "/admin/tokens");
        await window.IsLiveAsync(server, boss);
        var page = window.Page;
        var line = page.Locator("#keys tbody tr");
        await Assertions.Expect(line).ToContainTextAsync(bob.Name);
        await Assertions.Expect(line).ToContainTextAsync(Words.Of("KeysAdmin.Scope.manage"));
        await Assertions.Expect(page.Locator("#keys .section-head")).ToContainTextAsync("ChatApp key add");
        await page.GetByRole(AriaRole.Button, new() { Name = Words.Of("KeysAdmin.RevokeWhich", "build server") }).ClickAsync();
        await page.ClickAsync("dialog .button-danger");
        await window.ShowsAsync("dialog", Words.Of("Reason.Missing"));
        Assert.NotNull(server.Get<ApiKeys>().Read(secret));
        await page.FillAsync("#reason", "leaked");
        await page.ClickAsync("dialog .button-danger");
        await window.ShowsAsync(".notice-success", Words.Of("KeysAdmin.Revoked"));
        await window.ShowsAsync("#keys .grid-empty", Words.Of("KeysAdmin.None"));
        Assert.Null(server.Get<ApiKeys>().Read(secret));

        await page.CheckAsync("#keys-revoked");
        await page.GetByRole(AriaRole.Button, new() { Name = Words.Of("KeysAdmin.RestoreWhich", "build server") }).ClickAsync();
        await page.FillAsync("#reason", "it was another one");
        await page.ClickAsync("dialog .button-danger");
        await window.ShowsAsync(".notice-success", Words.Of("KeysAdmin.Restored"));
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = Words.Of("KeysAdmin.RevokeWhich", "build server") })).ToBeVisibleAsync();
        Assert.NotNull(server.Get<ApiKeys>().Read(secret));
        window.AssertNoErrors();
    }

    [Fact]
    public async Task All_connections_of_a_person_are_ended_from_both_lists_and_the_persons_page_says_so()
    {
        var (mod, bob) = (await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Bob"));
        await using var theirs = await browser.SignInAsync(server, bob, "/rooms/general");
        await theirs.IsLiveAsync(server, bob);
        await using var program = await server.ConnectAsync(bob);
        await using var window = await browser.SignInAsync(server, mod, "/admin/connections");
        await window.IsLiveAsync(server, mod);
        var page = window.Page;
        await page.FillAsync("#connection-search", bob.Name);
        await page.PressAsync("#connection-search", "Enter");
        await Assertions.Expect(page.Locator("#connections tbody tr")).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Admin.DisconnectAllWho", bob.Name) }).First.ClickAsync();
        await window.ShowsAsync("dialog", Words.Of("Admin.DisconnectAllText"));
        await page.FillAsync("#reason", "too loud");
        await page.ClickAsync("dialog .button-danger");
        await Assertions.Expect(page.Locator(".notice-success")).ToContainTextAsync("2");
        await theirs.ShowsAsync("body", Words.Of("Layout.Disconnected"));
        Assert.Equal(3503, await program.ClosedAsync());

        // As the dialog says, the page may be loaded again.
        await theirs.Page.ReloadAsync();
        await theirs.IsLiveAsync(server, bob);
        await page.ClickAsync(".console-link[href='/admin/users']");
        await page.FillAsync("#user-search", bob.Name);
        await page.PressAsync("#user-search", "Enter");
        await page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Admin.DisconnectAllWho", bob.Name) }).ClickAsync();
        await page.FillAsync("#reason", "still too loud");
        await page.ClickAsync("dialog .button-danger");
        await Assertions.Expect(page.Locator(".notice-success")).ToContainTextAsync("1");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Admin.DisconnectAllWho", bob.Name) })).ToHaveCountAsync(0);
        await theirs.ShowsAsync("body", Words.Of("Layout.Disconnected"));
        Assert.Equal(["still too loud", "too loud"], server.Get<ModerationDesk>().Audit(mod.Id)!.Where(entry => entry.Action == "connection.disconnect_all").Select(entry => entry.Reason));
        window.AssertNoErrors();
    }

    [Fact]
    public async Task A_limit_that_is_saved_holds_in_a_composer_that_is_open_already()
    {
        await using var own = await TestServer.StartAsync();
        var (boss, ann) = (await own.AddPersonAsync("Boss", Rank.Administrator), await own.AddPersonAsync("Ann"));
        await using var theirs = await browser.SignInAsync(own, ann, "/rooms/general");
        await theirs.IsLiveAsync(own, ann);
        await using var window = await browser.SignInAsync(own, boss, "/admin/settings");
        await window.IsLiveAsync(own, boss);
        await window.Page.FillAsync("#settings-text", "0");
        await window.Page.ClickAsync("#settings button[type=submit]");
        await window.ShowsAsync("#settings [role=alert]", Words.Of("AdminSettings.OutOfRange"));
        await window.ShowsAsync("#settings-text-error", Words.Of("AdminSettings.Range", "1", "8,000"));
        await window.Page.FillAsync("#settings-text", "20");
        await window.Page.ClickAsync("#settings button[type=submit]");
        await window.ShowsAsync(".notice-success", Words.Of("AdminSettings.Saved"));
        Assert.Equal(20, own.Get<InstanceSettings>().Current.Limits.Text);

        await Assertions.Expect(theirs.Page.Locator(".composer")).ToHaveAttributeAsync("data-limit", "20");
        await theirs.Page.FillAsync(".composer-input", new string('x', 21));
        await Assertions.Expect(theirs.Page.Locator(".composer .counter-over")).ToBeVisibleAsync();
        await theirs.Page.FillAsync(".composer-input", new string('x', 20));
        await theirs.Page.PressAsync(".composer-input", "Enter");
        await Assertions.Expect(theirs.Page.Locator(".message-body", new() { HasText = new string('x', 20) })).ToBeVisibleAsync();
        theirs.AssertNoErrors();
        window.AssertNoErrors();
    }
}
