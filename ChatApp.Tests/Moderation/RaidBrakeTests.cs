using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Settings;
using ChatApp.Tests.Accounts;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Moderation;

/// <summary>Too many who come at once: exactly as many come in as are allowed, and then only those who are brought, until a moderator lifts the brake.</summary>
public sealed class RaidBrakeTests : IAsyncLifetime
{
    private const int Limit = 5;
    private readonly SetTime _time = SanctionKit.Clock();
    private int _number;
    private TestServer _server = default!;
    private TestPerson _boss = default!;

    private RoomWriter Rooms => _server.Get<RoomWriter>();

    private RaidBrake Brake => _server.Get<RaidBrake>();

    public async Task InitializeAsync()
    {
        _server = await SanctionKit.StartAsync(_time);
        _boss = await _server.AddPersonAsync("Boss", Rank.Administrator);
        await LimitAsync(Limit);
    }

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task Of_many_who_join_at_once_as_many_come_in_as_are_allowed_and_one_entry_says_so()
    {
        var (owner, room) = await RoomAsync();
        var crowd = await CrowdAsync(20);
        var joined = await Task.WhenAll(crowd.Select(person => Task.Run(() => Rooms.JoinAsync(person.Id, room))));
        Assert.Equal(Limit, joined.Count(result => result.IsDone));
        Assert.All(joined.Where(result => !result.IsDone), result => Assert.Equal(RoomOutcome.InviteOnly, result.Outcome));
        Assert.Equal(Limit + 1, _server.Get<RoomDirectory>().MembersOf(room, owner.Id)!.Value.Total);
        Assert.True(_server.Get<RoomDirectory>().Find(room, owner.Id)!.Room.IsBraked);
        var entry = Assert.Single(_server.Get<ModerationDesk>().Audit(_boss.Id)!, line => line.Action == "brake.room");
        Assert.Equal(("brake", room.Value), (entry.Actor, entry.Target));

        // Who is brought comes in, and who looks after the instance can look.
        var late = await _server.AddPersonAsync("Late");
        Assert.True((await Rooms.InviteAsync(owner.Id, room, late.Id)).IsDone);
        Assert.True((await Rooms.JoinAsync(_boss.Id, room)).IsDone);
        // Another room has a brake of its own.
        var (_, other) = await RoomAsync();
        Assert.True((await Rooms.JoinAsync(crowd[0].Id, other)).IsDone);
    }

    [Fact]
    public async Task A_minute_ends_to_the_millisecond()
    {
        var (_, full) = await RoomAsync();
        var (_, calm) = await RoomAsync();
        var crowd = await CrowdAsync(Limit + 1);
        var begun = _time.Now;
        foreach (var room in new[] { full, calm })
        {
            foreach (var person in crowd[..Limit]) Assert.True((await Rooms.JoinAsync(person.Id, room)).IsDone);
        }

        _time.Now = begun + RaidBrake.Window - SanctionKit.Tick;
        Assert.Equal(RoomOutcome.InviteOnly, (await Rooms.JoinAsync(crowd[Limit].Id, full)).Outcome);
        _time.Now = begun + RaidBrake.Window;
        Assert.True((await Rooms.JoinAsync(crowd[Limit].Id, calm)).IsDone);
        // Time alone does not lift it.
        _time.Now = begun.AddDays(1);
        Assert.Equal(RoomOutcome.InviteOnly, (await Rooms.JoinAsync(crowd[Limit].Id, full)).Outcome);
    }

    [Fact]
    public async Task Whoever_comes_and_goes_is_one_and_without_a_limit_nobody_is_counted()
    {
        var (_, room) = await RoomAsync();
        var ann = await _server.AddPersonAsync("Ann");
        for (var i = 0; i < 3 * Limit; i++)
        {
            Assert.True((await Rooms.JoinAsync(ann.Id, room)).IsDone);
            Assert.True((await Rooms.LeaveAsync(ann.Id, room)).IsDone);
        }

        await LimitAsync(0);
        foreach (var person in await CrowdAsync(2 * Limit)) Assert.True((await Rooms.JoinAsync(person.Id, room)).IsDone);
        for (var i = 0; i < 2 * Limit; i++) Assert.Null((await RegisterAsync()).Error);
    }

