using System.Collections.Concurrent;
using System.IO.Compression;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>A draft outlives the tab, the sign-in and the server, is the same in all windows of its writer, and nobody else's.</summary>
[Collection(Browser.Collection)]
public sealed class DraftTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_draft_and_its_reply_survive_the_tab_and_signing_out_and_somebody_else_in_the_same_browser_sees_none_of_it()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = (await server.MakeRoomAsync(ann, members: bob)).Id;
        await server.PostAsync(bob, room, "question");
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room}");
        await page.PressAsync("question", "reply");
        await page.Composer().FillAsync("a secret answer");
        await SignOutAsync(page);

        await SignInAsync(page, bob, $"/rooms/{room}");
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("");
        await Assertions.Expect(page.Page.Locator(".reply-bar")).ToBeHiddenAsync();
        await page.Composer().FillAsync("what Bob says");
        await SignOutAsync(page);

        // Another tab of the same browser, for the old one is closed.
        await SignInAsync(page, ann, $"/rooms/{room}");
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("a secret answer");
        await Assertions.Expect(page.Page.Locator(".reply-bar")).ToContainTextAsync(bob.Name);
        var other = await page.Context.NewPageAsync();
        await other.GotoAsync($"{server.Address}/rooms/{room}");
        await Assertions.Expect(other.Locator("#composer-input")).ToHaveValueAsync("a secret answer");

        // What one window does the other follows, unless it has words of its own.
        await other.FillAsync("#composer-input", "a better answer");
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("a better answer");
        await other.PressAsync("#composer-input", "Enter");
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("");
        await Assertions.Expect(page.Page.Locator(".reply-bar")).ToBeHiddenAsync();
        page.AssertNoErrors();
    }

    [Fact]
    public async Task Where_the_browser_keeps_no_more_the_oldest_drafts_go_and_writing_goes_on()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = (await server.MakeRoomAsync(ann)).Id;
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room}");
        await page.MayWriteAsync();
        await page.Page.EvaluateAsync("""
            () => {
              for (let i = 0; i < 150; i++) localStorage.setItem(`draft:x:${i}`, JSON.stringify({ text: 'a'.repeat(10_000), at: i }));
              let size = 4_000_000;
              for (let i = 0; size > 10; i++) { try { localStorage.setItem(`fill:${i}`, 'b'.repeat(size)); } catch { size = Math.floor(size / 2); } }
            }
            """);
        var text = new string('c', 5_000);
        await page.Composer().FillAsync(text);
        await page.Page.ReloadAsync();
        await page.IsLiveAsync(server, ann);
        await Assertions.Expect(page.Composer()).ToHaveValueAsync(text);
        Assert.Null(await page.Page.EvaluateAsync<string?>("localStorage.getItem('draft:x:0')"));
        Assert.NotNull(await page.Page.EvaluateAsync<string?>("localStorage.getItem('draft:x:149')"));
        await page.Composer().PressAsync("Enter");
        await page.SeesAsync("cccc");
        page.AssertNoErrors();
    }

    [Fact]
    public async Task The_first_view_of_a_room_is_below_a_hundred_kilobytes_beyond_the_framework()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = (await server.MakeRoomAsync(ann)).Id;
        for (var i = 0; i < 50; i++) await server.PostAsync(ann, room, $"message number {i} with a few words, as people write them");
        await using var page = await browser.SignInAsync(server, ann);
        var scripts = new ConcurrentBag<string>();
        page.Page.Response += (_, response) => scripts.Add(new Uri(response.Url).AbsolutePath);
        await page.Page.GotoAsync($"/rooms/{room}");
        await page.MayWriteAsync();
        await page.SeesAsync("message number 49");
        // The picker's list comes with its first use.
        Assert.DoesNotContain("/emoji.json", scripts);
        var html = await page.Page.EvaluateAsync<int>("performance.getEntriesByType('navigation')[0].encodedBodySize");
        var own = scripts.Distinct(StringComparer.Ordinal).Where(path => path.StartsWith("/js/", StringComparison.Ordinal)).Sum(path => Packed(path));
        Assert.InRange(own, 5_000, 50_000);
        Assert.True(html + own <= 100_000, $"{html} bytes of HTML and {own} of scripts");
        page.AssertNoErrors();
    }

    // As a published product sends it: compressed. The framework puts a fingerprint into the name.
    private static long Packed(string path)
    {
        var parts = Path.GetFileName(path).Split('.');
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            zip.Write(File.ReadAllBytes(Checkout.PathTo($"ChatApp/wwwroot/js/{parts[0]}.{parts[^1]}")));
        return packed.Length;
    }

    private static async Task SignOutAsync(BrowserPage page)
    {
        await page.Page.ClickAsync(".account-button");
        await page.Page.ClickAsync("#account-menu button[type=submit]");
        await page.ArrivesAsync("**/account/signed-out");
    }

    private async Task SignInAsync(BrowserPage page, TestPerson person, string path)
    {
        await page.Page.GotoAsync("/account/login?returnUrl=" + Uri.EscapeDataString(path));
        await page.Page.FillAsync("#email", person.Email);
        await page.Page.FillAsync("#password", person.Password);
        await page.Page.PressAsync("#password", "Enter");
        await page.ArrivesAsync($"**{path}");
        await page.IsLiveAsync(server, person);
        await page.MayWriteAsync();
    }
}
