using ChatApp.Messages;
using ChatApp.Moderation.Rules;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Moderation;

/// <summary>What tests do with rules, in short words.</summary>
internal static class RuleKit
{
    /// <summary>A rule that blocks a word, and is turned on.</summary>
    public static RuleDraft Word(string word, RuleAction action = RuleAction.Block) => new("Words", RuleKind.Words, action) { Patterns = [word], IsEnabled = true };

    /// <summary>A rule that is turned on.</summary>
    public static RuleDraft Draft(RuleKind kind, RuleAction action = RuleAction.Block, int count = 0, int seconds = 0, params string[] patterns) =>
        new(kind.ToString(), kind, action) { Patterns = patterns, Count = count, Seconds = seconds, IsEnabled = true };

    /// <summary>Makes a rule; fails where it is refused.</summary>
    public static async Task<RuleLine> AddRuleAsync(this TestServer server, TestPerson by, RoomId? room, RuleDraft draft)
    {
        var result = await server.Get<RuleDesk>().AddAsync(by.Id, room, draft);
        Assert.True(result.IsDone, $"{result.Outcome} {result.Detail}");
        return result.Rule!;
    }

    /// <summary>What becomes of a message, in a word: the refusal's, <c>held</c> or <c>posted</c>.</summary>
    public static async Task<string> SayAsync(this TestServer server, TestPerson by, RoomId room, string text, string? key = null) =>
        await server.Get<MessageWriter>().PostAsync(by.Id, room, text, key) switch
        {
            PostResult.Accepted { IsDuplicate: true } => "again",
            PostResult.Accepted => "posted",
            PostResult.Held => "held",
            PostResult.Rejected rejected => rejected.Reason.ToString(),
            var other => other.ToString(),
        };
}
