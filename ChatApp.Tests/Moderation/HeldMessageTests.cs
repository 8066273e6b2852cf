using System.IO.Compression;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Rules;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Api.Server;
using ChatApp.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Moderation;

/// <summary>What a rule holds waits apart from its room, is approved once or turned down, and its key always has an answer.</summary>
public sealed class HeldMessageTests : IAsyncLifetime
{
    private readonly SetTime _time = SanctionKit.Clock();
    private TestServer _server = default!;

    private HeldDesk Desk => _server.Get<HeldDesk>();

    public async Task InitializeAsync() => _server = await SanctionKit.StartAsync(_time);

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task A_held_message_takes_no_place_in_its_room_and_is_seen_by_moderators_alone()
    {
        var (owner, ann, room) = await SceneAsync();
        var head = HeadOf(room, owner);
        await using var member = await _server.SubscribeAsync(owner, room.Id);
        Assert.Equal("held", await _server.SayAsync(ann, room.Id, "maybe spam", "k1"));
        Assert.Equal(head, HeadOf(room, owner));
        Assert.Equal(1, (await member.EventAsync("held.changed")).GetProperty("data").GetProperty("waiting").GetInt32());
        Assert.DoesNotContain(member.Rest(), frame => frame.GetRawText().Contains("maybe spam", StringComparison.Ordinal));
        Assert.Empty(_server.Get<MessageHistory>().Latest(owner.Id, room.Id, 50)!.Messages);
        var line = Assert.Single(Desk.List(owner.Id, room.Id)!);
        Assert.Equal(("maybe spam", "Words", ann.Id, _time.Now + HeldMessage.Life), (line.Text, line.Source, line.Author.Id, line.Until));
        Assert.Null(Desk.List(ann.Id, room.Id));
        Assert.Null(Desk.List(ann.Id, null));
    }

    [Fact]
    public async Task An_approved_message_is_posted_at_the_end_by_its_author_under_its_key_and_once()
    {
        var (owner, ann, room) = await SceneAsync();
        await using var author = await _server.SubscribeAsync(ann, room.Id);
        await _server.SayAsync(ann, room.Id, "maybe spam", "k1");
        Assert.Equal("held", await _server.SayAsync(ann, room.Id, "maybe spam", "k1"));
        Assert.Equal("KeyUsedForOther", await _server.SayAsync(ann, room.Id, "other spam", "k1"));
        await _server.PostAsync(owner, room.Id, "in between");
        var id = Assert.Single(Desk.List(owner.Id, room.Id)!).Id;
        var both = await Task.WhenAll(Desk.ApproveAsync(owner.Id, id), Desk.ApproveAsync(owner.Id, id), Desk.RejectAsync(owner.Id, id, "no"));
        Assert.Equal([HeldOutcome.Done, HeldOutcome.NotFound, HeldOutcome.NotFound], both.Select(result => result.Outcome));
        Assert.Equal(["in between", "maybe spam"], _server.Get<MessageHistory>().Latest(owner.Id, room.Id, 50)!.Messages.Select(message => message.Text));
        var posted = (await author.PushAsync(push => push.GetRawText().Contains("maybe spam", StringComparison.Ordinal))).GetProperty("pub").GetProperty("data").GetProperty("message");
        Assert.Equal((ann.Id.Value, "k1"), (posted.GetProperty("author").GetProperty("id").GetString(), posted.GetProperty("key").GetString()));
        Assert.True((await author.EventAsync("held.decided")).GetProperty("data").GetProperty("approved").GetBoolean());
        Assert.Equal("again", await _server.SayAsync(ann, room.Id, "maybe spam", "k1"));
        Assert.Single(_server.Get<MessageHistory>().Latest(owner.Id, room.Id, 50)!.Messages, message => message.Key == "k1");
        Assert.Empty(Desk.List(owner.Id, room.Id)!);
    }

