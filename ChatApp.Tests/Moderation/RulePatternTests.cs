using System.Text.RegularExpressions;
using ChatApp.Moderation.Rules;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Moderation;

/// <summary>No expression that a moderator can write makes the server slow: it runs in linear time, or it is no rule.</summary>
public sealed class RulePatternTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(a|aa)+$")]
    [InlineData("(.*a){20}")]
    [InlineData("^(([a-z])+.)+[A-Z]([a-z])+$")]
    public async Task An_expression_that_would_explode_is_linear(string pattern)
    {
        // By the engine that it runs in, which knows no backtracking; and as a matter of fact.
        Assert.True(RulePattern.OfExpression(pattern).Options.HasFlag(RegexOptions.NonBacktracking));
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, members: ann);
        await server.AddRuleAsync(owner, room.Id, RuleKit.Draft(RuleKind.Expression, patterns: pattern));
        await server.SayAsync(ann, room.Id, new string('a', 7999) + "!").Soon();
        RulePattern.IsIn(RulePattern.OfExpression(pattern), new string('a', 100_000) + "!");
    }

    [Fact]
    public void Words_run_in_the_same_engine() => Assert.True(RulePattern.OfWord("a*b*c*d*e*").Options.HasFlag(RegexOptions.NonBacktracking));

    [Theory]
    [InlineData(@"(a)\1")]
    [InlineData("(?=a)b")]
    [InlineData("(?<!a)b")]
    [InlineData("(?>a)b")]
    [InlineData("(((a{1000}){1000}){1000})")]
    [InlineData("(")]
    [InlineData("[z-a]")]
    public async Task What_the_engine_refuses_is_refused_with_its_words(string pattern)
    {
        var owner = await server.AddPersonAsync("Owner");
        var room = await server.MakeRoomAsync(owner);
        var result = await server.Get<RuleDesk>().AddAsync(owner.Id, room.Id, RuleKit.Draft(RuleKind.Expression, patterns: pattern));
        Assert.Equal(RuleOutcome.BadExpression, result.Outcome);
        Assert.NotEmpty(result.Detail);
        Assert.Empty(server.Get<RuleDesk>().List(owner.Id, room.Id)!);
    }

    [Fact]
    public async Task Every_field_has_its_bound()
    {
        var owner = await server.AddPersonAsync("Owner");
        var room = await server.MakeRoomAsync(owner);
        var good = RuleKit.Word("spam");
        (RuleOutcome Outcome, RuleDraft Draft)[] bad =
        [
            (RuleOutcome.BadName, good with { Name = "" }), (RuleOutcome.BadName, good with { Name = new string('x', 81) }), (RuleOutcome.BadMessage, good with { Message = new string('x', 301) }),
            (RuleOutcome.BadPatterns, good with { Patterns = [] }), (RuleOutcome.BadPatterns, good with { Patterns = ["*"] }), (RuleOutcome.BadPatterns, good with { Patterns = [new string('x', 101)] }),
            (RuleOutcome.TooManyPatterns, good with { Patterns = [.. Enumerable.Range(0, 201).Select(number => $"word{number}")] }),
            (RuleOutcome.TooManyPatterns, RuleKit.Draft(RuleKind.Expression) with { Patterns = [.. Enumerable.Range(0, 21).Select(number => $"word{number}")] }),
            (RuleOutcome.BadPatterns, RuleKit.Draft(RuleKind.Expression, patterns: new string('x', 501))), (RuleOutcome.BadPatterns, RuleKit.Draft(RuleKind.Links, patterns: "not a host")),
            (RuleOutcome.BadNumbers, RuleKit.Draft(RuleKind.Rate, count: 0, seconds: 5)), (RuleOutcome.BadNumbers, RuleKit.Draft(RuleKind.Rate, count: 101, seconds: 5)),
            (RuleOutcome.BadNumbers, RuleKit.Draft(RuleKind.Rate, count: 5, seconds: 3601)), (RuleOutcome.BadNumbers, RuleKit.Draft(RuleKind.Repeats, count: 1, seconds: 5)),
            (RuleOutcome.BadNumbers, good with { Position = 1001 }), (RuleOutcome.BadNumbers, good with { Kind = (RuleKind)99 }), (RuleOutcome.BadNumbers, good with { ExemptFrom = ChatApp.Moderation.Standing.Member }),
            (RuleOutcome.BadTerm, good with { Action = RuleAction.Mute }), (RuleOutcome.BadTerm, good with { Action = RuleAction.Mute, MuteSeconds = 31_536_001 }),
        ];
        foreach (var (outcome, draft) in bad) Assert.Equal(outcome, (await server.Get<RuleDesk>().AddAsync(owner.Id, room.Id, draft)).Outcome);
        for (var number = 0; number < RuleLimits.Rules; number++) await server.AddRuleAsync(owner, room.Id, good with { IsEnabled = false });
        Assert.Equal(RuleOutcome.TooMany, (await server.Get<RuleDesk>().AddAsync(owner.Id, room.Id, good)).Outcome);
    }

    [Fact]
    public async Task Two_hundred_words_and_twenty_expressions_on_the_longest_text_are_no_wait()
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Public, "Room", ann);
        await server.AddRuleAsync(owner, room.Id, RuleKit.Draft(RuleKind.Words, patterns: [.. Enumerable.Range(0, 200).Select(number => $"*w{number}*x*")]));
        await server.AddRuleAsync(owner, room.Id, RuleKit.Draft(RuleKind.Expression, patterns: [.. Enumerable.Range(0, 20).Select(number => $"(w+x+)+{number}$")]));
        Assert.Equal("posted", await server.SayAsync(ann, room.Id, string.Concat(Enumerable.Repeat("wx", 4000))).Soon());
    }
}
