using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Looks of what opens around the composer, as <see cref="LooksTests"/> judge them.</summary>
[Collection(Browser.Collection)]
public sealed class ComposerLooksTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task What_opens_around_the_composer_is_accessible_and_fits_every_width()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bobthelongestnamethatfits"));
        var room = await server.MakeRoomAsync(ann, name: "Tower", members: bob);
        await server.PostAsync(ann, room.Id, "code:\n\n```cs\n// says so " + new string('x', 200) + "\nreturn \"a\" + 1; // b\n```\n\n```diff\n-a\n+b\n```\n\n```yaml\na: 1\n```");
        await using var window = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        var (page, box) = (window.Page, window.Composer());
        await window.MayWriteAsync();
        await window.Message("code:").Locator("pre").First.HoverAsync();
        await LooksTests.FitsAsync(window, "a room with code");
        foreach (var (text, what) in new[] { ("@bob", "people"), ("#gen", "rooms"), (":smi", "emoji"), ("/", "commands") })
        {
            await box.FillAsync("");
            await box.PressSequentiallyAsync(text);
            await Assertions.Expect(page.Locator("#suggestions")).ToBeVisibleAsync();
            await LooksTests.FitsAsync(window, $"the list of {what}");
            await LooksTests.IsAccessibleAsync(window, $"the list of {what}", ".composer");
        }

        await box.FillAsync("/nosuch");
        await box.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".composer-note")).ToBeVisibleAsync();
        await LooksTests.FitsAsync(window, "an error of the composer");
        await box.FillAsync("**a**\n\n> b\n\n```js\nlet " + new string('x', 300) + "\n```");
        await page.ClickAsync("[data-preview]");
        await Assertions.Expect(page.Locator(".composer-preview")).ToBeVisibleAsync();
        await LooksTests.FitsAsync(window, "the preview");
        await page.ClickAsync("[data-preview]");

        await page.SetViewportSizeAsync(320, 740);
        await page.ClickAsync("[data-formatting]");
        await Assertions.Expect(page.Locator(".format-bar")).ToBeVisibleAsync();
        await LooksTests.FitsAsync(window, "the bar of marks on a phone");
        await page.SetViewportSizeAsync(320, 740);
        await page.ClickAsync("[data-pick-emoji]");
        await Assertions.Expect(page.Locator("[data-pick]").First).ToBeVisibleAsync();
        await LooksTests.FitsAsync(window, "the picker of emoji");
        await LooksTests.IsAccessibleAsync(window, "the picker of emoji", "#emoji-picker");
        await page.Keyboard.PressAsync("Escape");
        await box.FillAsync("/help");
        await box.PressAsync("Enter");
        await Assertions.Expect(page.Locator("dialog[open]")).ToHaveCountAsync(1);
        await LooksTests.IsAccessibleAsync(window, "the list of commands", "dialog");
        window.AssertNoErrors();
    }
}
