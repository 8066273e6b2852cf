using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Accounts;

/// <summary>Links with which people come. Each test has people of its own; the server lets in who is invited.</summary>
public sealed class InvitationTests(InvitationTests.InviteOnlyServer server) : IClassFixture<InvitationTests.InviteOnlyServer>
{
    private static int _number;

    private Invitations Invitations => server.Get<Invitations>();

    [Fact]
    public async Task Of_twenty_at_once_on_a_link_for_five_exactly_five_come_and_all_are_in_the_room()
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        var room = await server.MakeRoomAsync(boss, RoomVisibility.Private);
        var link = await server.InviteAsync(boss, room.Id, uses: 5);
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => RegisterAsync(link))));
        var came = results.Where(result => result.User is not null).Select(result => result.User!.Value).ToList();
        Assert.Equal(5, came.Count);
        Assert.Equal(15, results.Count(result => result.Error == RegistrationError.NotInvited));
        Assert.All(came, person => Assert.True(server.Get<RoomDirectory>().Find(room.Id, person)!.IsMember));
        var line = Invitations.List(boss.Id).Single(line => line.Maker.Id == boss.Id);
        Assert.Equal((5, 5, InvitationState.UsedUp), (line.Uses, line.MaxUses, line.State));
        Assert.Equal(came.ToHashSet(), line.Came.Select(card => card.Id).ToHashSet());
        using var db = server.Get<ChatDatabase>().OpenRead();
        Assert.Equal(6, db.Memberships.Count(m => m.RoomId == room.Id.Value));
    }

    [Fact]
    public async Task The_room_hears_who_came_and_by_whom_in_its_log()
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        var room = await server.MakeRoomAsync(boss, RoomVisibility.Private);
        await using var socket = await server.SubscribeAsync(boss, room.Id);
        var came = (await RegisterAsync(await server.InviteAsync(boss, room.Id))).User!.Value;
        var told = await socket.PushAsync();
        var data = told.GetProperty("pub").GetProperty("data");
        Assert.Equal(("member.changed", true, came.Value), (data.GetProperty("type").GetString(), data.GetProperty("joined").GetBoolean(), data.GetProperty("member").GetProperty("id").GetString()));
        using var db = server.Get<ChatDatabase>().OpenRead();
        var entry = db.Log.Single(entry => entry.RoomId == room.Id.Value && entry.SubjectId == came.Value);
        Assert.Equal((LogEntryKind.MemberJoined, boss.Id.Value), (entry.Kind, entry.ActorId));
    }

    [Fact]
    public async Task Links_that_do_not_hold_get_one_answer_whatever_the_reason()
    {
        var time = new ManualTime();
        await using var timed = await TestServer.StartAsync(["Accounts:Registration=invite-only"], services => services.AddSingleton<TimeProvider>(time));
        var boss = await timed.AddPersonAsync("Boss", Rank.Administrator);
        var (used, revoked, expired) = (await timed.InviteAsync(boss, uses: 1), await timed.InviteAsync(boss), await timed.InviteAsync(boss, life: TimeSpan.FromHours(1)));
        Assert.NotNull((await RegisterAsync(used, timed)).User);
        var id = timed.Get<Invitations>().List(boss.Id).Single(line => line is { State: InvitationState.Live, ExpiresAt: null }).Id;
        Assert.Equal(InvitationOutcome.Done, await timed.Get<Invitations>().RevokeAsync(boss.Id, id, "leaked"));
        Assert.NotNull(timed.Get<Invitations>().Look(expired));
        time.Advance(TimeSpan.FromHours(1));
        var unknown = Secret.Make(Invitations.Prefix);
        foreach (var link in new[] { used, revoked, expired, unknown, revoked[..^1], "invite_", "x", new string('x', 100_000), revoked.ToUpperInvariant() })
        {
            Assert.Equal(RegistrationError.NotInvited, (await RegisterAsync(link, timed)).Error);
            Assert.Null(timed.Get<Invitations>().Look(link));
            Assert.Equal(RoomOutcome.NotFound, (await timed.Get<Invitations>().JoinAsync(boss.Id, link)).Outcome);
        }

        Assert.Equal(
            [InvitationState.UsedUp, InvitationState.Expired, InvitationState.Revoked],
            timed.Get<Invitations>().List(boss.Id).Select(line => line.State).Order());
    }

    [Theory]
    [InlineData("demoted")]
    [InlineData("locked")]
    [InlineData("deleted")]
    [InlineData("out of the room")]
    public async Task An_invitation_is_dead_while_its_maker_may_not_invite(string what)
    {
        var maker = await server.AddPersonAsync("Mod", Rank.Moderator);
        var room = await server.MakeRoomAsync(await server.AddPersonAsync(), RoomVisibility.Private, members: maker);
        var link = await server.InviteAsync(maker, room.Id);
        Assert.NotNull((await RegisterAsync(link)).User);
        switch (what)
        {
            case "demoted": await server.ChangeAccountAsync(maker, account => account.Rank = Rank.Member); break;
            case "locked": await server.ChangeAccountAsync(maker, account => account.LockoutEnd = DateTimeOffset.MaxValue); break;
            case "deleted": await server.ChangeAccountAsync(maker, account => account.DeletedAt = server.Get<TimeProvider>().GetUtcNow()); break;
            default: await server.Get<RoomWriter>().LeaveAsync(maker.Id, room.Id); break;
        }

        Assert.Equal(RegistrationError.NotInvited, (await RegisterAsync(link)).Error);
        Assert.Equal(RoomOutcome.NotFound, (await Invitations.JoinAsync((await server.AddPersonAsync()).Id, link)).Outcome);
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        Assert.Equal(InvitationState.Suspended, Invitations.List(boss.Id).Single(line => line.Maker.Id == maker.Id).State);
    }

    [Fact]
    public async Task Whoever_locks_the_makers_account_by_wrong_passwords_does_not_switch_the_link_off()
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        var link = await server.InviteAsync(boss);
        for (var i = 0; i < server.Get<AccountOptions>().LockoutAttempts; i++)
        {
            await using var scope = server.Services.CreateAsyncScope();
            Assert.Null(await scope.ServiceProvider.GetRequiredService<SignIn>().CheckAsync(boss.Email, "not the password"));
        }

        await using (var scope = server.Services.CreateAsyncScope())
            Assert.Null(await scope.ServiceProvider.GetRequiredService<SignIn>().CheckAsync(boss.Email, boss.Password));
        Assert.NotNull((await RegisterAsync(link)).User);
    }

    [Fact]
    public async Task An_address_that_has_an_account_uses_nothing_up_and_is_not_told()
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        var link = await server.InviteAsync(boss, uses: 1);
        var answer = await RegisterAsync(link, email: boss.Email);
        Assert.Equal((null, null), (answer.Error, answer.User));
        Assert.NotNull((await RegisterAsync(link)).User);
    }

    [Fact]
    public async Task Only_an_administrators_link_makes_moderators_and_none_makes_administrators()
    {
        var (boss, moderator) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Mod", Rank.Moderator));
        Assert.Equal(InvitationOutcome.NotAllowed, (await Invitations.CreateAsync(moderator.Id, new InvitationWish(1, Rank: Rank.Moderator))).Outcome);
        foreach (var rank in new[] { Rank.Administrator, (Rank)7, (Rank)(-1) })
            Assert.Equal(InvitationOutcome.NotAllowed, (await Invitations.CreateAsync(boss.Id, new InvitationWish(1, Rank: rank))).Outcome);
        var link = await server.InviteAsync(boss, rank: Rank.Moderator);
        var came = await RegisterAsync(link);
        Assert.Equal((Rank.Moderator, Rank.Moderator), (came.Rank, server.Get<UserDirectory>().Get(came.User!.Value).Rank));
        var entry = Assert.Single(server.Get<ModerationDesk>().Audit(boss.Id)!, line => line.Target == came.User.Value.Value);
        Assert.Equal(("user.rank", boss.Name), (entry.Action, entry.Actor));
        // A link that was an administrator's gives nothing that its maker could not give any more.
        await server.ChangeAccountAsync(boss, account => account.Rank = Rank.Moderator);
        Assert.Equal(RegistrationError.NotInvited, (await RegisterAsync(link)).Error);
    }

    [Fact]
    public async Task Into_a_room_only_its_members_invite_whatever_their_rank()
    {
        var (boss, owner) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync());
        foreach (var visibility in new[] { RoomVisibility.Private, RoomVisibility.Public })
        {
            var room = await server.MakeRoomAsync(owner, visibility);
            Assert.Equal(InvitationOutcome.NoSuchRoom, (await Invitations.CreateAsync(boss.Id, new InvitationWish(1, Room: room.Id))).Outcome);
        }

        Assert.Equal(InvitationOutcome.NoSuchRoom, (await Invitations.CreateAsync(boss.Id, new InvitationWish(1, Room: new RoomId("nowhere")))).Outcome);
    }

    [Fact]
    public async Task A_member_invites_to_a_room_while_registration_is_open_and_only_then()
    {
        await using var open = await TestServer.StartAsync();
        var (boss, ann) = (await open.AddPersonAsync("Boss", Rank.Administrator), await open.AddPersonAsync("Ann"));
        var room = await open.MakeRoomAsync(ann, RoomVisibility.Private);
        var invitations = open.Get<Invitations>();
        Assert.Equal(InvitationOutcome.NotAllowed, (await invitations.CreateAsync(ann.Id, new InvitationWish(1))).Outcome);
        Assert.Equal(InvitationOutcome.NotAllowed, (await invitations.CreateAsync(ann.Id, new InvitationWish(1, Rank: Rank.Moderator, Room: room.Id))).Outcome);
        var link = await open.InviteAsync(ann, room.Id);
        Assert.NotNull((await RegisterAsync(link, open)).User);
        await open.SetModeAsync(boss, RegistrationMode.InviteOnly);
        Assert.Equal(RegistrationError.NotInvited, (await RegisterAsync(link, open)).Error);
        Assert.Equal(InvitationOutcome.NotAllowed, (await invitations.CreateAsync(ann.Id, new InvitationWish(1, Room: room.Id))).Outcome);
    }

    [Fact]
    public async Task A_bot_and_nobody_invite_nobody()
    {
        var bot = await server.AddPersonAsync("Bot", Rank.Moderator);
        await server.ChangeAccountAsync(bot, account => account.IsBot = true);
        foreach (var maker in new[] { bot.Id, new UserId("nobody") })
            Assert.Equal(InvitationOutcome.NotAllowed, (await Invitations.CreateAsync(maker, new InvitationWish(1))).Outcome);
    }

    [Fact]
    public async Task Every_field_has_its_bounds()
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        foreach (var uses in new[] { 0, -1, 1001, int.MinValue, int.MaxValue }) Assert.Equal(InvitationOutcome.BadUses, await OutcomeAsync(new InvitationWish(uses)));
        foreach (var life in new[] { TimeSpan.Zero, TimeSpan.FromHours(1) - TimeSpan.FromTicks(1), TimeSpan.FromDays(90) + TimeSpan.FromTicks(1), TimeSpan.MaxValue, TimeSpan.MinValue })
            Assert.Equal(InvitationOutcome.BadLife, await OutcomeAsync(new InvitationWish(1, life)));
        Assert.Equal(InvitationOutcome.BadNote, await OutcomeAsync(new InvitationWish(1, Note: new string('x', 65))));
        Assert.Equal(InvitationOutcome.Done, await OutcomeAsync(new InvitationWish(1000, TimeSpan.FromDays(90), Note: " a\nb" + new string('x', 61) + " ")));
        Assert.Equal("a b" + new string('x', 61), Invitations.List(boss.Id).Single(line => line.Maker.Id == boss.Id).Note);

        async Task<InvitationOutcome> OutcomeAsync(InvitationWish wish) => (await Invitations.CreateAsync(boss.Id, wish)).Outcome;
    }

    [Fact]
    public async Task Nobody_makes_more_than_a_hundred_in_a_day()
    {
        var moderator = await server.AddPersonAsync("Mod", Rank.Moderator);
        var made = await Task.WhenAll(Enumerable.Range(0, 105).Select(_ => Invitations.CreateAsync(moderator.Id, new InvitationWish(1))));
        Assert.Equal(100, made.Count(one => one.Outcome == InvitationOutcome.Done));
        Assert.Equal(5, made.Count(one => one.Outcome == InvitationOutcome.TooMany));
    }

    [Fact]
    public async Task The_secret_is_stored_nowhere()
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        var link = await server.InviteAsync(boss);
        Assert.StartsWith(Invitations.Prefix, link, StringComparison.Ordinal);
        foreach (var file in Directory.GetFiles(server.Folder, "chat.db*"))
        {
            using var bytes = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(bytes, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(link[Invitations.Prefix.Length..], await reader.ReadToEndAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Whoever_has_an_account_comes_into_the_room_once()
    {
        var (boss, ann) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(boss, RoomVisibility.Private);
        var link = await server.InviteAsync(boss, room.Id, uses: 3);
        Assert.Equal(room.Id, (await Invitations.JoinAsync(ann.Id, link)).Room!.Id);
        Assert.True((await Invitations.JoinAsync(ann.Id, link)).IsDone);
        Assert.True((await Invitations.JoinAsync(boss.Id, link)).IsDone);
        Assert.Equal(1, Invitations.List(boss.Id).Single(line => line.Maker.Id == boss.Id).Uses);
        await server.Get<RoomWriter>().LeaveAsync(ann.Id, room.Id);
        Assert.Equal(RoomOutcome.NotFound, (await Invitations.JoinAsync(ann.Id, link)).Outcome);
        Assert.Equal(Rank.Member, server.Get<UserDirectory>().Get(ann.Id).Rank);
    }

    [Fact]
    public async Task Of_many_who_join_at_once_no_more_come_than_may()
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        var room = await server.MakeRoomAsync(boss, RoomVisibility.Private);
        var people = new List<TestPerson>();
        for (var i = 0; i < 8; i++) people.Add(await server.AddPersonAsync());
        var link = await server.InviteAsync(boss, room.Id, uses: 3);
        var joined = await Task.WhenAll(people.Select(person => Invitations.JoinAsync(person.Id, link)));
        Assert.Equal(3, joined.Count(result => result.IsDone));
        Assert.Equal(3, people.Count(person => server.Get<RoomDirectory>().Find(room.Id, person.Id) is { IsMember: true }));
    }

    [Fact]
    public async Task Moderators_see_all_and_revoke_their_own_and_those_of_members_administrators_each()
    {
        var (boss, mod, other, member) = (
            await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync());
        await server.InviteAsync(boss);
        await server.InviteAsync(mod);
        var (bosses, mods) = (IdOf(boss), IdOf(mod));
        Assert.Empty(Invitations.List(member.Id));
        Assert.Equal(InvitationOutcome.NotFound, await Invitations.RevokeAsync(member.Id, mods, ""));
        Assert.Equal(InvitationOutcome.NotFound, await Invitations.RevokeAsync(boss.Id, "nonsense", ""));
        Assert.Equal(InvitationOutcome.NotAllowed, await Invitations.RevokeAsync(other.Id, mods, ""));
        Assert.Equal(InvitationOutcome.NotAllowed, await Invitations.RevokeAsync(mod.Id, bosses, ""));
        Assert.Equal(InvitationOutcome.Done, await Invitations.RevokeAsync(boss.Id, mods, "leaked"));
        Assert.Equal(InvitationOutcome.Done, await Invitations.RevokeAsync(boss.Id, bosses, ""));
        var entry = Assert.Single(server.Get<ModerationDesk>().Audit(boss.Id)!, line => line.Target == mods && line.Action == "invitation.revoke");
        Assert.Equal((boss.Name, "leaked"), (entry.Actor, entry.Reason));
        // A demoted moderator still takes back what is theirs.
        await server.InviteAsync(other);
        await server.ChangeAccountAsync(other, account => account.Rank = Rank.Member);
        Assert.Equal(InvitationOutcome.Done, await Invitations.RevokeAsync(other.Id, Assert.Single(Invitations.List(other.Id)).Id, ""));

        string IdOf(TestPerson maker) => Invitations.List(mod.Id).Single(line => line.Maker.Id == maker.Id).Id;
    }

    [Fact]
    public async Task The_list_and_the_audit_log_do_not_name_a_private_room_to_who_is_not_in_it()
    {
        var (boss, moderator) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Mod", Rank.Moderator));
        var room = await server.MakeRoomAsync(boss, RoomVisibility.Private, "Secret merger");
        await server.InviteAsync(boss, room.Id);
        var line = Invitations.List(moderator.Id).Single(line => line.Maker.Id == boss.Id);
        Assert.True(line.HasRoom);
        Assert.Null(line.Room);
        Assert.Equal(room.Id, Invitations.List(boss.Id).Single(line => line.Maker.Id == boss.Id).Room!.Id);
        var entry = server.Get<ModerationDesk>().Audit(moderator.Id)!.First(entry => entry.Target == line.Id);
        Assert.DoesNotContain("merger", entry.Details, StringComparison.Ordinal);
    }

    private Task<RegistrationResult> RegisterAsync(string? invitation, string? email = null) => RegisterAsync(invitation, server, email);

    private static async Task<RegistrationResult> RegisterAsync(string? invitation, TestServer where, string? email = null)
    {
        var number = Interlocked.Increment(ref _number);
        await using var scope = where.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<Registration>()
            .RegisterAsync(email ?? $"guest{number}@example.net", $"Guest {number}", "correct horse battery", invitation: invitation);
    }

    public sealed class InviteOnlyServer() : TestServer(["Accounts:Registration=invite-only"]);
}
