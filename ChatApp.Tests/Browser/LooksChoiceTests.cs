using ChatApp.Accounts;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Theme, density and motion: with the first byte of each page, and at once on all devices.</summary>
[Collection(Browser.Collection)]
public sealed class LooksChoiceTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_choice_holds_on_every_device_without_loading_anew_and_from_the_first_paint()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        await using var phone = await browser.SignInAsync(server, ann, width: 400);
        await using var stranger = await browser.SignInAsync(server, bob);
        await phone.MayWriteAsync();
        await phone.Page.EvaluateAsync("window.isTheSame = true");
        await using var window = await browser.SignInAsync(server, ann);
        await window.Page.GotoAsync("/account/preferences");
        foreach (var choice in new[] { "contrast", "compact", "reduce" }) await window.Page.CheckAsync($"input[value={choice}]");
        await window.Page.ClickAsync("form.form button[type=submit]");
        await window.ShowsAsync(".notice-success", Words.Of("Preferences.Saved"));
        foreach (var page in new[] { window, phone })
        {
            var html = page.Page.Locator("html");
            await Assertions.Expect(html).ToHaveAttributeAsync("data-theme", "contrast");
            await Assertions.Expect(html).ToHaveAttributeAsync("data-density", "compact");
            await Assertions.Expect(html).ToHaveAttributeAsync("data-motion", "reduce");
        }

        Assert.True(await phone.Page.EvaluateAsync<bool>("window.isTheSame === true"));
        Assert.Null(await stranger.Page.Locator("html").GetAttributeAsync("data-theme"));
        // With the first byte, in pages with and without a circuit: nothing changes before the reader's eyes.
        foreach (var path in new[] { "/rooms/general", "/account/profile" })
        {
            var answer = await phone.Page.APIRequest.GetAsync(server.Address + path);
            Assert.Contains("data-theme=\"contrast\" data-density=\"compact\" data-motion=\"reduce\"", (await answer.TextAsync())[..400], StringComparison.Ordinal);
        }

        await server.Get<Profiles>().ChooseAsync(ann.Id, new Choices("en", Theme: null, TimeZone: null));
        await Assertions.Expect(phone.Page.Locator("html[data-theme], html[data-density], html[data-motion]")).ToHaveCountAsync(0);
        phone.AssertNoErrors();
        window.AssertNoErrors();
    }

    [Fact]
    public async Task High_contrast_is_high_in_both_themes_and_follows_the_system_where_nobody_chose()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await browser.SignInAsync(server, ann);
        var usual = await InkAsync();
        await window.Page.EmulateMediaAsync(new() { Contrast = Contrast.More });
        Assert.Equal("rgb(0, 0, 0)", await InkAsync());
        Assert.NotEqual(usual, await InkAsync());
        await window.Page.EmulateMediaAsync(new() { Contrast = Contrast.NoPreference });
        Assert.Equal(usual, await InkAsync());
        await window.Page.EvaluateAsync("wearLooks({ theme: 'contrast' })");
        foreach (var (scheme, ink) in new[] { (ColorScheme.Light, "rgb(0, 0, 0)"), (ColorScheme.Dark, "rgb(255, 255, 255)") })
        {
            await window.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            Assert.Equal(ink, await InkAsync());
        }

        Task<string> InkAsync() => window.Page.EvaluateAsync<string>("getComputedStyle(document.documentElement).color");
    }

    [Theory]
    [InlineData("contrast", null)]
    [InlineData(null, "compact")]
    public async Task Pages_fit_every_width_and_are_accessible_in_high_contrast_and_compact(string? theme, string? density)
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bobthelongestnamethatfits"));
        await server.Get<Profiles>().ChooseAsync(ann.Id, new Choices("en", theme, TimeZone: null, density));
        var room = await server.MakeRoomAsync(ann, name: "A room with quite a long name for the header of a phone", members: [bob]);
        var first = await server.PostAsync(bob, room.Id, "Some **words** with [a link](https://example.org), `code`\n\n> a quotation\n\n```js\nconst x = 'text'; // words\n```");
        await server.Get<ChatApp.Messages.MessageMarks>().ReactAsync(ann.Id, first.Id, "👍", isOn: true);
        await server.Get<ChatApp.Messages.MessageMarks>().PinAsync(ann.Id, first.Id, isOn: true);
        await server.PostAsync(ann, room.Id, "https://example.org/" + new string('a', 300));
        await using var window = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await LooksTests.FitsAsync(window, "a room");
        await window.Page.SetViewportSizeAsync(1280, 800);
        await window.Page.ClickAsync(".account-button");
        await window.Page.ClickAsync("[data-mode=DoNotDisturb]");
        await Assertions.Expect(window.Page.Locator("[data-presence-end]")).ToBeVisibleAsync();
        await LooksTests.IsAccessibleAsync(window, "the account menu", "#account-menu");
        await window.Page.Keyboard.PressAsync("Escape");
        await window.Page.Locator(".day-divider button").First.ClickAsync();
        await LooksTests.IsAccessibleAsync(window, "the picker of days", ".day-picker");
        await window.Page.GotoAsync("/account/preferences");
        await LooksTests.FitsAsync(window, "the preferences");
    }
}
