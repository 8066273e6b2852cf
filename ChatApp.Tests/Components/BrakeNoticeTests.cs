using Bunit;
using ChatApp.Accounts;
using ChatApp.Components.Moderating;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Settings;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>What moderators see of a raid, and how they end it.</summary>
[English]
public sealed class BrakeNoticeTests : IAsyncLifetime
{
    private TestServer _server = default!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync();

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task A_moderator_is_told_while_the_page_is_open_and_lifts_the_brake_with_one_press()
    {
        var (boss, mod) = (await _server.AddPersonAsync("Boss", Rank.Administrator), await _server.AddPersonAsync("Mod", Rank.Moderator));
        await _server.Get<InstanceSettings>().ChangeAsync(boss.Id, values => values with { JoinsPerMinute = 1 });
        var room = await _server.MakeRoomAsync(boss, name: "Harbour");
        await using var page = new PersonContext(_server, mod);
        page.Session.Open(mod.Id, "192.0.2.1");
        var notice = page.Render<BrakeNotice>(parameters => parameters.Add(one => one.Viewer, mod.Id).Add(one => one.IsToast, value: true));
        Assert.Empty(notice.FindAll(".notice"));
        await RaidAsync(room.Id);
        notice.WaitForAssertion(() => Assert.Contains("Harbour", notice.Find("[role=alert]").TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);

        // Put away, and there again when it happens again.
        await notice.InvokeAsync(() => notice.Find(".icon-button").Click());
        Assert.Empty(notice.FindAll(".notice"));
        Assert.Equal(ModerationOutcome.Done, await _server.Get<RaidBrake>().LiftAsync(boss.Id, room.Id));
        await RaidAsync(room.Id);
        notice.WaitForAssertion(() => Assert.Single(notice.FindAll("[data-lift]")), Eventually.DefaultDeadline);
        await notice.InvokeAsync(() => notice.Find("[data-lift]").Click());
        notice.WaitForAssertion(() => Assert.Empty(notice.FindAll(".notice")), Eventually.DefaultDeadline);
        Assert.False(_server.Get<RoomDirectory>().Find(room.Id, boss.Id)!.Room.IsBraked);
    }

    [Fact]
    public async Task Nobody_else_is_told()
    {
        var boss = await _server.AddPersonAsync("Boss", Rank.Administrator);
        await _server.Get<InstanceSettings>().ChangeAsync(boss.Id, values => values with { JoinsPerMinute = 1 });
        var room = await _server.MakeRoomAsync(boss);
        await RaidAsync(room.Id);
        await using var page = new PersonContext(_server, await _server.AddPersonAsync("Ann"));
        Assert.Empty(page.Render<BrakeNotice>(parameters => parameters.Add(one => one.Viewer, page.Person.Id)).FindAll(".notice"));
    }

    private async Task RaidAsync(RoomId room)
    {
        await _server.Get<RoomWriter>().JoinAsync((await _server.AddPersonAsync()).Id, room);
        Assert.Equal(RoomOutcome.InviteOnly, (await _server.Get<RoomWriter>().JoinAsync((await _server.AddPersonAsync()).Id, room)).Outcome);
    }
}
