using Bunit;
using ChatApp.Accounts;
using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Rules;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Moderation;

namespace ChatApp.Tests.Components;

/// <summary>Changing a message in its row, and the history of changes.</summary>
[English]
public sealed class EditBoxTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task What_cannot_be_saved_is_said_beside_the_editor_which_stays()
    {
        var (stage, message) = await StageAsync("first");
        await using var page = stage;
        var timeline = await EditAsync(stage, message);
        Assert.Equal("first", timeline.Find("#edit-input").GetAttribute("value"));
        Assert.Null(timeline.Find("article").GetAttribute("data-may"));
        Assert.Empty(timeline.FindAll("article .message-body"));
        var box = timeline.FindComponent<EditBox>();
        foreach (var (text, words) in new[] { ("  \n ", "nothing visible"), (new string('a', 8001), "too long") })
        {
            Assert.False(await box.InvokeAsync(() => box.Instance.SaveAsync(text)));
            Assert.Contains(words, timeline.Find("#edit-problem").TextContent, StringComparison.Ordinal);
        }

        Assert.False(await box.InvokeAsync(() => box.Instance.SaveAsync(null)));
        Assert.True(await box.InvokeAsync(() => box.Instance.SaveAsync("second")));
        timeline.WaitForAssertion(() => Assert.Equal("second", timeline.Find("article .message-body").TextContent.Trim()), Eventually.DefaultDeadline);
        Assert.Empty(timeline.FindAll(".edit-box"));
        Assert.Single(timeline.FindAll("button.edited"));
    }

    [Fact]
    public async Task What_happens_to_the_message_meanwhile_is_said_and_the_text_stays()
    {
        var (stage, message) = await StageAsync("first");
        await using var page = stage;
        var timeline = await EditAsync(stage, message);
        await server.Get<MessageEditor>().EditAsync(stage.Page.Person.Id, message.Id, "from my phone");
        timeline.WaitForAssertion(() => Assert.Contains("changed elsewhere", timeline.Find("#edit-problem").TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);
        Assert.Equal("first", timeline.Find("#edit-input").GetAttribute("value"));
        await server.Get<MessageEditor>().DeleteAsync(stage.Page.Person.Id, message.Id);
        timeline.WaitForAssertion(() => Assert.Contains("deleted meanwhile", timeline.Find("#edit-problem").TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);
        Assert.Single(timeline.FindAll("#edit-input"));
        Assert.Empty(timeline.FindAll(".edit-box [type=submit]"));
        var box = timeline.FindComponent<EditBox>();
        Assert.False(await box.InvokeAsync(() => box.Instance.SaveAsync("too late")));
        await box.InvokeAsync(box.Instance.CancelAsync);
        Assert.Empty(timeline.FindAll(".edit-box"));
        Assert.Single(timeline.FindAll(".message-deleted"));
    }

    [Fact]
    public async Task A_text_that_would_need_a_review_is_not_saved_and_its_author_is_told_so_and_keeps_it()
    {
        var (stage, message) = await StageAsync("first");
        await using var page = stage;
        await server.AddRuleAsync(page.Page.Person, stage.Room.Id, RuleKit.Word("spam", RuleAction.Hold) with { ExemptFrom = null, Message = "No advertising" });
        var timeline = await EditAsync(stage, message);
        var box = timeline.FindComponent<EditBox>();
        Assert.False(await box.InvokeAsync(() => box.Instance.SaveAsync("some spam")));
        Assert.Equal(
            "This change would need a review by a moderator, so it was not saved. Your message stands as it was. No advertising", timeline.Find("#edit-problem").TextContent.Trim());
        Assert.Single(timeline.FindAll("#edit-input"));
        Assert.Equal("first", server.Get<MessageHistory>().Find(stage.Page.Person.Id, message.Id)!.Text);
        Assert.Empty(server.Get<HeldDesk>().List(stage.Page.Person.Id, stage.Room.Id)!);
    }

    [Fact]
    public async Task The_history_shows_each_text_with_the_time_from_which_it_held_to_author_and_moderators()
    {
        var (stage, message) = await StageAsync("one");
        await using var page = stage;
        var editor = server.Get<MessageEditor>();
        await editor.EditAsync(stage.Page.Person.Id, message.Id, "two");
        var result = await editor.EditAsync(stage.Page.Person.Id, message.Id, "<b>three</b>");
        var timeline = Show(stage);
        await timeline.InvokeAsync(() => timeline.Instance.ShowHistory(message.Id.ToString()));
        Assert.Equal(["<b>three</b>", "two", "one"], timeline.FindAll("dialog .entry-text").Select(text => text.TextContent));
        var times = timeline.FindAll("dialog time").Select(time => DateTimeOffset.Parse(time.GetAttribute("datetime")!, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal((result.Message!.EditedAt!.Value, message.At), (times[0], times[2]));
        Assert.InRange(times[1], times[2], times[0]);
        await timeline.InvokeAsync(() => timeline.Find("dialog .dialog-head button").Click());
        Assert.Empty(timeline.FindAll("dialog"));

        var mia = await server.AddPersonAsync("Mia", Rank.Moderator);
        await server.Get<ChatApp.Rooms.RoomWriter>().InviteAsync(stage.Page.Person.Id, stage.Room.Id, mia.Id);
        await using var moderator = new Stage(new PersonContext(server, mia), stage.Room);
        var theirs = Show(moderator);
        await theirs.InvokeAsync(() => theirs.Instance.ShowHistory(message.Id.ToString()));
        Assert.Equal(3, theirs.FindAll("dialog .entry").Count);

        // Deleting takes the earlier texts from those who are looking at them.
        await editor.DeleteAsync(stage.Page.Person.Id, message.Id);
        theirs.WaitForAssertion(() => Assert.Empty(theirs.FindAll("dialog")), Eventually.DefaultDeadline);
    }

    private static async Task<IRenderedComponent<Timeline>> EditAsync(Stage stage, MessageView message)
    {
        var timeline = Show(stage);
        await timeline.InvokeAsync(() => timeline.Instance.StartEdit(message.Id.ToString()));
        timeline.WaitForAssertion(() => Assert.Single(timeline.FindAll(".edit-box")), Eventually.DefaultDeadline);
        return timeline;
    }

    private static IRenderedComponent<Timeline> Show(Stage stage) => stage.Page.Render<Timeline>(parameters => parameters
        .Add(timeline => timeline.Room, stage.Room)
        .Add(timeline => timeline.Viewer, stage.Page.Person.Id));

    private async Task<(Stage Stage, MessageView Message)> StageAsync(string text)
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        return (new Stage(new PersonContext(server, ann), room), await server.PostAsync(ann, room.Id, text));
    }
}
