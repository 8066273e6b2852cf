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
        // The page before has a field of that name too.
        await Assertions.Expect(window.Page.Locator("text=" + Words.Of("Passkeys.Remove"))).ToBeVisibleAsync();
        await window.Page.FillAsync("#name", "Work laptop");
        await window.Page.ClickAsync("button.button-primary");
        await window.ArrivesAsync("**/account/security?done=renamed");
        await window.ShowsAsync("section[aria-labelledby=passkeys] .rows", "Work laptop");

        await LeaveAsync(window);
        await window.Page.ClickAsync("[data-passkey] button");
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
        await key.TouchAsync(isTouched: false);
        await window.Context.ClearCookiesAsync();
        await window.Page.GotoAsync("/account/login");
        await Assertions.Expect(window.Page.Locator("[data-passkey] button")).ToBeVisibleAsync();
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
        await window.TypePasswordAsync(guarded.Person);
        await window.Page.FillAsync("#code", server.NextCode(guarded));
        await window.Page.PressAsync("#code", "Enter");
        await window.ArrivesAsync(Site + "/account/security");
        await AddPasskeyAsync(window, "Phone");

        await LeaveAsync(window);
        await window.TypePasswordAsync(guarded.Person);
        await window.ArrivesAsync("**/account/second-factor**");
        await window.Page.ClickAsync("[data-passkey] button");
        await window.ArrivesAsync(Site + "/rooms/general");

        await LeaveAsync(window);
        await window.Page.ClickAsync("[data-passkey] button");
        await window.ArrivesAsync(Site + "/rooms/general");
        await window.IsLiveAsync(server, guarded.Person);
    }

    [Fact]
    public async Task Whoever_has_passkeys_can_ask_for_one_after_the_password_and_keeps_the_last_one()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await OpenAsync(ann);
        await AddPasskeyAsync(window, "Phone");
        await window.Page.ClickAsync("text=" + Words.Of("SecondFactor.UsePasskeys"));
        await Assertions.Expect(window.Page.Locator("#recovery-codes li")).ToHaveCountAsync(RecoveryCodes.Count);
        await window.Page.GotoAsync("/account/security");
        await window.Page.ClickAsync("a[href^='/account/security/passkeys/']");
        await window.Page.ClickAsync(".button-danger");
        await window.ShowsAsync(".notice-error p", Words.Of("Passkeys.LastOne"));

        await LeaveAsync(window);
        await window.TypePasswordAsync(ann);
        await window.ArrivesAsync("**/account/second-factor**");
        await Assertions.Expect(window.Page.Locator("#code")).ToHaveCountAsync(0);
        await window.Page.ClickAsync("[data-passkey] button");
        await window.ArrivesAsync(Site + "/rooms/general");
    }

    [Fact]
    public async Task One_that_was_removed_opens_nothing()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await OpenAsync(ann);
        await AddPasskeyAsync(window, "Lost phone");
        await window.Page.ClickAsync("a[href^='/account/security/passkeys/']");
        await window.Page.ClickAsync(".button-danger");
        await window.ArrivesAsync("**/account/security?done=removed");
        Assert.Empty(server.Services.GetPasskeyNames(ann));

        await LeaveAsync(window);
        await window.Page.ClickAsync("[data-passkey] button");
        await window.ShowsAsync(".notice-error p", Words.Of("Passkeys.SignInFailed"));
    }

    [Fact]
    public async Task A_device_that_does_not_know_its_owner_opens_nothing()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await OpenAsync(ann);
        var key = await AddPasskeyAsync(window, "Found phone");
        await LeaveAsync(window);
        await key.KnowOwnerAsync(isKnown: false);
        await window.Page.ClickAsync("[data-passkey] button");
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
        await window.TypePasswordAsync(person);
        await window.ArrivesAsync(Site + "/account/security");
        return window;
    }

    private static async Task<VirtualKey> AddPasskeyAsync(BrowserPage window, string name)
    {
        var key = await VirtualKey.AddAsync(window);
        await window.Page.FillAsync("#name", name);
        await window.Page.ClickAsync("[data-passkey=add] button");
        await window.ArrivesAsync("**/account/security?done=added");
        await window.ShowsAsync("section[aria-labelledby=passkeys] .rows", name);
        return key;
    }

    // Without suggestions: the key touches itself, and the login page would sign in at once.
    private static async Task LeaveAsync(BrowserPage window)
    {
        await window.Page.AddInitScriptAsync("if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = async () => false;");
        await window.Context.ClearCookiesAsync();
        await window.Page.GotoAsync("/account/login");
        await Assertions.Expect(window.Page.Locator("[data-passkey] button")).ToBeVisibleAsync();
    }
}
