using ChatApp.Tests.Accounts;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>The looks of the pages around two-step sign-in, passkeys and other sites.</summary>
[Collection(Browser.Collection)]
public sealed class SignInMethodLooksTests(Browser browser)
{
    [Fact]
    public async Task All_of_them_fit_every_width_and_are_accessible()
    {
        await using var site = await IdentitySite.StartAsync();
        await using var linking = await TestServer.StartAsync([.. site.Settings("open"), .. site.Settings("other", place: 1)]);
        var address = linking.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        var (ann, guarded) = (await linking.AddPersonAsync("Ann"), await linking.AddGuardedAsync());
        await using var window = await browser.NewPageAsync(new Uri(address));
        await window.Page.GotoAsync("/account/login");
        await LooksTests.FitsAsync(window, "the sign-in with other sites");
        await window.Page.GotoAsync("/account/external/open");
        await LooksTests.FitsAsync(window, "the way to another site");
        await window.Page.GotoAsync("/account/external-arrival?problem=denied");
        await LooksTests.FitsAsync(window, "a refusal of another site");
        site.Person = new() { ["sub"] = "1", ["name"] = ann.Name, ["email"] = "one@example.org" };
        await window.Page.GotoAsync("/account/login");
        await window.Page.ClickAsync("form.external button >> nth=0");
        await window.ArrivesAsync("**/account/external-arrival**");
        await window.Page.FillAsync("#name", ann.Name);
        await window.Page.PressAsync("#name", "Enter");
        await window.Page.WaitForSelectorAsync(".field-error");
        await LooksTests.FitsAsync(window, "the choice of a name");

        await TypeAsync(ann);
        await window.ArrivesAsync(address + "/rooms/general");
        foreach (var path in new[] { "/account/security", "/account/security/authenticator" })
        {
            await window.Page.GotoAsync(path);
            await LooksTests.FitsAsync(window, path);
        }

        var key = await VirtualKey.AddAsync(window);
        await window.Page.GotoAsync("/account/security");
        await window.Page.FillAsync("#name", "A laptop with quite a long name, which its owner likes");
        await window.Page.ClickAsync("[data-passkey=add] button");
        await window.ArrivesAsync("**/account/security?done=added");
        await LooksTests.FitsAsync(window, "the security page with a passkey");
        await window.Page.ClickAsync("a[href^='/account/security/passkeys/']");
        await window.ArrivesAsync("**/account/security/passkeys/**");
        await LooksTests.FitsAsync(window, "a passkey");
        await window.Page.GotoAsync("/account/security");
        await window.Page.ClickAsync("text=" + Words.Of("SecondFactor.UsePasskeys"));
        await Assertions.Expect(window.Page.Locator("#recovery-codes li")).Not.ToHaveCountAsync(0);
        await LooksTests.FitsAsync(window, "the recovery codes");
        foreach (var path in new[] { "/account/security", "/account/security/recovery-codes", "/account/security/turn-off" })
        {
            await window.Page.GotoAsync(path);
            await LooksTests.FitsAsync(window, $"{path} with the second factor on");
        }

        await window.Page.FillAsync("#proof", "not the password");
        await window.Page.PressAsync("#proof", "Enter");
        await window.Page.WaitForSelectorAsync("#proof-error");
        await LooksTests.FitsAsync(window, "a wrong proof");

        // Nobody touches it now, or the login page would sign in by itself.
        await key.TouchAsync(isTouched: false);
        await window.Context.ClearCookiesAsync();
        await TypeAsync(guarded.Person);
        await window.ArrivesAsync("**/account/second-factor**");
        await LooksTests.FitsAsync(window, "the second factor");
        await window.Page.FillAsync("#code", "000000");
        await window.Page.PressAsync("#code", "Enter");
        await window.Page.WaitForSelectorAsync("[role=alert]:visible");
        await LooksTests.FitsAsync(window, "a wrong code");
        await window.Page.ClickAsync("text=" + Words.Of("SecondFactor.UseRecovery"));
        await window.ArrivesAsync("**with=recovery**");
        await LooksTests.FitsAsync(window, "a recovery code");

        async Task TypeAsync(TestPerson person)
        {
            await window.Page.GotoAsync("/account/login");
            await window.TypePasswordAsync(person);
        }
    }
}
