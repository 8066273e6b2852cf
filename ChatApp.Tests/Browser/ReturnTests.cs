using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>
/// A page that loses its server goes on where it was: without loading anew where the server has kept it, and by itself
/// to the same room, place and draft where it has not.
/// </summary>
[Collection(Browser.Collection)]
public sealed class ReturnTests(Browser browser) : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "chatapp-" + Guid.NewGuid().ToString("N"));

    [Fact]
    public async Task A_page_whose_connection_was_away_shows_what_a_fresh_one_shows_without_loading_anew()
    {
        await using var server = await TestServer.StartAsync();
        await using var relay = new Relay(server.Address);
        var (ann, bob, guest) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"), await server.AddPersonAsync("Guest"));
        var room = await server.MakeRoomAsync(ann, name: "Harbour", members: [bob]);
        var posted = new List<MessageView>();
        for (var i = 0; i < 10; i++) posted.Add(await server.PostAsync(bob, room.Id, $"message {i}"));
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", address: relay.Address);
        await page.MayWriteAsync();
        await page.Composer().FillAsync("half a thought");
        await page.Page.EvaluateAsync("window.isTheSame = true");

        relay.Cut();
        await ShowsLossAsync(page);
        await Eventually.BecomesAsync(() => server.CircuitsOf(ann).Count == 0, "nobody is seen as present whose browser is away");
        await server.Get<MessageEditor>().EditAsync(bob.Id, posted[3].Id, "said better");
        await server.Get<MessageEditor>().DeleteAsync(bob.Id, posted[5].Id);
        for (var i = 10; i < 20; i++) await server.PostAsync(bob, room.Id, $"message {i}");
        await server.MakeRoomAsync(bob, RoomVisibility.Private, "Lighthouse", ann);
        await server.Get<RoomWriter>().InviteAsync(ann.Id, room.Id, guest.Id);
        relay.Mend();

        await page.SeesAsync("message 19");
        await page.SeesAsync("said better");
        await page.HasRoomAsync("Lighthouse");
        await page.ShowsAsync(".members", guest.Name);
        await Assertions.Expect(page.Page.Locator("#components-reconnect-modal")).ToBeHiddenAsync();
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("half a thought");
        page.ForgetErrors(); // while the line was cut the browser complained about it
        await page.Composer().PressAsync("Enter");
        await page.SeesAsync("half a thought");
        await server.PostAsync(bob, room.Id, "live again");
        await page.SeesAsync("live again");
        Assert.True(await page.Page.EvaluateAsync<bool>("window.isTheSame === true"));
        await using var fresh = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await fresh.SeesAsync("live again");
        // What is only fetched shows fewer.
        await Assertions.Expect(fresh.Messages()).ToHaveCountAsync(await page.Messages().CountAsync());
        Assert.Equal(await fresh.Messages().AllInnerTextsAsync(), await page.Messages().AllInnerTextsAsync());
        page.AssertNoErrors();
    }

    [Fact]
    public async Task Whoever_reads_back_keeps_the_place_however_much_was_missed()
    {
        await using var server = await TestServer.StartAsync();
        await using var relay = new Relay(server.Address);
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        var posted = new List<MessageView>();
        for (var i = 0; i < 50; i++) posted.Add(await server.PostAsync(bob, room.Id, $"entry {i:000}"));
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", height: 600, address: relay.Address);
        await page.Page.EvaluateAsync("window.isTheSame = true");
        var before = await ReadBackAsync(page, "entry 020");

        relay.Cut();
        await ShowsLossAsync(page);
        await server.Get<MessageEditor>().EditAsync(bob.Id, posted[22].Id, "entry 022, said better");
        for (var i = 50; i < 400; i++) await server.PostAsync(bob, room.Id, $"entry {i:000}");
        relay.Mend();

        await page.SeesAsync("entry 022, said better");
        await Assertions.Expect(page.Page.Locator("#components-reconnect-modal")).ToBeHiddenAsync();
        await StandsAtAsync(page, "entry 020", before);
        await page.Page.ClickAsync(".new-messages");
        await Assertions.Expect(page.Message("entry 399")).ToBeInViewportAsync();
        Assert.True(await page.Page.EvaluateAsync<bool>("window.isTheSame === true"));
    }

    [Fact]
    public async Task A_page_that_the_server_no_longer_keeps_comes_back_to_its_place_and_draft()
    {
        await using var server = await TestServer.StartAsync(["Pages:KeepCount=0"]);
        await using var relay = new Relay(server.Address);
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        for (var i = 0; i < 60; i++) await server.PostAsync(bob, room.Id, $"entry {i:000}");
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", height: 600, address: relay.Address);
        await page.MayWriteAsync();
        await page.Composer().FillAsync("half a thought");
        await page.Page.EvaluateAsync("window.isTheSame = true");
        var before = await ReadBackAsync(page, "entry 030");

        relay.Cut();
        await ShowsLossAsync(page);
        // The place is now far from the newest page.
        for (var i = 60; i < 200; i++) await server.PostAsync(bob, room.Id, $"entry {i:000}");
        relay.Mend();

        await Eventually.BecomesAsync(async () => !await HasMarkAsync(page), "the page was not loaded anew");
        await page.IsLiveAsync(server, ann);
        await StandsAtAsync(page, "entry 030", before);
        await page.MayWriteAsync();
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("half a thought");
        Assert.EndsWith($"/rooms/{room.Id}", page.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_the_death_of_the_server_the_page_comes_back_by_itself_to_its_place_and_draft()
    {
        string path;
        TestPerson ann;
        await using (var prepared = await TestServer.StartAsync(folder: _folder))
        {
            ann = await prepared.AddPersonAsync("Ann");
            var room = await prepared.MakeRoomAsync(ann);
            for (var i = 0; i < 120; i++) await prepared.PostAsync(ann, room.Id, $"entry {i:000}");
            path = $"/rooms/{room.Id}";
        }

        var server = await ProductProcess.ServeAsync(_folder);
        await using var relay = new Relay(server.Address);
        await using var page = await browser.NewPageAsync(new Uri(relay.Address), height: 600);
        await page.Page.GotoAsync("/account/login?returnUrl=" + Uri.EscapeDataString(path));
        await page.Page.FillAsync("#email", ann.Email);
        await page.Page.FillAsync("#password", ann.Password);
        await page.Page.PressAsync("#password", "Enter");
        await page.MayWriteAsync();
        await page.Composer().FillAsync("half a thought");
        await page.Page.EvaluateAsync("window.isTheSame = true");
        // Beyond the newest page: what is there after the restart must be looked for.
        await ReadBackAsync(page, "entry 072");
        await page.SeesAsync("entry 040");
        var before = await ReadBackAsync(page, "entry 040");

        await server.KillAsync();
        await server.DisposeAsync();
        await ShowsLossAsync(page);
        await Assertions.Expect(page.Page.Locator("#blazor-error-ui")).ToBeHiddenAsync();
        server = await ProductProcess.ServeAsync(_folder);
        try
        {
            relay.Target = server.Address;
            await page.Page.ClickAsync("[data-reconnect=now]");
            await Eventually.BecomesAsync(async () => !await HasMarkAsync(page), "the page was not loaded anew");
            await StandsAtAsync(page, "entry 040", before);
            await page.MayWriteAsync();
            await Assertions.Expect(page.Composer()).ToHaveValueAsync("half a thought");
            await page.Composer().PressAsync("Enter");
            await page.SeesAsync("half a thought");
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(false, 200)] // it never reached the server
    [InlineData(true, 200)] // it did, and the answer was lost
    [InlineData(false, 0)] // and the page is another one afterwards
    [InlineData(true, 0)]
    public async Task A_message_sent_while_the_connection_breaks_is_there_once(bool isTakenOver, int kept)
    {
        await using var server = await TestServer.StartAsync([$"Pages:KeepCount={kept}"]);
        await using var relay = new Relay(server.Address);
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", address: relay.Address);
        await page.MayWriteAsync();
        relay.Hold(answersOnly: isTakenOver);
        await page.SayAsync("through the storm");
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("");
        if (isTakenOver) await Eventually.BecomesAsync(() => Texts(server, ann, room).Count == 1);
        relay.Cut();
        await ShowsLossAsync(page);
        await page.ShowsAsync(".composer-waiting", Words.Of("Composer.Waiting", 1));
        relay.Mend();
        await page.SeesAsync("through the storm");
        await Assertions.Expect(page.Page.Locator(".composer-waiting")).ToBeHiddenAsync();
        Assert.Equal(["through the storm"], Texts(server, ann, room));
        await Eventually.BecomesAsync(
            async () => !await page.Page.EvaluateAsync<bool>("Object.keys(sessionStorage).some(name => name.startsWith('unsent'))"), "what is stored is kept no longer");
    }

    [Fact]
    public async Task A_page_whose_sign_in_ended_while_it_was_away_returns_to_the_sign_in()
    {
        await using var server = await TestServer.StartAsync(["Accounts:RevalidateSeconds=1"]);
        await using var relay = new Relay(server.Address);
        var ann = await server.AddPersonAsync("Ann");
        await using var page = await browser.SignInAsync(server, ann, address: relay.Address);
        relay.Cut();
        await ShowsLossAsync(page);
        await Eventually.BecomesAsync(() => server.CircuitsOf(ann).Count == 0);
        // What a changed password does to all sign-ins.
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Users.Single(user => user.Id == ann.Id.Value).SecurityStamp = "another");
        relay.Mend();
        await page.ArrivesAtSignInAsync();
        Assert.Empty(server.CircuitsOf(ann));
    }

    [Fact]
    public async Task A_refused_message_stays_with_the_page_until_it_is_discarded()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await page.MayWriteAsync();
        // The key of another message is refused for ever.
        await server.PostAsync(ann, RoomId.General, "first", "key-1");
        await page.Page.EvaluateAsync(
            "([place]) => sessionStorage.setItem(`unsent:${place}`, JSON.stringify([{ text: 'second', key: 'key-1' }]))", new[] { $"{ann.Id}:{room.Id}" });
        await page.Page.ReloadAsync();
        await Assertions.Expect(page.Page.Locator("article.message-failed")).ToHaveCountAsync(1);
        await page.Page.ReloadAsync();
        await Assertions.Expect(page.Page.Locator("article.message-failed")).ToHaveCountAsync(1);
        await page.Page.ClickAsync("[data-discard]");
        await Assertions.Expect(page.Page.Locator("article.message-failed")).ToHaveCountAsync(0);
        Assert.False(await page.Page.EvaluateAsync<bool>("Object.keys(sessionStorage).some(name => name.startsWith('unsent'))"));
        page.AssertNoErrors();
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private static Task ShowsLossAsync(BrowserPage page) =>
        Assertions.Expect(page.Page.Locator("#components-reconnect-modal.components-reconnect-show")).ToBeVisibleAsync();

    // A page in the middle of being loaded cannot be asked.
    private static async Task<bool> HasMarkAsync(BrowserPage page)
    {
        try
        {
            return await page.Page.EvaluateAsync<bool>("window.isTheSame === true");
        }
        catch (PlaywrightException)
        {
            return true;
        }
    }

    // Scrolls so that a message is the first in view; says where it stands below the edge, once the page has kept that.
    private static async Task<double> ReadBackAsync(BrowserPage page, string text)
    {
        await page.SeesAsync(text);
        // Again where something else has moved the list meanwhile: a room that has just been opened goes to its own place first.
        await Eventually.BecomesAsync(
            () => page.Message(text).EvaluateAsync<bool>("""
                row => {
                    const list = row.closest('#timeline');
                    const below = () => row.getBoundingClientRect().top - list.getBoundingClientRect().top;
                    if (!(Math.abs(below() - window.readBackTo) < 2)) {
                        row.scrollIntoView({ block: 'start' });
                        list.scrollTop += 7;
                        window.readBackTo = below();
                    }
                    return sessionStorage.getItem(`place:${location.pathname}`)?.includes(`"offset":${row.dataset.place},`) === true;
                }
                """),
            "the place was not kept");
        return await BelowAsync(page, text);
    }

    private static async Task StandsAtAsync(BrowserPage page, string text, double expected)
    {
        await page.SeesAsync(text);
        var below = double.NaN;
        await Eventually.BecomesAsync(async () => Math.Abs((below = await BelowAsync(page, text)) - expected) < 4, $"{text} stands elsewhere than at {expected}");
    }

    private static Task<double> BelowAsync(BrowserPage page, string text) => page.Message(text).EvaluateAsync<double>(
        "row => row.getBoundingClientRect().top - row.closest('#timeline').getBoundingClientRect().top");

    private static List<string> Texts(TestServer server, TestPerson viewer, RoomView room) =>
        [.. server.Get<MessageHistory>().Latest(viewer.Id, room.Id, 50)!.Messages.Select(message => message.Text)];
}
