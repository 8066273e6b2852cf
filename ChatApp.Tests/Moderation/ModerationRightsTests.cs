using System.Text.RegularExpressions;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Moderation;

/// <summary>Every act of moderation, by every standing, on every standing, over every entrance: exactly what the one table says.</summary>
public sealed partial class ModerationRightsTests(ModerationRightsTests.Crowd crowd) : IClassFixture<ModerationRightsTests.Crowd>
{
    private static readonly Standing[] Standings = Enum.GetValues<Standing>();

    public static TheoryData<string, string> Acts()
    {
        var acts = new TheoryData<string, string>();
        foreach (var act in ModerationRights.Needs.Keys.Order(StringComparer.Ordinal))
        {
            acts.Add(act, "page");
            acts.Add(act, "socket");
            acts.Add(act, "lines");
        }

        return acts;
    }

    [Theory]
    [MemberData(nameof(Acts))]
    public async Task An_act_is_done_by_whom_the_table_names_and_by_nobody_else(string act, string entrance)
    {
        var need = ModerationRights.Needs[act];
        foreach (var by in Standings)
        {
            await using var door = await crowd.OpenAsync(entrance, crowd.Actors[by]);
            foreach (var on in need.IsOnSomebody ? Standings : [Standing.Member])
            {
                // In the whole instance no role counts, so owners and moderators of rooms stand as members there.
                var (above, below) = act.EndsWith(ModerationRights.Instance, StringComparison.Ordinal) ? (InInstance(by), InInstance(on)) : (by, on);
                var isDone = await crowd.DoAsync(act, door, crowd.Actors[by], crowd.Targets[on], on);
                Assert.True(isDone == (above >= need.Least && (!need.IsOnSomebody || above > below)), $"{act} by {by} on {on} over {entrance}: {(isDone ? "done" : "refused")}");
            }
        }
    }

    [Fact]
    public void The_table_stands_in_the_document()
    {
        var rows = File.ReadAllLines(Checkout.PathTo("docs/SECURITY.md"))
            .Select(line => Regex.Match(line, @"^\| `(?<act>[a-z]+\.[a-z_@]+)` \| (?<least>[a-z ]+) \| (?<whom>[a-z ]*)\|$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)))
            .Where(row => row.Success)
            .Select(row => (row.Groups["act"].Value, row.Groups["least"].Value, row.Groups["whom"].Value.Trim()));
        Assert.Equal(
            ModerationRights.Needs.Select(need => (need.Key, Words(need.Value.Least), need.Value.IsOnSomebody ? "those below" : "")).Order(),
            rows.Order());
    }

    [Fact]
    public void Every_method_for_moderators_has_its_line()
    {
        var methods = ChatApp.Sockets.CommandScopes.Methods.Where(method => method.Value.Scope is TokenScopes.Moderate or TokenScopes.Admin).Select(method => method.Key)
            .Where(method => !method.StartsWith("invitation.", StringComparison.Ordinal)).Append("message.delete");
        Assert.Equal(methods.Order(StringComparer.Ordinal), ModerationRights.Needs.Keys.Select(act => act.Split('@')[0]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_token_that_is_not_for_moderating_leaves_out_the_role_too()
    {
        var (owner, target) = (crowd.Actors[Standing.RoomOwner], crowd.Targets[Standing.Member]);
        var message = await crowd.Server.PostAsync(target, crowd.Room, "mine");
        Assert.Equal(MessageOutcome.NotAllowed, (await crowd.Server.Get<MessageEditor>().DeleteAsync(new Actor(owner.Id, Rank.Member), message.Id)).Outcome);
        var order = new SanctionOrder(target.Id, SanctionKind.Warning, crowd.Room, "why");
        Assert.Equal(SanctionOutcome.NotAllowed, (await crowd.Server.Get<Sanctions>().ImposeAsync(new Actor(owner.Id, Rank.Member), order)).Outcome);
    }

    private static Standing InInstance(Standing standing) => standing < Standing.Moderator ? Standing.Member : standing;

    private static string Words(Standing standing) => standing switch { Standing.RoomModerator => "moderator of the room", var other => other.ToString().ToLowerInvariant() };
}
