using ChatApp.Accounts;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Tokens;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

[Collection(Browser.Collection)]
public sealed class ZzShots(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Shots()
    {
        Directory.CreateDirectory("/tmp/tokens-shots");
        var ann = await server.AddPersonAsync("Ann", Rank.Administrator);
        var room = await server.MakeRoomAsync(ann, name: "A room with a rather long name");
        await server.AddTokenAsync(ann, TokenKit.All, [RoomId.General, room.Id], server.Get<TimeProvider>().GetUtcNow().AddDays(30));
        var bot = await server.AddBotAsync(ann);
        await server.AddTokenAsync(ann, bot: bot);
        await (await server.ConnectByAsync((await server.AddTokenAsync(ann)).Secret)).DisposeAsync();
        foreach (var (scheme, locale) in new[] { (ColorScheme.Light, "en-US"), (ColorScheme.Dark, "zh-CN") })
        {
            await using var window = await browser.SignInAsync(server, ann, colorScheme: scheme, locale: locale);
            foreach (var width in new[] { 360, 900, 1600 })
            {
                await window.Page.SetViewportSizeAsync(width, 1900);
                await window.Page.GotoAsync("/account/tokens");
                await window.Page.FillAsync("#name", "made for a picture");
                if (width != 900) await window.Page.ClickAsync(".token-limits summary");
                await window.Page.ClickAsync("form.form >> nth=0 >> button[type=submit]");
                await window.Page.ClickAsync(".token summary >> nth=0");
                await window.Page.ScreenshotAsync(new() { Path = $"/tmp/tokens-shots/{scheme}-{width}.png" });
            }
        }
    }
}
