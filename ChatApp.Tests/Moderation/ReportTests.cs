using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Moderation;

/// <summary>Members report, moderators decide, both sides hear of it, and nobody learns who reported.</summary>
public sealed class ReportTests : IAsyncLifetime
{
    private readonly SetTime _time = SanctionKit.Clock();
    private TestServer _server = default!;
    private TestPerson _owner = default!;
    private TestPerson _ann = default!;
    private TestPerson _bob = default!;
    private RoomView _room = default!;
    private MessageView _message = default!;

    private Reports Reports => _server.Get<Reports>();

    private ReportDesk Desk => _server.Get<ReportDesk>();

    private ReportLists Lists => _server.Get<ReportLists>();

    public async Task InitializeAsync()
    {
        _server = await SanctionKit.StartAsync(_time);
        (_owner, _ann, _bob) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"), await _server.AddPersonAsync("Bob"));
        _room = await _server.MakeRoomAsync(_owner, RoomVisibility.Private, "Room", _ann, _bob);
        _message = await _server.PostAsync(_ann, _room.Id, "buy this");
    }

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task A_message_is_reported_once_by_each_and_stands_as_one_line_in_the_queue()
    {
        Assert.True((await AddAsync(_bob, comment: "Again")).IsDone);
        Assert.Equal(ReportOutcome.Already, (await AddAsync(_bob)).Outcome);
        Assert.True((await AddAsync(_owner)).IsDone);
        var line = Assert.Single(Lists.Queue(_owner.Id)!);
        Assert.Equal((_ann.Id, _message.Id, "Room", true), (line.User.Id, line.Message, line.RoomName, line.MayResolve));
        Assert.Equal([(_bob.Id, "Again"), (_owner.Id, "")], line.Voices.Select(voice => (voice.Reporter.Id, voice.Comment)));
        Assert.Equal(1, Lists.Count(_owner.Id, _room.Id));
        // For a message that is for ever.
        Assert.True((await Desk.ResolveAsync(_owner.Id, line.Id, new ReportVerdict(ReportDecision.Dismiss, "fine"))).IsDone);
        Assert.Equal(ReportOutcome.Already, (await AddAsync(_bob)).Outcome);
    }

    [Fact]
    public async Task A_person_is_reported_once_until_that_is_decided()
    {
        var order = new ReportOrder(Message: null, _ann.Id, _room.Id, ReportCategory.Harassment, "by private messages");
        var first = await Reports.AddAsync(_bob.Id, order);
        Assert.Equal(new ReportResult(ReportOutcome.Already, first.Id), await Reports.AddAsync(_bob.Id, order));
        Assert.True((await Desk.ResolveAsync(_owner.Id, first.Id, new ReportVerdict(ReportDecision.Warn, "please"))).IsDone);
        Assert.True((await Reports.AddAsync(_bob.Id, order)).IsDone);
    }

    [Fact]
    public async Task What_cannot_be_reported_is_refused()
    {
        var outsider = await _server.AddPersonAsync("Outsider");
        Assert.Equal(ReportOutcome.NotAllowed, (await AddAsync(_ann)).Outcome);
        Assert.Equal(ReportOutcome.NotFound, (await AddAsync(outsider)).Outcome);
        Assert.Equal(ReportOutcome.BadComment, (await AddAsync(_bob, ReportCategory.Other)).Outcome);
        Assert.Equal(ReportOutcome.BadComment, (await AddAsync(_bob, comment: new string('x', Report.MaxCommentLength + 1))).Outcome);
        Assert.Equal(ReportOutcome.BadComment, (await AddAsync(_bob, (ReportCategory)99)).Outcome);
        Assert.Equal(ReportOutcome.NotFound, (await Reports.AddAsync(_bob.Id, new ReportOrder(null, outsider.Id, _room.Id, ReportCategory.Spam, ""))).Outcome);
        Assert.True((await Reports.AddAsync(_bob.Id, new ReportOrder(null, outsider.Id, null, ReportCategory.Spam, ""))).IsDone);
        await _server.Get<MessageEditor>().DeleteAsync(_ann.Id, _message.Id);
        Assert.Equal(ReportOutcome.NotFound, (await AddAsync(_bob)).Outcome);
    }

    [Fact]
    public async Task Nobody_floods_the_queue()
    {
        for (var n = 0; n < Reports.MostPerMinute; n++) Assert.True((await AddAsync(_bob, message: await _server.PostAsync(_ann, _room.Id, $"{n}"))).IsDone);
        Assert.Equal(ReportOutcome.TooFast, (await AddAsync(_bob)).Outcome);
        // Another one is not kept back by it.
        Assert.True((await AddAsync(_owner)).IsDone);
        await _server.Get<CommitQueue>().CommitAsync(commit =>
        {
            for (var n = 0; n < Reports.MostOpen; n++)
                commit.Db.Reports.Add(new Report { ReporterId = _owner.Id.Value, UserId = _ann.Id.Value, MessageId = 100_000 + n, Category = ReportCategory.Spam, Comment = "", At = commit.Now });
            return true;
        });
        Assert.Equal(ReportOutcome.TooMany, (await AddAsync(_owner, message: await _server.PostAsync(_ann, _room.Id, "one more"))).Outcome);
    }

