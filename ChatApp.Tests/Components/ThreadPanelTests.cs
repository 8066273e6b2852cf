using Bunit;
using ChatApp.Components.Messages;
using ChatApp.Components.Rooms;
using ChatApp.Components.Search;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Components;

/// <summary>A thread beside its room, and the list of threads.</summary>
[English]
public sealed class ThreadPanelTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task The_row_of_a_message_says_how_many_answered_and_opens_the_thread()
    {
        var (ann, bob, room) = await RoomAsync();
        var (root, silent) = (await server.PostAsync(ann, room.Id, "root"), await server.PostAsync(ann, room.Id, "silent"));
        await using var stage = new Stage(new PersonContext(server, ann), room);
        var opened = new List<MessageId>();
        var timeline = stage.Page.Render<Timeline>(parameters => parameters
            .Add(one => one.Room, room).Add(one => one.Viewer, ann.Id).Add(one => one.OnThread, opened.Add));
        Assert.Empty(timeline.FindAll(".thread-line"));
        Assert.All(timeline.FindAll("article"), row => Assert.Contains(" thread", row.GetAttribute("data-may"), StringComparison.Ordinal));
        await AnswerAsync(bob, root, "one");
        timeline.WaitForAssertion(() => Assert.StartsWith("1 answer", timeline.Find(".thread-line .thread-count").TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);
        await AnswerAsync(ann, root, "two");
        timeline.WaitForAssertion(() => Assert.Equal("2 answers", timeline.Find(".thread-line .thread-count").TextContent), Eventually.DefaultDeadline);
        Assert.Equal(2, timeline.FindAll(".thread-faces .avatar").Count);
        Assert.Equal(2, timeline.FindAll("article").Count);
        await timeline.InvokeAsync(() => timeline.Instance.OpenThread(silent.Id.ToString()));
        foreach (var nonsense in new[] { "", "x", "-1", null }) await timeline.InvokeAsync(() => timeline.Instance.OpenThread(nonsense));
        Assert.Equal([silent.Id], opened);
    }

    [Fact]
    public async Task The_panel_shows_the_message_and_its_answers_and_sends_into_the_thread()
    {
        var (ann, bob, room) = await RoomAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        await AnswerAsync(bob, root, "one");
        await using var stage = new Stage(new PersonContext(server, ann), room);
        stage.Page.Render<Timeline>(parameters => parameters.Add(one => one.Room, room).Add(one => one.Viewer, ann.Id)); // follows the room
        var panel = Show(stage, root.Id);
        Assert.Equal(["root", "one"], panel.FindAll("article .message-body").Select(body => body.TextContent.Trim()));
        Assert.Equal("1 answer", panel.Find(".thread-divider").TextContent);
        Assert.All(panel.FindAll("article"), row => Assert.DoesNotContain("thread", row.GetAttribute("data-may"), StringComparison.Ordinal));
        await AnswerAsync(bob, root, "two");
        panel.WaitForAssertion(() => Assert.Equal(3, panel.FindAll("article").Count), Eventually.DefaultDeadline);
        await panel.InvokeAsync(() => panel.FindComponent<Composer>().Instance.Send("mine", "panel-key", null));
        await panel.InvokeAsync(() => panel.FindComponent<Composer>().Instance.Send("mine", "panel-key", null));
        panel.WaitForAssertion(() => Assert.Equal("3 answers", panel.Find(".thread-divider").TextContent), Eventually.DefaultDeadline);
        Assert.Equal([root.Id], server.Get<MessageHistory>().Latest(ann.Id, room.Id, 9, HistoryScope.All)!.Messages.Where(message => message.Text == "mine").Select(message => message.Thread!.Value));

        // What is named twice in a page is named by nothing.
        var ids = panel.FindAll("[id]").Select(element => element.Id).ToList();
        Assert.Equal(ids.Distinct(StringComparer.Ordinal), ids);
        Assert.Contains("composer-input-thread", ids);
        Assert.DoesNotContain("composer-input", ids);
    }

    [Fact]
    public async Task Following_is_a_button_that_says_how_it_is_also_where_it_changes_elsewhere()
    {
        var (ann, bob, room) = await RoomAsync();
        var root = await server.PostAsync(bob, room.Id, "root");
        await using var stage = new Stage(new PersonContext(server, ann), room);
        stage.Page.Render<Timeline>(parameters => parameters.Add(one => one.Room, room).Add(one => one.Viewer, ann.Id));
        var panel = Show(stage, root.Id);
        Assert.Equal("false", panel.Find("[data-follow]").GetAttribute("aria-pressed"));
        await panel.InvokeAsync(() => panel.Find("[data-follow]").Click());
        panel.WaitForAssertion(() => Assert.Equal("true", panel.Find("[data-follow]").GetAttribute("aria-pressed")), Eventually.DefaultDeadline);
        Assert.True(server.Get<Threads>().Of(ann.Id, root.Id)!.IsFollowing);
        await server.Get<Threads>().FollowAsync(ann.Id, root.Id, isOn: false);
        panel.WaitForAssertion(() => Assert.Equal("false", panel.Find("[data-follow]").GetAttribute("aria-pressed")), Eventually.DefaultDeadline);
    }

    [Fact]
    public async Task What_was_read_in_the_panel_is_read_and_the_next_answer_begins_under_a_divider()
    {
        var (ann, bob, room) = await RoomAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        var (one, two) = (await AnswerAsync(bob, root, "one"), await AnswerAsync(bob, root, "two"));
        await server.Get<Threads>().ReadAsync(ann.Id, root.Id, one.Offset);
        await using var stage = new Stage(new PersonContext(server, ann), room);
        stage.Page.Render<Timeline>(parameters => parameters.Add(other => other.Room, room).Add(other => other.Viewer, ann.Id));
        var panel = Show(stage, root.Id);
        Assert.Equal("two", panel.Find("[data-divider] + article .message-body").TextContent.Trim());
        await panel.InvokeAsync(() => panel.FindComponent<Timeline>().Instance.Seen(two.Offset.Value));
        Assert.Equal(0, server.Get<Threads>().Of(ann.Id, root.Id)!.Unread);
        Assert.Equal(0, server.Get<ReadMarkers>().Of(ann.Id, room.Id)!.UpTo.Value);
        await panel.InvokeAsync(() => panel.FindComponent<Timeline>().Instance.MarkUnread(one.Id.ToString()));
        Assert.Equal(2, server.Get<Threads>().Of(ann.Id, root.Id)!.Unread);
    }

    [Fact]
    public async Task Where_the_first_message_is_gone_the_answers_can_be_read_and_nothing_can_be_written()
    {
        var (ann, bob, room) = await RoomAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        await AnswerAsync(bob, root, "one");
        await using var stage = new Stage(new PersonContext(server, ann), room);
        stage.Page.Render<Timeline>(parameters => parameters.Add(other => other.Room, room).Add(other => other.Viewer, ann.Id));
        var panel = Show(stage, root.Id);
        Assert.Single(panel.FindAll("textarea"));
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, root.Id);
        panel.WaitForAssertion(() => Assert.Empty(panel.FindAll("textarea")), Eventually.DefaultDeadline);
        panel.WaitForAssertion(() => Assert.Equal(["one"], panel.FindAll("article:not(.message-deleted) .message-body").Select(body => body.TextContent.Trim())), Eventually.DefaultDeadline);
        // One that never was, or is elsewhere, or hangs on nothing.
        foreach (var nothing in new[] { new MessageId(long.MaxValue), new MessageId(0) })
        {
            var none = Show(stage, nothing);
            Assert.Empty(none.FindAll("textarea, article"));
            Assert.Single(none.FindAll(".thread-gone"));
        }
    }

    [Fact]
    public async Task The_list_of_threads_leads_into_them_and_is_left_by_a_button()
    {
        var (ann, bob, room) = await RoomAsync();
        var root = await server.PostAsync(ann, room.Id, "what <b>about</b> lunch?");
        await using var stage = new Stage(new PersonContext(server, ann), room);
        stage.Page.Render<Timeline>(parameters => parameters.Add(other => other.Room, room).Add(other => other.Viewer, ann.Id));
        var page = stage.Page.Render<ThreadsPage>();
        Assert.Single(page.FindAll(".empty"));
        stage.Page.Services.GetRequiredService<ChatApp.Components.UnreadNumbers>().Open(ann.Id, isLive: true);
        await AnswerAsync(bob, root, "at noon");
        page.WaitForAssertion(() => Assert.Single(page.FindAll(".thread-card-unread")), Eventually.DefaultDeadline);
        Assert.Equal(Places.OfThread(room.Id, root.Id), page.Find(".thread-card-link").GetAttribute("href"));
        Assert.Contains("what <b>about</b> lunch?", page.Find(".thread-card-text").TextContent, StringComparison.Ordinal);
        await page.InvokeAsync(() => page.Find(".thread-card > .button").Click());
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".thread-card")), Eventually.DefaultDeadline);
        Assert.False(server.Get<Threads>().Of(ann.Id, root.Id)!.IsFollowing);
    }

    [Fact]
    public async Task The_search_proposes_filters_and_what_they_take_and_answers_lead_into_their_thread()
    {
        var (ann, bob, room) = await RoomAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        var answer = await AnswerAsync(bob, root, "green");
        await using var stage = new Stage(new PersonContext(server, ann), room);
        var panel = stage.Page.Render<SearchPanel>(parameters => parameters.Add(one => one.Room, room).Add(one => one.Viewer, ann.Id));
        var search = panel.Instance;
        Assert.Equal(["from:"], search.Suggest("", "f").Select(one => one.Insert));
        Assert.Equal(["in:", "is:pinned"], search.Suggest("", "i").Select(one => one.Insert));
        Assert.Equal(["from:me"], search.Suggest("from", "me").Select(one => one.Insert).Take(1));
        Assert.Contains($"from:\"{bob.Name}\"", search.Suggest("from", bob.Name).Select(one => one.Insert));
        Assert.Contains($"in:\"{room.Name}\"", search.Suggest("in", "two w").Select(one => one.Insert));
        Assert.Equal(4, search.Suggest("before", "").Count);
        Assert.All(search.Suggest("after", ""), one => Assert.True(ChatApp.Search.SearchQuery.Parse(one.Insert).Filters[0].IsUnderstood));
        Assert.Equal(["has:link"], search.Suggest("has", "").Select(one => one.Insert));
        foreach (var (filter, part) in new[] { ("nothing", "x"), (null, null), ("from", new string('x', 999)) }) Assert.Empty(search.Suggest(filter, part));

        await panel.InvokeAsync(() => panel.Find("#search-input").Change("green"));
        await panel.InvokeAsync(() => panel.Find("form").Submit());
        panel.WaitForAssertion(() => Assert.Equal(Places.Of(answer), panel.Find(".search-hit").GetAttribute("href")), Eventually.DefaultDeadline);
    }

    private static IRenderedComponent<ThreadPanel> Show(Stage stage, MessageId thread) => stage.Page.Render<ThreadPanel>(parameters => parameters
        .Add(panel => panel.Room, stage.Room).Add(panel => panel.Thread, thread).Add(panel => panel.Viewer, stage.Page.Person.Id));

    private async Task<MessageView> AnswerAsync(TestPerson author, MessageView root, string text) =>
        Assert.IsType<PostResult.Accepted>(await server.Get<MessageWriter>().PostAsync(author.Id, root.Room, text, key: null, thread: root.Id)).Message;

    private async Task<(TestPerson Ann, TestPerson Bob, RoomView Room)> RoomAsync()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        return (ann, bob, await server.MakeRoomAsync(ann, RoomVisibility.Private, "Two words", bob));
    }
}
