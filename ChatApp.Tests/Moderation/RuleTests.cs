using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Moderation.Rules;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Api.Server;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Moderation;

/// <summary>Rules judge what is posted and what is edited, exactly by the server's clock, and from the commit of their change on.</summary>
public sealed class RuleTests : IAsyncLifetime
{
    private readonly SetTime _time = SanctionKit.Clock();
    private TestServer _server = default!;

    public async Task InitializeAsync() => _server = await SanctionKit.StartAsync(_time);

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task A_rule_of_a_room_holds_there_alone_and_tells_its_words_on_posts_and_on_edits()
    {
        var (owner, ann, room) = await SceneAsync();
        var other = await _server.MakeRoomAsync(owner, members: ann);
        await _server.AddRuleAsync(owner, room.Id, RuleKit.Word("spam") with { Message = "No advertising here" });
        var refused = await _server.TryPostAsync(ann, room.Id, "buy my SPAM!");
        Assert.Equal((PostRefusal.Blocked, "No advertising here"), (refused!.Reason, refused.Words));
        Assert.Null(await _server.TryPostAsync(ann, other.Id, "spam"));
        Assert.Null(await _server.TryPostAsync(ann, room.Id, "spammers"));

        var message = await _server.PostAsync(ann, room.Id, "harmless");
        var edit = await _server.Get<MessageEditor>().EditAsync(ann.Id, message.Id, "harmless spam");
        Assert.Equal((MessageOutcome.Blocked, "No advertising here"), (edit.Outcome, edit.Words));
        Assert.Equal(MessageOutcome.Done, (await _server.Get<MessageEditor>().EditAsync(ann.Id, message.Id, "more harmless")).Outcome);
    }

    [Theory]
    [InlineData("post")]
    [InlineData("edit")]
    public async Task A_rule_holds_over_every_entrance(string act)
    {
        var (owner, ann, room) = await SceneAsync();
        await _server.AddRuleAsync(owner, room.Id, RuleKit.Word("spam") with { Message = "No" });
        var message = (await _server.PostAsync(ann, room.Id, "harmless")).Id;
        await using var socket = await _server.ConnectAsync(ann);
        if (act == "edit")
        {
            Assert.Equal(MessageOutcome.Blocked, (await _server.Get<MessageEditor>().EditAsync(ann.Id, message, "spam")).Outcome);
            var edited = (await socket.AskAsync(new { rpc = new { method = "message.edit", data = new { id = message.ToString(), text = "spam" } } })).GetProperty("error");
            Assert.Equal((405, "No"), (edited.GetProperty("code").GetInt32(), edited.GetProperty("reason").GetString()));
            return;
        }

        Assert.Equal("Blocked", await _server.SayAsync(ann, room.Id, "spam"));
        var publish = new { channel = $"room:{room.Id}", data = new { text = "spam" } };
        var error = (await socket.AskAsync(new { publish })).GetProperty("error");
        Assert.Equal((405, "No"), (error.GetProperty("code").GetInt32(), error.GetProperty("reason").GetString()));
        Assert.Equal(405, (await _server.AskAsync(await _server.KeyOfAsync(ann), "publish", publish)).Error());
    }

    [Theory]
    [InlineData("sp*m", "spaaam", true)]
    [InlineData("sp*m", "sp m", false)]
    [InlineData("spam", "ＳＰＡＭ", true)]
    [InlineData("spam", "s\u200Bpam", true)]
    [InlineData("spam", "spam.", true)]
    [InlineData("spam", "antispam", false)]
    [InlineData("*spam*", "antispamming", true)]
    [InlineData("广告", "这是广告吗", true)]
    [InlineData("a.b", "aXb", false)]
    [InlineData("ÄRGER", "ärger", true)]
    public async Task Words_are_found_whatever_their_case_width_and_hidden_characters(string word, string text, bool isHit)
    {
        var (owner, ann, room) = await SceneAsync();
        await _server.AddRuleAsync(owner, room.Id, RuleKit.Word(word));
        Assert.Equal(isHit ? "Blocked" : "posted", await _server.SayAsync(ann, room.Id, text));
    }

