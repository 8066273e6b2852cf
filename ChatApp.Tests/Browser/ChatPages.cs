using System.IO.Enumeration;
using System.Text.RegularExpressions;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>What a person does and sees in the product's pages, in the words of the product.</summary>
internal static class ChatPages
{
    /// <summary>A window of a person who has signed in through the login page and sees a room, live.</summary>
    public static async Task<BrowserPage> SignInAsync(
        this Browser browser,
        TestServer server,
        TestPerson person,
        string path = "/rooms/general",
        ColorScheme colorScheme = ColorScheme.Light,
        int width = 1280,
        int height = 800,
        string locale = "en-US",
        string timezone = "UTC",
        string? address = null)
    {
        address ??= server.Address;
        // Not the 5 s that it takes by itself: two cores may have more to do.
        Assertions.SetDefaultExpectTimeout((float)Eventually.DefaultDeadline.TotalMilliseconds);
        var window = await browser.NewPageAsync(new Uri(address), colorScheme, width, height, locale, timezone);
        await window.Page.GotoAsync("/account/login?returnUrl=" + Uri.EscapeDataString(path));
        await window.TypePasswordAsync(person);
        await window.ArrivesAsync(address + path);
        await window.IsLiveAsync(server, person);
        return window;
    }

    /// <summary>Fills in and sends the sign-in that the window shows.</summary>
    public static async Task TypePasswordAsync(this BrowserPage window, TestPerson person)
    {
        await window.Page.FillAsync("#email", person.Email);
        await window.Page.FillAsync("#password", person.Password);
        await window.Page.PressAsync("#password", "Enter");
    }

    /// <summary>Waits until the window is at that address; stars stand for anything.</summary>
    // Its address is all that is looked at: events of loading may have passed already, and a navigation may be replaced by another one.
    public static Task ArrivesAsync(this BrowserPage window, string url) =>
        Eventually.BecomesAsync(() => FileSystemName.MatchesSimpleExpression(url, window.Page.Url, ignoreCase: false), $"the window did not come to {url}");

    /// <summary>Waits until the window shows the sign-in, the page itself and not only its address: a window closed in between may not close at all.</summary>
    public static async Task ArrivesAtSignInAsync(this BrowserPage window, string url = "**/account/login**")
    {
        await window.ArrivesAsync(url);
        await Assertions.Expect(window.Page.Locator("#email")).ToBeVisibleAsync();
    }

    /// <summary>
    /// Waits until this window has its circuit, and where it shows a room: follows it. The page itself says by which connection it is
    /// live; another window of the person, or the page that stood here before, does not count.
    /// </summary>
    public static Task IsLiveAsync(this BrowserPage window, TestServer server, TestPerson person)
    {
        var room = new Uri(window.Page.Url).Segments is ["/", "rooms/", var id] && id != "new" ? new RoomId(id) : (RoomId?)null;
        return Eventually.BecomesAsync(
            async () =>
            {
                var connection = await window.ConnectionAsync();
                return server.CircuitsOf(person).Any(circuit => circuit.Id.ToString() == connection && (room is null || circuit.Rooms.Contains(room.Value)));
            },
            $"the page {window.Page.Url} of {person.Name} did not come to life");
    }

    /// <summary>The connection by which the window is live, as it says itself; waits until it says so.</summary>
    public static Task<string?> ConnectionAsync(this BrowserPage window) => window.Page.Locator("[data-live]").GetAttributeAsync("data-live");

    /// <summary>The live circuits of a person.</summary>
    public static IReadOnlyList<Connection> CircuitsOf(this TestServer server, TestPerson person) =>
        [.. server.Get<RoomBroker>().Connections.Where(connection => connection.User == person.Id && connection.Description.Kind == ConnectionKind.Circuit)];

    /// <summary>The box that messages are written in.</summary>
    public static ILocator Composer(this BrowserPage window) => window.Page.Locator("#composer-input");

