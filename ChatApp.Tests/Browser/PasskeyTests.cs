using ChatApp.Accounts;
using ChatApp.Tests.Accounts;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Passkeys with Chromium's own authenticator: added, shown as the only proof and as the second one, taken away.</summary>
[Collection(Browser.Collection)]
public sealed class PasskeyTests(FactorServer server, Browser browser) : IClassFixture<FactorServer>
{
    // A passkey is made for a name, never for an address of numbers.
    private string Site => server.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

    [Fact]
    public async Task A_passkey_is_added_named_anew_and_signs_in_by_its_button()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await OpenAsync(ann);
        var key = await AddPasskeyAsync(window, "My laptop");
        Assert.Equal(1, await key.CountAsync());
        Assert.Equal(["My laptop"], server.Services.GetPasskeyNames(ann));
        await window.Page.ClickAsync("a[href^='/account/security/passkeys/']");
        await window.Page.FillAsync("#name", "Work laptop");
        await window.Page.ClickAsync("button.button-primary");
        await window.ArrivesAsync("**/account/security?done=renamed");
        await window.ShowsAsync(".rows", "Work laptop");

        await LeaveAsync(window, key);
        await window.Page.ClickAsync("[data-passkey] button");
        await key.TouchAsync(isTouched: true);
        await window.ArrivesAsync(Site + "/rooms/general");
        await window.IsLiveAsync(server, ann);
        window.AssertNoErrors();
    }

    [Fact]
    public async Task The_address_field_suggests_it_without_a_button()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await OpenAsync(ann);
        var key = await AddPasskeyAsync(window, "Phone");
        await LeaveAsync(window, key);
        Assert.Equal("username webauthn", await window.Page.GetAttributeAsync("#email", "autocomplete"));
        // The authenticator touches itself: what a person does by choosing the suggestion.
        await key.TouchAsync(isTouched: true);
        await window.Page.ReloadAsync(new() { WaitUntil = WaitUntilState.Commit });
        await window.ArrivesAsync(Site + "/rooms/general");
        await window.IsLiveAsync(server, ann);
    }

    [Fact]
    public async Task It_is_both_factors_by_itself_and_the_second_one_after_a_password()
    {
        var guarded = await server.AddGuardedAsync();
        await using var window = await browser.NewPageAsync(new Uri(Site));
        await window.Page.GotoAsync("/account/login?returnUrl=/account/security");
        await TypePasswordAsync(window, guarded.Person);
        await window.Page.FillAsync("#code", server.NextCode(guarded));
        await window.Page.PressAsync("#code", "Enter");
        await window.ArrivesAsync(Site + "/account/security");
        var key = await AddPasskeyAsync(window, "Phone");

        await LeaveAsync(window, key);
        await TypePasswordAsync(window, guarded.Person);
        await window.ArrivesAsync("**/account/second-factor**");
        await key.TouchAsync(isTouched: true);
        await window.Page.ClickAsync("[data-passkey] button");
        await window.ArrivesAsync(Site + "/rooms/general");

        await LeaveAsync(window, key);
        await window.Page.ClickAsync("[data-passkey] button");
        await key.TouchAsync(isTouched: true);
        await window.ArrivesAsync(Site + "/rooms/general");
        await window.IsLiveAsync(server, guarded.Person);
    }

    [Fact]
    public async Task Whoever_has_passkeys_can_ask_for_one_after_the_password_and_keeps_the_last_one()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await OpenAsync(ann);
        var key = await AddPasskeyAsync(window, "Phone");
        await window.Page.ClickAsync("text=" + Words.Of("SecondFactor.UsePasskeys"));
        await Assertions.Expect(window.Page.Locator("#recovery-codes li")).ToHaveCountAsync(RecoveryCodes.Count);
        await window.Page.GotoAsync("/account/security");
        await window.Page.ClickAsync("a[href^='/account/security/passkeys/']");
        await window.Page.ClickAsync(".button-danger");
        await window.ShowsAsync("[role=alert]", Words.Of("Passkeys.LastOne"));

        await LeaveAsync(window, key);
        await TypePasswordAsync(window, ann);
        await window.ArrivesAsync("**/account/second-factor**");
        await Assertions.Expect(window.Page.Locator("#code")).ToHaveCountAsync(0);
        await key.TouchAsync(isTouched: true);
        await window.Page.ClickAsync("[data-passkey] button");
        await window.ArrivesAsync(Site + "/rooms/general");
    }

    [Fact]
    public async Task One_that_was_removed_opens_nothing()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await OpenAsync(ann);
        var key = await AddPasskeyAsync(window, "Lost phone");
        await window.Page.ClickAsync("a[href^='/account/security/passkeys/']");
        await window.Page.ClickAsync(".button-danger");
        await window.ArrivesAsync("**/account/security?done=removed");
        Assert.Empty(server.Services.GetPasskeyNames(ann));

        await LeaveAsync(window, key);
        await window.Page.ClickAsync("[data-passkey] button");
        await key.TouchAsync(isTouched: true);
        await window.ShowsAsync("[role=alert]", Words.Of("Passkeys.SignInFailed"));
    }

    [Fact]
    public async Task A_device_that_does_not_know_its_owner_opens_nothing()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await OpenAsync(ann);
        var key = await AddPasskeyAsync(window, "Found phone");
        await LeaveAsync(window, key);
        await key.KnowOwnerAsync(isKnown: false);
        await window.Page.ClickAsync("[data-passkey] button");
        await key.TouchAsync(isTouched: true);
        await window.ShowsAsync("[data-passkey-says=failed]", Words.Of("Passkeys.Failed"));
        await Assertions.Expect(window.Page.Locator("#email")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_browser_that_cannot_says_so_and_has_no_button()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await OpenAsync(ann);
        await window.Page.AddInitScriptAsync("delete window.PublicKeyCredential;");
        await window.Page.ReloadAsync();
        await window.ShowsAsync("[data-passkey-says=unable]", Words.Of("Passkeys.NoBrowser"));
        await Assertions.Expect(window.Page.Locator("[data-passkey] button")).ToBeHiddenAsync();
        window.AssertNoErrors();
    }

    private async Task<BrowserPage> OpenAsync(TestPerson person)
    {
        var window = await browser.NewPageAsync(new Uri(Site));
        await window.Page.GotoAsync("/account/login?returnUrl=/account/security");
        await TypePasswordAsync(window, person);
        await window.ArrivesAsync(Site + "/account/security");
        return window;
    }

    private static async Task TypePasswordAsync(BrowserPage window, TestPerson person)
    {
        await window.Page.FillAsync("#email", person.Email);
        await window.Page.FillAsync("#password", person.Password);
        await window.Page.PressAsync("#password", "Enter");
    }

    private static async Task<VirtualKey> AddPasskeyAsync(BrowserPage window, string name)
    {
        var key = await VirtualKey.AddAsync(window);
        await window.Page.FillAsync("#name", name);
        await window.Page.ClickAsync("[data-passkey=add] button");
        await window.ArrivesAsync("**/account/security?done=added");
        await window.ShowsAsync(".rows", name);
        return key;
    }

    // Nobody touches the key any more, or the login page would sign in by itself.
    private static async Task LeaveAsync(BrowserPage window, VirtualKey key)
    {
        await key.TouchAsync(isTouched: false);
        await window.Context.ClearCookiesAsync();
        await window.Page.GotoAsync("/account/login");
        await Assertions.Expect(window.Page.Locator("[data-passkey] button")).ToBeVisibleAsync();
    }
}
