using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Whatever somebody writes: no script of theirs runs, no reader's page breaks, nothing spills over its row.</summary>
[Collection(Browser.Collection)]
public sealed class HostileMessagesTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    private static readonly string[] Corpus =
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(2)>",
        "<svg/onload=alert(3)><iframe srcdoc='<script>parent.alert(4)</script>'></iframe>",
        "[click](javascript:alert(5)) [and](data:text/html,<script>alert(6)</script>) <javascript:alert(7)>",
        "[x](JaVaScRiPt:alert(8)) [y](\tjavascript:alert(9)) [z](vbscript:msgbox) ![i](javascript:alert(10))",
        "[ref]: javascript:alert(11)\n[ref]",
        "**bold** <b onmouseover=alert(12)>hover</b> {onclick=alert(13)}",
        "# heading {#id onclick=alert(14)}",
        "<style>*{display:none}</style><base href=//evil.example/>",
        "<!-- --><!--Blazor:{\"type\":\"server\"}-->",
        "'; DROP TABLE messages; --",
        "{{7*7}} ${7*7} @(7*7)",
        "‮txet desrever‬ and ⁦isolate without end",
        string.Concat(Enumerable.Repeat("Z̷͓̈́ͅa̵̡̛l̶̼͝g̸̰̓o̷͎͝ ", 40)),
        new string('W', 4_000),
        new string('[', 8_000),
        new string('>', 8_000),
        string.Concat(Enumerable.Repeat("**a_", 2_000)),
        string.Concat(Enumerable.Repeat("- a\n ", 1_500)),
        "```\n" + new string('x', 2_000) + "\n```",
        "https://example.org/" + new string('a', 2_000),
        "\0\u0001\u200b visible \ud800 half",
        "\ufeff\u2028\u2029 line and paragraph separators",
        "👩‍👩‍👧‍👦🏴‍☠️ 中文 العربية עברית",
    ];

    [Fact]
    public async Task No_message_breaks_a_page_or_runs_a_script()
    {
        var (ann, eve) = (await server.AddPersonAsync("Ann"), await AddAsync("<i>Eve</i> \"'&"));
        var room = await server.MakeRoomAsync(eve, name: "<b>Room</b> '\"&", members: [ann]);
        var alerts = 0;
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", width: 900);
        page.Page.Dialog += (_, dialog) =>
        {
            Interlocked.Increment(ref alerts);
            _ = dialog.DismissAsync();
        };
        // One after the other to the live page, then all together in the page that is loaded again.
        foreach (var text in Corpus) await server.PostAsync(eve, room.Id, text);
        await IsUnharmedAsync(page);
        await page.Page.ReloadAsync();
        await page.IsLiveAsync(server, ann);
        await IsUnharmedAsync(page);
        await page.SayAsync("still alive");
        await page.SeesAsync("still alive");
        Assert.Equal(0, alerts);
        page.AssertNoErrors(); // a violation of the content security policy is a console error too
    }

    private async Task<TestPerson> AddAsync(string name)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var made = await scope.ServiceProvider.GetRequiredService<Registration>().RegisterAsync("eve@example.org", name, "correct horse battery");
        return new TestPerson(made.User!.Value, name, "eve@example.org", "correct horse battery");
    }

    private static async Task IsUnharmedAsync(BrowserPage page)
    {
        await Assertions.Expect(page.Messages()).ToHaveCountAsync(Corpus.Length);
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("[...document.querySelectorAll('.message-body a')].filter(link => !/^(https?|mailto):/.test(link.getAttribute('href'))).length"));
        Assert.Equal(0, await page.Page.Locator(".message-body :is(script, img, iframe, style, base, svg:not(.icon))").CountAsync());
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("[...document.querySelectorAll('.message-body *')].filter(element => [...element.attributes].some(one => one.name.startsWith('on') || one.name === 'style')).length"));
        Assert.True(await page.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth && document.querySelector('#timeline').scrollWidth <= document.querySelector('#timeline').clientWidth"), "a message spills over");
    }

    [Fact]
    public async Task A_page_that_sends_anything_gets_a_refusal_and_harms_nobody()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await page.MayWriteAsync();
        await page.Page.EvaluateAsync(
            """
            place => sessionStorage.setItem(`unsent:${place}`, JSON.stringify([
              { text: '['.repeat(40000), key: 'brackets' }, { text: 'no key', key: '' }, { text: null, key: null }, { text: ' ', key: 'empty' },
              { text: 'long key', key: 'k'.repeat(5000) }, { text: 'good', key: 'good' }, { text: 'good', key: 'good' }]))
            """,
            $"{ann.Id}:{room.Id}");
        await page.Page.ReloadAsync();
        await page.SeesAsync("good");
        await page.ShowsAsync("article.message-failed:has-text('[[[') .message-status", Words.Of("Post.TooLong"));
        await page.ShowsAsync("article.message-failed:has-text('long key') .message-status", Words.Of("Post.BadKey"));
        await page.Page.Locator("article.message-failed", new() { HasText = "[[[" }).GetByText(Words.Of("Timeline.Discard")).ClickAsync();
        await Assertions.Expect(page.Page.Locator("article.message-failed")).ToHaveCountAsync(1);
        await page.Page.Locator("article.message-failed").GetByText(Words.Of("Timeline.Retry")).ClickAsync();
        await page.ShowsAsync("article.message-failed .message-status", Words.Of("Post.BadKey"));
        Assert.Equal(["good"], server.Get<MessageHistory>().Latest(ann.Id, room.Id, 50)!.Messages.Select(message => message.Text));
        page.AssertNoErrors();
    }
}
