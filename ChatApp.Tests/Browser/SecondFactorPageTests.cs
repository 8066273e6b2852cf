using ChatApp.Accounts;
using ChatApp.Tests.Accounts;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Two-step sign-in and other sites as people see them.</summary>
[Collection(Browser.Collection)]
public sealed class SecondFactorPageTests(FactorServer server, Browser browser) : IClassFixture<FactorServer>
{
    [Fact]
    public async Task A_person_turns_it_on_keeps_the_codes_and_is_asked_in_another_browser()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var own = await browser.SignInAsync(server, ann);
        await own.Page.GotoAsync("/account/preferences");
        await own.Page.ClickAsync(".tab[href='/account/security']");
        await own.Page.ClickAsync("text=" + Words.Of("SecondFactor.SetUpApp"));
        var key = FactorKit.KeyOf(await own.Page.InnerTextAsync(".key-text"));
        await Assertions.Expect(own.Page.Locator(".qr path")).ToHaveCountAsync(1);
        await own.Page.FillAsync("#code", "000000");
        await own.Page.PressAsync("#code", "Enter");
        await own.ShowsAsync("#code-error", Words.Of("SecondFactor.WrongFirst"));
        await own.Page.FillAsync("#code", FactorKit.CodeAt(key, server.Now));
        await own.Page.PressAsync("#code", "Enter");
        await Assertions.Expect(own.Page.Locator("#recovery-codes li")).ToHaveCountAsync(RecoveryCodes.Count);
        var codes = await own.Page.Locator("#recovery-codes code").AllInnerTextsAsync();
        await Assertions.Expect(own.Page.Locator("[data-codes=copy]")).ToBeVisibleAsync();
        var download = await own.Page.RunAndWaitForDownloadAsync(() => own.Page.ClickAsync("a[download]"));
        Assert.Equal(codes, (await File.ReadAllTextAsync(await download.PathAsync())).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        await own.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await own.Page.ClickAsync("[data-codes=copy]");
        await own.ShowsAsync("[data-codes=copy]", Words.Of("SecondFactor.Copied"));
        Assert.Equal(string.Join('\n', codes), await own.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        // Its own sign-in goes on.
        await own.Page.GotoAsync("/rooms/general");
        await own.IsLiveAsync(server, ann);
        own.AssertNoErrors();

        await using var other = await browser.NewPageAsync(new Uri(server.Address));
        await SignInAsync(other, ann);
        await other.ArrivesAsync("**/account/second-factor**");
        Assert.Equal(("one-time-code", "numeric"), (await other.Page.GetAttributeAsync("#code", "autocomplete"), await other.Page.GetAttributeAsync("#code", "inputmode")));
        server.Pass(TimeSpan.FromSeconds(30));
        await other.Page.FillAsync("#code", FactorKit.CodeAt(key, server.Now));
        await other.Page.CheckAsync("[name=remember]");
        await other.Page.PressAsync("#code", "Enter");
        await other.ArrivesAsync(server.Address + "/rooms/general");
        await other.IsLiveAsync(server, ann);
        await SignOutAsync(other);
        await SignInAsync(other, ann);
        await other.ArrivesAsync(server.Address + "/rooms/general");
        await other.IsLiveAsync(server, ann);
        other.AssertNoErrors();
    }

    [Fact]
    public async Task A_recovery_code_opens_the_way_once()
    {
        var guarded = await server.AddGuardedAsync();
        await using var window = await browser.NewPageAsync(new Uri(server.Address));
        for (var i = 0; i < 2; i++)
        {
            await SignInAsync(window, guarded.Person);
            await window.Page.ClickAsync("text=" + Words.Of("SecondFactor.UseRecovery"));
            await window.Page.FillAsync("#code", guarded.Codes[0]);
            await window.Page.PressAsync("#code", "Enter");
            if (i == 1) break;
            await window.ArrivesAsync(server.Address + "/rooms/general");
            await window.IsLiveAsync(server, guarded.Person);
            await SignOutAsync(window);
        }

        await window.ShowsAsync(".notice-error p", Words.Of("SecondFactor.Wrong", 5, 5));
        await window.Page.ClickAsync("text=" + Words.Of("SecondFactor.UseApp"));
        await window.Page.FillAsync("#code", server.NextCode(guarded));
        await window.Page.PressAsync("#code", "Enter");
        await window.ArrivesAsync(server.Address + "/rooms/general");
        window.AssertNoErrors();
    }

    [Fact]
    public async Task A_person_comes_in_by_another_site_and_finds_it_linked()
    {
        await using var site = await IdentitySite.StartAsync();
        site.Person = new() { ["sub"] = "1", ["name"] = "From Elsewhere", ["email"] = "elsewhere@example.org" };
        await using var linking = await TestServer.StartAsync(site.Settings("open"));
        await linking.AddPersonAsync();
        await using var window = await browser.NewPageAsync(new Uri(linking.Address));
        await window.Page.GotoAsync("/account/login");
        await window.Page.ClickAsync("text=" + Words.Of("External.SignInWith", "The open site"));
        await window.ArrivesAsync(linking.Address + "/rooms/general");
        await window.ShowsAsync(".account-button", "From Elsewhere");
        await window.Page.GotoAsync("/account/security");
        await window.ShowsAsync("section[aria-labelledby=external]", Words.Of("External.IsLinked"));
        window.AssertNoErrors();
    }

    private static async Task SignInAsync(BrowserPage window, TestPerson person)
    {
        await window.Page.GotoAsync("/account/login");
        await window.TypePasswordAsync(person);
    }

    // As if the session had ended: what the browser remembers besides stays.
    private static Task SignOutAsync(BrowserPage window) => window.Context.ClearCookiesAsync(new() { Name = "chat.session" });
}
