using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Moderation.Rules;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Moderation;

/// <summary>Who changed a rule is known, and what it would do is seen before it does it.</summary>
public sealed class RuleDeskTests : IAsyncLifetime
{
    private TestServer _server = default!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync();

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task Each_change_of_a_rule_stands_in_the_audit_log()
    {
        var (owner, _, room) = await SceneAsync();
        var admin = await _server.AddPersonAsync("Admin", Rank.Administrator);
        var rule = await _server.AddRuleAsync(owner, room.Id, RuleKit.Word("spam"));
        await _server.Get<RuleDesk>().ChangeAsync(owner.Id, rule.Id, rule.Draft with { IsEnabled = false });
        await _server.Get<RuleDesk>().RemoveAsync(owner.Id, rule.Id);
        var lines = _server.Get<ModerationDesk>().Audit(admin.Id)!.Where(line => line.Action.StartsWith("rule.", StringComparison.Ordinal)).ToList();
        Assert.Equal(["rule.remove", "rule.change", "rule.add"], lines.Select(line => line.Action));
        Assert.Contains("on -> ", lines[1].Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_is_tried_on_what_its_maker_may_read_and_on_no_more_than_1000_messages()
    {
        var (owner, ann, room) = await SceneAsync();
        await _server.PostAsync(ann, room.Id, "spam old");
        for (var number = 0; number < 30; number++) await _server.PostAsync(ann, room.Id, $"spam {number}");
        await _server.PostAsync(owner, room.Id, "spam by the owner, who is exempt");
        var trial = await _server.Get<RuleTrial>().TestAsync(owner.Id, room.Id, RuleKit.Word("spam"));
        Assert.Equal((RuleOutcome.Done, 32, 31, RuleTrial.MostShown), (trial.Outcome, trial.Looked, trial.Count, trial.Hits!.Count));
        Assert.Equal("spam 29", trial.Hits[0].Extract);
        var boss = await _server.AddPersonAsync("Boss", Rank.Moderator);
        Assert.Equal(RuleOutcome.NotAllowed, (await _server.Get<RuleTrial>().TestAsync(boss.Id, room.Id, RuleKit.Word("spam"))).Outcome);
        Assert.Equal(0, (await _server.Get<RuleTrial>().TestAsync(boss.Id, null, RuleKit.Word("spam"))).Count);
        using var ended = new CancellationTokenSource();
        await ended.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _server.Get<RuleTrial>().TestAsync(owner.Id, room.Id, RuleKit.Word("spam"), ended.Token));
        Assert.Equal(29, (await _server.Get<RuleTrial>().TestAsync(owner.Id, room.Id, RuleKit.Draft(RuleKind.Rate, count: 2, seconds: 60))).Count);
    }

    private async Task<(TestPerson Owner, TestPerson Ann, RoomView Room)> SceneAsync()
    {
        var (owner, ann) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"));
        return (owner, ann, await _server.MakeRoomAsync(owner, members: ann));
    }
}
