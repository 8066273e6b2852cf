using ChatApp.Push;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Pages that are closed, left or never came to life leave nothing behind on the server.</summary>
[Collection(Browser.Collection)]
public sealed class TracesTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_closed_tab_leaves_nothing_behind()
    {
        var ann = await server.AddPersonAsync("Ann");
        var page = await browser.SignInAsync(server, ann);
        Assert.Equal([RoomId.General], server.CircuitsOf(ann).Single().Rooms);
        await page.Page.CloseAsync(new PageCloseOptions { RunBeforeUnload = true });
        await Eventually.EqualsAsync(0, () => server.CircuitsOf(ann).Count);
        Assert.Equal((0, 0), (server.Get<RoomBroker>().Figures.Channels, server.Get<RoomBroker>().SubscriberCount(RoomId.General)));
        page.AssertNoErrors();
        await page.DisposeAsync();
    }

    [Fact]
    public async Task Each_window_says_by_which_connection_it_is_live_and_by_another_one_after_a_break()
    {
        await using var relay = new Relay(server.Address);
        var ann = await server.AddPersonAsync("Ann");
        await using var first = await browser.SignInAsync(server, ann, address: relay.Address);
        await using var second = await browser.SignInAsync(server, ann);
        string?[] said = [await first.ConnectionAsync(), await second.ConnectionAsync()];
        Assert.Equal(server.CircuitsOf(ann).Select(circuit => circuit.Id.ToString()).Order(StringComparer.Ordinal), said.Order(StringComparer.Ordinal));
        relay.Cut();
        await Eventually.EqualsAsync(1, () => server.CircuitsOf(ann).Count);
        relay.Mend();
        await first.IsLiveAsync(server, ann);
        Assert.DoesNotContain(await first.ConnectionAsync(), said);
        Assert.Equal(said[1], await second.ConnectionAsync());
        // What was only fetched says nothing of the kind.
        Assert.DoesNotContain("data-live", await first.Page.EvaluateAsync<string>("fetch(location.href).then(answer => answer.text())"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_fetched_pages_leave_nothing_behind()
    {
        var ann = await server.AddPersonAsync("Ann");
        await server.PostAsync(ann, RoomId.General, "seen by crawlers");
        string cookies;
        await using (var page = await browser.SignInAsync(server, ann))
        {
            cookies = string.Join("; ", (await page.Context.CookiesAsync()).Select(cookie => $"{cookie.Name}={cookie.Value}"));
            await page.Page.GotoAsync("about:blank");
            // While the browser lives: the page says goodbye by a request of its own, which must get out.
            await Eventually.EqualsAsync(0, () => server.CircuitsOf(ann).Count);
        }

        await Parallel.ForAsync(0, 1_000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/rooms/general");
            request.Headers.Add("Cookie", cookies);
            using var response = await server.Http.SendAsync(request, CancellationToken.None);
            var html = await response.Content.ReadAsStringAsync(CancellationToken.None);
            if (i % 100 == 0) Assert.Contains("seen by crawlers", html, StringComparison.Ordinal);
        });
        var figures = server.Get<RoomBroker>().Figures;
        Assert.Equal((0, 0, 0), (figures.Connections, figures.Channels, server.Get<RoomBroker>().SubscriberCount(RoomId.General)));
    }

    [Fact]
    public async Task Thirty_quick_changes_of_room_leave_one_subscription_and_a_page_that_works()
    {
        var ann = await server.AddPersonAsync("Ann");
        var rooms = new[] { await server.MakeRoomAsync(ann, name: "Left"), await server.MakeRoomAsync(ann, name: "Right") };
        await using var page = await browser.SignInAsync(server, ann);
        await page.HasRoomAsync("Right");
        // Faster than the page's scripts load: clicks within one turn of the page, then one after the other.
        await page.Page.EvaluateAsync(
            "async names => { for (let i = 0; i < 30; i++) { [...document.querySelectorAll('.room-link')].find(link => link.textContent.includes(names[i % 2])).click(); if (i % 3 === 0) await new Promise(requestAnimationFrame); } }",
            new[] { "Left", "Right" });
        await page.ShowsAsync("h1", "Right");
        await Eventually.BecomesAsync(() => server.CircuitsOf(ann) is [{ Rooms: [var only] }] && only == rooms[1].Id);
        Assert.Equal((0, 1), (server.Get<RoomBroker>().SubscriberCount(rooms[0].Id), server.Get<RoomBroker>().SubscriberCount(rooms[1].Id)));
        await page.SayAsync("still here");
        await page.SeesAsync("still here");
        await server.PostAsync(ann, rooms[1].Id, "and live");
        await page.SeesAsync("and live");
        await Assertions.Expect(page.Page.Locator("#blazor-error-ui")).ToBeHiddenAsync();
        page.AssertNoErrors();
        Assert.DoesNotContain(server.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
        await page.Page.GotoAsync("about:blank");
        await Eventually.EqualsAsync(0, () => server.CircuitsOf(ann).Count);
    }
}
