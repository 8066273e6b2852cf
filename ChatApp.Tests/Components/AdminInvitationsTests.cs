using Bunit;
using ChatApp.Accounts;
using ChatApp.Components.Admin;
using ChatApp.Rooms;
using ChatApp.Settings;
using ChatApp.Tests.Accounts;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>The sections of the admin page about who may come: invitations, and the settings.</summary>
[English]
public sealed class AdminInvitationsTests
{
    [Fact]
    public async Task Where_there_is_none_the_list_says_what_an_invitation_is_good_for()
    {
        await using var server = await TestServer.StartAsync();
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        await using var page = new PersonContext(server, boss);
        var admin = page.Render<AdminPage>(parameters => parameters.Add(admin => admin.Section, "invitations"));
        admin.WaitForAssertion(() => Assert.Contains("no invitations yet", admin.Find("#invitations").TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);
    }

    [Fact]
    public async Task An_administrator_makes_an_invitation_sees_its_link_once_and_who_came_and_revokes_it()
    {
        await using var server = await TestServer.StartAsync();
        var (boss, ann) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(boss, RoomVisibility.Private, "Workshop");
        await using var page = new PersonContext(server, boss);
        page.Session.Open(boss.Id, "192.0.2.1");
        var admin = page.Render<AdminPage>(parameters => parameters.Add(admin => admin.Section, "invitations"));
        await admin.InvokeAsync(() => admin.Find("#invitations .section-head button").Click());
        await admin.InvokeAsync(() => admin.Find("#invitation-note").Change("Summer interns"));
        await admin.InvokeAsync(() => admin.Find("#invitation-uses").Change("0"));
        await admin.InvokeAsync(() => admin.Find("dialog form").SubmitAsync());
        Assert.Contains("1 to 1,000", admin.Find("dialog [role=alert]").TextContent, StringComparison.Ordinal);
        await admin.InvokeAsync(() => admin.Find("#invitation-uses").Change("2"));
        await admin.InvokeAsync(() => admin.Find("#invitation-room").Change(room.Id.Value));
        await admin.InvokeAsync(() => admin.Find("dialog form").SubmitAsync());
        var link = admin.Find("#invitation-link").GetAttribute("value")!;
        Assert.Contains("/account/register?invite=invite_", link, StringComparison.Ordinal);
        await admin.InvokeAsync(() => admin.Find("dialog .button-primary").Click());
        Assert.DoesNotContain(link.Split('=')[1], admin.Markup, StringComparison.Ordinal);

        await server.Get<Invitations>().JoinAsync(ann.Id, link.Split('=')[1]);
        admin.WaitForAssertion(() => Assert.Contains(ann.Name, Row().TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);
        Assert.Contains("Summer interns", Row().TextContent, StringComparison.Ordinal);
        Assert.Contains("1 of 2", Row().TextContent, StringComparison.Ordinal);
        Assert.Contains("Workshop", Row().TextContent, StringComparison.Ordinal);

        await admin.InvokeAsync(() => Row().QuerySelector("button")!.Click());
        Assert.Contains("cannot be brought back", admin.Find("dialog").TextContent, StringComparison.Ordinal);
        await admin.InvokeAsync(() => admin.Find("dialog form").SubmitAsync());
        Assert.Equal(InvitationState.Live, Assert.Single(server.Get<Invitations>().List(boss.Id)).State);
        await admin.InvokeAsync(() => admin.Find("#reason").Change("leaked"));
        await admin.InvokeAsync(() => admin.Find("dialog form").SubmitAsync());
        admin.WaitForAssertion(() => Assert.Contains("Revoked", Row().TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);
        Assert.Null(Row().QuerySelector("button"));
        Assert.Equal("invitation.revoke", server.Get<ChatApp.Moderation.ModerationDesk>().Audit(boss.Id)![0].Action);

        AngleSharp.Dom.IElement Row() => Assert.Single(admin.FindAll("#invitations tbody tr"));
    }

    [Fact]
    public async Task A_moderator_gives_no_rank_sees_no_settings_and_cannot_revoke_what_is_an_administrators()
    {
        await using var server = await TestServer.StartAsync();
        var (boss, moderator) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Mod", Rank.Moderator));
        await server.InviteAsync(boss);
        await using var page = new PersonContext(server, moderator);
        var admin = page.Render<AdminPage>(parameters => parameters.Add(admin => admin.Section, "invitations"));
        admin.WaitForAssertion(() => Assert.Single(admin.FindAll("#invitations tbody tr")), Eventually.DefaultDeadline);
        Assert.Empty(admin.FindAll(".console-link[href='/admin/settings'], .console-link[href='/admin/tokens'], #invitations tbody button"));
        await admin.InvokeAsync(() => admin.Find("#invitations .section-head button").Click());
        Assert.Empty(admin.FindAll("[name=invitation-rank]"));
    }

    [Fact]
    public async Task A_mode_is_saved_and_other_open_pages_follow_without_losing_what_is_being_written_there()
    {
        await using var server = await TestServer.StartAsync();
        var (boss, other) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Boss", Rank.Administrator));
        await using var page = new PersonContext(server, boss);
        page.Session.Open(boss.Id, "192.0.2.1");
        await using var elsewhere = new PersonContext(server, other);
        elsewhere.Session.Open(other.Id, "192.0.2.2");
        var (mine, theirs) = (page.Render<AdminPage>(parameters => parameters.Add(admin => admin.Section, "settings")), elsewhere.Render<AdminPage>(parameters => parameters.Add(admin => admin.Section, "settings")));
        await theirs.InvokeAsync(() => theirs.Find("#settings-contact").Change("it@example.org"));
        await mine.InvokeAsync(() => mine.Find("#settings [value=invite-only]").Change("invite-only"));
        await mine.InvokeAsync(() => mine.Find("#settings form").SubmitAsync());
        Assert.Equal(RegistrationMode.InviteOnly, server.Get<InstanceSettings>().Current.Registration);
        Assert.Contains("Saved", mine.Find(".notice-success").TextContent, StringComparison.Ordinal);
        theirs.WaitForAssertion(() => Assert.True(theirs.Find("#settings [value=invite-only]").HasAttribute("checked")), Eventually.DefaultDeadline);
        Assert.Equal("it@example.org", theirs.Find("#settings-contact").GetAttribute("value"));
        await theirs.InvokeAsync(() => theirs.Find("#settings form").SubmitAsync());
        var settings = server.Get<InstanceSettings>().Current;
        Assert.Equal((RegistrationMode.InviteOnly, "it@example.org"), (settings.Registration, settings.Contact));
        mine.WaitForAssertion(() => Assert.Equal("it@example.org", mine.Find("#settings-contact").GetAttribute("value")), Eventually.DefaultDeadline);
    }

    [Fact]
    public async Task A_member_makes_a_link_to_a_room_beside_the_people_there_while_registration_is_open()
    {
        await using var server = await TestServer.StartAsync();
        var (boss, ann, bob) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private);
        await using var page = new PersonContext(server, ann);
        var dialog = page.Render<ChatApp.Components.Rooms.InviteDialog>(parameters => parameters.Add(d => d.Room, room).Add(d => d.Viewer, ann.Id));
        await dialog.InvokeAsync(() => dialog.Find(".room-invitation button").ClickAsync(new Microsoft.AspNetCore.Components.Web.MouseEventArgs()));
        var link = dialog.Find("#room-invitation").GetAttribute("value")!;
        Assert.Equal(room.Id, (await server.Get<Invitations>().JoinAsync(bob.Id, link.Split('=')[1])).Room!.Id);
        Assert.Equal(10, Assert.Single(server.Get<Invitations>().List(ann.Id)).MaxUses);

        // The page is open while the mode changes: the service decides.
        await using var other = new PersonContext(server, ann);
        var late = other.Render<ChatApp.Components.Rooms.InviteDialog>(parameters => parameters.Add(d => d.Room, room).Add(d => d.Viewer, ann.Id));
        await server.SetModeAsync(boss, RegistrationMode.InviteOnly);
        await late.InvokeAsync(() => late.Find(".room-invitation button").ClickAsync(new Microsoft.AspNetCore.Components.Web.MouseEventArgs()));
        Assert.Contains("may not make this invitation", late.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Empty(late.FindAll(".room-invitation"));
        Assert.Single(server.Get<Invitations>().List(ann.Id));
    }
}
