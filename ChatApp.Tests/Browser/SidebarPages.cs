using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>What a person does in the sidebar and the switcher.</summary>
internal static class SidebarPages
{
    /// <summary>The row of a room in the sidebar.</summary>
    public static ILocator Row(this BrowserPage window, RoomId room) => window.Page.Locator($".room-link[data-room='{room}']");

    /// <summary>Opens the menu of a room's row and chooses from it.</summary>
    public static async Task ChooseForRoomAsync(this BrowserPage window, RoomId room, string item)
    {
        // The script may still be on its way: the menu comes with the next click then.
        await Eventually.BecomesAsync(async () =>
        {
            await window.Row(room).ClickAsync(new() { Button = MouseButton.Right });
            return await window.Page.Locator("#room-menu").IsVisibleAsync();
        });
        await window.Page.Locator($"#room-menu {item}").ClickAsync();
    }

    /// <summary>Waits until the sidebar's script is at work: it has noted where the person is.</summary>
    public static Task SidebarIsReadyAsync(this BrowserPage window, TestPerson person) =>
        window.Page.WaitForFunctionAsync("name => localStorage.getItem(name) !== null", $"recent:{person.Id}");

    /// <summary>Opens the switcher by its key, with the focus in its box.</summary>
    public static Task OpenSwitcherAsync(this BrowserPage window) => Eventually.BecomesAsync(async () =>
    {
        if (!await window.Page.Locator("#switcher").IsVisibleAsync()) await window.Page.Keyboard.PressAsync("Control+k");
        return await window.Page.Locator("#switcher-input").EvaluateAsync<bool>("input => input === document.activeElement");
    });

    /// <summary>Waits until that place of the switcher is chosen.</summary>
    public static Task ChosenIsAsync(this BrowserPage window, int index) =>
        Assertions.Expect(window.Page.Locator("#switcher [role=option]").Nth(index)).ToHaveAttributeAsync("aria-selected", "true");
}
