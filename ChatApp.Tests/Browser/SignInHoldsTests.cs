using ChatApp.Accounts;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.BrowserTests;

/// <summary>A page outlives its cookie, so it looks again and again whether the sign-in behind it still holds.</summary>
[Collection(Browser.Collection)]
public sealed class SignInHoldsTests(Browser browser)
{
    [Fact]
    public async Task A_changed_security_stamp_sends_an_open_page_to_the_sign_in()
    {
        await using var server = await TestServer.StartAsync(["Accounts:RevalidateSeconds=1"]);
        var ann = await server.AddPersonAsync("Ann");
        await using var page = await browser.SignInAsync(server, ann);

        await using (var scope = server.Services.CreateAsyncScope())
        {
            var users = scope.ServiceProvider.GetRequiredService<UserManager<ChatUser>>();
            await users.UpdateSecurityStampAsync((await users.FindByIdAsync(ann.Id.Value))!);
        }

        await page.ArrivesAtSignInAsync();
        await Eventually.EqualsAsync(0, () => server.CircuitsOf(ann).Count);
    }
}
