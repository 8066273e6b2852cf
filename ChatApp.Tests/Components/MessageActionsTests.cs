using Bunit;
using ChatApp.Accounts;
using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Components;

/// <summary>What people do with messages: what the page offers to whom, what it says, and that the services have the last word.</summary>
[English]
public sealed class MessageActionsTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Each_row_names_what_its_reader_may_do_with_it()
    {
        var (mia, boss, ann) = (await server.AddPersonAsync("Mia", Rank.Moderator), await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(mia, members: [boss, ann]);
        foreach (var person in new[] { ann, mia, boss }) await server.PostAsync(person, room.Id, "by " + person.Name);
        var gone = await server.PostAsync(ann, room.Id, "gone");
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, gone.Id);
        string?[] ofMember = ["react reply pin thread link unread bookmark forward edit delete", "react reply pin thread link unread bookmark forward report", "react reply pin thread link unread bookmark forward report", null];
        Assert.Equal(ofMember, await MaysAsync(server, ann, room));
        Assert.Equal(["react reply pin thread link unread bookmark forward delete moderate sweep report why", "react reply pin thread link unread bookmark forward edit delete why", "react reply pin thread link unread bookmark forward report why", null], await MaysAsync(server, mia, room));

        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Rooms.Find(room.Id.Value)!.IsArchived = true);
        Assert.Equal(["link unread bookmark forward delete", "link unread bookmark forward report", "link unread bookmark forward report", null], await MaysAsync(server, ann, server.Get<RoomDirectory>().Find(room.Id, ann.Id)!.Room));
    }

    [Fact]
    public async Task Past_the_time_for_edits_none_is_offered_and_none_done()
    {
        await using var strict = await TestServer.StartAsync(["Messages:EditHours=0"]);
        var ann = await strict.AddPersonAsync("Ann");
        var room = await strict.MakeRoomAsync(ann);
        var message = await strict.PostAsync(ann, room.Id, "final");
        Assert.Equal(["react reply pin thread link unread bookmark forward delete"], await MaysAsync(strict, ann, room));
        await using var stage = new Stage(new PersonContext(strict, ann), room);
        var timeline = Show(stage);
        await timeline.InvokeAsync(() => timeline.Instance.StartEdit(message.Id.ToString()));
        Assert.Empty(timeline.FindAll(".edit-box"));
    }

    [Fact]
    public async Task Whatever_a_hostile_page_asks_for_nothing_breaks_and_no_right_is_won()
    {
        var (ann, bob, eve) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"), await server.AddPersonAsync("Eve"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        var secret = await server.PostAsync(eve, (await server.MakeRoomAsync(eve, RoomVisibility.Private)).Id, "secret");
        var theirs = await server.PostAsync(bob, room.Id, "of bob");
        await server.Get<MessageEditor>().EditAsync(bob.Id, theirs.Id, "of bob, better");
        await using var stage = new Stage(new PersonContext(server, ann), room);
        var timeline = Show(stage);
        var page = timeline.Instance;
        foreach (var id in new[] { null, "", "x", "-1", "0", "99999999999999999999", secret.Id.ToString(), theirs.Id.ToString() })
        {
            await timeline.InvokeAsync(async () =>
            {
                page.StartEdit(id);
                page.ShowHistory(id);
                await page.ReactAsync(id, null, isOn: true);
                await page.ReactAsync(id, "not an emoji", isOn: true);
                await page.ReactAsync(id, string.Concat(Enumerable.Repeat("👍", 50)), isOn: true);
                await page.JumpAsync(id);
            });
            Assert.Empty(timeline.FindAll(".edit-box, dialog, .reaction"));
        }

        await timeline.InvokeAsync(() => page.PinAsync(secret.Id.ToString(), isOn: true));
        Assert.DoesNotContain("secret", timeline.Markup, StringComparison.Ordinal);
        Assert.Empty(server.Get<MessageHistory>().Pinned(eve.Id, secret.Room)!);
        Assert.Null(server.Get<MessageEditor>().EarlierTexts(ann.Id, theirs.Id));
        Assert.Empty(timeline.FindAll("button.edited"));
        Assert.Single(timeline.FindAll("span.edited"));
    }

    [Fact]
    public async Task Reactions_show_count_own_state_and_names_up_to_a_bound_and_say_when_there_are_too_many_kinds()
    {
        await using var few = await TestServer.StartAsync(["Messages:MaxReactionKinds=2"]);
        var ann = await few.AddPersonAsync("Ann");
        var room = await few.MakeRoomAsync(ann);
        var message = await few.PostAsync(ann, room.Id, "look");
        var crowd = new List<TestPerson>();
        for (var i = 0; i < 23; i++)
        {
            crowd.Add(await few.AddPersonAsync("P"));
            await few.Get<RoomWriter>().InviteAsync(ann.Id, room.Id, crowd[i].Id);
            await few.Get<MessageMarks>().ReactAsync(crowd[i].Id, message.Id, "🎉", isOn: true);
        }

        await using var stage = new Stage(new PersonContext(few, ann), room);
        var timeline = Show(stage);
        var id = message.Id.ToString();
        await timeline.InvokeAsync(() => timeline.Instance.ReactAsync(id, "👍", isOn: true));
        timeline.WaitForAssertion(() => Assert.Equal(2, timeline.FindAll(".reaction").Count), Eventually.DefaultDeadline);
        var (party, thumb) = (timeline.FindAll(".reaction")[0], timeline.FindAll(".reaction")[1]);
        Assert.Equal(("🎉 23", "false", "👍 1", "true"), (party.TextContent, party.GetAttribute("aria-pressed"), thumb.TextContent, thumb.GetAttribute("aria-pressed")));
        Assert.Equal("You", thumb.GetAttribute("data-who"));
        Assert.Equal(string.Join(", ", crowd.Take(20).Select(person => person.Name)) + " and 3 more", party.GetAttribute("data-who"));

        await timeline.InvokeAsync(() => timeline.Instance.ReactAsync(id, "🚀", isOn: true));
        timeline.WaitForAssertion(() => Assert.Contains("at most 2 kinds", timeline.Find("[role=alert]").TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);
        await timeline.InvokeAsync(() => timeline.Instance.ReactAsync(id, "👍", isOn: false));
        timeline.WaitForAssertion(() => Assert.Single(timeline.FindAll(".reaction")), Eventually.DefaultDeadline);
        Assert.Empty(timeline.FindAll(".notice-error"));
    }

    [Fact]
    public async Task An_answer_shows_what_it_answers_at_once_and_loses_the_quotation_when_that_is_deleted()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        var (first, second) = (await server.PostAsync(bob, room.Id, "what time?"), await server.PostAsync(bob, room.Id, "and where?"));
        await using var stage = new Stage(new PersonContext(server, ann), room);
        var timeline = Show(stage);
        await timeline.InvokeAsync(() => timeline.Instance.SendAsync(new OutgoingMessage("at eight", "k1", first.Id)));
        Assert.Contains("what time?", timeline.Find("button.quote").TextContent, StringComparison.Ordinal);
        Assert.Equal(first.Id, server.Get<MessageHistory>().Latest(ann.Id, room.Id, 1)!.Messages[0].ReplyTo!.Id);
        await server.Get<MessageEditor>().DeleteAsync(bob.Id, first.Id);
        timeline.WaitForAssertion(() => Assert.Contains("was deleted", timeline.Find("p.quote").TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);
        Assert.DoesNotContain("what time?", timeline.Markup, StringComparison.Ordinal);

        // The question goes while the answer is on its way: it can be sent without.
        await server.Get<MessageEditor>().DeleteAsync(bob.Id, second.Id);
        await timeline.InvokeAsync(() => timeline.Instance.SendAsync(new OutgoingMessage("at my place", "k2", second.Id)));
        var retry = timeline.Find(".message-failed .button:not(.button-quiet)");
        Assert.Contains("without", retry.TextContent, StringComparison.Ordinal);
        await timeline.InvokeAsync(() => retry.Click());
        timeline.WaitForAssertion(() => Assert.Empty(timeline.FindAll(".message-failed, .message-pending")), Eventually.DefaultDeadline);
        var sent = server.Get<MessageHistory>().Latest(ann.Id, room.Id, 1)!.Messages[0];
        Assert.Equal(("at my place", "k2", null), (sent.Text, sent.Key, sent.ReplyTo));
    }

    [Fact]
    public async Task Ones_own_deletion_can_be_taken_back_for_ten_seconds()
    {
        var time = new ManualTime();
        await using var own = await TestServer.StartAsync(replace: services => services.AddSingleton<TimeProvider>(time));
        var ann = await own.AddPersonAsync("Ann");
        var room = await own.MakeRoomAsync(ann);
        var message = await own.PostAsync(ann, room.Id, "hasty");
        await using var stage = new Stage(new PersonContext(own, ann), room);
        var timeline = Show(stage);
        await DeleteAsync();
        Assert.Contains("10 seconds", timeline.Find("[aria-live=polite]").TextContent, StringComparison.Ordinal);
        await timeline.InvokeAsync(() => timeline.Find("[data-undo]").Click());
        timeline.WaitForAssertion(() => Assert.Equal("hasty", timeline.Find("article .message-body").TextContent.Trim()), Eventually.DefaultDeadline);
        Assert.Empty(timeline.FindAll("[data-undo]"));

        // The first notice is over before the second one: it must not take that one with it.
        time.Advance(TimeSpan.FromSeconds(9));
        await DeleteAsync();
        time.Advance(TimeSpan.FromSeconds(9));
        await timeline.InvokeAsync(() => Assert.Single(timeline.FindAll("[data-undo]")));
        time.Advance(TimeSpan.FromSeconds(1));
        timeline.WaitForAssertion(() => Assert.Empty(timeline.FindAll("[data-undo]")), Eventually.DefaultDeadline);

        async Task DeleteAsync()
        {
            await timeline.InvokeAsync(() => timeline.Instance.AskDelete(message.Id.ToString()));
            await timeline.InvokeAsync(() => timeline.Find("dialog .button-danger").Click());
            timeline.WaitForAssertion(() => Assert.Single(timeline.FindAll("[data-undo]")), Eventually.DefaultDeadline);
            // What is shown may be seen while the handler still runs; when it is through, the notice's time has begun.
            await timeline.InvokeAsync(static () => { });
        }
    }

    [Fact]
    public async Task The_list_of_pins_follows_the_room_and_takes_pins_off()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        var (first, second) = (await server.PostAsync(bob, room.Id, "the **address**"), await server.PostAsync(bob, room.Id, "the key"));
        await server.Get<MessageMarks>().PinAsync(bob.Id, first.Id, isOn: true);
        await using var stage = new Stage(new PersonContext(server, ann), room);
        Show(stage); // connects the page
        var jumps = new List<MessageId>();
        var pins = stage.Page.Render<PinsPanel>(parameters => parameters
            .Add(dialog => dialog.Room, room).Add(dialog => dialog.Viewer, ann.Id).Add(dialog => dialog.OnJump, message => jumps.Add(message.Id)));
        Assert.Equal(["the address"], Texts(pins));
        await server.Get<MessageMarks>().PinAsync(bob.Id, second.Id, isOn: true);
        pins.WaitForAssertion(() => Assert.Equal(["the key", "the address"], Texts(pins)), Eventually.DefaultDeadline);
        await server.Get<MessageEditor>().DeleteAsync(bob.Id, second.Id);
        pins.WaitForAssertion(() => Assert.Equal(["the address"], Texts(pins)), Eventually.DefaultDeadline);
        Assert.Equal(Places.Of(first), pins.Find(".entry-actions .button").GetAttribute("href"));
        await pins.InvokeAsync(() => pins.Find(".entry-actions .button").Click());
        Assert.Equal([first.Id], jumps);
        await pins.InvokeAsync(() => pins.Find(".entry-actions .button-quiet").Click());
        pins.WaitForAssertion(() => Assert.Empty(pins.FindAll(".entry")), Eventually.DefaultDeadline);
        Assert.Contains("Nothing is pinned", pins.Markup, StringComparison.Ordinal);
        Assert.Empty(server.Get<MessageHistory>().Pinned(ann.Id, room.Id)!);
    }

    [Fact]
    public async Task A_message_out_of_the_window_is_fetched_with_what_was_said_around_it()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        var first = await server.PostAsync(ann, room.Id, "the beginning");
        for (var i = 0; i < 80; i++) await server.PostAsync(ann, room.Id, $"filler {i}");
        await using var stage = new Stage(new PersonContext(server, ann), room);
        var timeline = Show(stage);
        Assert.DoesNotContain("the beginning", timeline.Markup, StringComparison.Ordinal);
        await timeline.InvokeAsync(() => timeline.Instance.JumpAsync(first.Id.ToString()));
        Assert.Contains("the beginning", timeline.Markup, StringComparison.Ordinal);
        Assert.Contains("Back to the latest", timeline.Find(".new-messages").TextContent, StringComparison.Ordinal);
        await timeline.InvokeAsync(() => timeline.Instance.JumpAsync("1"));
        Assert.Contains("gone", timeline.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Texts(IRenderedComponent<PinsPanel> pins) => pins.FindAll(".entry .message-body").Select(body => body.TextContent.Trim());

    private static async Task<IEnumerable<string?>> MaysAsync(TestServer server, TestPerson person, RoomView room)
    {
        await using var stage = new Stage(new PersonContext(server, person), room);
        return [.. Show(stage).FindAll("article").Select(row => row.GetAttribute("data-may"))];
    }

    private static IRenderedComponent<Timeline> Show(Stage stage) => stage.Page.Render<Timeline>(parameters => parameters
        .Add(timeline => timeline.Room, stage.Room)
        .Add(timeline => timeline.Viewer, stage.Page.Person.Id));
}
