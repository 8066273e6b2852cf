using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Tests.Accounts;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Moderation;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Looks of what somebody sees who was warned, muted or banned, as <see cref="LooksTests"/> judge them.</summary>
[Collection(Browser.Collection)]
public sealed class SanctionLooksTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task What_somebody_sees_of_their_sanctions_fits_every_width_and_is_accessible()
    {
        var (owner, bob) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Bob"));
        var (room, slow) = (await server.MakeRoomAsync(owner, members: bob), await server.MakeRoomAsync(owner, members: bob));
        var banned = await server.MakeRoomAsync(owner, members: bob);
        await using var window = await browser.SignInAsync(server, bob, $"/rooms/{room.Id}");
        var reason = "You called others names, again and again.\n" + new string('w', 100) + " \u05e9\u05dc\u05d5\u05dd";
        await server.ImposeAsync(owner, bob, SanctionKind.Mute, room.Id, TimeSpan.FromDays(30), reason);
        await Assertions.Expect(window.Page.Locator(".composer-held")).ToBeVisibleAsync();
        await LooksTests.FitsAsync(window, "a muted person's room");
        await server.ImposeAsync(owner, bob, SanctionKind.Warning, room.Id, reason: reason);
        await Assertions.Expect(window.Page.Locator(".own-notices")).ToBeVisibleAsync();
        await LooksTests.FitsAsync(window, "a warning");
        await window.Page.Locator(".own-notices button").ClickAsync();
        // Seen, before the next one comes: two have a button each.
        await Assertions.Expect(window.Page.Locator(".own-notices")).ToHaveCountAsync(0);
        await server.ImposeAsync(owner, bob, SanctionKind.Ban, banned.Id, reason: "Spam");
        await window.Page.Locator(".own-notices button").ClickAsync();
        await window.Page.GotoAsync($"/rooms/{banned.Id}");
        await Assertions.Expect(window.Page.Locator(".composer-held")).ToBeVisibleAsync();
        await LooksTests.FitsAsync(window, "a room that somebody is banned from");
        await server.Get<RoomSettings>().SetSlowModeAsync(owner.Id, slow.Id, 21_600);
        await window.Page.GotoAsync($"/rooms/{slow.Id}");
        await window.IsLiveAsync(server, bob);
        await window.SayAsync("slowly");
        await Assertions.Expect(window.Page.Locator(".send-button[data-left]")).ToBeVisibleAsync();
        await LooksTests.FitsAsync(window, "a room in slow mode");
    }
}