    [Fact]
    public async Task A_moderator_of_the_room_lifts_its_brake_and_the_count_begins_anew()
    {
        var (owner, room) = await RoomAsync();
        var crowd = await CrowdAsync((2 * Limit) + 2);
        foreach (var person in crowd[..(Limit + 1)]) await Rooms.JoinAsync(person.Id, room);
        Assert.Equal(ModerationOutcome.NotAllowed, await Brake.LiftAsync(crowd[0].Id, room));
        Assert.Equal(ModerationOutcome.NotFound, await Brake.LiftAsync(owner.Id, new RoomId("nowhere")));
        Assert.Equal(ModerationOutcome.Done, await Brake.LiftAsync(owner.Id, room));
        Assert.Equal(ModerationOutcome.Done, await Brake.LiftAsync(owner.Id, room));
        Assert.False(_server.Get<RoomDirectory>().Find(room, owner.Id)!.Room.IsBraked);
        Assert.Single(_server.Get<ModerationDesk>().Audit(_boss.Id)!, line => line.Action == "brake.lift" && line.Actor == owner.Name);
        foreach (var person in crowd[(Limit + 1)..(2 * Limit + 1)]) Assert.True((await Rooms.JoinAsync(person.Id, room)).IsDone);
        Assert.Equal(RoomOutcome.InviteOnly, (await Rooms.JoinAsync(crowd[^1].Id, room)).Outcome);
    }

