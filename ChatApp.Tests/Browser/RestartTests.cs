using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>A restart of the server is an interruption, not a loss.</summary>
[Collection(Browser.Collection)]
public sealed class RestartTests(Browser browser) : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "chatapp-" + Guid.NewGuid().ToString("N"));

    [Fact]
    public async Task After_a_restart_everything_is_there_and_the_open_page_comes_back_with_its_draft()
    {
        var server = await TestServer.StartAsync(folder: _folder);
        var address = server.Address;
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Cellar", bob);
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await page.SayAsync("before the restart");
        await page.SeesAsync("before the restart");
        await page.Composer().FillAsync("half a thought");

        await server.DisposeAsync();
        await Assertions.Expect(page.Page.Locator("#components-reconnect-modal.components-reconnect-show")).ToBeVisibleAsync();
        // Enter without a connection: the message waits where it is seen, and another one can be begun. A command is not carried out later.
        await page.Composer().PressAsync("Enter");
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("");
        await page.ShowsAsync(".composer-queue", "half a thought");
        await page.Composer().FillAsync("taken back");
        await page.Composer().PressAsync("Enter");
        await page.Page.ClickAsync(".composer-queue li:last-child [data-discard]");
        await Assertions.Expect(page.Page.Locator(".composer-queue li")).ToHaveCountAsync(1);
        await page.Composer().FillAsync("/leave");
        await page.Composer().PressAsync("Enter");
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("/leave");
        await page.Composer().FillAsync("and more");

        server = await TestServer.StartAsync([$"Urls={address}"], folder: _folder);
        try
        {
            await page.IsLiveAsync(server, ann);
            await page.SeesAsync("before the restart");
            await page.HasRoomAsync("Cellar");
            await page.SeesAsync("half a thought");
            await Assertions.Expect(page.Composer()).ToHaveValueAsync("and more");
            await Assertions.Expect(page.Page.Locator("#components-reconnect-modal")).ToBeHiddenAsync();
            await Assertions.Expect(page.Page.Locator(".composer-queue")).ToBeHiddenAsync();
            page.ForgetErrors(); // while the server was away the browser complained about it

            await page.Composer().PressAsync("Enter");
            await page.SeesAsync("and more");
            await page.SeesNoLongerAsync("taken back");
            await server.PostAsync(bob, room.Id, "welcome back");
            await page.SeesAsync("welcome back");
            page.AssertNoErrors();
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_message_that_was_on_its_way_when_the_connection_broke_is_sent_again_and_stored_once()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        // As the page leaves it behind when it breaks between two moments: one was taken over without an answer, one was not.
        var taken = await server.PostAsync(ann, room.Id, "taken over", "key-1");
        await page.SeesAsync("taken over");
        await page.Page.EvaluateAsync(
            "([place]) => sessionStorage.setItem(`unsent:${place}`, JSON.stringify([{ text: 'taken over', key: 'key-1' }, { text: 'not yet', key: 'key-2' }]))",
            new[] { $"{ann.Id}:{room.Id}" });
        await page.Page.ReloadAsync();
        await page.SeesAsync("not yet");
        await page.SeesAsync("taken over");
        Assert.Equal(["taken over", "not yet"], server.Get<ChatApp.Messages.MessageHistory>().Latest(ann.Id, room.Id, 50)!.Messages.Select(message => message.Text));
        Assert.Equal("key-1", taken.Key);
        await Eventually.BecomesAsync(async () => await page.Page.EvaluateAsync<int>("sessionStorage.length") == 0, "what was handed over is kept no longer");
        page.AssertNoErrors();
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }
}
