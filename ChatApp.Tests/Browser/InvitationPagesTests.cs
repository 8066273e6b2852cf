using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Settings;
using ChatApp.Tests.Accounts;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>How people come: the first of all, by a link, or not at all; with a real browser on both sides.</summary>
[Collection(Browser.Collection)]
public sealed class InvitationPagesTests(Browser browser)
{
    private const string Password = "a short sentence";

    [Fact]
    public async Task An_administrator_makes_it_invite_only_and_a_stranger_comes_by_a_link_into_the_room()
    {
        await using var server = await TestServer.StartAsync();
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        var room = await server.MakeRoomAsync(boss, RoomVisibility.Private, "Workshop");
        await server.PostAsync(boss, room.Id, "welcome words");
        await using var window = await browser.SignInAsync(server, boss, "/admin/settings");
        await using var stranger = await browser.NewPageAsync(new Uri(server.Address));

        await window.Page.CheckAsync("#settings [value=invite-only]");
        await window.Page.ClickAsync("#settings button[type=submit]");
        await window.ShowsAsync(".notice-success", Words.Of("AdminSettings.Saved"));
        await stranger.Page.GotoAsync("/account/register");
        await stranger.ShowsAsync("h1", Words.Of("Register.InviteOnlyTitle"));
        await Assertions.Expect(stranger.Page.Locator("#email")).ToHaveCountAsync(0);

        await window.Page.ClickAsync(".console-link[href='/admin/invitations']");
        await window.Page.ClickAsync("#invitations .section-head button");
        await window.Page.FillAsync("#invitation-note", "The new one");
        await window.Page.SelectOptionAsync("#invitation-room", room.Id.Value);
        await window.Page.ClickAsync("dialog button[type=submit]");
        var link = await window.Page.InputValueAsync("#invitation-link");
        await window.Page.ClickAsync("[data-copy]");
        await window.ShowsAsync("#invitation-link-hint", Words.Of("Copy.Done"));
        await window.Page.ClickAsync("dialog .button-primary");

        await stranger.Page.GotoAsync(link);
        await stranger.ShowsAsync(".outside-lead", "Workshop");
        await stranger.Page.FillAsync("#name", "Nora");
        await stranger.Page.FillAsync("#email", "nora@example.org");
        await stranger.Page.FillAsync("#password", "short");
        await stranger.Page.ClickAsync("button.button-primary");
        await stranger.ShowsAsync("#password-error", Words.Of("Account.ShortPassword", 8));
        Assert.DoesNotContain("invite", stranger.Page.Url, StringComparison.Ordinal);
        await stranger.Page.FillAsync("#password", Password);
        await stranger.Page.ClickAsync("button.button-primary");
        await stranger.ShowsAsync(".notice-success", Words.Of("Account.Registered"));
        await stranger.Page.FillAsync("#email", "nora@example.org");
        await stranger.Page.FillAsync("#password", Password);
        await stranger.Page.PressAsync("#password", "Enter");
        await stranger.ArrivesAsync($"{server.Address}/rooms/{room.Id}");
        await stranger.SeesAsync("welcome words");

        // The page of the administrator has followed by itself.
        await window.ShowsAsync("#invitations tbody tr", "Nora");
        await window.ShowsAsync("#invitations tbody tr", Words.Of("Invites.State.UsedUp"));
        await using var late = await browser.NewPageAsync(new Uri(server.Address));
        await late.Page.GotoAsync(link);
        await late.ShowsAsync("h1", Words.Of("Register.DeadTitle"));
        window.AssertNoErrors();
        stranger.AssertNoErrors();
        late.AssertNoErrors();
    }

