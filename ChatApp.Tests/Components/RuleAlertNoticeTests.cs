using Bunit;
using ChatApp.Accounts;
using ChatApp.Components.Moderating;
using ChatApp.Messages;
using ChatApp.Moderation.Rules;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Moderation;

namespace ChatApp.Tests.Components;

/// <summary>That a rule has told of a message is shown to the moderators of its room, one at a time, whatever page they are on.</summary>
[English]
public sealed class RuleAlertNoticeTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task The_newest_one_is_shown_with_rule_author_room_and_the_way_there_and_how_many_came_besides()
    {
        var (owner, ann, room) = await SceneAsync();
        await using var page = new PersonContext(server, owner);
        page.Session.Open(owner.Id, "192.0.2.1");
        var notice = page.Render<RuleAlertNotice>(parameters => parameters.Add(one => one.Viewer, owner.Id));
        Assert.Equal("status", notice.Find("div").GetAttribute("role"));
        Assert.Empty(notice.FindAll(".notice"));
        await server.PostAsync(ann, room.Id, "loud");
        notice.WaitForAssertion(() => Assert.Single(notice.FindAll(".notice")), Eventually.DefaultDeadline);
        Assert.DoesNotContain("more", notice.Find(".notice").TextContent, StringComparison.Ordinal);
        var second = await server.PostAsync(ann, room.Id, "very loud");
        notice.WaitForAssertion(() => Assert.Equal(Places.Of(second), notice.Find("[data-alert]").GetAttribute("href")), Eventually.DefaultDeadline);
        var text = Assert.Single(notice.FindAll(".notice")).TextContent;
        foreach (var words in new[] { "Loud words", ann.Name, "Market", "and 1 more" }) Assert.Contains(words, text, StringComparison.Ordinal);

        await notice.InvokeAsync(() => notice.Find(".icon-button").Click());
        Assert.Empty(notice.FindAll(".notice"));
        await server.PostAsync(ann, room.Id, "loud again");
        notice.WaitForAssertion(() => Assert.DoesNotContain("more", Assert.Single(notice.FindAll(".notice")).TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);
    }

    [Fact]
    public async Task Nobody_is_told_who_does_not_moderate_the_room()
    {
        var (owner, ann, room) = await SceneAsync();
        var (member, other) = (await server.AddPersonAsync("Member"), await server.AddPersonAsync("Other", Rank.Moderator));
        await server.Get<RoomWriter>().JoinAsync(member.Id, room.Id);
        await using var page = new PersonContext(server, member);
        await using var elsewhere = new PersonContext(server, other);
        await using var told = new PersonContext(server, owner);
        var notices = new[] { (page, member), (elsewhere, other), (told, owner) }.Select(one =>
        {
            one.Item1.Session.Open(one.Item2.Id, "192.0.2.1");
            return one.Item1.Render<RuleAlertNotice>(parameters => parameters.Add(notice => notice.Viewer, one.Item2.Id));
        }).ToList();
        await server.PostAsync(ann, room.Id, "loud");
        notices[2].WaitForAssertion(() => Assert.Single(notices[2].FindAll(".notice")), Eventually.DefaultDeadline);
        Assert.Empty(notices[0].FindAll(".notice"));
        // The text would go to whoever does not read there.
        Assert.Empty(notices[1].FindAll(".notice"));
    }

    private async Task<(TestPerson Owner, TestPerson Ann, RoomView Room)> SceneAsync()
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Public, "Market", ann);
        await server.AddRuleAsync(owner, room.Id, RuleKit.Word("loud", RuleAction.Alert) with { Name = "Loud words" });
        return (owner, ann, room);
    }
}
