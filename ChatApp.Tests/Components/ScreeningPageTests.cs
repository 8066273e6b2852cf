using Bunit;
using ChatApp.Accounts;
using ChatApp.Components.Admin;
using ChatApp.Components.Messages;
using ChatApp.Components.Moderating;
using ChatApp.Messages;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Rules;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Moderation;

namespace ChatApp.Tests.Components;

/// <summary>Rules and held messages, as moderators and authors see them.</summary>
[English]
public sealed class ScreeningPageTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_moderator_of_a_room_tries_a_rule_makes_it_and_removes_it_after_a_question()
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, members: ann);
        await server.PostAsync(ann, room.Id, "some spam");
        await using var page = new PersonContext(server, owner);
        var list = page.Render<RuleList>(parameters => parameters.Add(l => l.Actor, owner.Id).Add(l => l.Room, room.Id));
        Assert.Contains("There are no rules", list.Markup, StringComparison.Ordinal);
        await list.InvokeAsync(() => list.Find(".screening > div > button").ClickAsync(new()));
        await list.InvokeAsync(() => list.Find("#rule-name").Change("No spam"));
        await list.InvokeAsync(() => list.Find("#rule-patterns").Change("spam"));
        await list.InvokeAsync(() => list.Find(".form-aside").ClickAsync(new()));
        list.WaitForAssertion(() => Assert.Contains("would have hit 1 of the last 1", list.Markup, StringComparison.Ordinal), Eventually.DefaultDeadline);
        await list.InvokeAsync(() => list.Find("form").SubmitAsync());
        Assert.Contains("No spam", list.Find(".screening-list").TextContent, StringComparison.Ordinal);
        Assert.False(Assert.Single(server.Get<RuleDesk>().List(owner.Id, room.Id)!).Draft.IsEnabled);

        await list.InvokeAsync(() => list.Find("[aria-label='Remove the rule No spam']").ClickAsync(new()));
        Assert.Contains("From now on nothing is judged by it", list.Find("dialog").TextContent, StringComparison.Ordinal);
        await list.InvokeAsync(() => list.Find("dialog .button-danger").ClickAsync(new()));
        Assert.Empty(server.Get<RuleDesk>().List(owner.Id, room.Id)!);
    }

    [Fact]
    public async Task An_expression_that_cannot_be_used_is_refused_with_the_engines_words()
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Moderator);
        await using var page = new PersonContext(server, boss);
        var dialog = page.Render<RuleDialog>(parameters => parameters.Add(d => d.Actor, boss.Id));
        await dialog.InvokeAsync(() => dialog.Find("#rule-name").Change("Bad"));
        await dialog.InvokeAsync(() => dialog.Find("#rule-kind").Change("Expression"));
        await dialog.InvokeAsync(() => dialog.Find("#rule-patterns").Change("(?=a)b"));
        await dialog.InvokeAsync(() => dialog.Find("form").SubmitAsync());
        Assert.Contains("This expression cannot be used", dialog.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_held_message_is_approved_or_turned_down_with_a_reason_and_the_list_follows()
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, members: ann);
        await server.AddRuleAsync(owner, room.Id, RuleKit.Word("spam", RuleAction.Hold));
        await server.SayAsync(ann, room.Id, "first spam");
        await server.SayAsync(ann, room.Id, "second spam");
        await using var page = new PersonContext(server, owner);
        var list = page.Render<HeldList>(parameters => parameters.Add(l => l.Actor, owner.Id).Add(l => l.Room, room.Id));
        Assert.Equal(["first spam", "second spam"], list.FindAll(".screening-said").Select(text => text.TextContent));
        await list.InvokeAsync(() => list.FindAll(".screening-actions button")[0].ClickAsync(new()));
        Assert.Equal("first spam", Assert.Single(server.Get<MessageHistory>().Latest(owner.Id, room.Id, 10)!.Messages).Text);
        await list.InvokeAsync(() => list.FindAll(".screening-actions button")[1].ClickAsync(new()));
        Assert.Contains("its text is gone for good", list.Find("dialog").TextContent, StringComparison.Ordinal);
        await list.InvokeAsync(() => list.Find("#reason").Change("Not here"));
        await list.InvokeAsync(() => list.Find("dialog form").SubmitAsync());
        Assert.Contains("Nothing waits", list.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_admin_page_has_both_for_all_rooms()
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Moderator);
        await using var page = new PersonContext(server, boss);
        var card = server.Get<UserDirectory>().Get(boss.Id);
        Assert.Contains("Rules", page.Render<RulesSection>(parameters => parameters.Add(s => s.Actor, card)).Find("#rules-heading").TextContent, StringComparison.Ordinal);
        Assert.Contains("Held for review", page.Render<HeldSection>(parameters => parameters.Add(s => s.Actor, card)).Find("#held-heading").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_author_sees_that_it_waits_and_why_it_was_turned_down()
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, members: ann);
        await server.AddRuleAsync(owner, room.Id, RuleKit.Word("spam", RuleAction.Hold));
        using var feed = new RoomFeed(
            server.Get<RoomBroker>(), server.Get<MessageHistory>(), server.Get<RoomCatchUp>(), server.Get<MessageWriter>(), server.Get<MarkdownRenderer>(), server.Get<TimeProvider>(), ann.Id, room.Id);
        feed.Load();
        feed.AddPending("maybe spam", "k1");
        Assert.False(await feed.PostAsync("k1"));
        var id = Assert.Single(server.Get<HeldDesk>().List(owner.Id, room.Id)!).Id;
        Assert.Equal(id, Assert.Single(feed.Pending).Held);
        feed.Apply([server.Get<RoomBroker>().Wrap(new HeldDecided(id, room.Id, "k1", IsApproved: false, "Not here", DateTimeOffset.UnixEpoch))]);
        var told = Assert.Single(feed.Pending);
        Assert.Equal((PostRefusal.TurnedDown, "Not here", null, true), (told.Refusal, told.Words, told.Held, told.IsDecided));

        // Taken back by another of their devices: what was written stays to be read.
        feed.AddPending("more spam", "k2");
        Assert.False(await feed.PostAsync("k2"));
        Assert.True(feed.Apply([server.Get<RoomBroker>().Wrap(new HeldDecided(id + 1, room.Id, "k2", IsApproved: false, "", DateTimeOffset.UnixEpoch) { IsWithdrawn = true })]).HasChanged);
        Assert.Equal(("more spam", PostRefusal.Withdrawn, null), feed.Pending[1] is var own ? (own.Text, own.Refusal, own.Held) : default);
    }

    [Fact]
    public async Task Its_author_takes_it_back_and_the_row_says_so_until_it_is_discarded_where_the_text_found_no_other_place()
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, members: ann);
        await server.AddRuleAsync(owner, room.Id, RuleKit.Word("spam", RuleAction.Hold));
        await using var page = new PersonContext(server, ann);
        var timeline = page.Render<Timeline>(parameters => parameters.Add(one => one.Room, room).Add(one => one.Viewer, ann.Id));
        await timeline.InvokeAsync(() => timeline.Instance.SendAsync(new OutgoingMessage("maybe spam", "k1")));
        await timeline.InvokeAsync(() => timeline.Find("[data-withdraw]").ClickAsync(new()));
        Assert.Empty(server.Get<HeldDesk>().List(owner.Id, room.Id)!);
        timeline.WaitForAssertion(() => Assert.Contains("You have withdrawn this message", timeline.Find(".message-withdrawn").TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);
        Assert.Contains("maybe spam", timeline.Find(".message-withdrawn").TextContent, StringComparison.Ordinal);
        // Under its key it is decided: to send it again would change nothing.
        Assert.Equal("k1", Assert.Single(timeline.FindAll(".message-withdrawn .message-status button")).GetAttribute("data-discard"));
        await timeline.InvokeAsync(() => timeline.Find("[data-discard]").Click());
        Assert.Empty(timeline.FindAll("article.message"));
    }

    [Fact]
    public async Task Whoever_takes_it_back_a_moment_too_late_is_told_and_sees_the_message()
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, members: ann);
        await server.AddRuleAsync(owner, room.Id, RuleKit.Word("spam", RuleAction.Hold));
        await using var page = new PersonContext(server, ann);
        var timeline = page.Render<Timeline>(parameters => parameters.Add(one => one.Room, room).Add(one => one.Viewer, ann.Id));
        await timeline.InvokeAsync(() => timeline.Instance.SendAsync(new OutgoingMessage("maybe spam", "k1")));
        var id = Assert.Single(server.Get<HeldDesk>().List(owner.Id, room.Id)!).Id;
        await server.Get<HeldDesk>().ApproveAsync(owner.Id, id);
        timeline.WaitForAssertion(() => Assert.Empty(timeline.FindAll(".message-held")), Eventually.DefaultDeadline);
        Assert.Contains("maybe spam", Assert.Single(timeline.FindAll("article.message")).TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beside_the_rules_of_a_room_stands_how_many_messages_wait_and_it_follows()
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, members: ann);
        await server.AddRuleAsync(owner, room.Id, RuleKit.Word("spam", RuleAction.Hold));
        await server.SayAsync(ann, room.Id, "first spam");
        await using var page = new PersonContext(server, owner);
        page.Session.Open(owner.Id, "192.0.2.1");
        var screening = page.Render<RoomScreening>(parameters => parameters.Add(one => one.Room, room).Add(one => one.Viewer, owner.Id));
        Assert.Contains("1", screening.Find(".badge-count").TextContent, StringComparison.Ordinal);
        await server.SayAsync(ann, room.Id, "second spam");
        screening.WaitForAssertion(() => Assert.Contains("2", screening.Find(".badge-count").TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);
        foreach (var line in server.Get<HeldDesk>().List(owner.Id, room.Id)!) await server.Get<HeldDesk>().RejectAsync(owner.Id, line.Id, "no");
        screening.WaitForAssertion(() => Assert.Empty(screening.FindAll(".badge-count")), Eventually.DefaultDeadline);
    }
}
