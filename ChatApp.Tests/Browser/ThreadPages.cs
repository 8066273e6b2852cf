using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>What a person does in a thread, in the words of the product.</summary>
internal static class ThreadPages
{
    /// <summary>The panel.</summary>
    public static ILocator Thread(this BrowserPage window) => window.Page.Locator(".thread-panel");

    /// <summary>The message of the thread with that text.</summary>
    public static ILocator Answer(this BrowserPage window, string text) =>
        window.Thread().Locator("article.message").Filter(new() { Has = window.Page.Locator(".message-body", new() { HasText = text }) });

    /// <summary>Waits until exactly one message with that text stands in the thread, stored.</summary>
    public static async Task SeesAnswerAsync(this BrowserPage window, string text)
    {
        await Assertions.Expect(window.Answer(text)).ToHaveCountAsync(1);
        await Assertions.Expect(window.Answer(text)).ToHaveAttributeAsync("data-id", new System.Text.RegularExpressions.Regex(@"\d+", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    /// <summary>Writes an answer and sends it with Enter.</summary>
    public static async Task AnswerAsync(this BrowserPage window, string text)
    {
        await Assertions.Expect(window.Thread().Locator(".counter")).Not.ToBeEmptyAsync();
        await window.Page.FillAsync("#composer-input-thread", text);
        await window.Page.PressAsync("#composer-input-thread", "Enter");
    }
}
