using ChatApp.Accounts;
using ChatApp.Presence;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Who is there and who writes, as people see it in their pages.</summary>
[Collection(Browser.Collection)]
public sealed class PresencePageTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_dot_follows_who_is_there_hidden_windows_and_what_somebody_chooses_in_their_menu()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, name: "Harbour", members: [bob]);
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        var dot = page.Page.Locator($".members [data-presence='{bob.Id}']");
        await ShowsAsync(dot, "offline", "Offline");
        await using var other = await browser.SignInAsync(server, bob, $"/rooms/{room.Id}");
        await ShowsAsync(dot, "online", "Online");

        // Another window has come to the front; and back.
        await HideAsync(other, isHidden: true);
        await ShowsAsync(dot, "away", "Away");
        await HideAsync(other, isHidden: false);
        await ShowsAsync(dot, "online", "Online");

        await other.Page.ClickAsync(".account-button");
        await other.Page.ClickAsync("[data-mode=DoNotDisturb]");
        await ShowsAsync(dot, "busy", "DoNotDisturb");
        await other.Page.Locator("[data-presence-end]").SelectOptionAsync("HalfHour");
        await Eventually.BecomesAsync(() => server.Get<PresenceBoard>().ChoiceOf(bob.Id).Until < TimeProvider.System.GetUtcNow().AddMinutes(31));
        await other.Page.FillAsync("#own-status", "On the quay");
        await other.Page.PressAsync("#own-status", "Enter");
        await page.ShowsAsync(".members", "On the quay");
        await other.Page.ClickAsync("[data-mode=Invisible]");
        await ShowsAsync(dot, "offline", "Offline");
        // Their own page, loaded anew, does not give them away either.
        await other.Page.ReloadAsync();
        await other.IsLiveAsync(server, bob);
        Assert.All(server.CircuitsOf(bob), circuit => Assert.True(circuit.IsHidden));
        await Assertions.Expect(dot).ToHaveAttributeAsync("data-state", "offline");
        await server.Get<PresenceChoices>().SetAsync(bob.Id, PresenceMode.Automatic, until: null);
        await ShowsAsync(dot, "online", "Online");
        page.AssertNoErrors();
        other.AssertNoErrors();
    }

    [Fact]
    public async Task A_dot_is_right_again_after_the_connection_was_away()
    {
        await using var relay = new Relay(server.Address);
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        var socket = await server.ConnectAsync(bob);
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", address: relay.Address);
        var dot = page.Page.Locator($".members [data-presence='{bob.Id}']");
        await ShowsAsync(dot, "online", "Online");
        relay.Cut();
        await Assertions.Expect(page.Page.Locator("#components-reconnect-modal.components-reconnect-show")).ToBeVisibleAsync();
        await server.Get<PresenceChoices>().SetAsync(bob.Id, PresenceMode.DoNotDisturb, until: null);
        relay.Mend();
        await ShowsAsync(dot, "busy", "DoNotDisturb");
        await server.Get<PresenceChoices>().SetAsync(bob.Id, PresenceMode.Automatic, until: null);
        await ShowsAsync(dot, "online", "Online");
        await socket.DisposeAsync();
    }

    [Fact]
    public async Task Who_writes_is_seen_by_the_others_but_not_for_commands_and_no_longer_when_the_message_is_there()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        await using var reader = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await using var writer = await browser.SignInAsync(server, bob, $"/rooms/{room.Id}");
        await reader.MayWriteAsync();
        await writer.MayWriteAsync();
        await writer.Composer().PressSequentiallyAsync("/topic x");
        await writer.Composer().FillAsync("   ");
        await Assertions.Expect(reader.Page.Locator("[data-typing]")).ToBeEmptyAsync();
        await writer.Composer().FillAsync("");
        await writer.Composer().PressSequentiallyAsync("a long story", new() { Delay = 5 });
        await Assertions.Expect(reader.Page.Locator("[data-typing]")).ToContainTextAsync(bob.Name);
        await Assertions.Expect(writer.Page.Locator("[data-typing]")).ToBeEmptyAsync();
        await writer.Composer().PressAsync("Enter");
        await reader.SeesAsync("a long story");
        await Assertions.Expect(reader.Page.Locator("[data-typing]")).ToBeEmptyAsync();
        // Whoever stops without sending is forgotten after six seconds.
        await Eventually.BecomesAsync(async () =>
        {
            await writer.Composer().PressSequentiallyAsync("hm");
            return (await reader.Page.Locator("[data-typing]").InnerTextAsync()).Contains(bob.Name, StringComparison.Ordinal);
        });
        await Assertions.Expect(reader.Page.Locator("[data-typing]")).ToBeEmptyAsync();
        reader.AssertNoErrors();
        writer.AssertNoErrors();
    }

    private static async Task ShowsAsync(ILocator dot, string state, string word)
    {
        await Assertions.Expect(dot).ToHaveAttributeAsync("data-state", state);
        await Assertions.Expect(dot).ToHaveAttributeAsync("aria-label", Words.Of($"Presence.{word}"));
    }

    private static async Task HideAsync(BrowserPage page, bool isHidden) => await page.Page.EvaluateAsync(
        "hidden => { Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }", isHidden);
}
