using ChatApp.Bench.Circuits;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Bench;

/// <summary>The pages without a screen that the bench opens by the hundred.</summary>
public sealed class CircuitTests
{
    [Fact]
    public async Task Pages_without_a_screen_come_to_life_and_show_each_message()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.AddPersonAsync("Ann");
        for (var number = 0; number < 120; number++) await server.PostAsync(ann, RoomId.General, $"before {number}");
        using var browser = new CircuitBrowser(new Uri(server.Address).Port);
        await browser.RegisterAsync("bob", CancellationToken.None);
        var seen = new List<int>();
        using var page = await CircuitPage.OpenAsync(browser.Http, browser.Cookies, "rooms/general", "timeline.js", seen.Add, CancellationToken.None);
        // As somebody who scrolls up: what comes is shown there too.
        await page.CallAsync("LoadOlder", CancellationToken.None);

        for (var number = 0; number < 60; number++) await server.PostAsync(ann, RoomId.General, LoadText.Of(number));
        await Eventually.EqualsAsync(60, () => page.Shown);
        Assert.Equal(Enumerable.Range(0, 60), seen.Order());
        Assert.InRange(page.Renders, 1, 200);
    }

    [Fact]
    public void A_message_is_written_and_cut_from_the_stream_at_its_length()
    {
        var text = new string('x', 300);
        ReadOnlySpan<byte> bytes = [.. HubMessage.Call("7", "Say", 5L, true, null, text), .. HubMessage.Ping, 0x90];
        var reader = new PackReader(HubMessage.Next(ref bytes));
        Assert.Equal((6, 1), (reader.Array(), (int)reader.Number()));
        reader.Headers();
        Assert.Equal(("7", "Say", 4, 5L), (reader.Text(), reader.Text(), reader.Array(), reader.Number()));
        Assert.Equal([0x91, 6], HubMessage.Next(ref bytes).ToArray());
        // Half a message stays where it is.
        Assert.True(HubMessage.Next(ref bytes).IsEmpty);
        Assert.Equal(1, bytes.Length);
    }
}
