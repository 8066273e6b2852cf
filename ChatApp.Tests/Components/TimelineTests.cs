using Bunit;
using ChatApp.Accounts;
using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Components;

/// <summary>The messages of a room as one person sees them.</summary>
[English]
public sealed class TimelineTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_message_is_pending_until_it_is_stored_and_stays_one_row()
    {
        await using var stage = await StageAsync();
        var timeline = Show(stage);
        using var held = new ManualResetEvent(initialState: false);
        var blocking = server.Get<ChatApp.Storage.CommitQueue>().CommitAsync(_ => held.WaitOne(Eventually.DefaultDeadline));
        var sending = timeline.InvokeAsync(() => timeline.Instance.SendAsync(new OutgoingMessage("hello", "k1")));
        timeline.WaitForAssertion(() => Assert.Single(timeline.FindAll("article.message-pending")), Eventually.DefaultDeadline);
        Assert.Equal("hello", timeline.Find("article .message-body").TextContent.Trim());
        var group = Assert.Single(timeline.FindComponents<RowGroup>()).Instance;
        held.Set();
        await sending;
        Assert.True(await blocking);
        timeline.WaitForAssertion(() => Assert.Empty(timeline.FindAll("article.message-pending")), Eventually.DefaultDeadline);
        Assert.Single(timeline.FindAll("article"));
        Assert.Same(group, Assert.Single(timeline.FindComponents<RowGroup>()).Instance);

        // The same key once more is the same message, now and after a retry of the page.
        await timeline.InvokeAsync(() => timeline.Instance.SendAsync(new OutgoingMessage("hello", "k1")));
        await timeline.InvokeAsync(() => timeline.Instance.SendAsync(new OutgoingMessage("other", "k1")));
        Assert.Single(timeline.FindAll("article"));
    }

    [Fact]
    public async Task A_refused_message_says_why_and_can_be_sent_again_under_its_key_or_discarded()
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, members: [ann]);
        await using var stage = new Stage(new PersonContext(server, ann), room);
        var timeline = Show(stage);
        await server.Get<RoomWriter>().LeaveAsync(ann.Id, room.Id);
        await timeline.InvokeAsync(() => timeline.Instance.SendAsync(new OutgoingMessage("let me in", "k1")));
        await timeline.InvokeAsync(() => timeline.Instance.SendAsync(new OutgoingMessage("never mind", "k2")));
        var status = timeline.FindAll("article.message-failed .message-status");
        Assert.Equal(2, status.Count);
        Assert.Contains("you are not in this room", status[0].TextContent, StringComparison.Ordinal);

        await timeline.InvokeAsync(() => timeline.FindAll(".button-quiet")[1].Click());
        Assert.Single(timeline.FindAll("article"));
        await server.Get<RoomWriter>().InviteAsync(owner.Id, room.Id, ann.Id);
        await timeline.InvokeAsync(() => timeline.Find(".message-status .button:not(.button-quiet)").Click());
        timeline.WaitForAssertion(() => Assert.Empty(timeline.FindAll(".message-failed, .message-pending")), Eventually.DefaultDeadline);
        Assert.Single(timeline.FindAll("article"));
        Assert.Equal([("let me in", "k1")], server.Get<MessageHistory>().Latest(ann.Id, room.Id, 9)!.Messages.Select(m => (m.Text, m.Key)));
    }

    [Fact]
    public async Task Only_own_messages_and_those_of_lower_ranks_can_be_deleted_and_a_tombstone_remains()
    {
        var (mia, boss, ann) = (await server.AddPersonAsync("Mia", Rank.Moderator), await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(mia, members: [boss, ann]);
        var own = await server.PostAsync(mia, room.Id, "own");
        var higher = await server.PostAsync(boss, room.Id, "of the boss");
        var lower = await server.PostAsync(ann, room.Id, "rude");
        await using var stage = new Stage(new PersonContext(server, mia), room);
        var timeline = Show(stage);
        Assert.Equal([own.Id.ToString(), lower.Id.ToString()], timeline.FindAll("[data-may~=delete]").Select(row => row.GetAttribute("data-id")));

        // Whatever a hostile page asks for: nothing is asked about what is not there.
        foreach (var id in new[] { "0", "-1", "x", "", "99999999999999999999", null! })
            await timeline.InvokeAsync(() => timeline.Instance.AskDelete(id));
        Assert.Empty(timeline.FindAll("dialog"));
        // Asking for another's message shows the question, and the service refuses the deed.
        await timeline.InvokeAsync(() => timeline.Instance.AskDelete(higher.Id.ToString()));
        await ConfirmAsync(timeline, "because");
        timeline.WaitForAssertion(() => Assert.Contains("may not", timeline.Find("[role=alert]").TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);

        await timeline.InvokeAsync(() => timeline.Instance.AskDelete(lower.Id.ToString()));
        await ConfirmAsync(timeline, "rude words");
        timeline.WaitForAssertion(() => Assert.Single(timeline.FindAll("article.message-deleted")), Eventually.DefaultDeadline);
        Assert.DoesNotContain("rude", timeline.Find("article.message-deleted").TextContent, StringComparison.Ordinal);
        Assert.Equal(3, timeline.FindAll("article").Count);
        Assert.Equal([own.Id.ToString()], timeline.FindAll("[data-may~=delete]").Select(row => row.GetAttribute("data-id")));
        await timeline.InvokeAsync(() => timeline.Instance.AskDelete(lower.Id.ToString()));
        Assert.Empty(timeline.FindAll("dialog"));
    }

    [Fact]
    public async Task Rows_are_grouped_by_author_and_minute_and_divided_by_the_readers_days()
    {
        var time = new SetTime(new DateTimeOffset(2026, 3, 8, 15, 59, 0, TimeSpan.Zero)); // 23:59 in Shanghai
        await using var own = await TestServer.StartAsync(replace: services => services.AddSingleton<TimeProvider>(time));
        var (ann, bob) = (await own.AddPersonAsync("Ann"), await own.AddPersonAsync("Bob"));
        var room = await own.MakeRoomAsync(ann, members: [bob]);
        await own.PostAsync(ann, room.Id, "one");
        await own.PostAsync(ann, room.Id, "two");
        await own.PostAsync(bob, room.Id, "three");
        time.Now += TimeSpan.FromMinutes(1);
        await own.PostAsync(bob, room.Id, "four");
        time.Now += TimeSpan.FromMinutes(1);
        await own.PostAsync(bob, room.Id, "five");
        time.Now += TimeSpan.FromDays(1);
        await own.PostAsync(bob, room.Id, "six");
        await using var stage = new Stage(new PersonContext(own, ann, "Asia/Shanghai"), room);
        var timeline = Show(stage);
        Assert.Equal(["one", "three", "four", "five", "six"], timeline.FindAll("article.message-head .message-body").Select(body => body.TextContent.Trim()));
        Assert.Equal(["Sunday, March 8, 2026", "Yesterday", "Today"], timeline.FindAll(".day-divider").Select(divider => divider.TextContent.Trim()));
        Assert.StartsWith("11:59", timeline.Find("article.message-head .message-time").TextContent, StringComparison.Ordinal);

        await using var west = new Stage(new PersonContext(own, ann, "Nowhere/Land"), room);
        Assert.Equal(["Yesterday", "Today"], Show(west).FindAll(".day-divider").Select(divider => divider.TextContent.Trim()));
    }

    [Fact]
    public async Task What_a_message_is_marked_with_stands_on_one_line_beside_its_author_or_above_what_follows()
    {
        await using var stage = await StageAsync();
        var ann = stage.Page.Person;
        foreach (var text in new[] { "one", "two" })
        {
            var said = await server.PostAsync(ann, stage.Room.Id, text);
            await server.Get<MessageMarks>().PinAsync(ann.Id, said.Id, isOn: true);
            await server.Get<Bookmarks>().AddAsync(ann.Id, said.Id);
        }

        await server.PostAsync(ann, stage.Room.Id, "three");
        var rows = Show(stage).FindAll("article");
        Assert.Equal(["PinnedBookmarked", "PinnedBookmarked"], rows.Take(2).Select(row => string.Concat(Assert.Single(row.QuerySelectorAll(".message-marks")).Children.Select(mark => mark.TextContent))));
        Assert.NotNull(rows[0].QuerySelector(".message-meta > .message-marks"));
        // A minute may just have ended.
        Assert.NotNull(rows[1].QuerySelector(rows[1].ClassList.Contains("message-head") ? ".message-meta > .message-marks" : ".message-content > .message-marks"));
        Assert.Null(rows[2].QuerySelector(".message-marks"));
    }

    [Fact]
    public async Task Fifty_events_at_once_are_one_render()
    {
        await using var stage = await StageAsync();
        var bob = await server.AddPersonAsync("Bob");
        await server.Get<RoomWriter>().InviteAsync(stage.Page.Person.Id, stage.Room.Id, bob.Id);
        var timeline = Show(stage);
        // Nothing is read while this page is busy: the events wait in its outbox and come as one batch.
        using var busy = new ManualResetEvent(initialState: false);
        var first = timeline.RenderCount;
        using var held = stage.Page.Session.Listen(_ => Task.Run(() => busy.WaitOne(Eventually.DefaultDeadline)));
        await server.PostAsync(bob, stage.Room.Id, "makes it busy");
        timeline.WaitForAssertion(() => Assert.Single(timeline.FindAll("article")), Eventually.DefaultDeadline);
        var before = timeline.RenderCount;
        for (var i = 0; i < 50; i++) await server.PostAsync(bob, stage.Room.Id, $"message {i}");
        busy.Set();
        timeline.WaitForAssertion(() => Assert.Equal(51, timeline.FindAll("article").Count), Eventually.DefaultDeadline);
        Assert.Equal((1, 1), (before - first, timeline.RenderCount - before));
    }

    [Fact]
    public async Task What_others_say_is_counted_while_the_reader_is_away_from_the_end()
    {
        await using var stage = await StageAsync();
        var bob = await server.AddPersonAsync("Bob");
        await server.Get<RoomWriter>().InviteAsync(stage.Page.Person.Id, stage.Room.Id, bob.Id);
        var timeline = Show(stage);
        await server.PostAsync(bob, stage.Room.Id, "seen");
        timeline.WaitForAssertion(() => Assert.Single(timeline.FindAll("article")), Eventually.DefaultDeadline);
        Assert.Empty(timeline.FindAll(".new-messages"));
        await timeline.InvokeAsync(() => timeline.Instance.SetAway(true));
        await server.PostAsync(bob, stage.Room.Id, "unseen");
        await server.PostAsync(stage.Page.Person, stage.Room.Id, "from my phone");
        await server.PostAsync(bob, stage.Room.Id, "unseen too");
        timeline.WaitForAssertion(() => Assert.Contains("2 new", timeline.Find(".new-messages").TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);
        Assert.Contains("unseen too", timeline.Find("[aria-live=polite]").TextContent, StringComparison.Ordinal);
        await timeline.InvokeAsync(() => timeline.Instance.SetAway(false));
        Assert.Empty(timeline.FindAll(".new-messages"));
    }

    [Fact]
    public async Task A_lost_page_does_not_keep_a_message_from_being_stored()
    {
        await using var stage = await StageAsync();
        var module = stage.Page.JSInterop.SetupModule("./js/timeline.js");
        var script = module.SetupModule("attach", _ => true);
        script.SetupVoid("toBottom").SetException(new Microsoft.JSInterop.JSDisconnectedException("gone"));
        var timeline = Show(stage);
        await timeline.InvokeAsync(() => timeline.Instance.SendAsync(new OutgoingMessage("last words", "k1")));
        Assert.Equal(["last words"], server.Get<MessageHistory>().Latest(stage.Page.Person.Id, stage.Room.Id, 9)!.Messages.Select(m => m.Text));
    }

    [Fact]
    public async Task Disposing_leaves_no_subscription_and_closing_the_page_no_connection()
    {
        await using var stage = await StageAsync();
        Show(stage);
        var broker = server.Get<RoomBroker>();
        Assert.Equal(1, broker.SubscriberCount(stage.Room.Id));
        await stage.Page.DisposeComponentsAsync();
        Assert.Equal(0, broker.SubscriberCount(stage.Room.Id));
        Assert.NotNull(broker.Find(stage.Page.Session.Connection!.Id));
        var id = stage.Page.Session.Connection!.Id;
        stage.Page.Session.Dispose();
        Assert.Null(broker.Find(id));
    }

    private static async Task ConfirmAsync(IRenderedComponent<Timeline> timeline, string reason)
    {
        await timeline.InvokeAsync(() => timeline.Find("#reason").Change(reason));
        await timeline.InvokeAsync(() => timeline.Find("dialog form").Submit());
        timeline.WaitForAssertion(() => Assert.Empty(timeline.FindAll("dialog")), Eventually.DefaultDeadline);
    }

    [Fact]
    public async Task A_new_message_renders_its_own_group_of_rows_and_no_other()
    {
        await using var stage = await StageAsync();
        var other = await server.AddPersonAsync("Bob");
        await server.Get<RoomWriter>().InviteAsync(stage.Page.Person.Id, stage.Room.Id, other.Id);
        for (var number = 0; number < 80; number++) await server.PostAsync(stage.Page.Person, stage.Room.Id, $"message {number}");
        var timeline = Show(stage);
        await server.PostAsync(other, stage.Room.Id, "the first news");
        timeline.WaitForAssertion(() => Assert.Equal("the first news", timeline.FindAll("article .message-body")[^1].TextContent), Eventually.DefaultDeadline);
        var before = timeline.FindComponents<RowGroup>().Select(group => group.RenderCount).ToList();
        Assert.InRange(before.Count, 2, 5);

        await server.PostAsync(other, stage.Room.Id, "more news");
        timeline.WaitForAssertion(() => Assert.Equal("more news", timeline.FindAll("article .message-body")[^1].TextContent), Eventually.DefaultDeadline);
        var after = timeline.FindComponents<RowGroup>().Select(group => group.RenderCount).ToList();
        Assert.Equal(before[..^1], after.Take(before.Count - 1));

        // What has its place further up is rendered there.
        var upper = timeline.FindAll("article[data-id]")[0].GetAttribute("data-id")!;
        await server.Get<MessageEditor>().EditAsync(stage.Page.Person.Id, new MessageId(long.Parse(upper, System.Globalization.CultureInfo.InvariantCulture)), "edited");
        timeline.WaitForAssertion(() => Assert.Equal("edited", timeline.FindAll("article .message-body")[0].TextContent), Eventually.DefaultDeadline);
        var last = timeline.FindComponents<RowGroup>().Select(group => group.RenderCount).ToList();
        Assert.Equal(after[1..], last[1..]);
        Assert.True(last[0] > after[0]);
    }

    [Fact]
    public async Task An_editor_that_opens_and_closes_renders_the_group_of_its_row_and_no_other()
    {
        await using var stage = await StageAsync();
        for (var number = 0; number < 80; number++) await server.PostAsync(stage.Page.Person, stage.Room.Id, $"message {number}");
        var timeline = Show(stage);
        var last = timeline.FindAll("article[data-id]")[^1].GetAttribute("data-id");
        var before = Renders();
        Assert.InRange(before.Count, 2, 5);
        await timeline.InvokeAsync(() => timeline.Instance.StartEdit(last));
        Assert.NotEmpty(timeline.FindComponents<EditBox>());
        var open = Renders();
        Assert.Equal(before[..^1], open[..^1]);
        Assert.True(open[^1] > before[^1]);
        await timeline.InvokeAsync(() => timeline.FindComponent<EditBox>().Instance.CancelAsync());
        Assert.Empty(timeline.FindComponents<EditBox>());
        Assert.Equal(open[..^1], Renders()[..^1]);

        List<int> Renders() => [.. timeline.FindComponents<RowGroup>().Select(group => group.RenderCount)];
    }

    private static IRenderedComponent<Timeline> Show(Stage stage) => stage.Page.Render<Timeline>(parameters => parameters
        .Add(timeline => timeline.Room, stage.Room)
        .Add(timeline => timeline.Viewer, stage.Page.Person.Id));

    private async Task<Stage> StageAsync()
    {
        var ann = await server.AddPersonAsync("Ann");
        return new Stage(new PersonContext(server, ann), await server.MakeRoomAsync(ann));
    }
}
