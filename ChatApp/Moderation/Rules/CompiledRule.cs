using System.Text.RegularExpressions;

namespace ChatApp.Moderation.Rules;

/// <summary>A rule that is ready to be asked. Immutable.</summary>
internal sealed class CompiledRule
{
    private readonly Regex[] _expressions;
    private readonly string[] _hosts;
    private readonly HashSet<RoomId> _exempt;

    /// <summary>Makes its expressions.</summary>
    /// <param name="row">The rule, which nobody changes any more.</param>
    /// <param name="before">The same rule as it was, whose expressions are good for this one where its list is the same.</param>
    public CompiledRule(AutoModRule row, CompiledRule? before = null)
    {
        Row = row;
        var lines = RuleDraft.Lines(row.Patterns);
        _exempt = [.. RuleDraft.Lines(row.ExemptRooms).Select(id => new RoomId(id))];
        _hosts = row.Kind == RuleKind.Links ? [.. lines.Select(LinkHosts.Clean).OfType<string>()] : [];
        _expressions = before is not null && before.Row.Kind == row.Kind && before.Row.Patterns == row.Patterns ? before._expressions : row.Kind switch
        {
            RuleKind.Words => [.. lines.Select(RulePattern.OfWord)],
            // A version of the engine that refuses what another one has taken: the others still hold.
            RuleKind.Expression => [.. lines.Where(line => RulePattern.Problem(line) is null).Select(RulePattern.OfExpression)],
            _ => [],
        };
    }

    /// <summary>As stored.</summary>
    public AutoModRule Row { get; }

    /// <summary>True where earlier messages decide, and only the commit knows those.</summary>
    public bool LooksBack => Row.Kind is RuleKind.Repeats or RuleKind.Rate;

    /// <summary>True where it holds in a room at all, of those of its scope.</summary>
    public bool Covers(RoomId room) => Row.RoomId is { } only ? only == room.Value : !_exempt.Contains(room);

    /// <summary>True where somebody of that standing is exempt.</summary>
    public bool Exempts(Standing standing) => standing >= Row.ExemptFrom;

    /// <summary>True where it is asked about what somebody of that standing says in a room, of those of its scope.</summary>
    public bool IsFor(RoomId room, Standing standing) => Covers(room) && !Exempts(standing);

    /// <summary>What of a rule the text alone decides: all of it, that it has a link, or nothing.</summary>
    public bool IsIn(RuleText text) => Row.Kind switch
    {
        RuleKind.Words => Array.Exists(_expressions, expression => RulePattern.IsIn(expression, text.Folded)),
        RuleKind.Expression => Array.Exists(_expressions, expression => RulePattern.IsIn(expression, text.Text)),
        RuleKind.Links => text.Hosts.Any(host => IsListed(host) != Row.AllowsListed),
        RuleKind.Mentions => text.People > Row.Count,
        RuleKind.NewMemberLinks => text.Hosts.Count > 0,
        _ => false,
    };

    private bool IsListed(string host) => Array.Exists(_hosts, listed => LinkHosts.IsBelow(host, listed));
}