    [Theory]
    [InlineData(false, "see https://bad.example/x", true)]
    [InlineData(false, "see https://www.bad.example", true)]
    [InlineData(false, "see https://notbad.example", false)]
    [InlineData(false, "[good](https://bad.example)", true)]
    [InlineData(false, "https://good.example@bad.example/", true)]
    [InlineData(false, "`https://bad.example`", true)]
    [InlineData(false, "bad.example is a word", false)]
    [InlineData(true, "see https://bad.example/x", false)]
    [InlineData(true, "see https://good.example/x", true)]
    [InlineData(true, "no link at all", false)]
    public async Task Links_are_judged_by_where_they_lead(bool allows, string text, bool isHit)
    {
        var (owner, ann, room) = await SceneAsync();
        await _server.AddRuleAsync(owner, room.Id, RuleKit.Draft(RuleKind.Links, patterns: "bad.example") with { AllowsListed = allows });
        Assert.Equal(isHit ? "Blocked" : "posted", await _server.SayAsync(ann, room.Id, text));
    }

    [Fact]
    public async Task More_than_so_many_people_named_is_a_hit()
    {
        var (owner, ann, room) = await SceneAsync();
        var bob = await _server.AddPersonAsync("Bob");
        await _server.AddRuleAsync(owner, room.Id, RuleKit.Draft(RuleKind.Mentions, count: 1));
        Assert.Equal("posted", await _server.SayAsync(ann, room.Id, $"@{owner.Name} and once more @{owner.Name}"));
        Assert.Equal("Blocked", await _server.SayAsync(ann, room.Id, $"@{owner.Name} and @{bob.Name}"));
    }

    [Fact]
    public async Task A_rate_is_exact_to_the_millisecond_and_counts_only_what_was_posted()
    {
        var (owner, ann, room) = await SceneAsync();
        await _server.AddRuleAsync(owner, room.Id, RuleKit.Draft(RuleKind.Rate, count: 2, seconds: 10));
        var first = _time.Now;
        Assert.Equal(["posted", "posted", "Blocked"], [await _server.SayAsync(ann, room.Id, "1"), await _server.SayAsync(ann, room.Id, "2"), await _server.SayAsync(ann, room.Id, "3")]);
        _time.Now = first.AddSeconds(10) - SanctionKit.Tick;
        Assert.Equal("Blocked", await _server.SayAsync(ann, room.Id, "4"));
        _time.Now = first.AddSeconds(10);
        Assert.Equal(["posted", "posted", "Blocked"], [await _server.SayAsync(ann, room.Id, "5"), await _server.SayAsync(ann, room.Id, "6"), await _server.SayAsync(ann, room.Id, "7")]);
    }

    [Fact]
    public async Task Of_many_messages_at_once_no_more_than_the_rate_are_posted()
    {
        var (owner, ann, room) = await SceneAsync();
        await _server.AddRuleAsync(owner, room.Id, RuleKit.Draft(RuleKind.Rate, count: 3, seconds: 10));
        var said = await Task.WhenAll(Enumerable.Range(0, 15).Select(number => _server.SayAsync(ann, room.Id, $"number {number}")));
        Assert.Equal(3, said.Count(word => word == "posted"));
        Assert.Equal(12, said.Count(word => word == "Blocked"));
    }

