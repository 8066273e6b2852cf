using Bunit;
using ChatApp.Accounts;
using ChatApp.Components.Messages;
using ChatApp.Components.Rooms;
using ChatApp.Presence;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>In which order the people of a room are listed.</summary>
[English]
public sealed class MemberListTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Those_who_are_here_come_first_within_their_role_each_by_name_and_nothing_else_is_rendered_when_they_come_and_go()
    {
        var owner = await server.AddPersonAsync("Zoe");
        var (bea, abe, cid, dan) = (await server.AddPersonAsync("Bea"), await server.AddPersonAsync("Abe"), await server.AddPersonAsync("Cid"), await server.AddPersonAsync("Dan"));
        var room = await server.MakeRoomAsync(owner, members: [bea, abe, cid, dan]);
        await server.Get<RoomRoles>().SetAsync(owner.Id, room.Id, dan.Id, RoomRole.Moderator);
        await using var stage = new Stage(new PersonContext(server, owner), room);
        var timeline = stage.Page.Render<Timeline>(parameters => parameters.Add(one => one.Room, room).Add(one => one.Viewer, owner.Id));
        var list = stage.Page.Render<MemberList>(parameters => parameters.Add(one => one.Room, room).Add(one => one.Viewer, owner.Id));
        AssertOrder(list, owner, dan, abe, bea, cid);
        var renders = timeline.RenderCount;

        var first = await server.ConnectAsync(cid);
        list.WaitForAssertion(() => AssertOrder(list, owner, dan, cid, abe, bea), Eventually.DefaultDeadline);
        await using var second = await server.ConnectAsync(bea);
        list.WaitForAssertion(() => AssertOrder(list, owner, dan, bea, cid, abe), Eventually.DefaultDeadline);

        // Whoever wants not to be disturbed is here; whoever is invisible is not.
        await server.Get<PresenceChoices>().SetAsync(cid.Id, PresenceMode.Invisible, until: null);
        list.WaitForAssertion(() => AssertOrder(list, owner, dan, bea, abe, cid), Eventually.DefaultDeadline);
        await server.Get<PresenceChoices>().SetAsync(cid.Id, PresenceMode.DoNotDisturb, until: null);
        list.WaitForAssertion(() => AssertOrder(list, owner, dan, bea, cid, abe), Eventually.DefaultDeadline);
        Assert.Equal(renders, timeline.RenderCount);
        await first.DisposeAsync();
    }

    [Fact]
    public async Task A_page_that_is_loaded_anew_begins_with_those_who_are_here()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(await server.AddPersonAsync("Owner"), members: [ann, bob]);
        await using var connection = await server.ConnectAsync(bob);
        await using var stage = new Stage(new PersonContext(server, await server.AddPersonAsync("Eve")), room);
        await server.Get<RoomWriter>().JoinAsync(stage.Page.Person.Id, room.Id);
        var list = stage.Page.Render<MemberList>(parameters => parameters.Add(one => one.Room, room).Add(one => one.Viewer, stage.Page.Person.Id));
        Assert.Equal([bob.Name, stage.Page.Person.Name, ann.Name], Names(list)[1..]);
    }

    [Fact]
    public async Task Where_not_all_fit_those_who_are_here_are_listed()
    {
        var owner = await server.AddPersonAsync("Owner");
        var room = await server.MakeRoomAsync(owner);
        var last = await server.AddPersonAsync("Zacharias");
        await server.Get<RoomWriter>().JoinAsync(last.Id, room.Id);
        await server.Get<CommitQueue>().CommitAsync(commit =>
        {
            for (var i = 0; i < RoomDirectory.MaxLines + 10; i++)
            {
                var id = $"crowd-{room.Id}-{i}";
                commit.Db.Users.Add(new ChatApp.Accounts.ChatUser { Id = id, UserName = id, NormalizedUserName = id, DisplayName = $"Crowd {id}", NormalizedDisplayName = $"CROWD {id}", CreatedAt = commit.Now });
                commit.Db.Memberships.Add(new Membership { RoomId = room.Id.Value, UserId = id, JoinedAt = commit.Now });
            }

            return true;
        });
        await using var stage = new Stage(new PersonContext(server, owner), room);
        var list = stage.Page.Render<MemberList>(parameters => parameters.Add(one => one.Room, room).Add(one => one.Viewer, owner.Id));
        Assert.DoesNotContain(last.Name, Names(list));
        await using var connection = await server.ConnectAsync(last);
        await Eventually.BecomesAsync(() => server.Get<PresenceBoard>().StateOf(last.Id) == PresenceState.Online);
        var again = stage.Page.Render<MemberList>(parameters => parameters.Add(one => one.Room, room).Add(one => one.Viewer, owner.Id));
        Assert.Equal([owner.Name, last.Name], Names(again)[..2]);
        Assert.Equal(RoomDirectory.MaxLines, Names(again).Count);
    }

    private static List<string> Names(IRenderedComponent<MemberList> list) => [.. list.FindAll(".member-name").Select(name => name.TextContent.Trim())];

    private static void AssertOrder(IRenderedComponent<MemberList> list, params TestPerson[] people) => Assert.Equal(people.Select(person => person.Name), Names(list));
}
