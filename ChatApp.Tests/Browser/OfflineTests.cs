using ChatApp.Messages;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Time without a network, and several devices: in the end all show the same.</summary>
[Collection(Browser.Collection)]
public sealed class OfflineTests(Browser browser)
{
    [Fact]
    public async Task After_a_time_without_network_with_two_hundred_messages_edits_and_deletions_the_page_shows_what_a_fresh_one_shows()
    {
        await using var server = await TestServer.StartAsync();
        await using var relay = new Relay(server.Address);
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        var posted = new List<MessageView>();
        for (var i = 0; i < 20; i++) posted.Add(await server.PostAsync(bob, room.Id, $"entry {i:000}"));
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", address: relay.Address);
        await page.MayWriteAsync();
        await page.Page.EvaluateAsync("window.isTheSame = true");

        // The browser says that there is no network, and the line is dead.
        await page.Context.SetOfflineAsync(true);
        relay.Cut();
        await Assertions.Expect(page.Page.Locator("#components-reconnect-modal.components-reconnect-show")).ToBeVisibleAsync();
        await page.Composer().FillAsync("half a thought");
        for (var i = 20; i < 220; i++)
        {
            posted.Add(await server.PostAsync(bob, room.Id, $"entry {i:000}"));
            if (i % 10 == 0) await server.Get<MessageEditor>().EditAsync(bob.Id, posted[i - 5].Id, $"entry {i - 5:000}, said better");
            if (i % 15 == 0) await server.Get<MessageEditor>().DeleteAsync(bob.Id, posted[i - 7].Id);
        }

        // Long enough that the page has tried several times, each time later.
        await Assertions.Expect(page.Page.Locator(".components-reconnect-retrying .reconnect-countdown")).ToBeVisibleAsync();
        relay.Mend();
        await page.Context.SetOfflineAsync(false);

        await Assertions.Expect(page.Page.Locator("#components-reconnect-modal")).ToBeHiddenAsync();
        await page.SeesAsync("entry 219");
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("half a thought");
        Assert.True(await page.Page.EvaluateAsync<bool>("window.isTheSame === true"));
        await server.Get<ReadMarkers>().MarkAllAsync(ann.Id); // so that a fresh one opens at the end
        await using var fresh = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await fresh.SeesAsync("entry 219");
        var shown = await TextsAsync(fresh);
        await Eventually.BecomesAsync(async () => (await TextsAsync(page)).TakeLast(shown.Count).SequenceEqual(shown), "the page and a fresh one differ");
    }

    private static Task<IReadOnlyList<string>> TextsAsync(BrowserPage window) => window.Messages().Locator(".message-content > :is(.message-body, .message-foot)").AllInnerTextsAsync();

    [Fact]
    public Task Two_devices_of_one_account_agree_on_what_is_unread_whatever_happens() => RandomSeed.RunAsync(async seed =>
    {
        await using var server = await TestServer.StartAsync();
        var random = new Random(seed);
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var rooms = new List<RoomId>();
        for (var i = 0; i < 3; i++) rooms.Add((await server.MakeRoomAsync(ann, name: $"Room {i}", members: [bob])).Id);
        await using var one = await browser.SignInAsync(server, ann, $"/rooms/{rooms[0]}");
        await using var other = await browser.SignInAsync(server, ann, width: 1000);
        var posted = rooms.ToDictionary(room => room, _ => new List<MessageView>());
        for (var step = 0; step < 60; step++)
        {
            var room = rooms[random.Next(3)];
            var (all, window) = (posted[room], random.Next(2) == 0 ? one : other);
            switch (random.Next(7))
            {
                case 0 when all.Count > 0:
                    await server.Get<MessageEditor>().DeleteAsync(bob.Id, all[random.Next(all.Count)].Id);
                    break;
                case 1 when all.Count > 0:
                    await server.Get<ReadMarkers>().MarkAsync(ann.Id, room, all[random.Next(all.Count)].Offset, isBack: random.Next(2) == 0);
                    break;
                case 2:
                    await window.Page.Locator($".room-link[href='/rooms/{room}']").ClickAsync();
                    break;
                case 3:
                    await window.Page.Mouse.MoveAsync(random.Next(300, 900), random.Next(100, 600));
                    break;
                default:
                    all.Add(await server.PostAsync(bob, room, $"step {step}"));
                    break;
            }
        }

        // Both look elsewhere: what each reads at this moment is no longer a question.
        foreach (var window in new[] { one, other }) await window.Page.Locator(".sidebar a[href='/rooms']").ClickAsync();
        foreach (var window in new[] { one, other })
        {
            foreach (var room in rooms)
            {
                var badge = window.Page.Locator($".room-link[href='/rooms/{room}'] [data-unread-count]");
                // Both at each look: what was read just before may still be on its way, and the badge go between two questions.
                await Eventually.BecomesAsync(
                    async () => (await badge.AllInnerTextsAsync() is [var text] ? string.Concat(text.Where(char.IsAsciiDigit)) : "0") == (server.Get<ReadMarkers>().Of(ann.Id, room)?.Count ?? 0).ToString(System.Globalization.CultureInfo.InvariantCulture),
                    $"{room} shows what is unread");
            }
        }
    });
}