    [Fact]
    public async Task The_same_text_again_is_a_hit_in_all_rooms_to_the_end_of_its_span_and_across_a_restart()
    {
        var folder = Path.Combine(Path.GetTempPath(), "chatapp-" + Guid.NewGuid().ToString("N"));
        try
        {
            TestPerson ann;
            RoomView room, other;
            var begin = _time.Now;
            await using (var before = await SanctionKit.StartAsync(_time, folder))
            {
                var (boss, owner) = (await before.AddPersonAsync("Boss", Rank.Moderator), await before.AddPersonAsync("Owner"));
                ann = await before.AddPersonAsync("Ann");
                (room, other) = (await before.MakeRoomAsync(owner, members: ann), await before.MakeRoomAsync(owner, members: ann));
                await before.AddRuleAsync(boss, null, RuleKit.Draft(RuleKind.Repeats, count: 3, seconds: 60));
                Assert.Equal("posted", await before.SayAsync(ann, room.Id, "Buy this!"));
                Assert.Equal("posted", await before.SayAsync(ann, other.Id, "buy  THIS!"));
                Assert.Equal("Blocked", await before.SayAsync(ann, RoomId.General, "Buy this!"));
                Assert.Equal("posted", await before.SayAsync(ann, RoomId.General, "Something else"));
            }

            await using var after = await SanctionKit.StartAsync(_time, folder);
            _time.Now = begin.AddSeconds(60) - SanctionKit.Tick;
            Assert.Equal("Blocked", await after.SayAsync(ann, room.Id, "Buy this!"));
            _time.Now = begin.AddSeconds(60);
            Assert.Equal("posted", await after.SayAsync(ann, room.Id, "Buy this!"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task New_members_may_not_post_links_to_the_last_millisecond_of_their_time()
    {
        var (owner, ann, room) = await SceneAsync();
        await _server.AddRuleAsync(owner, room.Id, RuleKit.Draft(RuleKind.NewMemberLinks, count: 10));
        var came = _time.Now;
        Assert.Equal("Blocked", await _server.SayAsync(ann, room.Id, "https://a.example"));
        Assert.Equal("posted", await _server.SayAsync(ann, room.Id, "no link"));
        _time.Now = came.AddMinutes(10) - SanctionKit.Tick;
        Assert.Equal("Blocked", await _server.SayAsync(ann, room.Id, "https://a.example"));
        _time.Now = came.AddMinutes(10);
        Assert.Equal("posted", await _server.SayAsync(ann, room.Id, "https://a.example"));
    }

    [Fact]
    public async Task A_mute_by_a_rule_is_a_sanction_with_a_term_that_is_in_the_audit_log_and_is_lifted()
    {
        var (owner, ann, room) = await SceneAsync();
        await _server.AddRuleAsync(owner, room.Id, RuleKit.Word("spam", RuleAction.Mute) with { MuteSeconds = 60, Message = "Calm down" });
        var refused = await _server.TryPostAsync(ann, room.Id, "spam");
        Assert.Equal((PostRefusal.Muted, _time.Now.AddSeconds(60), "Calm down"), (refused!.Reason, refused.Until, refused.Words));
        Assert.Equal("Muted", await _server.SayAsync(ann, room.Id, "harmless"));
        Assert.Equal("posted", await _server.SayAsync(ann, RoomId.General, "elsewhere"));
        var own = Assert.Single(_server.Get<SanctionLists>().Own(ann.Id)).Term;
        Assert.Equal((SanctionKind.Mute, "Calm down", UserId.System), (own.Kind, own.Reason, own.By));
        Assert.True((await _server.Get<Sanctions>().LiftAsync(owner.Id, own.Id)).IsDone);
        Assert.Equal("posted", await _server.SayAsync(ann, room.Id, "harmless"));
        await _server.SayAsync(ann, room.Id, "spam");
        _time.Now = _time.Now.AddSeconds(60);
        Assert.Equal("posted", await _server.SayAsync(ann, room.Id, "harmless"));
    }

    [Fact]
    public async Task Whoever_could_lift_a_mute_is_refused_and_not_muted()
    {
        var (owner, _, room) = await SceneAsync();
        await _server.AddRuleAsync(owner, room.Id, RuleKit.Word("spam", RuleAction.Mute) with { MuteSeconds = 60, ExemptFrom = null });
        Assert.Equal("Blocked", await _server.SayAsync(owner, room.Id, "spam"));
        Assert.Equal("posted", await _server.SayAsync(owner, room.Id, "harmless"));
    }

    [Fact]
    public async Task An_alert_lets_the_message_through_and_tells_the_moderators_and_nobody_else()
    {
        var (owner, ann, room) = await SceneAsync();
        await _server.AddRuleAsync(owner, room.Id, RuleKit.Word("spam", RuleAction.Alert));
        await using var told = await _server.ConnectAsync(owner);
        await using var member = await _server.SubscribeAsync(ann, room.Id);
        Assert.Equal("posted", await _server.SayAsync(ann, room.Id, "spam"));
        var alert = (await told.EventAsync("rule.alert")).GetProperty("data");
        Assert.Equal(("Words", "spam"), (alert.GetProperty("rule").GetString(), alert.GetProperty("message").GetProperty("text").GetString()));
        await member.EventAsync("message.posted");
        Assert.DoesNotContain(member.Rest(), frame => frame.GetRawText().Contains("rule.alert", StringComparison.Ordinal));
        for (var number = 0; number < 10; number++) await _server.SayAsync(ann, room.Id, $"spam {number}");
        var admin = await _server.AddPersonAsync("Admin", Rank.Administrator);
        Assert.Equal(ModeratorNews.AlertsPerMinute, _server.Get<ModerationDesk>().Audit(admin.Id)!.Count(line => line.Action == "rule.alert"));
    }

    [Fact]
    public async Task Those_who_are_exempt_and_exempt_rooms_are_left_alone()
    {
        var (owner, ann, room) = await SceneAsync();
        var boss = await _server.AddPersonAsync("Boss", Rank.Moderator);
        var warden = await _server.AddRoomModeratorAsync(owner, room.Id);
        await _server.AddRuleAsync(boss, null, RuleKit.Word("spam") with { ExemptRooms = [RoomId.General] });
        Assert.Equal(["Blocked", "posted", "posted", "posted"],
            [await _server.SayAsync(ann, room.Id, "spam"), await _server.SayAsync(warden, room.Id, "spam"), await _server.SayAsync(owner, room.Id, "spam"), await _server.SayAsync(ann, RoomId.General, "spam")]);
    }

    [Fact]
    public async Task What_people_say_between_themselves_is_not_judged()
    {
        var (_, ann, _) = await SceneAsync();
        var (boss, bob) = (await _server.AddPersonAsync("Boss", Rank.Moderator), await _server.AddPersonAsync("Bob"));
        await _server.AddRuleAsync(boss, null, RuleKit.Word("spam"));
        var direct = (await _server.Get<DirectRooms>().OpenAsync(ann.Id, [bob.Id])).Room!;
        Assert.Equal("posted", await _server.SayAsync(ann, direct.Id, "spam"));
        Assert.Equal(RuleOutcome.NotPossible, (await _server.Get<RuleDesk>().AddAsync(ann.Id, direct.Id, RuleKit.Word("spam"))).Outcome switch { RuleOutcome.NotAllowed => RuleOutcome.NotPossible, var other => other });
    }

    [Fact]
    public async Task Rules_are_asked_in_their_order_and_one_that_is_off_is_not()
    {
        var (owner, ann, room) = await SceneAsync();
        var first = await _server.AddRuleAsync(owner, room.Id, RuleKit.Word("spam") with { Message = "second", Position = 2 });
        await _server.AddRuleAsync(owner, room.Id, RuleKit.Word("spam") with { Message = "first", Position = 1 });
        Assert.Equal("first", (await _server.TryPostAsync(ann, room.Id, "spam"))!.Words);
        Assert.True((await _server.Get<RuleDesk>().ChangeAsync(owner.Id, first.Id, first.Draft with { Position = 0 })).IsDone);
        Assert.Equal("second", (await _server.TryPostAsync(ann, room.Id, "spam"))!.Words);
        Assert.True((await _server.Get<RuleDesk>().ChangeAsync(owner.Id, first.Id, first.Draft with { IsEnabled = false })).IsDone);
        Assert.Equal("first", (await _server.TryPostAsync(ann, room.Id, "spam"))!.Words);
    }

    [Fact]
    public async Task A_message_that_waits_behind_a_new_rule_does_not_slip_past_it()
    {
        var (owner, ann, room) = await SceneAsync();
        using var holding = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var commits = _server.Get<CommitQueue>();
        var busy = commits.CommitAsync(_ =>
        {
            begun.SetResult();
            holding.Wait();
            return true;
        });
        await begun.Task.Soon();
        var adding = _server.AddRuleAsync(owner, room.Id, RuleKit.Word("spam"));
        // Looked at by the rules of now, which are none; stored, if at all, behind the rule.
        var saying = _server.SayAsync(ann, room.Id, "spam");
        var good = _server.SayAsync(ann, room.Id, "harmless");
        holding.Set();
        await Task.WhenAll(busy, adding).Soon();
        Assert.Equal(["Blocked", "posted"], [await saying, await good]);
    }

    private async Task<(TestPerson Owner, TestPerson Ann, RoomView Room)> SceneAsync()
    {
        var (owner, ann) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"));
        return (owner, ann, await _server.MakeRoomAsync(owner, members: ann));
    }
}