    [Theory]
    [InlineData(ReportDecision.Delete)]
    [InlineData(ReportDecision.Warn)]
    [InlineData(ReportDecision.Mute)]
    [InlineData(ReportDecision.Ban)]
    public async Task A_decision_is_carried_out_closes_all_reports_of_the_same_and_is_told_to_both_sides(ReportDecision decision)
    {
        await using var reporter = await _server.ConnectAsync(_bob);
        await using var author = await _server.ConnectAsync(_ann);
        var id = (await AddAsync(_bob, comment: "secret of the reporter")).Id;
        await AddAsync(_owner);
        var result = await Desk.ResolveAsync(_owner.Id, id, new ReportVerdict(decision, "Advertising", decision is ReportDecision.Mute or ReportDecision.Ban ? TimeSpan.FromHours(1) : null));
        Assert.Equal(ReportOutcome.Done, result.Outcome);
        Assert.Empty(Lists.Queue(_owner.Id)!);
        Assert.Equal(ReportOutcome.Resolved, (await Desk.ResolveAsync(_owner.Id, id, new ReportVerdict(ReportDecision.Dismiss, "late"))).Outcome);

        var history = _server.Get<MessageHistory>();
        Assert.Equal(decision == ReportDecision.Delete, history.Find(_owner.Id, _message.Id)!.IsDeleted);
        Assert.Equal(decision is ReportDecision.Mute or ReportDecision.Ban, await _server.TryPostAsync(_ann, _room.Id) is not null);
        Assert.Equal(decision != ReportDecision.Ban, _server.Get<RoomDirectory>().Find(_room.Id, _ann.Id) is { IsMember: true });

        var told = (await reporter.EventAsync("report.resolved")).GetProperty("data").GetProperty("report");
        Assert.Equal((true, "Advertising", "secret of the reporter"), (told.GetProperty("own").GetBoolean(), told.GetProperty("reason").GetString(), told.GetProperty("comment").GetString()));
        var heard = (await author.EventAsync("report.resolved")).GetProperty("data").GetRawText();
        Assert.Contains("Advertising", heard, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", heard, StringComparison.Ordinal);
        Assert.DoesNotContain(_bob.Id.Value, heard + string.Concat(author.Rest().Select(frame => frame.GetRawText())), StringComparison.Ordinal);
        Assert.Equal([(decision, false)], Reports.Own(_ann.Id).Select(notice => (notice.Decision!.Value, notice.IsOwn)));
        Assert.Equal((decision, "Advertising", true), Reports.Own(_bob.Id, onlyUnseen: true).Select(notice => (notice.Decision!.Value, notice.Reason, notice.IsOwn)).Single());
        foreach (var person in (TestPerson[])[_ann, _bob])
        {
            Assert.True(await Reports.AcknowledgeAsync(person.Id, id));
            Assert.Empty(Reports.Own(person.Id, onlyUnseen: true));
        }
    }

    [Fact]
    public async Task What_came_to_nothing_is_told_to_the_reporter_alone()
    {
        var id = (await AddAsync(_bob)).Id;
        Assert.True((await Desk.ResolveAsync(_owner.Id, id, new ReportVerdict(ReportDecision.Dismiss, "A joke"))).IsDone);
        Assert.Equal(ReportDecision.Dismiss, Reports.Own(_bob.Id).Single().Decision);
        Assert.Empty(Reports.Own(_ann.Id));
        Assert.False(await Reports.AcknowledgeAsync((await _server.AddPersonAsync("Nobody")).Id, id));
    }

    [Fact]
    public async Task The_context_and_the_history_are_shown_and_a_look_into_a_foreign_room_is_an_audit_entry()
    {
        for (var n = 0; n < 8; n++) await _server.PostAsync(_bob, _room.Id, $"after {n}");
        await _server.ImposeAsync(_owner, _ann, SanctionKind.Warning, _room.Id, reason: "before");
        var id = (await AddAsync(_bob)).Id;
        var own = (await Desk.ReadAsync(_owner.Id, id))!;
        Assert.Equal(["buy this", "after 0", "after 1", "after 2", "after 3", "after 4"], own.Context.Select(message => message.Text));
        Assert.Equal("before", own.History.Single().Term.Reason);
        Assert.Equal(0, Looks());

        var boss = await _server.AddPersonAsync("Boss", Rank.Moderator);
        var line = Assert.Single(Lists.Queue(boss.Id)!);
        Assert.Equal($"private room {_room.Id}", line.RoomName);
        Assert.Equal(0, Looks());
        Assert.NotEmpty((await Desk.ReadAsync(boss.Id, id))!.Context);
        Assert.Equal(1, Looks());
        Assert.Null(await Desk.ReadAsync(_bob.Id, id));
    }

    [Fact]
    public async Task Nobody_sees_or_decides_what_is_about_themselves_or_somebody_above_them()
    {
        var (warden, boss) = (await _server.AddRoomModeratorAsync(_owner, _room.Id), await _server.AddPersonAsync("Boss", Rank.Moderator));
        var about = await _server.PostAsync(warden, _room.Id, "mine");
        var (own, higher) = ((await AddAsync(_bob, message: about)).Id, (await AddAsync(_bob, message: await _server.PostAsync(_owner, _room.Id, "the owner's"))).Id);
        Assert.DoesNotContain(Lists.Queue(warden.Id)!, line => line.Id == own);
        Assert.False(Lists.Queue(warden.Id)!.Single(line => line.Id == higher).MayResolve);
        var verdict = new ReportVerdict(ReportDecision.Dismiss, "no");
        Assert.Equal(ReportOutcome.NotAllowed, (await Desk.ResolveAsync(warden.Id, own, verdict)).Outcome);
        Assert.Equal(ReportOutcome.NotAllowed, (await Desk.ResolveAsync(warden.Id, higher, verdict)).Outcome);
        Assert.Null(await Desk.ReadAsync(warden.Id, own));
        Assert.True((await Desk.ResolveAsync(_owner.Id, own, verdict)).IsDone);
        Assert.True((await Desk.ResolveAsync(boss.Id, higher, verdict)).IsDone);
    }

    [Fact]
    public async Task Room_moderators_see_what_is_in_their_rooms_and_those_of_the_instance_everything()
    {
        var boss = await _server.AddPersonAsync("Boss", Rank.Moderator);
        var direct = (await _server.Get<DirectRooms>().OpenAsync(_ann.Id, [_bob.Id])).Room!;
        var said = await _server.PostAsync(_ann, direct.Id, "between us");
        await _server.PostAsync(_bob, direct.Id, "what else was said");
        await AddAsync(_bob);
        var private_ = (await AddAsync(_bob, message: said)).Id;
        await Reports.AddAsync(_bob.Id, new ReportOrder(null, _ann.Id, null, ReportCategory.Spam, ""));
        Assert.Single(Lists.Queue(_owner.Id)!);
        Assert.Equal(3, Lists.Queue(boss.Id)!.Count);
        Assert.Null(Lists.Queue(_bob.Id));
        Assert.Null(Lists.List(_owner.Id, room: null));

        // Of a conversation nothing is shown but what was reported, and nothing in it can be changed from outside.
        var view = (await Desk.ReadAsync(boss.Id, private_))!;
        Assert.Equal(["between us"], view.Context.Select(message => message.Text));
        Assert.True(view.Line.InConversation);
        Assert.Equal(ReportOutcome.NotPossible, (await Desk.ResolveAsync(boss.Id, private_, new ReportVerdict(ReportDecision.Delete, "no"))).Outcome);
        Assert.True((await Desk.ResolveAsync(boss.Id, private_, new ReportVerdict(ReportDecision.Mute, "no", TimeSpan.FromHours(1), IsEverywhere: true))).IsDone);
        Assert.NotNull(await _server.TryPostAsync(_ann, RoomId.General));
    }

    [Fact]
    public async Task Reports_go_with_the_account_and_stand_in_the_export_of_who_made_them()
    {
        await AddAsync(_bob, comment: "in my own words");
        using var bytes = new MemoryStream();
        await _server.Get<DataExport>().WriteAsync(_bob.Id, bytes, CancellationToken.None);
        bytes.Position = 0;
        await using (var zip = new System.IO.Compression.ZipArchive(bytes))
        using (var reader = new StreamReader(await zip.GetEntry("reports.jsonl")!.OpenAsync()))
            Assert.Contains("in my own words", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(DeletionOutcome.Done, await _server.Get<AccountDeletion>().DeleteAsync(_bob.Id));
        Assert.Empty(Lists.Queue(_owner.Id)!);
    }

    [Fact]
    public async Task The_link_of_somebody_who_is_banned_does_not_hold()
    {
        var boss = await _server.AddPersonAsync("Boss", Rank.Moderator);
        var admin = await _server.AddPersonAsync("Admin", Rank.Administrator);
        var invitations = _server.Get<Invitations>();
        var link = (await invitations.CreateAsync(boss.Id, new InvitationWish(MaxUses: 5))).Secret;
        Assert.NotNull(invitations.Look(link));
        var ban = await _server.ImposeAsync(admin, boss, SanctionKind.Ban, room: null, TimeSpan.FromHours(1));
        Assert.Null(invitations.Look(link));
        _time.Now = ban.Until!.Value;
        Assert.NotNull(invitations.Look(link));
    }

    private Task<ReportResult> AddAsync(TestPerson by, ReportCategory category = ReportCategory.Spam, string comment = "", MessageView? message = null) =>
        Reports.AddAsync(by.Id, new ReportOrder((message ?? _message).Id, default, Room: null, category, comment));

    private int Looks()
    {
        using var db = _server.Get<ChatDatabase>().OpenRead();
        return db.Audit.Count(entry => entry.Action == "report.read");
    }
}
