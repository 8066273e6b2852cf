using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Tokens;

namespace ChatApp.Tests.Moderation;

/// <summary>Sanctions hold to the millisecond of the server's clock, for whatever they are about, and end by themselves.</summary>
public sealed class SanctionTests : IAsyncLifetime
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly SetTime _time = SanctionKit.Clock();
    private TestServer _server = default!;

    public async Task InitializeAsync() => _server = await SanctionKit.StartAsync(_time);

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_mute_silences_to_its_last_millisecond_and_not_one_longer(bool inRoom)
    {
        var (owner, ann) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"));
        var boss = await _server.AddPersonAsync("Boss", Rank.Moderator);
        var room = await _server.MakeRoomAsync(owner, members: ann);
        var message = await _server.PostAsync(ann, room.Id, "before");
        var term = await _server.ImposeAsync(boss, ann, SanctionKind.Mute, inRoom ? room.Id : null, Hour);
        Assert.Equal(_time.Now + Hour, term.Until);

        foreach (var left in (TimeSpan[])[Hour, SanctionKit.Tick])
        {
            _time.Now = term.Until!.Value - left;
            var refused = await _server.TryPostAsync(ann, room.Id);
            Assert.Equal((PostRefusal.Muted, term.Until), (refused?.Reason, refused?.Until));
            Assert.All(await OtherWordsAsync(ann, room.Id, message.Id), outcome => Assert.Equal("Muted", outcome));
        }

        _time.Now = term.Until!.Value;
        Assert.Null(await _server.TryPostAsync(ann, room.Id));
        Assert.DoesNotContain("Muted", await OtherWordsAsync(ann, room.Id, message.Id));
    }

    [Fact]
    public async Task Who_is_muted_in_a_room_reads_on_deletes_their_own_and_speaks_elsewhere()
    {
        var (owner, ann) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"));
        var (room, other) = (await _server.MakeRoomAsync(owner, members: ann), await _server.MakeRoomAsync(owner, members: ann));
        var message = await _server.PostAsync(ann, room.Id, "before");
        await _server.ImposeAsync(owner, ann, SanctionKind.Mute, room.Id, Hour);
        await _server.PostAsync(owner, room.Id, "you hear me");
        Assert.Equal("you hear me", _server.Get<MessageHistory>().Latest(ann.Id, room.Id, 1)!.Messages.Single().Text);
        Assert.Null(await _server.TryPostAsync(ann, other.Id));
        Assert.Null(await _server.TryPostAsync(ann, RoomId.General));
        Assert.Equal(MessageOutcome.Done, (await _server.Get<MessageEditor>().DeleteAsync(ann.Id, message.Id)).Outcome);
        Assert.Equal(MessageOutcome.Muted, (await _server.Get<MessageEditor>().RestoreAsync(ann.Id, message.Id)).Outcome);
        Assert.True((await _server.Get<RoomWriter>().LeaveAsync(ann.Id, room.Id)).IsDone);
    }

    [Fact]
    public async Task A_ban_from_a_room_takes_somebody_out_and_keeps_them_out_to_its_last_millisecond()
    {
        var (owner, ann, bob) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"), await _server.AddPersonAsync("Bob"));
        var room = await _server.MakeRoomAsync(owner, RoomVisibility.Public, "Room", ann, bob);
        var term = await _server.ImposeAsync(owner, ann, SanctionKind.Ban, room.Id, Hour);
        Assert.False(_server.Get<RoomDirectory>().Find(room.Id, ann.Id)!.IsMember);
        _time.Now = term.Until!.Value - SanctionKit.Tick;
        var join = await _server.Get<RoomWriter>().JoinAsync(ann.Id, room.Id);
        Assert.Equal((RoomOutcome.Banned, term.Until), (join.Outcome, join.Until));
        Assert.Equal(RoomOutcome.GuestBanned, (await _server.Get<RoomWriter>().InviteAsync(bob.Id, room.Id, ann.Id)).Outcome);
        Assert.Equal(PostRefusal.Banned, (await _server.TryPostAsync(ann, room.Id))?.Reason);
        Assert.Null(await _server.TryPostAsync(ann, RoomId.General));
        _time.Now = term.Until!.Value;
        Assert.True((await _server.Get<RoomWriter>().JoinAsync(ann.Id, room.Id)).IsDone);
        Assert.Null(await _server.TryPostAsync(ann, room.Id));
    }

    [Fact]
    public async Task A_ban_from_the_instance_keeps_an_account_out_to_its_last_millisecond_and_says_why()
    {
        var (boss, ann) = (await _server.AddPersonAsync("Boss", Rank.Moderator), await _server.AddPersonAsync("Ann"));
        var before = await _server.TokenOfAsync(ann);
        var bot = await _server.AddBotAsync(ann);
        var botToken = (await _server.AddTokenAsync(ann, bot: bot)).Secret;
        var term = await _server.ImposeAsync(boss, ann, SanctionKind.Ban, room: null, TimeSpan.FromMinutes(30), "Spam");
        _time.Now = term.Until!.Value - SanctionKit.Tick;
        using (var refused = await LoginAsync(ann))
        {
            var body = await refused.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Equal(("banned", "Spam", term.Until!.Value.ToUnixTimeMilliseconds()), (body.GetProperty("error").GetString(), body.GetProperty("reason").GetString(), body.GetProperty("until").GetInt64()));
        }

        Assert.Equal("Spam", _server.Get<AccessTokens>().Read(before).Ban?.Reason);
        Assert.Null(_server.Get<AccessTokens>().Read(botToken).User);
        Assert.Equal(PostRefusal.Banned, (await _server.TryPostAsync(ann, RoomId.General))?.Reason);
        _time.Now = term.Until!.Value;
        await _server.TokenOfAsync(ann);
        Assert.Equal(bot, _server.Get<AccessTokens>().Read(botToken).User);
        // What was signed in before the ban has ended with it.
        Assert.Null(_server.Get<AccessTokens>().Read(before).User);
    }

    [Fact]
    public async Task Nobody_hears_why_an_account_is_banned_without_its_password()
    {
        var (boss, ann) = (await _server.AddPersonAsync("Boss", Rank.Moderator), await _server.AddPersonAsync("Ann"));
        await _server.ImposeAsync(boss, ann, SanctionKind.Ban, room: null, Hour);
        using var wrong = await _server.Http.PostAsJsonAsync("/api/account/login", new { email = ann.Email, password = "not the right one" });
        Assert.Equal((HttpStatusCode.Unauthorized, ""), (wrong.StatusCode, await wrong.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_new_mute_takes_the_place_of_the_one_before_and_lifting_ends_it_at_once()
    {
        var (owner, ann) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"));
        var room = await _server.MakeRoomAsync(owner, members: ann);
        await _server.ImposeAsync(owner, ann, SanctionKind.Mute, room.Id, TimeSpan.FromDays(30));
        var shorter = await _server.ImposeAsync(owner, ann, SanctionKind.Mute, room.Id, Hour);
        Assert.Equal(shorter.Until, (await _server.TryPostAsync(ann, room.Id))?.Until);
        Assert.Equal(SanctionOutcome.Done, (await _server.Get<Sanctions>().LiftAsync(owner.Id, shorter.Id, "talked about it")).Outcome);
        Assert.Null(await _server.TryPostAsync(ann, room.Id));
        var lines = _server.Get<SanctionLists>().List(owner.Id, new SanctionQuery(room.Id))!;
        Assert.Equal(["talked about it", "Please calm down"], lines.Select(line => line.LiftReason));
        Assert.All(lines, line => Assert.False(line.Holds));
        var audit = _server.Get<ModerationDesk>().Audit((await _server.AddPersonAsync("Boss", Rank.Moderator)).Id)!;
        Assert.Equal(["sanction.lift", "sanction.mute", "sanction.mute"], audit.Where(line => line.Target == ann.Id.Value).Select(line => line.Action));
    }

    [Fact]
    public async Task What_somebody_of_higher_standing_has_imposed_is_neither_lifted_nor_shortened_from_below()
    {
        var (owner, ann, boss) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"), await _server.AddPersonAsync("Boss", Rank.Administrator));
        var room = await _server.MakeRoomAsync(owner, members: ann);
        var heavy = await _server.ImposeAsync(boss, ann, SanctionKind.Mute, room.Id, TimeSpan.FromDays(30));
        Assert.Equal(SanctionOutcome.NotAllowed, (await _server.Get<Sanctions>().LiftAsync(owner.Id, heavy.Id)).Outcome);
        await _server.ImposeAsync(owner, ann, SanctionKind.Mute, room.Id, Hour);
        Assert.Equal(heavy.Until, (await _server.TryPostAsync(ann, room.Id))?.Until);
    }

    [Fact]
    public async Task A_warning_takes_nothing_away_and_is_over_when_it_was_read()
    {
        var (owner, ann) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"));
        var room = await _server.MakeRoomAsync(owner, members: ann);
        var term = await _server.ImposeAsync(owner, ann, SanctionKind.Warning, room.Id);
        Assert.Null(await _server.TryPostAsync(ann, room.Id));
        Assert.Equal([term], _server.Get<SanctionLists>().Own(ann.Id).Select(own => own.Term));
        Assert.Equal(SanctionOutcome.NotFound, (await _server.Get<Sanctions>().AcknowledgeAsync(owner.Id, term.Id)).Outcome);
        Assert.Equal(SanctionOutcome.Done, (await _server.Get<Sanctions>().AcknowledgeAsync(ann.Id, term.Id)).Outcome);
        Assert.Empty(_server.Get<SanctionLists>().Own(ann.Id));
    }

    [Fact]
    public async Task A_mute_on_somebody_is_one_on_their_bots()
    {
        var (owner, ann) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"));
        var room = await _server.MakeRoomAsync(owner, members: ann);
        var bot = new TestPerson(await _server.AddBotAsync(ann), "", "", "");
        Assert.True((await _server.Get<RoomWriter>().InviteAsync(ann.Id, room.Id, bot.Id)).IsDone);
        Assert.Null(await _server.TryPostAsync(bot, room.Id));
        var term = await _server.ImposeAsync(owner, ann, SanctionKind.Mute, room.Id, Hour);
        Assert.Equal(PostRefusal.Muted, (await _server.TryPostAsync(bot, room.Id))?.Reason);
        _time.Now = term.Until!.Value;
        Assert.Null(await _server.TryPostAsync(bot, room.Id));
        await _server.ImposeAsync(owner, ann, SanctionKind.Ban, room.Id);
        Assert.False(_server.Get<RoomDirectory>().Find(room.Id, bot.Id)!.IsMember);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \u200B\n")]
    [InlineData(null)]
    public async Task A_reason_is_needed_and_has_a_bound(string? reason)
    {
        var (owner, ann) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"));
        var room = await _server.MakeRoomAsync(owner, members: ann);
        reason ??= new string('x', Sanction.MaxReasonLength + 1);
        Assert.Equal(SanctionOutcome.BadReason, (await _server.Get<Sanctions>().ImposeAsync(owner.Id, new SanctionOrder(ann.Id, SanctionKind.Mute, room.Id, reason, Hour))).Outcome);
        Assert.Equal(SanctionOutcome.BadReason, (await _server.Get<Sanctions>().KickAsync(owner.Id, room.Id, ann.Id, reason)).Outcome);
        await _server.ImposeAsync(owner, ann, SanctionKind.Mute, room.Id, Hour, new string('x', Sanction.MaxReasonLength));
    }

    [Theory]
    [InlineData(SanctionKind.Warning, 60)]
    [InlineData(SanctionKind.Mute, null)]
    [InlineData(SanctionKind.Mute, 0)]
    [InlineData(SanctionKind.Mute, 31_536_001)]
    [InlineData(SanctionKind.Ban, 315_360_001)]
    [InlineData((SanctionKind)9, 60)]
    public async Task A_term_that_the_kind_cannot_have_is_refused(SanctionKind kind, int? seconds)
    {
        var (owner, ann) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"));
        var room = await _server.MakeRoomAsync(owner, members: ann);
        var order = new SanctionOrder(ann.Id, kind, room.Id, "why", seconds is { } number ? TimeSpan.FromSeconds(number) : null);
        Assert.Equal(SanctionOutcome.BadTerm, (await _server.Get<Sanctions>().ImposeAsync(owner.Id, order)).Outcome);
    }

    [Fact]
    public async Task The_last_owner_is_not_taken_out_nor_anybody_out_of_General_nor_sanctioned_in_a_private_room_that_they_are_not_in()
    {
        var (owner, ann, boss) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"), await _server.AddPersonAsync("Boss", Rank.Administrator));
        var room = await _server.MakeRoomAsync(owner, RoomVisibility.Private);
        var sanctions = _server.Get<Sanctions>();
        Assert.Equal(SanctionOutcome.LastOwner, (await sanctions.KickAsync(boss.Id, room.Id, owner.Id, "why")).Outcome);
        Assert.Equal(SanctionOutcome.LastOwner, (await sanctions.ImposeAsync(boss.Id, new SanctionOrder(owner.Id, SanctionKind.Ban, room.Id, "why"))).Outcome);
        Assert.Equal(SanctionOutcome.NotPossible, (await sanctions.KickAsync(boss.Id, RoomId.General, ann.Id, "why")).Outcome);
        Assert.Equal(SanctionOutcome.NotPossible, (await sanctions.ImposeAsync(boss.Id, new SanctionOrder(ann.Id, SanctionKind.Ban, RoomId.General, "why"))).Outcome);
        Assert.Equal(SanctionOutcome.NoSuchUser, (await sanctions.ImposeAsync(owner.Id, new SanctionOrder(ann.Id, SanctionKind.Warning, room.Id, "why"))).Outcome);
        Assert.Equal(SanctionOutcome.RoomNotFound, (await sanctions.ImposeAsync(ann.Id, new SanctionOrder(owner.Id, SanctionKind.Warning, room.Id, "why"))).Outcome);
    }

    [Fact]
    public async Task A_demotion_that_is_committed_first_is_seen_by_the_act_behind_it()
    {
        var (boss, ann, admin) = (await _server.AddPersonAsync("Boss", Rank.Moderator), await _server.AddPersonAsync("Ann"), await _server.AddPersonAsync("Admin", Rank.Administrator));
        var demotion = _server.Get<ModerationDesk>().SetRankAsync(admin.Id, boss.Id, Rank.Member);
        var mute = _server.Get<Sanctions>().ImposeAsync(boss.Id, new SanctionOrder(ann.Id, SanctionKind.Mute, Room: null, "why", Hour));
        Assert.Equal((ModerationOutcome.Done, SanctionOutcome.NotAllowed), (await demotion, (await mute).Outcome));
    }

    [Fact]
    public async Task A_post_right_behind_the_mute_is_refused_also_in_the_same_batch()
    {
        var (owner, ann) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"));
        var room = await _server.MakeRoomAsync(owner, members: ann);
        using var hold = new ManualResetEventSlim();
        // What comes meanwhile is one batch.
        var first = _server.Get<CommitQueue>().CommitAsync(_ => hold.Wait(TimeSpan.FromSeconds(30)));
        var mute = _server.Get<Sanctions>().ImposeAsync(owner.Id, new SanctionOrder(ann.Id, SanctionKind.Mute, room.Id, "why", Hour));
        var post = _server.TryPostAsync(ann, room.Id);
        hold.Set();
        Assert.True(await first);
        Assert.Equal(SanctionOutcome.Done, (await mute).Outcome);
        Assert.Equal(PostRefusal.Muted, (await post)?.Reason);
    }

    [Fact]
    public async Task Deleting_an_account_takes_its_sanctions_along()
    {
        var (boss, ann) = (await _server.AddPersonAsync("Boss", Rank.Moderator), await _server.AddPersonAsync("Ann"));
        await _server.ImposeAsync(boss, ann, SanctionKind.Mute, room: null, Hour);
        await _server.Get<AccountDeletion>().DeleteAsync(ann.Id);
        Assert.DoesNotContain(_server.Get<SanctionLists>().List(boss.Id, new SanctionQuery())!, line => line.User.Id == ann.Id);
    }

    private Task<HttpResponseMessage> LoginAsync(TestPerson person) => _server.Http.PostAsJsonAsync("/api/account/login", new { email = person.Email, password = person.Password });

    // Everything besides posting that would say something.
    private async Task<string[]> OtherWordsAsync(TestPerson ann, RoomId room, MessageId own)
    {
        var guest = await _server.AddPersonAsync("Guest");
        return
        [
            (await _server.Get<MessageEditor>().EditAsync(ann.Id, own, $"edited {guest.Name}")).Outcome.ToString(),
            (await _server.Get<MessageMarks>().ReactAsync(ann.Id, own, "👍", isOn: true)).Outcome.ToString(),
            (await _server.Get<MessageMarks>().PinAsync(ann.Id, own, isOn: true)).Outcome.ToString(),
            (await _server.Get<RoomWriter>().InviteAsync(ann.Id, room, guest.Id)).Outcome.ToString(),
            _server.Get<TypingNotices>().Tell(ann.Id, room).ToString(),
        ];
    }
}