    [Fact]
    public async Task A_message_that_is_turned_down_is_gone_and_its_author_and_its_key_hear_why()
    {
        var (owner, ann, room) = await SceneAsync();
        await using var author = await _server.ConnectAsync(ann);
        await _server.SayAsync(ann, room.Id, "maybe spam", "k1");
        var id = Assert.Single(Desk.List(owner.Id, room.Id)!).Id;
        Assert.Equal(HeldOutcome.BadReason, (await Desk.RejectAsync(owner.Id, id, " ")).Outcome);
        Assert.Equal(HeldOutcome.BadReason, (await Desk.RejectAsync(owner.Id, id, new string('x', 513))).Outcome);
        Assert.Equal(HeldOutcome.Done, (await Desk.RejectAsync(owner.Id, id, "Not here")).Outcome);
        var decided = (await author.EventAsync("held.decided")).GetProperty("data");
        Assert.Equal((false, "Not here", "k1"), (decided.GetProperty("approved").GetBoolean(), decided.GetProperty("reason").GetString(), decided.GetProperty("key").GetString()));
        var again = Assert.IsType<PostResult.Rejected>(await _server.Get<MessageWriter>().PostAsync(ann.Id, room.Id, "maybe spam", "k1"));
        Assert.Equal((PostRefusal.TurnedDown, "Not here"), (again.Reason, again.Words));
        Assert.Equal(HeldOutcome.NotFound, (await Desk.ApproveAsync(owner.Id, id)).Outcome);
        await using var db = _server.Get<ChatDatabase>().OpenRead();
        Assert.Equal("", (await db.Held.SingleAsync(held => held.Id == id)).Text);
    }

    [Fact]
    public async Task Every_entrance_is_told_that_it_is_held_and_the_same_again_for_the_same_key()
    {
        var (owner, ann, room) = await SceneAsync();
        await using var socket = await _server.ConnectAsync(ann);
        var key = await _server.KeyOfAsync(ann);
        for (var time = 0; time < 2; time++)
        {
            var held = (await socket.AskAsync(new { publish = new { channel = $"room:{room.Id}", data = new { text = "spam", key = "k1" } } })).GetProperty("error");
            Assert.Equal((411, false, (_time.Now + HeldMessage.Life).ToUnixTimeMilliseconds()), (held.GetProperty("code").GetInt32(), held.GetProperty("temporary").GetBoolean(), held.GetProperty("until").GetInt64()));
            Assert.Equal(411, (await _server.AskAsync(key, "publish", new { channel = $"room:{room.Id}", data = new { text = "spam" }, idempotency_key = "k2" })).Error());
        }

        Assert.Equal(2, Desk.List(owner.Id, room.Id)!.Count);
        foreach (var line in Desk.List(owner.Id, room.Id)!) await Desk.ApproveAsync(owner.Id, line.Id);
        Assert.True((await socket.AskAsync(new { publish = new { channel = $"room:{room.Id}", data = new { text = "spam", key = "k1" } } })).GetProperty("publish").GetProperty("duplicate").GetBoolean());
    }

    [Fact]
    public async Task It_waits_to_the_last_millisecond_of_seven_days_and_then_its_text_goes()
    {
        var (owner, ann, room) = await SceneAsync();
        await _server.SayAsync(ann, room.Id, "first spam", "k1");
        await _server.SayAsync(ann, room.Id, "second spam", "k2");
        var lines = Desk.List(owner.Id, room.Id)!;
        _time.Now = lines[0].Until - SanctionKit.Tick;
        Assert.Equal(HeldOutcome.Done, (await Desk.ApproveAsync(owner.Id, lines[0].Id)).Outcome);
        _time.Now = lines[1].Until;
        Assert.Empty(Desk.List(owner.Id, room.Id)!);
        Assert.Equal(HeldOutcome.NotFound, (await Desk.ApproveAsync(owner.Id, lines[1].Id)).Outcome);
        Assert.Equal("HeldTooLong", await _server.SayAsync(ann, room.Id, "second spam", "k2"));
        Assert.Equal(1, await _server.Get<HeldMessages>().ForgetAsync(CancellationToken.None));
        await using (var db = _server.Get<ChatDatabase>().OpenRead()) Assert.Equal("", (await db.Held.SingleAsync()).Text);
        Assert.Equal("HeldTooLong", await _server.SayAsync(ann, room.Id, "second spam", "k2"));
        _time.Now += HeldMessage.Memory;
        Assert.Equal(1, await _server.Get<HeldMessages>().ForgetAsync(CancellationToken.None));
        Assert.Equal("held", await _server.SayAsync(ann, room.Id, "second spam", "k2"));
    }