    [Fact]
    public async Task Of_many_who_register_at_once_as_many_get_an_account_as_are_allowed_and_then_only_the_invited()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 4 * Limit).Select(_ => Task.Run(() => RegisterAsync())));
        Assert.Equal(Limit, made.Count(result => result.User is not null));
        Assert.All(made.Where(result => result.User is null), result => Assert.Equal(RegistrationError.NotInvited, result.Error));
        var values = _server.Get<InstanceSettings>().Current;
        Assert.Equal((RegistrationMode.InviteOnly, _time.Now), (values.Registration, values.BrakedAt));
        Assert.Equal("brake", Assert.Single(_server.Get<ModerationDesk>().Audit(_boss.Id)!, line => line.Action == "brake.instance").Actor);
        Assert.NotNull((await RegisterAsync(await _server.InviteAsync(_boss))).User);

        // One press, by a moderator.
        var mod = await _server.AddPersonAsync("Mod", Rank.Moderator);
        Assert.Equal(ModerationOutcome.NotAllowed, await Brake.LiftAsync((await _server.AddPersonAsync()).Id, room: null));
        Assert.Equal(ModerationOutcome.Done, await Brake.LiftAsync(mod.Id, room: null));
        Assert.Equal((RegistrationMode.Open, null), (_server.Get<InstanceSettings>().Current.Registration, _server.Get<InstanceSettings>().Current.BrakedAt));
        Assert.NotNull((await RegisterAsync()).User);
    }

    [Fact]
    public async Task What_an_administrator_decides_about_registration_the_brake_does_not_take_back()
    {
        for (var i = 0; i <= Limit; i++) await RegisterAsync();
        var settings = _server.Get<InstanceSettings>();
        Assert.NotNull(settings.Current.BrakedAt);
        await settings.ChangeAsync(_boss.Id, values => values with { Registration = RegistrationMode.Closed, BrakedAt = DateTimeOffset.UnixEpoch });
        Assert.Null(settings.Current.BrakedAt);
        Assert.Equal(ModerationOutcome.Done, await Brake.LiftAsync(_boss.Id, room: null));
        Assert.Equal(RegistrationMode.Closed, settings.Current.Registration);
        Assert.Equal(SettingOutcome.OutOfRange, await settings.ChangeAsync(_boss.Id, values => values with { JoinsPerMinute = -1 }));
        Assert.Equal(SettingOutcome.OutOfRange, await settings.ChangeAsync(_boss.Id, values => values with { RegistrationsPerMinute = InstanceSettings.MaxPerMinute + 1 }));
    }

    [Fact]
    public async Task Pages_of_moderators_hear_of_it_and_nobody_else_and_programs_see_it_in_the_room()
    {
        var (owner, room) = await RoomAsync();
        var member = await _server.AddPersonAsync("Member");
        var broker = _server.Get<RoomBroker>();
        var page = broker.Connect(new ConnectionDescription(_boss.Id, ConnectionKind.Circuit, "127.0.0.1"))!;
        var other = broker.Connect(new ConnectionDescription(member.Id, ConnectionKind.Circuit, "127.0.0.1"))!;
        await using var program = await _server.SubscribeAsync(owner, room);
        foreach (var person in await CrowdAsync(Limit + 1)) await Rooms.JoinAsync(person.Id, room);
        for (var i = 0; i <= Limit; i++) await RegisterAsync();
        var news = new List<Envelope>();
        page.Outbox.Take(news);
        Assert.True(Assert.Single(news.Select(envelope => envelope.Body).OfType<RoomBraked>()).Room.IsBraked);
        Assert.NotNull(Assert.Single(news.Select(envelope => envelope.Body).OfType<InstanceSettingsChanged>()).Values.BrakedAt);
        var heard = new List<Envelope>();
        other.Outbox.Take(heard);
        Assert.Empty(heard);
        Assert.Equal([room], Brake.Rooms(_boss.Id)!.Select(one => one.Id));
        Assert.Null(Brake.Rooms(member.Id));

        Assert.True((await program.EventAsync("room.changed")).GetProperty("data").GetProperty("room").GetProperty("invite_only").GetBoolean());
        Assert.True((await program.AskAsync(new { rpc = new { method = "brake.lift", data = new { room = room.Value } } })).TryGetProperty("rpc", out _));
        Assert.False((await program.EventAsync("room.changed")).GetProperty("data").GetProperty("room").TryGetProperty("invite_only", out _));
        await using var stranger = await _server.ConnectAsync(member);
        Assert.Equal(103, TestSocket.ErrorOf(await stranger.AskAsync(new { rpc = new { method = "brake.lift", data = new { } } })));
    }

    [Fact]
    public async Task A_brake_holds_over_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-").FullName;
        try
        {
            RoomId room;
            UserId late;
            await using (var before = await TestServer.StartAsync(folder: folder))
            {
                var boss = await before.AddPersonAsync("Boss", Rank.Administrator);
                await before.Get<InstanceSettings>().ChangeAsync(boss.Id, values => values with { JoinsPerMinute = 1 });
                room = (await before.MakeRoomAsync(boss)).Id;
                late = (await before.AddPersonAsync("Late")).Id;
                Assert.True((await before.Get<RoomWriter>().JoinAsync((await before.AddPersonAsync()).Id, room)).IsDone);
                Assert.Equal(RoomOutcome.InviteOnly, (await before.Get<RoomWriter>().JoinAsync(late, room)).Outcome);
            }

            await using var after = await TestServer.StartAsync(folder: folder);
            Assert.Equal(RoomOutcome.InviteOnly, (await after.Get<RoomWriter>().JoinAsync(late, room)).Outcome);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task LimitAsync(int limit) => Assert.Equal(
        SettingOutcome.Done,
        await _server.Get<InstanceSettings>().ChangeAsync(_boss.Id, values => values with { JoinsPerMinute = limit, RegistrationsPerMinute = limit }));

    private async Task<(TestPerson Owner, RoomId Room)> RoomAsync()
    {
        var owner = await _server.AddPersonAsync("Owner");
        return (owner, (await _server.MakeRoomAsync(owner)).Id);
    }

    private async Task<TestPerson[]> CrowdAsync(int count)
    {
        var crowd = new TestPerson[count];
        for (var i = 0; i < count; i++) crowd[i] = await _server.AddPersonAsync("Crowd");
        return crowd;
    }

    private async Task<RegistrationResult> RegisterAsync(string? invitation = null)
    {
        var number = Interlocked.Increment(ref _number);
        await using var scope = _server.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<Registration>().RegisterAsync($"raid{number}@example.net", $"Raider {number}", "correct horse battery", invitation: invitation);
    }
}