    [Fact]
    public async Task A_revoked_link_brings_nobody_in_and_another_language_keeps_one_that_holds()
    {
        await using var server = await TestServer.StartAsync();
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        var link = Invitations.PathOf(await server.InviteAsync(boss));
        await using var window = await browser.SignInAsync(server, boss, "/admin/invitations");
        await using var stranger = await browser.NewPageAsync(new Uri(server.Address));
        await stranger.Page.GotoAsync(link);
        await stranger.Page.ClickAsync("button[lang=zh-Hans]");
        await stranger.ShowsAsync(".outside-lead", Words.In("zh-Hans", "Register.Invited", $"\u2068{boss.Name}\u2069"));

        await window.Page.ClickAsync("#invitations tbody button");
        await window.ShowsAsync("dialog", Words.Of("Invites.RevokeText", 0));
        await window.Page.FillAsync("#reason", "went to the wrong person");
        await window.Page.ClickAsync("dialog .button-danger");
        await window.ShowsAsync("#invitations tbody tr", Words.Of("Invites.State.Revoked"));
        await window.Page.ClickAsync(".console-link[href='/admin/audit']");
        await window.ShowsAsync("#audit", "went to the wrong person");

        // Sent from the page that was open before.
        await stranger.Page.FillAsync("#name", "Nora");
        await stranger.Page.FillAsync("#email", "nora@example.org");
        await stranger.Page.FillAsync("#password", Password);
        await stranger.Page.ClickAsync("button.button-primary");
        await stranger.ShowsAsync("h1", Words.In("zh-Hans", "Register.DeadTitle"));
        Assert.Empty(server.Get<UserDirectory>().Search("Nora", 1));
        window.AssertNoErrors();
        stranger.AssertNoErrors();
    }

    [Fact]
    public async Task The_first_of_all_comes_also_where_it_is_closed_and_then_the_door_is_shut()
    {
        await using var server = await TestServer.StartAsync(["Accounts:Registration=closed"]);
        await using var first = await browser.NewPageAsync(new Uri(server.Address));
        await first.Page.GotoAsync("/");
        await first.ArrivesAsync("**/account/register**");
        await first.ShowsAsync(".notice", Words.Of("Account.FirstNotice"));
        await first.Page.FillAsync("#name", "Root");
        await first.Page.FillAsync("#email", "root@example.org");
        await first.Page.FillAsync("#password", Password);
        await first.Page.ClickAsync("button.button-primary");
        await first.ShowsAsync(".notice-success", Words.Of("Account.Registered"));
        await Assertions.Expect(first.Page.Locator("a[href*=register]")).ToHaveCountAsync(0);
        await first.Page.FillAsync("#email", "root@example.org");
        await first.Page.FillAsync("#password", Password);
        await first.Page.PressAsync("#password", "Enter");
        await first.ArrivesAsync(server.Address + "/rooms/general");
        await first.Page.GotoAsync("/admin/settings");
        // What is sent before the page has come to life is sent to the server as a form, and lost.
        await first.ConnectionAsync();
        await first.Page.FillAsync("#settings-contact", "the office, room 12");
        await first.Page.ClickAsync("#settings button[type=submit]");
        await first.ShowsAsync(".notice-success", Words.Of("AdminSettings.Saved"));
        Assert.Equal("the office, room 12", server.Get<InstanceSettings>().Current.Contact);

        await using var second = await browser.NewPageAsync(new Uri(server.Address));
        await second.Page.GotoAsync("/account/register");
        await second.ShowsAsync("h1", Words.Of("Register.ClosedTitle"));
        await second.ShowsAsync(".notice", "the office, room 12");
        await Assertions.Expect(second.Page.Locator("#email")).ToHaveCountAsync(0);
        first.AssertNoErrors();
        second.AssertNoErrors();
    }

    [Fact]
    public async Task Whoever_has_an_account_signs_in_on_the_way_and_joins_the_room_by_a_button()
    {
        await using var server = await TestServer.StartAsync();
        var (boss, ann) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(boss, RoomVisibility.Private, "Workshop");
        await using var window = await browser.NewPageAsync(new Uri(server.Address));
        await window.Page.GotoAsync(Invitations.PathOf(await server.InviteAsync(boss, room.Id)));
        await window.Page.ClickAsync(".outside-other a");
        await window.Page.FillAsync("#email", ann.Email);
        await window.Page.FillAsync("#password", ann.Password);
        await window.Page.PressAsync("#password", "Enter");
        await window.ShowsAsync("h1", "Workshop");
        await window.Page.ClickAsync("button.button-primary");
        await window.ArrivesAsync($"{server.Address}/rooms/{room.Id}");
        await window.HasRoomAsync("Workshop");
        window.AssertNoErrors();
    }
}
