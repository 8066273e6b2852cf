using ChatApp.Accounts;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Tokens;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>What a person does with tokens and bots on their page, and what becomes of the programs that have them.</summary>
[Collection(Browser.Collection)]
public sealed class TokensPageTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    private const string Path = "/account/tokens";

    [Fact]
    public async Task A_token_is_made_shown_once_used_and_revoked_and_its_socket_is_closed()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await browser.SignInAsync(server, ann);
        var page = window.Page;
        await page.GotoAsync(Path);
        await page.FillAsync("#name", "deploy script");
        await page.Locator("input[name=scopes][value=post]").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the token" }).ClickAsync();
        var secret = await page.InputValueAsync("#secret");
        Assert.Matches("^chatpat_[A-Za-z0-9_-]{43}$", secret);
        Assert.DoesNotContain("chatpat_", page.Url, StringComparison.Ordinal);
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.Locator("[data-copy]").ClickAsync();
        await Assertions.Expect(page.Locator("[data-copy]")).ToHaveTextAsync("Copied");
        Assert.Equal(secret, await page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));

        // It is there once: the page as a new request knows only its name.
        await page.GotoAsync(Path);
        await Assertions.Expect(page.Locator("#secret")).ToHaveCountAsync(0);
        Assert.DoesNotContain(secret[12..], await page.ContentAsync(), StringComparison.Ordinal);
        await Assertions.Expect(page.Locator(".token")).ToContainTextAsync("deploy script");
        await Assertions.Expect(page.Locator(".token")).ToContainTextAsync("Not yet");

        await using var socket = await server.ConnectByAsync(secret);
        Assert.True((await socket.AskAsync(new { publish = new { channel = "room:general", data = new { text = "by a program" } } })).TryGetProperty("publish", out _));
        await Eventually.BecomesAsync(() => server.Get<PersonalTokens>().List(ann.Id, ann.Id)!.Single().LastUsedAt is not null);
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator(".token")).ToContainTextAsync("127.0.0.1");
        await page.Locator(".token summary").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Assertions.Expect(page.Locator(".notice-success")).ToBeVisibleAsync();
        Assert.Equal(3500, await socket.ClosedAsync());
        await Assertions.Expect(page.Locator(".token")).ToHaveCountAsync(0);
        window.AssertNoErrors();
    }

    [Fact]
    public async Task What_is_wrong_stands_beside_its_field_and_what_was_chosen_stays()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await browser.SignInAsync(server, ann);
        var page = window.Page;
        await page.GotoAsync(Path);
        // Only what the account may do is offered.
        Assert.Equal(["read", "post"], await page.Locator("input[name=scopes]").EvaluateAllAsync<string[]>("all => all.map(one => one.value)"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the token" }).ClickAsync();
        await Assertions.Expect(page.Locator("#name-error")).ToContainTextAsync("1 to 64");
        await Assertions.Expect(page.Locator("#name")).ToBeFocusedAsync();
        await page.FillAsync("#name", "kept");
        await page.Locator("input[name=scopes][value=read]").UncheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the token" }).ClickAsync();
        await Assertions.Expect(page.Locator("#scopes-error")).ToBeVisibleAsync();
        Assert.Equal("kept", await page.InputValueAsync("#name"));
        await page.FillAsync("#bot", ann.Name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the bot" }).ClickAsync();
        await Assertions.Expect(page.Locator("#bot-error")).ToBeVisibleAsync();
        Assert.Empty(server.Get<PersonalTokens>().List(ann.Id, ann.Id)!);
        window.AssertNoErrors();
    }

    [Fact]
    public async Task A_bot_is_made_gets_a_token_speaks_with_its_badge_and_is_deleted()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await browser.SignInAsync(server, ann);
        var page = window.Page;
        await page.GotoAsync(Path);
        var name = $"Weather {Secret.NewId(5)}";
        await page.FillAsync("#bot", name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the bot" }).ClickAsync();
        await Assertions.Expect(page.Locator(".bot")).ToContainTextAsync(name);
        await page.SelectOptionAsync("#account", new SelectOptionValue { Label = name });
        await page.FillAsync("#name", "forecast");
        await page.Locator("input[name=scopes][value=post]").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the token" }).ClickAsync();
        var first = await page.InputValueAsync("#secret");
        Assert.StartsWith("chatbot_", first, StringComparison.Ordinal);

        await page.Locator(".bot .token summary").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "New secret" }).ClickAsync();
        await Assertions.Expect(page.Locator("#secret")).Not.ToHaveValueAsync(first);
        Assert.Equal(3500, await server.RefusedAsync(first));
        await using var socket = await server.ConnectByAsync(await page.InputValueAsync("#secret"));
        Assert.True((await socket.AskAsync(new { publish = new { channel = "room:general", data = new { text = "rain" } } })).TryGetProperty("publish", out _));
        await page.GotoAsync("/rooms/general");
        var message = page.Locator("article", new() { HasText = "rain" });
        await Assertions.Expect(message.Locator(".badge")).ToHaveTextAsync("Bot");

        await page.GotoAsync(Path);
        await page.Locator(".bot-head summary").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete the bot" }).ClickAsync();
        await Assertions.Expect(page.Locator(".bot")).ToHaveCountAsync(0);
        Assert.Equal(4501, await socket.ClosedAsync());
        window.AssertNoErrors();
    }
}
