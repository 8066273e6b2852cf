using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Tests.Accounts;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Where one is signed in, and signing out there, with two browsers of the same person.</summary>
[Collection(Browser.Collection)]
public sealed class SessionsPageTests(Browser browser, TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Signing_out_one_other_browser_sends_its_open_page_to_the_sign_in_by_itself()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var here = await browser.SignInAsync(server, ann);
        await using var there = await browser.SignInAsync(server, ann);
        await using var third = await browser.SignInAsync(server, ann);
        await here.Page.GotoAsync("/account/sessions");
        await Assertions.Expect(here.Page.Locator(".sessions .row")).ToHaveCountAsync(3);
        await Assertions.Expect(here.Page.Locator(".sessions .row").First).ToContainTextAsync("this browser");
        // The page of sessions is static: what it lives by is not connected, as soon as the server has heard that the room was left.
        await Eventually.BecomesAsync(async () =>
        {
            await here.Page.ReloadAsync();
            return await here.Page.Locator(".session-live").CountAsync() == 2;
        });
        await Assertions.Expect(here.Page.Locator(".sessions button")).ToHaveCountAsync(2);

        // The one that began last but one.
        var id = server.SessionsOf(ann).OrderBy(session => session.CreatedAt).ElementAt(1).Id;
        await here.Page.Locator($"#session-{id} button").ClickAsync();
        await here.ShowsAsync(".notice-success", "Signed out.");
        await there.ArrivesAtSignInAsync();
        await Assertions.Expect(here.Page.Locator(".sessions .row")).ToHaveCountAsync(2);
        await third.SayAsync("the third is still here");
        await third.SeesAsync("the third is still here");
        await here.Page.ReloadAsync();
        Assert.EndsWith("/account/sessions?done=one", here.Page.Url, StringComparison.Ordinal);
        await Assertions.Expect(here.Page.Locator(".sessions .row")).ToHaveCountAsync(2);
        here.AssertNoErrors();
    }

    [Fact]
    public async Task Signing_out_everywhere_else_leaves_this_browser_and_all_its_windows()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var here = await browser.SignInAsync(server, ann);
        await using var there = await browser.SignInAsync(server, ann);
        await using var program = await server.ConnectAsync(ann);
        var settings = await here.Context.NewPageAsync();
        await settings.GotoAsync("/account/sessions");
        await Assertions.Expect(settings.Locator(".sessions .row").First).ToContainTextAsync("connected");
        await settings.Locator(".sessions-all button").ClickAsync();
        await Assertions.Expect(settings.Locator(".notice-success")).ToContainTextAsync("everywhere but here");
        await there.ArrivesAtSignInAsync();
        Assert.Equal(4501, await program.ClosedAsync());
        await Assertions.Expect(settings.Locator(".sessions-all")).ToHaveCountAsync(0);
        await here.SayAsync("this browser is still here");
        await here.SeesAsync("this browser is still here");
        here.AssertNoErrors();
    }

    [Fact]
    public async Task Signing_out_ends_all_windows_of_the_browser()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await browser.SignInAsync(server, ann);
        var other = await window.Context.NewPageAsync();
        await other.GotoAsync("/account/sessions");
        await other.Locator(".account-button").ClickAsync();
        await other.Locator("#account-menu form[action='/account/logout'] button").ClickAsync();
        await Assertions.Expect(other.Locator("h1")).ToContainTextAsync("signed out");
        await window.ArrivesAtSignInAsync();
        Assert.Empty(server.SessionsOf(ann));
    }

    [Fact]
    public async Task Whoever_signs_out_sees_that_even_where_the_page_hears_of_its_end_first()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await browser.SignInAsync(server, ann);
        var page = window.Page;
        var told = new TaskCompletionSource();
        await page.ExposeFunctionAsync("told", () => told.TrySetResult());
        await page.EvaluateAsync("() => { const act = window.signInAnew; window.signInAnew = () => { window.told(); act(); }; }");
        // The form's answer comes when the circuit has brought its own news. It is one of the test's: a redirect cannot be given here.
        await page.RouteAsync("**/account/logout", async route =>
        {
            await route.FetchAsync(new() { MaxRedirects = 0 });
            await told.Task.Soon();
            await route.FulfillAsync(new() { ContentType = "text/html", Body = "<h1>signed out by the form</h1>" });
        });
        await page.Locator(".account-button").ClickAsync();
        await page.Locator("#account-menu form[action='/account/logout'] button").ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("signed out by the form");
        Assert.Empty(server.SessionsOf(ann));
    }

    [Fact]
    public async Task A_form_without_its_token_signs_nobody_out()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await browser.SignInAsync(server, ann);
        await server.BeginAsync(ann);
        var answer = await window.Context.APIRequest.PostAsync($"{server.Address}/account/sessions", new() { Form = window.Context.APIRequest.CreateFormData().Set("_handler", "others") });
        Assert.Equal(400, answer.Status);
        Assert.Equal(2, server.SessionsOf(ann).Count);
    }

    [Fact]
    public async Task An_administrator_locks_an_account_and_its_open_page_goes_to_the_sign_in_which_says_no_more_than_to_anybody()
    {
        var (boss, ann) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Ann"));
        await using var window = await browser.SignInAsync(server, ann);
        await using var admin = await browser.SignInAsync(server, boss, "/admin/users");
        var row = admin.Page.Locator("#users tr", new() { HasText = ann.Name });
        await row.GetByRole(AriaRole.Button, new() { Name = $"Lock {ann.Name}" }).ClickAsync();
        await admin.Page.FillAsync("#reason", "spam");
        await admin.Page.Locator("dialog .button-danger").ClickAsync();
        await Assertions.Expect(row).ToContainTextAsync("locked");
        await window.ArrivesAtSignInAsync();
        await SignInAsync(window, ann, ann.Password);
        var locked = await window.Page.Locator(".notice-error").InnerTextAsync();
        await SignInAsync(window, await server.AddPersonAsync("Bob"), "not the password");
        Assert.Equal(locked, await window.Page.Locator(".notice-error").InnerTextAsync());

        await row.GetByRole(AriaRole.Button, new() { Name = $"Unlock {ann.Name}" }).ClickAsync();
        await admin.Page.FillAsync("#reason", "a mistake");
        await admin.Page.Locator("dialog .button-danger").ClickAsync();
        await Assertions.Expect(row).Not.ToContainTextAsync("locked");
        await SignInAsync(window, ann, ann.Password);
        await window.ArrivesAsync("**/rooms/general");
    }

    [Fact]
    public async Task A_demoted_moderator_sees_the_page_of_moderators_end_at_once()
    {
        var (boss, mod) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Mod", Rank.Moderator));
        await using var window = await browser.SignInAsync(server, mod, "/admin/connections");
        await Assertions.Expect(window.Page.Locator("#connections")).ToBeVisibleAsync();
        Assert.Equal(ModerationOutcome.Done, await server.Get<ModerationDesk>().SetRankAsync(boss.Id, mod.Id, Rank.Member));
        await Assertions.Expect(window.Page.Locator("#connections")).ToHaveCountAsync(0);
        await Assertions.Expect(window.Page.Locator("h1")).ToContainTextAsync("Nothing");
    }

    private static async Task SignInAsync(BrowserPage window, TestPerson person, string password)
    {
        await window.Page.FillAsync("#email", person.Email);
        await window.Page.FillAsync("#password", password);
        await window.Page.PressAsync("#password", "Enter");
    }
}
