using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Policies;
using ChatApp.Moderation.Rules;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Search;

namespace ChatApp.Tests.Moderation;

/// <summary>"Why?" names what stands between what somebody writes and its being posted: rules, programs, review, refusals. Never a text.</summary>
public sealed class WhyScreeningTests : IAsyncLifetime
{
    private readonly SetTime _time = SanctionKit.Clock();
    private TestServer _server = default!;
    private TestPerson _mod = default!;
    private TestPerson _owner = default!;
    private TestPerson _ann = default!;
    private RoomView _room = default!;

    public async Task InitializeAsync()
    {
        _server = await SanctionKit.StartAsync(_time);
        (_mod, _owner, _ann) = (await _server.AddPersonAsync("Mod", Rank.Moderator), await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"));
        _room = await _server.MakeRoomAsync(_owner, members: [_mod, _ann]);
    }

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task Rules_that_are_on_cover_the_room_and_do_not_exempt_the_person_are_named()
    {
        await RuleAsync("Everywhere", null, RuleAction.Block);
        await RuleAsync("Here", _room.Id, RuleAction.Hold);
        await RuleAsync("For all", _room.Id, RuleAction.Alert, draft => draft with { ExemptFrom = null });
        await RuleAsync("Off", _room.Id, RuleAction.Hold, draft => draft with { IsEnabled = false });
        await RuleAsync("Not here", null, RuleAction.Block, draft => draft with { ExemptRooms = [_room.Id] });
        await RuleAsync("Elsewhere", (await _server.MakeRoomAsync(_owner)).Id, RuleAction.Block);
        Assert.Equal(
            [
                new WhyRule("Everywhere", RuleKind.Words, RuleAction.Block, IsEverywhere: true), new WhyRule("Here", RuleKind.Words, RuleAction.Hold, IsEverywhere: false),
                new WhyRule("For all", RuleKind.Words, RuleAction.Alert, IsEverywhere: false),
            ],
            (await AskAsync(_ann)).Rules);
        Assert.Equal(["For all"], (await AskAsync(_owner)).Rules.Select(rule => rule.Name));
    }

    [Fact]
    public async Task Whether_a_program_checks_the_room_is_said_with_its_name_and_what_holds_without_it()
    {
        Assert.Null((await AskAsync(_ann)).Policy);
        await using (var checker = await _server.ConnectAsync(_owner))
        {
            Assert.True((await CallAsync(checker, "policy.register", new { room = _room.Id.Value, fail = "closed" })).TryGetProperty("rpc", out _));
            Assert.Equal((true, _owner.Id), ((await AskAsync(_ann)).Policy!.FailsClosed, (await AskAsync(_ann)).Policy!.Checker!.Id));
            // It is not asked about what it says itself.
            Assert.Null((await AskAsync(_owner)).Policy);
        }

        await Eventually.BecomesAsync(() => _server.Get<PolicyChecks>().CheckerOf(_room.Id) is null);
        Assert.Equal(new WhyPolicy(FailsClosed: true, Checker: null), (await AskAsync(_ann)).Policy);
        Assert.Equal("NotChecked", await _server.SayAsync(_ann, _room.Id, "hello"));
        Assert.Equal((PostRefusal.NotChecked, null), Assert.Single((await AskAsync(_ann)).Refused) is var line ? (line.Why, line.By) : default);
    }

    [Fact]
    public async Task What_waits_for_review_is_counted_by_what_holds_it_as_long_as_it_waits()
    {
        await RuleAsync("Words", _room.Id, RuleAction.Hold);
        await RuleAsync("Links", _room.Id, RuleAction.Hold, _ => RuleKit.Draft(RuleKind.Links, RuleAction.Hold, patterns: "bad.example") with { Name = "Links" });
        await _server.SayAsync(_ann, _room.Id, "spam one");
        _time.Now += TimeSpan.FromMinutes(1);
        await _server.SayAsync(_ann, _room.Id, "spam two");
        var second = _time.Now;
        _time.Now += TimeSpan.FromMinutes(1);
        await _server.SayAsync(_ann, _room.Id, "https://bad.example/x");
        Assert.Equal([new WhyHeld("Links", 1, _time.Now), new WhyHeld("Words", 2, second)], (await AskAsync(_ann)).Held);
        Assert.Empty((await AskAsync(_owner)).Held);
        Assert.Empty((await AskAsync(_ann)).Refused);
        foreach (var line in _server.Get<HeldDesk>().List(_owner.Id, _room.Id)!.Take(2)) await _server.Get<HeldDesk>().RejectAsync(_owner.Id, line.Id, "no");
        Assert.Equal(["Links"], (await AskAsync(_ann)).Held.Select(held => held.Source));
        _time.Now += HeldMessage.Life;
        Assert.Empty((await AskAsync(_ann)).Held);
    }

    [Fact]
    public async Task What_was_refused_is_named_with_the_rule_for_messages_and_edits_and_nothing_that_passed()
    {
        var message = await _server.PostAsync(_ann, _room.Id, "harmless");
        await RuleAsync("Blocks", _room.Id, RuleAction.Block);
        await RuleAsync("Holds", _room.Id, RuleAction.Hold, draft => draft with { Patterns = ["maybe"] });
        Assert.Equal("Blocked", await _server.SayAsync(_ann, _room.Id, "spam"));
        Assert.Equal("Blocked", await _server.SayAsync(_ann, _room.Id, "more spam"));
        Assert.Equal(MessageOutcome.Blocked, (await _server.Get<MessageEditor>().EditAsync(_ann.Id, message.Id, "spam")).Outcome);
        Assert.Equal(MessageOutcome.NeedsReview, (await _server.Get<MessageEditor>().EditAsync(_ann.Id, message.Id, "maybe")).Outcome);
        Assert.Equal("posted", await _server.SayAsync(_ann, _room.Id, "fine"));
        Assert.Equal(
            [(PostRefusal.Blocked, "Holds", true, 1), (PostRefusal.Blocked, "Blocks", true, 1), (PostRefusal.Blocked, "Blocks", false, 2)],
            (await AskAsync(_ann)).Refused.Select(line => (line.Why, line.By, line.IsEdit, line.Count)));
        Assert.Empty((await AskAsync(_owner)).Refused);
    }

    [Fact]
    public async Task Sanctions_slow_mode_and_lock_are_named_and_a_rule_that_mutes_by_its_name()
    {
        await RuleAsync("Mutes", _room.Id, RuleAction.Mute, draft => draft with { MuteSeconds = 60 });
        Assert.Equal("Muted", await _server.SayAsync(_ann, _room.Id, "spam"));
        Assert.Equal("Muted", await _server.SayAsync(_ann, _room.Id, "hello"));
        _time.Now += TimeSpan.FromMinutes(2);
        await _server.Get<RoomSettings>().SetSlowModeAsync(_owner.Id, _room.Id, 60);
        Assert.Equal("posted", await _server.SayAsync(_ann, _room.Id, "hello"));
        Assert.Equal("SlowMode", await _server.SayAsync(_ann, _room.Id, "hello"));
        await _server.Get<RoomSettings>().SetLockAsync(_owner.Id, _room.Id, isLocked: true);
        Assert.Equal("Locked", await _server.SayAsync(_ann, _room.Id, "hello"));
        Assert.Equal(
            [(PostRefusal.Locked, null), (PostRefusal.SlowMode, null), (PostRefusal.Muted, null), (PostRefusal.Muted, "Mutes")],
            (await AskAsync(_ann)).Refused.Select(line => (line.Why, line.By)));
    }

    [Fact]
    public async Task A_pace_that_is_too_fast_is_one_line_however_much_is_tried()
    {
        await using var server = await TestServer.StartAsync(["Messages:PostsPerSecond=1", "Messages:PostBurst=1"]);
        var (mod, ann) = (await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Ann"));
        var words = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => server.SayAsync(ann, RoomId.General, $"number {number}")));
        var line = Assert.Single((await server.Get<WhyDesk>().AskAsync(mod.Id, ann.Id, RoomId.General)).Answer!.Refused);
        Assert.Equal((PostRefusal.TooFast, words.Count(word => word == "TooFast")), (line.Why, line.Count));
    }

