namespace ChatApp.Moderation.Rules;

/// <summary>What a rule looks for; the numbers are stored and never change meaning.</summary>
public enum RuleKind
{
    /// <summary>Words, with <c>*</c> for any letters and digits; case, width and what nobody sees make no difference.</summary>
    Words = 1,

    /// <summary>Regular expressions that run in linear time, on the text as it was written.</summary>
    Expression = 2,

    /// <summary>Links to hosts that are on the list, or to any that are not.</summary>
    Links = 3,

    /// <summary>More than so many people named in one message.</summary>
    Mentions = 4,

    /// <summary>The same text for the so-manieth time within a span.</summary>
    Repeats = 5,

    /// <summary>More than so many messages within a span.</summary>
    Rate = 6,

    /// <summary>A link by somebody who came less than so many minutes ago.</summary>
    NewMemberLinks = 7,
}

/// <summary>What happens to a message that a rule hits; the numbers are stored and never change meaning.</summary>
public enum RuleAction
{
    /// <summary>It is refused, with words for its author.</summary>
    Block = 1,

    /// <summary>It waits until a moderator has looked at it.</summary>
    Hold = 2,

    /// <summary>It is posted, and moderators are told.</summary>
    Alert = 3,

    /// <summary>It is refused, and its author is muted for a while.</summary>
    Mute = 4,
}

/// <summary>One rule as stored.</summary>
public sealed class AutoModRule
{
    /// <summary>Given by the database, growing.</summary>
    public long Id { get; init; }

    /// <summary>The room where it holds; null in all rooms.</summary>
    public string? RoomId { get; init; }

    /// <summary>What moderators call it; 1 to <see cref="RuleLimits.NameLength"/> characters.</summary>
    public required string Name { get; set; }

    /// <summary>What it looks for.</summary>
    public RuleKind Kind { get; set; }

    /// <summary>Words, expressions or hosts, one a line; empty for the other kinds.</summary>
    public string Patterns { get; set; } = "";

    /// <summary>Of links: true where the list has those that are allowed, and all others are hits.</summary>
    public bool AllowsListed { get; set; }

    /// <summary>How many, as the kind says: people, times, messages, minutes.</summary>
    public int Count { get; set; }

    /// <summary>Of repeats and rate: the span, in seconds.</summary>
    public int Seconds { get; set; }

    /// <summary>What happens.</summary>
    public RuleAction Action { get; set; }

    /// <summary>Words for the author; may be empty.</summary>
    public string Message { get; set; } = "";

    /// <summary>Of a mute: how long, in seconds.</summary>
    public int MuteSeconds { get; set; }

    /// <summary>Whoever stands as high as this, or higher, is exempt; null where nobody is.</summary>
    public Standing? ExemptFrom { get; set; }

    /// <summary>Of a rule for all rooms: the ids of those where it does not hold, one a line.</summary>
    public string ExemptRooms { get; set; } = "";

    /// <summary>Its place among the rules of the same scope; the lower ones are asked first, and of equal ones the older.</summary>
    public int Position { get; set; }

    /// <summary>False where it waits to be turned on.</summary>
    public bool IsEnabled { get; set; }

    /// <summary>Who changed it last.</summary>
    public required string ChangedById { get; set; }

    /// <summary>When.</summary>
    public DateTimeOffset ChangedAt { get; set; }
}

/// <summary>Bounds of rules.</summary>
public static class RuleLimits
{
    /// <summary>Longest name, in UTF-16 units.</summary>
    public const int NameLength = 80;

    /// <summary>Longest text for the author, in UTF-16 units.</summary>
    public const int MessageLength = 300;

    /// <summary>Most rules for all rooms, and most for one room.</summary>
    public const int Rules = 50;

    /// <summary>Most words or hosts of one rule.</summary>
    public const int Patterns = 200;

    /// <summary>Longest word or host, in UTF-16 units.</summary>
    public const int PatternLength = 100;

    /// <summary>Most expressions of one rule.</summary>
    public const int Expressions = 20;

    /// <summary>Longest expression, in UTF-16 units.</summary>
    public const int ExpressionLength = 500;

    /// <summary>Most rooms that one rule leaves out.</summary>
    public const int Rooms = 50;

    /// <summary>Largest <see cref="AutoModRule.Position"/>.</summary>
    public const int Position = 1000;

    /// <summary>Longest span of repeats and rate: an hour.</summary>
    public const int Seconds = 3600;

    /// <summary>The numbers that a kind may count to.</summary>
    public static (int Least, int Most) CountOf(RuleKind kind) => kind switch
    {
        RuleKind.Mentions => (1, 50),
        RuleKind.Repeats => (2, 50),
        RuleKind.Rate => (1, 100),
        RuleKind.NewMemberLinks => (1, 43_200),
        _ => (0, 0),
    };

    /// <summary>True for the kinds that have a span.</summary>
    public static bool HasSpan(RuleKind kind) => kind is RuleKind.Repeats or RuleKind.Rate;

    /// <summary>True for the kinds that have a list.</summary>
    public static bool HasPatterns(RuleKind kind) => kind is RuleKind.Words or RuleKind.Expression or RuleKind.Links;
}
