using Bunit;
using ChatApp.Accounts;
using ChatApp.Components;
using ChatApp.Components.Layout;
using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Components;

/// <summary>Where a room is opened, how it is read, and the numbers in the list of rooms.</summary>
[English]
public sealed class ReadingTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task The_list_of_rooms_counts_what_others_say_and_marks_all_of_it_read()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        await server.PostAsync(bob, room.Id, "before");
        await using var page = new PersonContext(server, ann);
        var sidebar = page.Render<Sidebar>(parameters => parameters.Add(s => s.User, server.Get<UserDirectory>().Get(ann.Id)));
        Assert.Equal("Unread:1", NumberOf(sidebar, room));
        await server.PostAsync(bob, room.Id, "live");
        await server.PostAsync(ann, room.Id, "my own");
        sidebar.WaitForAssertion(() => Assert.Equal("Unread:2", NumberOf(sidebar, room)), Eventually.DefaultDeadline);
        await Task.WhenAll(Enumerable.Range(0, 120).Select(i => server.PostAsync(bob, room.Id, $"{i}")));
        sidebar.WaitForAssertion(() => Assert.Equal("Unread:99+", NumberOf(sidebar, room)), Eventually.DefaultDeadline);
        var button = sidebar.Find(".mark-all");
        Assert.Equal("Shift+Escape", button.GetAttribute("aria-keyshortcuts"));
        await sidebar.InvokeAsync(() => button.Click());
        sidebar.WaitForAssertion(() => Assert.Empty(sidebar.FindAll("[data-unread-count], .mark-all")), Eventually.DefaultDeadline);
        Assert.All(server.Get<ReadMarkers>().Of(ann.Id), unread => Assert.Equal(0, unread.Count));
    }

    [Fact]
    public async Task The_room_that_is_being_read_shows_no_number_and_the_total_leaves_it_out()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        await server.PostAsync(bob, room.Id, "one");
        await using var page = new PersonContext(server, ann);
        var numbers = page.Services.GetRequiredService<UnreadNumbers>();
        numbers.Open(ann.Id, isLive: true);
        Assert.Equal((1, 1), (numbers.CountOf(room.Id), numbers.Total));
        var told = 0;
        using (numbers.Listen(() => told++))
        {
            numbers.SetReading(room.Id, isReading: true);
            numbers.SetReading(room.Id, isReading: true);
        }

        Assert.Equal((0, 0, 1), (numbers.CountOf(room.Id), numbers.Total, told));
        numbers.SetReading(new RoomId("another"), isReading: false);
        Assert.Equal(0, numbers.Total);
        numbers.SetReading(room.Id, isReading: false);
        Assert.Equal(1, numbers.Total);
        Assert.Equal(("99", "99+"), (UnreadNumbers.Label(99), UnreadNumbers.Label(100)));
    }

    [Fact]
    public async Task A_room_opens_at_its_first_unread_message_with_what_was_said_before_it()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var posted = new List<MessageView>();
        for (var i = 0; i < 130; i++) posted.Add(await server.PostAsync(bob, room.Id, $"entry {i:000}"));
        await server.Get<ReadMarkers>().MarkAsync(ann.Id, room.Id, posted[59].Offset);
        await using var page = new PersonContext(server, ann);
        var timeline = Show(page, room);
        var texts = timeline.FindAll("article .message-body").Select(body => body.TextContent.Trim()).ToList();
        Assert.Equal(("entry 010", "entry 109"), (texts[0], texts[^1]));
        Assert.Equal("entry 060", timeline.Find("[data-divider] + article .message-body").TextContent.Trim());
        Assert.Single(timeline.FindAll("[data-newer]"));
        Assert.Null(timeline.Find(".timeline-content").GetAttribute("data-shown"));
        await timeline.InvokeAsync(() => timeline.Instance.Seen(posted[109].Offset.Value));
        Assert.Equal(posted[59].Offset, server.Get<ReadMarkers>().Of(ann.Id, room.Id)!.UpTo); // the end was not shown

        await timeline.InvokeAsync(timeline.Instance.LoadNewer);
        Assert.Empty(timeline.FindAll("[data-newer]"));
        Assert.Equal(posted[^1].Offset.Value.ToString(System.Globalization.CultureInfo.InvariantCulture), timeline.Find(".timeline-content").GetAttribute("data-shown"));
        await timeline.InvokeAsync(() => timeline.Instance.Seen(posted[^1].Offset.Value));
        Assert.Equal(0, server.Get<ReadMarkers>().Of(ann.Id, room.Id)!.Count);
        Assert.Single(timeline.FindAll("[data-divider]")); // stays until the room is opened again
    }

    [Fact]
    public async Task Unread_from_here_holds_until_the_room_is_marked_read()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var one = await server.PostAsync(bob, room.Id, "one");
        var two = await server.PostAsync(bob, room.Id, "two");
        await using var page = new PersonContext(server, ann);
        var timeline = Show(page, room);
        await timeline.InvokeAsync(() => timeline.Instance.SetReading(true));
        await timeline.InvokeAsync(() => timeline.Instance.Seen(two.Offset.Value));
        Assert.Equal(0, CountOf(ann, room));
        await timeline.InvokeAsync(() => timeline.Instance.MarkUnread(two.Id.ToString()));
        timeline.WaitForAssertion(() => Assert.Equal("two", timeline.Find("[data-divider] + article .message-body").TextContent.Trim()), Eventually.DefaultDeadline);
        await timeline.InvokeAsync(() => timeline.Instance.Seen(two.Offset.Value));
        Assert.Equal(1, CountOf(ann, room));
        await timeline.InvokeAsync(timeline.Instance.MarkRead);
        // The news of the mark before this one may come after it.
        timeline.WaitForAssertion(() => Assert.Empty(timeline.FindAll("[data-divider]")), Eventually.DefaultDeadline);
        Assert.Equal(0, CountOf(ann, room));
        await timeline.InvokeAsync(() => timeline.Instance.MarkUnread("not a message"));

        // The same from another device.
        await server.Get<ReadMarkers>().MarkAsync(ann.Id, room.Id, new Offset(one.Offset.Value - 1), isBack: true);
        timeline.WaitForAssertion(() => Assert.Equal("one", timeline.Find("[data-divider] + article .message-body").TextContent.Trim()), Eventually.DefaultDeadline);
        await timeline.InvokeAsync(() => timeline.Instance.Seen(two.Offset.Value));
        Assert.Equal(2, CountOf(ann, room));
        await server.Get<ReadMarkers>().MarkAsync(ann.Id, room.Id, two.Offset);
        timeline.WaitForAssertion(() => Assert.Empty(timeline.FindAll("[data-divider]")), Eventually.DefaultDeadline);
    }

    [Fact]
    public async Task What_comes_while_nobody_looks_begins_under_a_divider_and_what_is_being_read_does_not()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        await using var page = new PersonContext(server, ann);
        var timeline = Show(page, room);
        await timeline.InvokeAsync(() => timeline.Instance.SetReading(true));
        var read = await server.PostAsync(bob, room.Id, "read at once");
        timeline.WaitForAssertion(() => Assert.Single(timeline.FindAll("article")), Eventually.DefaultDeadline);
        Assert.Empty(timeline.FindAll("[data-divider]"));
        await timeline.InvokeAsync(() => timeline.Instance.Seen(read.Offset.Value));
        await timeline.InvokeAsync(() => timeline.Instance.SetReading(false));
        await server.PostAsync(bob, room.Id, "first of the new ones");
        await server.PostAsync(bob, room.Id, "second");
        timeline.WaitForAssertion(() => Assert.Equal(3, timeline.FindAll("article").Count), Eventually.DefaultDeadline);
        Assert.Equal("first of the new ones", timeline.Find("[data-divider] + article .message-body").TextContent.Trim());
    }

    [Fact]
    public async Task A_place_in_the_address_opens_the_room_around_it_and_the_latest_are_a_button_away()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var posted = new List<MessageView>();
        for (var i = 0; i < 130; i++) posted.Add(await server.PostAsync(bob, room.Id, $"entry {i:000}"));
        await using var page = new PersonContext(server, ann);
        var left = 0;
        var timeline = page.Render<Timeline>(parameters => parameters
            .Add(timeline => timeline.Room, room).Add(timeline => timeline.Viewer, page.Person.Id).Add(timeline => timeline.At, posted[30].Offset)
            .Add(timeline => timeline.OnLatest, () => left++));
        Assert.Equal("entry 030", timeline.Find(".message-highlight .message-body").TextContent.Trim());
        Assert.Equal("1", timeline.Find(".message-highlight").GetAttribute("data-target"));
        await timeline.InvokeAsync(() => timeline.Find(".new-messages").Click());
        Assert.Equal("entry 129", timeline.FindAll("article .message-body")[^1].TextContent.Trim());
        Assert.Empty(timeline.FindAll(".message-highlight"));
        Assert.Equal(1, left);

        // A day: its first message.
        await timeline.InvokeAsync(() => timeline.Instance.ShowAt(posted[0].At));
        Assert.Equal("entry 000", timeline.Find(".message-highlight .message-body").TextContent.Trim());
        Assert.Equal("2", timeline.Find(".message-highlight").GetAttribute("data-target"));
    }

    [Fact]
    public async Task A_closed_page_watches_no_numbers()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var page = new PersonContext(server, ann);
        var numbers = page.Services.GetRequiredService<UnreadNumbers>();
        numbers.Open(ann.Id, isLive: true);
        var told = 0;
        using var listening = numbers.Listen(() => told++);
        await page.DisposeAsync();
        using var other = server.Get<UnreadBoard>().Watch(ann.Id, () => { });
        await server.PostAsync(bob, room.Id, "nobody is there");
        await Eventually.BecomesAsync(() => other.Numbers[room.Id].Count == 1);
        Assert.Equal((0, 0), (told, numbers.CountOf(room.Id)));
    }

    private static string? NumberOf(IRenderedComponent<Sidebar> sidebar, RoomView room) =>
        sidebar.Find($"a[href='/rooms/{room.Id}']").QuerySelector("[data-unread-count]")?.TextContent;

    private static IRenderedComponent<Timeline> Show(PersonContext page, RoomView room, Offset? at = null) => page.Render<Timeline>(parameters => parameters
        .Add(timeline => timeline.Room, room).Add(timeline => timeline.Viewer, page.Person.Id).Add(timeline => timeline.At, at));

    private int CountOf(TestPerson person, RoomView room) => server.Get<ReadMarkers>().Of(person.Id, room.Id)!.Count;

    private async Task<(TestPerson Ann, TestPerson Bob, RoomView Room)> RoomOfTwoAsync()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        return (ann, bob, await server.MakeRoomAsync(ann, RoomVisibility.Private, "Two", bob));
    }
}