    /// <summary>All messages, oldest first.</summary>
    public static ILocator Messages(this BrowserPage window) => window.Page.Locator("article.message");

    /// <summary>The message with that text.</summary>
    public static ILocator Message(this BrowserPage window, string text) =>
        window.Page.Locator("article.message").Filter(new() { Has = window.Page.Locator(".message-body", new() { HasText = text }) });

    /// <summary>Waits until the composer's script is at work: from then on it knows how many characters are left.</summary>
    public static Task MayWriteAsync(this BrowserPage window) =>
        Assertions.Expect(window.Page.Locator(".counter")).Not.ToBeEmptyAsync();

    /// <summary>Writes a message and sends it with Enter.</summary>
    public static async Task SayAsync(this BrowserPage window, string text)
    {
        await window.MayWriteAsync();
        await window.Composer().FillAsync(text);
        await window.Composer().PressAsync("Enter");
    }

    /// <summary>Waits until exactly one message with that text is shown, and stored.</summary>
    public static async Task SeesAsync(this BrowserPage window, string text)
    {
        await Assertions.Expect(window.Message(text)).ToHaveCountAsync(1);
        await Assertions.Expect(window.Message(text)).Not.ToHaveClassAsync(new Regex("message-pending", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    /// <summary>Waits until no message with that text is shown.</summary>
    public static Task SeesNoLongerAsync(this BrowserPage window, string text) =>
        Assertions.Expect(window.Message(text)).ToHaveCountAsync(0);

    /// <summary>Waits until an element shows a text.</summary>
    public static Task ShowsAsync(this BrowserPage window, string selector, string text) =>
        Assertions.Expect(window.Page.Locator(selector)).ToContainTextAsync(text);

    /// <summary>Waits until a room stands in the sidebar, or no longer.</summary>
    public static Task HasRoomAsync(this BrowserPage window, string name, bool expected = true) =>
        Assertions.Expect(window.Page.Locator(".room-link", new() { HasText = name })).ToHaveCountAsync(expected ? 1 : 0);

    /// <summary>Goes to another room by the sidebar, without loading the page anew.</summary>
    public static async Task GoToRoomAsync(this BrowserPage window, string name)
    {
        await window.Page.Locator(".room-link", new() { HasText = name }).ClickAsync();
        await window.ShowsAsync("h1", name);
    }

    /// <summary>Presses a button of a message's bar, which comes with the pointer: react, reply, edit or more.</summary>
    public static async Task PressAsync(this BrowserPage window, string text, string tool)
    {
        await window.SeesAsync(text);
        // The script may still be on its way: the bar comes with the next movement then.
        var button = window.Message(text).Locator($"[data-tool={tool}]");
        await Eventually.BecomesAsync(async () =>
        {
            await window.Page.Mouse.MoveAsync(1, 1);
            await window.Message(text).HoverAsync();
            return await button.CountAsync() == 1;
        });
        await button.ClickAsync();
    }

    /// <summary>Chooses from a message's menu: pin, unpin, link or delete.</summary>
    public static async Task ChooseAsync(this BrowserPage window, string text, string tool)
    {
        await window.PressAsync(text, "more");
        await window.Page.Locator($"#message-menu [data-tool={tool}]").ClickAsync();
    }

    /// <summary>True where the page offers an action for a message.</summary>
    public static async Task<bool> MayAsync(this BrowserPage window, string text, string action) =>
        (await window.Message(text).GetAttributeAsync("data-may") ?? "").Split(' ').Contains(action);

    /// <summary>Deletes a message, answers the question and confirms.</summary>
    public static async Task DeleteAsync(this BrowserPage window, string text, string? reason)
    {
        await window.ChooseAsync(text, "delete");
        if (reason is not null) await window.Page.FillAsync("#reason", reason);
        await window.Page.Locator("dialog .button-danger").ClickAsync();
    }
}
