using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Reading: older pages, new messages while reading back, groups, days and local times.</summary>
[Collection(Browser.Collection)]
public sealed class TimelineTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Scrolling_up_brings_older_pages_and_keeps_the_place_and_new_messages_wait_below()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, name: "Archive", members: [bob]);
        for (var i = 1; i <= 150; i++) await server.PostAsync(i % 2 == 0 ? ann : bob, room.Id, $"entry {i:000}");
        await server.Get<ChatApp.Messages.ReadMarkers>().MarkAllAsync(ann.Id); // so that it opens at the end
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", height: 600);
        await page.SeesAsync("entry 150");
        await Assertions.Expect(page.Message("entry 150")).ToBeInViewportAsync();
        await Assertions.Expect(page.Messages()).ToHaveCountAsync(50);

        // To the upper edge of what is there: the next page comes, and what was looked at stays where it is.
        var looked = page.Message("entry 103");
        var before = await looked.EvaluateAsync<double>("row => { row.scrollIntoView({ block: 'start' }); return row.getBoundingClientRect().top }");
        await Assertions.Expect(page.Messages()).ToHaveCountAsync(100);
        Assert.InRange((await looked.BoundingBoxAsync())!.Y - before, -4, 4);
        await page.Page.Locator("#timeline").EvaluateAsync("list => { list.scrollTop = -list.scrollHeight }");
        await Assertions.Expect(page.Messages()).ToHaveCountAsync(150);
        await Assertions.Expect(page.Page.Locator("[data-older]")).ToHaveCountAsync(0);
        await page.Page.Locator("#timeline").EvaluateAsync("list => { list.scrollTop = -list.scrollHeight }");
        await Assertions.Expect(page.Page.Locator(".room-start")).ToBeInViewportAsync();
        await page.SeesAsync("entry 001");

        // What others say meanwhile waits below, counted; the place stays.
        var place = (await page.Message("entry 001").BoundingBoxAsync())!.Y;
        await server.PostAsync(bob, room.Id, "news one");
        await server.PostAsync(bob, room.Id, "news two");
        await page.ShowsAsync(".new-messages", Words.Of("Timeline.New", 2));
        Assert.InRange((await page.Message("entry 001").BoundingBoxAsync())!.Y - place, -2, 2);
        await page.ShowsAsync("[aria-live=polite]", "news two");
        await page.Page.ClickAsync(".new-messages");
        await Assertions.Expect(page.Message("news two")).ToBeInViewportAsync();
        await Assertions.Expect(page.Page.Locator(".new-messages")).ToHaveCountAsync(0);

        // At the end the newest stays in view by itself.
        for (var i = 0; i < 5; i++) await server.PostAsync(bob, room.Id, $"more {i}");
        await Assertions.Expect(page.Message("more 4")).ToBeInViewportAsync();
        await Assertions.Expect(page.Page.Locator(".new-messages")).ToHaveCountAsync(0);
        page.AssertNoErrors();
    }

    [Fact]
    public async Task Times_days_and_words_are_those_of_the_reader()
    {
        var time = new SetTime(new DateTimeOffset(2026, 3, 9, 15, 58, 30, TimeSpan.Zero)); // 23:58 in Shanghai
        await using var early = await TestServer.StartAsync(replace: services => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<TimeProvider>(services, time));
        var (ann, bob) = (await early.AddPersonAsync("Ann"), await early.AddPersonAsync("Bob"));
        await early.PostAsync(ann, RoomId.General, "one");
        time.Now += TimeSpan.FromSeconds(20);
        await early.PostAsync(ann, RoomId.General, "two");
        await early.PostAsync(bob, RoomId.General, "three");
        time.Now += TimeSpan.FromMinutes(3);
        await early.PostAsync(bob, RoomId.General, "four");
        // A clock that was set back must not hurt any reader.
        time.Now -= TimeSpan.FromMinutes(3);
        await early.PostAsync(bob, RoomId.General, "five");
        time.Now += TimeSpan.FromMinutes(3);
        await early.PostAsync(bob, RoomId.General, "six");

        await using var page = await browser.SignInAsync(early, ann, locale: "zh-CN", timezone: "Asia/Shanghai");
        await page.SeesAsync("six");
        Assert.Equal("zh-Hans", await page.Page.Locator("html").GetAttributeAsync("lang"));
        await page.ShowsAsync("h2#group-rooms", Words.In("zh-Hans", "Sidebar.Rooms"));
        var yesterday = Words.In("zh-Hans", "Timeline.Yesterday");
        var today = Words.In("zh-Hans", "Timeline.Today");
        await Assertions.Expect(page.Page.Locator(".day-divider")).ToHaveTextAsync([yesterday, today, yesterday, today]);
        await Assertions.Expect(page.Message("one")).ToContainTextAsync("23:58");
        await Assertions.Expect(page.Message("four")).ToContainTextAsync("0:01");
        foreach (var (text, isHead) in new[] { ("one", true), ("two", false), ("three", true), ("four", true) })
            Assert.Equal(isHead, await page.Message(text).Locator(".message-author").CountAsync() == 1);
        page.AssertNoErrors();

        // The same page elsewhere.
        await using var western = await browser.SignInAsync(early, bob, locale: "en-US", timezone: "America/New_York");
        await western.SeesAsync("six");
        await Assertions.Expect(western.Page.Locator(".day-divider")).ToHaveTextAsync([Words.Of("Timeline.Today")]);
        await Assertions.Expect(western.Message("one")).ToContainTextAsync("11:58");
        western.AssertNoErrors();
    }
}