    [Fact]
    public async Task Of_a_message_it_says_what_had_held_it_who_approved_it_and_which_rules_told_of_it()
    {
        await RuleAsync("Words: bad", _room.Id, RuleAction.Hold);
        await RuleAsync("Tells", _room.Id, RuleAction.Alert, draft => draft with { Patterns = ["loud"] });
        await _server.SayAsync(_ann, _room.Id, "spam");
        _time.Now += TimeSpan.FromMinutes(1);
        var approved = (await _server.Get<HeldDesk>().ApproveAsync(_owner.Id, Assert.Single(_server.Get<HeldDesk>().List(_owner.Id, _room.Id)!).Id)).Message!;
        var told = await _server.PostAsync(_ann, _room.Id, "loud");
        var plain = await _server.PostAsync(_ann, _room.Id, "plain");
        var (first, second, third) = (await AskAsync(approved.Id), await AskAsync(told.Id), await AskAsync(plain.Id));
        Assert.Equal(("Words: bad", _owner.Id, _time.Now), (first.Review!.Source, first.Review.By.Id, first.Review.At));
        Assert.Empty(first.Alerts);
        Assert.Equal((null, "Tells"), (second.Review, Assert.Single(second.Alerts)));
        Assert.Equal((null, 0), (third.Review, third.Alerts.Count));
        var plans = QueryPlans.Of(_server.Get<ChatDatabase>(), () => Assert.True(_server.Get<WhyDesk>().AskAsync(_mod.Id, _ann.Id, approved.Id).IsCompletedSuccessfully));
        Assert.Contains(plans, plan => plan.Contains("IX_audit_Target_Id", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_gets_the_same_answer_without_a_text_and_members_get_none()
    {
        await RuleAsync("Holds", _room.Id, RuleAction.Hold);
        await RuleAsync("Blocks", _room.Id, RuleAction.Block, draft => draft with { Patterns = ["rude"] });
        await _server.SayAsync(_ann, _room.Id, "spam secret");
        await _server.SayAsync(_ann, _room.Id, "rude secret");
        await using var socket = await _server.ConnectAsync(_mod);
        var reply = await CallAsync(socket, "moderation.why", new { user = _ann.Id.Value, room = _room.Id.Value });
        var data = reply.GetProperty("rpc").GetProperty("data");
        Assert.Equal(["Holds", "Blocks"], data.GetProperty("rules").EnumerateArray().Select(rule => rule.GetProperty("name").GetString()));
        Assert.Equal(["waits_for_review", "refused_lately", "not_connected"], data.GetProperty("facts").EnumerateArray().Select(fact => fact.GetString()));
        Assert.Equal("Holds", Assert.Single(data.GetProperty("held").EnumerateArray()).GetProperty("source").GetString());
        Assert.Equal(("blocked", "Blocks"), Assert.Single(data.GetProperty("refused").EnumerateArray()) is var line ? (line.GetProperty("why").GetString(), line.GetProperty("by").GetString()) : default);
        Assert.DoesNotContain("secret", reply.ToString(), StringComparison.Ordinal);
        Assert.Equal(new WhyResult(ModerationOutcome.NotAllowed), await _server.Get<WhyDesk>().AskAsync(_owner.Id, _ann.Id, _room.Id));
        await using var author = await _server.ConnectAsync(_ann);
        var refused = await author.AskAsync(new { publish = new { channel = $"room:{_room.Id}", data = new { text = "rude", key = "k9" } } });
        Assert.DoesNotContain("Blocks", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Between_people_nothing_is_named()
    {
        await RuleAsync("Everywhere", null, RuleAction.Block);
        var direct = (await _server.Get<DirectRooms>().OpenAsync(_mod.Id, [_ann.Id])).Room!;
        await _server.ImposeAsync(_mod, _ann, SanctionKind.Mute, room: null, TimeSpan.FromHours(1));
        Assert.Equal("Muted", await _server.SayAsync(_ann, direct.Id, "hello"));
        var answer = (await _server.Get<WhyDesk>().AskAsync(_mod.Id, _ann.Id, direct.Id)).Answer!;
        Assert.Equal((0, 0, 0, null), (answer.Rules.Count, answer.Held.Count, answer.Refused.Count, answer.Policy));
    }

    private static Task<JsonElement> CallAsync(TestSocket socket, string method, object data) => socket.AskAsync(new { rpc = new { method, data } });

    private Task<RuleLine> RuleAsync(string name, RoomId? room, RuleAction action, Func<RuleDraft, RuleDraft>? change = null) =>
        _server.AddRuleAsync(room is null ? _mod : _owner, room, (change ?? (static draft => draft))(RuleKit.Word("spam", action) with { Name = name, ExemptFrom = Standing.RoomModerator }));

    private async Task<WhyAnswer> AskAsync(TestPerson about) => (await _server.Get<WhyDesk>().AskAsync(_mod.Id, about.Id, _room.Id)).Answer!;

    private async Task<WhyAnswer> AskAsync(MessageId message) => (await _server.Get<WhyDesk>().AskAsync(_mod.Id, _ann.Id, message)).Answer!;
}