    [Theory]
    [InlineData("muted")]
    [InlineData("banned")]
    [InlineData("left")]
    [InlineData("archived")]
    [InlineData("locked")]
    [InlineData("banned everywhere")]
    public async Task Approving_judges_again_whether_the_author_may_still_say_it(string what)
    {
        var (owner, ann, room) = await SceneAsync();
        var boss = await _server.AddPersonAsync("Boss", Rank.Administrator);
        await _server.SayAsync(ann, room.Id, "maybe spam", "k1");
        var id = Assert.Single(Desk.List(owner.Id, room.Id)!).Id;
        switch (what)
        {
            case "muted": await _server.ImposeAsync(owner, ann, SanctionKind.Mute, room.Id, TimeSpan.FromHours(1)); break;
            case "banned": await _server.ImposeAsync(owner, ann, SanctionKind.Ban, room.Id); break;
            case "left": Assert.True((await _server.Get<RoomWriter>().LeaveAsync(ann.Id, room.Id)).IsDone); break;
            case "archived": Assert.True((await _server.Get<RoomSettings>().ArchiveAsync(owner.Id, room.Id, isArchived: true)).IsDone); break;
            case "locked": Assert.True((await _server.Get<RoomSettings>().SetLockAsync(owner.Id, room.Id, isLocked: true)).IsDone); break;
            default: await _server.ImposeAsync(boss, ann, SanctionKind.Ban, room: null); break;
        }

        Assert.Equal(HeldOutcome.AuthorMayNot, (await Desk.ApproveAsync(owner.Id, id)).Outcome);
        Assert.Single(Desk.List(owner.Id, room.Id)!);
        Assert.Equal(HeldOutcome.Done, (await Desk.RejectAsync(owner.Id, id, "Too late")).Outcome);
    }

    [Fact]
    public async Task Slow_mode_does_not_keep_an_approved_message_back()
    {
        var (owner, ann, room) = await SceneAsync();
        await _server.SayAsync(ann, room.Id, "maybe spam", "k1");
        await _server.Get<RoomSettings>().SetSlowModeAsync(owner.Id, room.Id, 60);
        Assert.Equal("posted", await _server.SayAsync(ann, room.Id, "harmless"));
        Assert.Equal(HeldOutcome.Done, (await Desk.ApproveAsync(owner.Id, Desk.List(owner.Id, room.Id)![0].Id)).Outcome);
    }

    [Fact]
    public async Task What_was_meant_for_a_private_room_is_read_by_nobody_who_does_not_read_there()
    {
        var (owner, ann, boss) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"), await _server.AddPersonAsync("Boss", Rank.Moderator));
        var room = await _server.MakeRoomAsync(owner, RoomVisibility.Private, "Secret", ann);
        await _server.AddRuleAsync(boss, null, RuleKit.Word("spam", RuleAction.Hold));
        await _server.SayAsync(ann, room.Id, "maybe spam", "k1");
        await _server.SayAsync(ann, RoomId.General, "public spam", "k2");
        Assert.Equal(["public spam"], Desk.List(boss.Id, null)!.Select(line => line.Text));
        Assert.Null(Desk.List(boss.Id, room.Id));
        var id = Assert.Single(Desk.List(owner.Id, room.Id)!).Id;
        Assert.Equal(HeldOutcome.NotFound, (await Desk.ApproveAsync(boss.Id, id)).Outcome);
        Assert.Equal(HeldOutcome.Done, (await Desk.ApproveAsync(owner.Id, id)).Outcome);
    }

    [Fact]
    public async Task Nobody_decides_on_what_they_have_written_themselves()
    {
        var (owner, _, room) = await SceneAsync(exempt: null);
        var warden = await _server.AddRoomModeratorAsync(owner, room.Id);
        await _server.SayAsync(warden, room.Id, "spam", "k1");
        var id = Assert.Single(Desk.List(warden.Id, room.Id)!).Id;
        Assert.Equal(HeldOutcome.NotAllowed, (await Desk.ApproveAsync(warden.Id, id)).Outcome);
        Assert.Equal(HeldOutcome.Done, (await Desk.ApproveAsync(owner.Id, id)).Outcome);
    }

