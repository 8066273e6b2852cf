using Microsoft.Playwright;

namespace ChatApp.Tests.Harness;

/// <summary>What the browser tests rely on: a page sees the settings it was opened with, and no error of a page is lost.</summary>
[Collection(Browser.Collection)]
public sealed class BrowserPageTests(Browser browser)
{
    private static readonly Uri Nowhere = new("http://127.0.0.1/");

    [Fact]
    public async Task A_page_sees_the_theme_the_size_the_language_and_the_time_zone_it_was_opened_with()
    {
        await using var window = await browser.NewPageAsync(Nowhere, ColorScheme.Dark, 360, 740, "zh-CN", "Asia/Shanghai");
        var seen = await window.Page.EvaluateAsync<string>(
            "[matchMedia('(prefers-color-scheme: dark)').matches, innerWidth, innerHeight, navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone].join()");
        Assert.Equal("true,360,740,zh-CN,Asia/Shanghai", seen);
        window.AssertNoErrors();
    }

    [Fact]
    public async Task Console_errors_and_uncaught_exceptions_fail_the_page_until_they_are_forgotten()
    {
        await using var window = await browser.NewPageAsync(Nowhere);
        await window.Page.GotoAsync("data:text/html,<script>console.log('fine'); console.error('boom'); throw new Error('bang')</script>");
        await Eventually.EqualsAsync(2, () => window.Errors.Count);
        var failure = Assert.ThrowsAny<Exception>(window.AssertNoErrors).Message;
        Assert.Contains("console: boom", failure, StringComparison.Ordinal);
        Assert.Contains("bang", failure, StringComparison.Ordinal);
        window.ForgetErrors();
        window.AssertNoErrors();
    }

    [Fact]
    public async Task Two_pages_share_nothing()
    {
        await using var first = await browser.NewPageAsync(Nowhere);
        await using var second = await browser.NewPageAsync(Nowhere);
        await first.Context.AddCookiesAsync([new Cookie { Name = "a", Value = "b", Url = Nowhere.ToString() }]);
        Assert.Single(await first.Context.CookiesAsync());
        Assert.Empty(await second.Context.CookiesAsync());
    }
}
