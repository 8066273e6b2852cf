using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>The days of a room: the one that is looked at stays named, and any other one is two keys away.</summary>
[Collection(Browser.Collection)]
public sealed class DayTests(Browser browser)
{
    [Fact]
    public async Task The_day_stays_in_view_and_leads_to_any_other_by_click_and_by_keyboard()
    {
        var time = new SetTime(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
        await using var server = await TestServer.StartAsync(replace: services => services.AddSingleton<TimeProvider>(time));
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        for (var day = 1; day <= 10; day++)
        {
            for (var i = 0; i < 30; i++) await server.PostAsync(bob, room.Id, $"day {day:00} entry {i:00}");
            time.Now += TimeSpan.FromDays(1);
        }

        await server.Get<ChatApp.Messages.ReadMarkers>().MarkAllAsync(ann.Id);
        await using var window = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", height: 600);
        var page = window.Page;
        await Assertions.Expect(window.Message("day 10 entry 29")).ToBeInViewportAsync();
        // The divider of the day is far above; its name is not.
        await window.ShowsAsync(".day-now[data-shown]", Words.Of("Timeline.Yesterday"));

        await page.ClickAsync(".day-now");
        await Assertions.Expect(page.Locator("#jump-day")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("#jump-day")).ToHaveValueAsync("2026-03-10");
        await page.FillAsync("#jump-day", "2026-03-03");
        await page.PressAsync("#jump-day", "Enter");
        await Assertions.Expect(window.Message("day 03 entry 00")).ToBeInViewportAsync();
        await Assertions.Expect(page.Locator(".day-picker")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator(".day-divider[data-day='2026-03-03']")).ToHaveCountAsync(1);
        await window.ShowsAsync(".new-messages", Words.Of("Timeline.ToLatest"));

        // By keyboard alone, from the composer, to the beginning of the room.
        await window.Composer().FocusAsync();
        await page.Keyboard.PressAsync("Alt+j");
        await Assertions.Expect(page.Locator("#jump-day")).ToBeFocusedAsync();
        await page.ClickAsync("[data-jump-day=first]");
        await Assertions.Expect(window.Message("day 01 entry 00")).ToBeInViewportAsync();
        await Assertions.Expect(page.Locator("#timeline")).ToBeFocusedAsync();

        // A divider leads on too; a day without messages leads to the next one with some.
        await page.Locator(".day-divider button").First.ClickAsync();
        await page.FillAsync("#jump-day", "2026-03-11");
        await page.PressAsync("#jump-day", "Enter");
        await Assertions.Expect(window.Message("day 10 entry 29")).ToBeInViewportAsync();
        await page.Keyboard.PressAsync("Alt+j");
        await page.ClickAsync("[data-jump-day=last]");
        await Assertions.Expect(page.Locator(".new-messages")).ToHaveCountAsync(0);
        window.AssertNoErrors();
    }
}