    [Fact]
    public async Task One_person_fills_no_queue()
    {
        var (owner, ann, room) = await SceneAsync();
        await _server.Get<CommitQueue>().CommitAsync(commit =>
        {
            for (var number = 0; number < HeldMessage.MostOfOne; number++)
                commit.Db.Held.Add(new HeldMessage { AuthorId = ann.Id.Value, RoomId = room.Id.Value, Key = $"f{number}", Fingerprint = "x", Text = "x", Source = "x", At = commit.Now });
            return true;
        });
        Assert.Equal("TooManyHeld", await _server.SayAsync(ann, room.Id, "spam", "k1"));
        await Desk.RejectAsync(owner.Id, Desk.List(owner.Id, room.Id)![0].Id, "no");
        Assert.Equal("held", await _server.SayAsync(ann, room.Id, "spam", "k1"));
    }

    [Fact]
    public async Task A_deleted_account_leaves_nothing_held_and_an_export_names_what_waits()
    {
        var (owner, ann, room) = await SceneAsync();
        await _server.SayAsync(ann, room.Id, "maybe spam", "k1");
        using var archive = new MemoryStream();
        await _server.Get<DataExport>().WriteAsync(ann.Id, archive, CancellationToken.None);
        await using (var zip = new ZipArchive(archive, ZipArchiveMode.Read, leaveOpen: true))
        {
            using var held = new StreamReader(await zip.GetEntry("held-messages.jsonl")!.OpenAsync());
            Assert.Contains("maybe spam", await held.ReadToEndAsync(), StringComparison.Ordinal);
        }

        var id = Desk.List(owner.Id, room.Id)![0].Id;
        Assert.Equal(DeletionOutcome.Done, await _server.Get<AccountDeletion>().DeleteAsync(ann.Id));
        Assert.Empty(Desk.List(owner.Id, room.Id)!);
        Assert.Equal(HeldOutcome.NotFound, (await Desk.ApproveAsync(owner.Id, id)).Outcome);
    }

    [Fact]
    public async Task An_answer_and_a_message_of_a_thread_keep_their_place_and_what_they_answer_may_be_gone()
    {
        var (owner, ann, room) = await SceneAsync();
        var (root, asked) = (await _server.PostAsync(owner, room.Id, "root"), await _server.PostAsync(owner, room.Id, "question"));
        var writer = _server.Get<MessageWriter>();
        Assert.IsType<PostResult.Held>(await writer.PostAsync(ann.Id, room.Id, "spam in a thread", "k1", thread: root.Id));
        Assert.IsType<PostResult.Held>(await writer.PostAsync(ann.Id, room.Id, "spam as an answer", "k2", asked.Id));
        await _server.Get<MessageEditor>().DeleteAsync(owner.Id, asked.Id);
        var lines = Desk.List(owner.Id, room.Id)!;
        Assert.Equal(root.Id, (await Desk.ApproveAsync(owner.Id, lines[0].Id)).Message!.Thread);
        Assert.Null((await Desk.ApproveAsync(owner.Id, lines[1].Id)).Message!.ReplyTo);
        Assert.True(Assert.IsType<PostResult.Accepted>(await writer.PostAsync(ann.Id, room.Id, "spam as an answer", "k2", asked.Id)).IsDuplicate);
    }

    [Fact]
    public async Task Each_decision_stands_in_the_audit_log()
    {
        var (owner, ann, room) = await SceneAsync();
        var admin = await _server.AddPersonAsync("Admin", Rank.Administrator);
        await _server.SayAsync(ann, room.Id, "spam 1", "k1");
        await _server.SayAsync(ann, room.Id, "spam 2", "k2");
        var lines = Desk.List(owner.Id, room.Id)!;
        await Desk.ApproveAsync(owner.Id, lines[0].Id);
        await Desk.RejectAsync(owner.Id, lines[1].Id, "Not here");
        Assert.Equal([("held.reject", "Not here"), ("held.approve", "")],
            _server.Get<ModerationDesk>().Audit(admin.Id)!.Where(line => line.Action.StartsWith("held.", StringComparison.Ordinal)).Select(line => (line.Action, line.Reason)));
    }

    private long HeadOf(RoomView room, TestPerson reader) => _server.Get<RoomDirectory>().Find(room.Id, reader.Id)!.Room.Head.Value;

    private async Task<(TestPerson Owner, TestPerson Ann, RoomView Room)> SceneAsync(Standing? exempt = Standing.RoomModerator)
    {
        var (owner, ann) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"));
        var room = await _server.MakeRoomAsync(owner, members: ann);
        await _server.AddRuleAsync(owner, room.Id, RuleKit.Word("spam", RuleAction.Hold) with { ExemptFrom = exempt });
        return (owner, ann, room);
    }
}
