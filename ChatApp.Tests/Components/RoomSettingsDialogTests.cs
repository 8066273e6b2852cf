using Bunit;
using ChatApp.Accounts;
using ChatApp.Components.Rooms;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>The entrances by which people change a room and the roles in it.</summary>
[English]
public sealed class RoomSettingsDialogTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task An_owner_changes_name_topic_description_and_retention_in_one_go()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann, name: "Old");
        await using var page = new PersonContext(server, ann);
        var closed = 0;
        var dialog = page.Render<RoomSettingsDialog>(parameters => parameters
            .Add(d => d.Room, room).Add(d => d.Rights, new RoomRights(true, true)).Add(d => d.Viewer, ann.Id).Add(d => d.OnClose, () => closed++));
        await dialog.InvokeAsync(() => dialog.Find("#settings-name").Change(""));
        await dialog.InvokeAsync(() => dialog.Find("form").SubmitAsync());
        Assert.Contains("1 to 60", dialog.Find("#settings-name-error").TextContent, StringComparison.Ordinal);
        await dialog.InvokeAsync(() => dialog.Find("#settings-name").Change("New"));
        await dialog.InvokeAsync(() => dialog.Find("#settings-topic").Change("topic"));
        await dialog.InvokeAsync(() => dialog.Find("#settings-description").Change("two\nlines"));
        await dialog.InvokeAsync(() => dialog.Find("#settings-days").Change("9999"));
        await dialog.InvokeAsync(() => dialog.Find("form").SubmitAsync());
        Assert.Contains("3,650", dialog.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        await dialog.InvokeAsync(() => dialog.Find("#settings-days").Change("30"));
        await dialog.InvokeAsync(() => dialog.Find("form").SubmitAsync());
        Assert.Equal(1, closed);
        var now = server.Get<RoomDirectory>().Find(room.Id, ann.Id)!.Room;
        Assert.Equal(("New", "topic", "two\nlines", 30), (now.Name, now.Topic, now.Description, now.RetentionDays));
    }

    [Fact]
    public async Task A_room_moderator_sees_only_what_they_may_change()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: bob);
        await server.Get<RoomRoles>().SetAsync(ann.Id, room.Id, bob.Id, RoomRole.Moderator);
        await using var page = new PersonContext(server, bob);
        var dialog = page.Render<RoomSettingsDialog>(parameters => parameters
            .Add(d => d.Room, room).Add(d => d.Rights, RoomRights.Of(server.Get<RoomDirectory>().Find(room.Id, bob.Id), Rank.Member)).Add(d => d.Viewer, bob.Id));
        Assert.Empty(dialog.FindAll("#settings-name, #settings-days, .form-aside"));
        await dialog.InvokeAsync(() => dialog.Find("#settings-topic").Change("by Bob"));
        await dialog.InvokeAsync(() => dialog.Find("form").SubmitAsync());
        Assert.Equal("by Bob", server.Get<RoomDirectory>().Find(room.Id, bob.Id)!.Room.Topic);
    }

    [Fact]
    public async Task A_page_shows_a_new_name_and_an_archive_at_once_and_who_governs_reopens_it_there()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, name: "Cellar", members: bob);
        await using var page = new PersonContext(server, ann);
        page.Session.Open(ann.Id, "192.0.2.1");
        await using var others = new PersonContext(server, bob);
        others.Session.Open(bob.Id, "192.0.2.1");
        var (mine, theirs) = (RoomOf(page, room.Id), RoomOf(others, room.Id));
        Assert.Single(mine.FindAll(".main-actions [aria-label='Room settings']"));
        Assert.Empty(theirs.FindAll(".main-actions [aria-label='Room settings']"));
        await server.Get<RoomSettings>().EditAsync(ann.Id, room.Id, new RoomEdit("Loft"));
        theirs.WaitForAssertion(() => Assert.Equal("Loft", theirs.Find("h1").TextContent), Eventually.DefaultDeadline);

        await mine.InvokeAsync(() => mine.Find(".main-actions [aria-label='Room settings']").Click());
        await mine.InvokeAsync(() => mine.Find("dialog .form-aside").Click());
        foreach (var shown in (IRenderedComponent<RoomPage>[])[mine, theirs])
            shown.WaitForAssertion(() => Assert.Contains("archived", shown.Find(".composer-closed").TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);
        Assert.Empty(theirs.FindAll(".composer-closed button, #composer-input"));
        await mine.InvokeAsync(() => mine.Find(".composer-closed button").Click());
        foreach (var shown in (IRenderedComponent<RoomPage>[])[mine, theirs])
            shown.WaitForAssertion(() => Assert.Single(shown.FindAll("#composer-input")), Eventually.DefaultDeadline);

        // Who becomes an owner sees the entrance without a reload.
        await server.Get<RoomRoles>().SetAsync(ann.Id, room.Id, bob.Id, RoomRole.Owner);
        theirs.WaitForAssertion(() => Assert.Single(theirs.FindAll(".main-actions [aria-label='Room settings']")), Eventually.DefaultDeadline);
    }

    [Fact]
    public async Task An_owner_gives_a_role_in_the_list_of_members_and_others_see_it()
    {
        var (ann, bob, cid) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"), await server.AddPersonAsync("Cid"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Public, "Room", bob, cid);
        await using var page = new PersonContext(server, ann);
        page.Session.Open(ann.Id, "192.0.2.1");
        await using var others = new PersonContext(server, cid);
        others.Session.Open(cid.Id, "192.0.2.1");
        var (mine, theirs) = (ListOf(page, room), ListOf(others, room));
        Assert.Empty(theirs.FindAll(".member .icon-button"));
        await mine.InvokeAsync(() => mine.Find($"[aria-label='Change the role of {bob.Name}']").Click());
        Assert.Equal(["Member", "Moderator", "Owner"], mine.FindAll("dialog .choice-title").Select(title => title.TextContent));
        await mine.InvokeAsync(() => mine.Find("dialog input[value=Moderator]").Change("Moderator"));
        await mine.InvokeAsync(() => mine.Find("dialog form").SubmitAsync());
        Assert.Empty(mine.FindAll("dialog"));
        foreach (var list in (IRenderedComponent<MemberList>[])[mine, theirs])
            list.WaitForAssertion(() => Assert.Equal([$"{ann.Name} Owners", $"{bob.Name} Moderators", $"{cid.Name} Members"], Members(list)), Eventually.DefaultDeadline);

        // The last owner cannot step down, and is told so.
        await mine.InvokeAsync(() => mine.Find($"[aria-label='Change the role of {ann.Name}']").Click());
        await mine.InvokeAsync(() => mine.Find("dialog input[value=Member]").Change("Member"));
        await mine.InvokeAsync(() => mine.Find("dialog form").SubmitAsync());
        Assert.Contains("needs an owner", mine.Find("dialog [role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_description_stands_beside_the_members_as_plain_text()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        var described = (await server.Get<RoomSettings>().EditAsync(ann.Id, room.Id, new RoomEdit(Description: "<b>not bold</b>\nsecond"))).Room!;
        await using var page = new PersonContext(server, ann);
        var list = page.Render<MemberList>(parameters => parameters.Add(l => l.Room, described).Add(l => l.Viewer, ann.Id));
        Assert.Equal("<b>not bold</b>\nsecond", list.Find(".room-description").TextContent);
    }

    private IRenderedComponent<MemberList> ListOf(PersonContext page, RoomView room)
    {
        var list = page.Render<MemberList>(parameters => parameters.Add(l => l.Room, room).Add(l => l.Viewer, page.Person.Id));
        server.Get<RoomBroker>().Subscribe(page.Session.Connection!, room.Id).Subscription!.TryRelease(new Offset(room.Head.Value));
        return list;
    }

    private static IRenderedComponent<RoomPage> RoomOf(PersonContext page, RoomId room)
    {
        page.RenderTree.Add<Microsoft.AspNetCore.Components.CascadingValue<ChatApp.Components.Layout.MainLayout>>(parameters => parameters.Add(value => value.Value, new ChatApp.Components.Layout.MainLayout()));
        return page.Render<RoomPage>(parameters => parameters.Add(p => p.Id, room.Value));
    }

    private static IEnumerable<string> Members(IRenderedComponent<MemberList> list) =>
        list.FindAll(".member").Select(row => $"{row.QuerySelector("bdi")!.TextContent} {row.ParentElement!.PreviousElementSibling!.FirstChild!.TextContent.Trim()}");
}
