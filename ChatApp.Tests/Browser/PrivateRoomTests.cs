using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>A private room does not exist for others, until somebody inside invites them.</summary>
[Collection(Browser.Collection)]
public sealed class PrivateRoomTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_private_room_looks_like_a_missing_one_until_an_invitation_shows_it()
    {
        var (ann, eve) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Eve"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Vault");
        await server.PostAsync(ann, room.Id, "secret words");
        await using var outside = await browser.SignInAsync(server, eve);
        await using var inside = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await outside.HasRoomAsync("Vault", expected: false);

        var closed = await outside.Page.GotoAsync($"/rooms/{room.Id}");
        var closedText = (await closed!.TextAsync()).Replace(room.Id.Value, "ID", StringComparison.Ordinal);
        var closedMain = await outside.Page.InnerTextAsync("main");
        var missing = await outside.Page.GotoAsync("/rooms/nosuchroom23");
        Assert.Equal((404, 404), (closed.Status, missing!.Status));
        Assert.Equal(await outside.Page.InnerTextAsync("main"), closedMain);
        Assert.DoesNotContain("Vault", closedText, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", closedText, StringComparison.Ordinal);
        outside.ForgetErrors(); // the browser notes each 404

        // She stands before the closed door, without having loaded the page anew, when it opens.
        await outside.Page.GotoAsync("/rooms/general");
        await outside.IsLiveAsync(server, eve);
        await outside.Page.EvaluateAsync("path => Blazor.navigateTo(path)", $"/rooms/{room.Id}");
        await outside.ShowsAsync("h1", Words.Of("Room.Missing"));
        await inside.Page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Room.Invite") }).First.ClickAsync();
        await inside.Page.FillAsync("#person", eve.Name);
        await inside.Page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Invite.Button", eve.Name) }).ClickAsync();
        await inside.ShowsAsync("dialog", Words.Of("Invite.Done"));
        await outside.HasRoomAsync("Vault");
        await outside.SeesAsync("secret words");
        await Assertions.Expect(inside.Page.Locator(".member-name", new() { HasText = eve.Name })).ToHaveCountAsync(1);

        // And it closes behind her.
        await outside.Page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Room.Leave") }).First.ClickAsync();
        await outside.Page.Locator("dialog .button-danger").ClickAsync();
        await outside.ShowsAsync("h1", "General");
        await outside.HasRoomAsync("Vault", expected: false);
        await Assertions.Expect(inside.Page.Locator(".member-name", new() { HasText = eve.Name })).ToHaveCountAsync(0);
        outside.AssertNoErrors();
        inside.AssertNoErrors();
    }

    [Fact]
    public async Task A_room_is_made_found_in_the_directory_and_joined()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        await using var maker = await browser.SignInAsync(server, ann, "/rooms/new");
        await using var seeker = await browser.SignInAsync(server, bob, "/rooms");
        var name = $"Garden of {ann.Name}";
        await maker.Page.ClickAsync(".form button[type=submit]");
        await maker.ShowsAsync("#room-name-error", Words.Of("RoomOutcome.BadName", RoomWriter.MaxNameLength));
        await maker.Page.FillAsync("#room-name", name);
        await maker.Page.FillAsync("#room-topic", "Flowers & <b>trees</b>");
        await maker.Page.ClickAsync(".form button[type=submit]");
        await maker.ShowsAsync("h1", name);
        await maker.ShowsAsync(".room-topic", "Flowers & <b>trees</b>");
        await maker.HasRoomAsync(name);

        await seeker.Page.FillAsync("#q", ann.Name);
        await seeker.Page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Directory.JoinRoom", name) }).ClickAsync();
        await seeker.ShowsAsync("h1", name);
        await seeker.SayAsync("nice here");
        await maker.SeesAsync("nice here");
        await Assertions.Expect(maker.Page.Locator(".member-name", new() { HasText = bob.Name })).ToHaveCountAsync(1);
        maker.AssertNoErrors();
        seeker.AssertNoErrors();
    }
}
