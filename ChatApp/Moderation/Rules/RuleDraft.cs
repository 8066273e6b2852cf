using ChatApp.Accounts;
using ChatApp.Rooms;

namespace ChatApp.Moderation.Rules;

/// <summary>What a rule shall be. What its kind or its action does not need counts for nothing.</summary>
/// <param name="Name">1 to <see cref="RuleLimits.NameLength"/> characters, one line.</param>
/// <param name="Kind">What it looks for.</param>
/// <param name="Action">What happens.</param>
public sealed record RuleDraft(string Name, RuleKind Kind, RuleAction Action)
{
    /// <summary>Words, expressions or hosts; empty lines are left out.</summary>
    public IReadOnlyList<string> Patterns { get; init; } = [];

    /// <summary>See <see cref="AutoModRule.AllowsListed"/>.</summary>
    public bool AllowsListed { get; init; }

    /// <summary>See <see cref="RuleLimits.CountOf"/>.</summary>
    public int Count { get; init; }

    /// <summary>1 to <see cref="RuleLimits.Seconds"/>, for repeats and rate.</summary>
    public int Seconds { get; init; }

    /// <summary>At most <see cref="RuleLimits.MessageLength"/> characters.</summary>
    public string Message { get; init; } = "";

    /// <summary>1 to <see cref="Sanctions.LongestMute"/>, for a mute.</summary>
    public int MuteSeconds { get; init; }

    /// <summary>See <see cref="AutoModRule.ExemptFrom"/>; moderators of the room by default.</summary>
    public Standing? ExemptFrom { get; init; } = Standing.RoomModerator;

    /// <summary>Rooms where a rule for all rooms does not hold.</summary>
    public IReadOnlyList<RoomId> ExemptRooms { get; init; } = [];

    /// <summary>0 to <see cref="RuleLimits.Position"/>.</summary>
    public int Position { get; init; }

    /// <summary>False by default: it is tested first.</summary>
    public bool IsEnabled { get; init; }

    /// <summary>The draft of a rule that there is.</summary>
    public static RuleDraft Of(AutoModRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return new RuleDraft(rule.Name, rule.Kind, rule.Action)
        {
            Patterns = Lines(rule.Patterns), AllowsListed = rule.AllowsListed, Count = rule.Count, Seconds = rule.Seconds, Message = rule.Message, MuteSeconds = rule.MuteSeconds,
            ExemptFrom = rule.ExemptFrom, ExemptRooms = [.. Lines(rule.ExemptRooms).Select(id => new RoomId(id))], Position = rule.Position, IsEnabled = rule.IsEnabled,
        };
    }

    /// <summary>The lines of a text that have something in them.</summary>
    public static IReadOnlyList<string> Lines(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>The draft with nothing in it that does not count, or why it can be no rule, and which line of it.</summary>
    /// <param name="inRoom">True for a rule of one room.</param>
    internal (RuleDraft? Clean, RuleOutcome Outcome, string Detail) Checked(bool inRoom)
    {
        if (!Enum.IsDefined(Kind) || !Enum.IsDefined(Action) || (ExemptFrom is { } from && (!Enum.IsDefined(from) || from == Standing.Member))) return (null, RuleOutcome.BadNumbers, "");
        var (name, message) = (RoomText.OneLine(Name), RoomText.Lines(Message));
        if (name.Length > RuleLimits.NameLength || !VisibleText.HasAny(name)) return (null, RuleOutcome.BadName, "");
        if (message.Length > RuleLimits.MessageLength) return (null, RuleOutcome.BadMessage, "");
        string[] patterns = RuleLimits.HasPatterns(Kind) ? [.. Patterns.Select(RoomText.OneLine).Where(line => line.Length > 0).Distinct(StringComparer.Ordinal)] : [];
        if (Refusal(patterns) is var (outcome, detail)) return (null, outcome, detail);
        var (least, most) = RuleLimits.CountOf(Kind);
        if (most > 0 && (Count < least || Count > most)) return (null, RuleOutcome.BadNumbers, $"{least} - {most}");
        if (RuleLimits.HasSpan(Kind) && Seconds is < 1 or > RuleLimits.Seconds) return (null, RuleOutcome.BadNumbers, $"1 - {RuleLimits.Seconds}");
        if (Position is < 0 or > RuleLimits.Position) return (null, RuleOutcome.BadNumbers, $"0 - {RuleLimits.Position}");
        if (Action == RuleAction.Mute && (MuteSeconds < 1 || MuteSeconds > Sanctions.LongestMute.TotalSeconds)) return (null, RuleOutcome.BadTerm, "");
        RoomId[] rooms = inRoom ? [] : [.. ExemptRooms.Distinct()];
        if (rooms.Length > RuleLimits.Rooms || Array.Exists(rooms, room => Wire.Channel.Room("room:" + room.Value) is null)) return (null, RuleOutcome.BadRooms, "");
        return (this with
        {
            Name = name, Message = message, Patterns = patterns, AllowsListed = AllowsListed && Kind == RuleKind.Links, Count = most > 0 ? Count : 0,
            Seconds = RuleLimits.HasSpan(Kind) ? Seconds : 0, MuteSeconds = Action == RuleAction.Mute ? MuteSeconds : 0, ExemptRooms = rooms,
        }, RuleOutcome.Done, "");
    }

    /// <summary>Takes over what the draft says.</summary>
    internal void ApplyTo(AutoModRule rule)
    {
        (rule.Name, rule.Kind, rule.Action, rule.Patterns, rule.AllowsListed) = (Name, Kind, Action, string.Join('\n', Patterns), AllowsListed);
        (rule.Count, rule.Seconds, rule.Message, rule.MuteSeconds) = (Count, Seconds, Message, MuteSeconds);
        (rule.ExemptFrom, rule.ExemptRooms, rule.Position, rule.IsEnabled) = (ExemptFrom, string.Join('\n', ExemptRooms.Select(room => room.Value)), Position, IsEnabled);
    }

    private (RuleOutcome Outcome, string Detail)? Refusal(string[] patterns)
    {
        if (!RuleLimits.HasPatterns(Kind)) return null;
        // Of links an empty list that allows nothing is a rule too.
        if (patterns.Length == 0 && !(Kind == RuleKind.Links && AllowsListed)) return (RuleOutcome.BadPatterns, "");
        var (most, longest) = Kind == RuleKind.Expression ? (RuleLimits.Expressions, RuleLimits.ExpressionLength) : (RuleLimits.Patterns, RuleLimits.PatternLength);
        if (patterns.Length > most) return (RuleOutcome.TooManyPatterns, $"{most}");
        foreach (var pattern in patterns)
        {
            if (pattern.Length > longest) return (RuleOutcome.BadPatterns, VisibleText.Cut(pattern, 50));
            var problem = Kind switch
            {
                RuleKind.Expression => RulePattern.Problem(pattern),
                RuleKind.Words => VisibleText.HasAny(pattern.Replace("*", "", StringComparison.Ordinal)) ? null : "",
                _ => LinkHosts.Clean(pattern) is null ? "" : null,
            };
            if (problem is not null) return (Kind == RuleKind.Expression ? RuleOutcome.BadExpression : RuleOutcome.BadPatterns, problem.Length > 0 ? problem : VisibleText.Cut(pattern, 50));
        }

        return null;
    }
}

/// <summary>How a change of a rule went.</summary>
public enum RuleOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>The actor may not do this there.</summary>
    NotAllowed,

    /// <summary>There is no such room, as far as the actor may know.</summary>
    RoomNotFound,

    /// <summary>There is no such rule, as far as the actor may know.</summary>
    NotFound,

    /// <summary>No name, or one that is too long.</summary>
    BadName,

    /// <summary>The text for the author is too long.</summary>
    BadMessage,

    /// <summary>No word or host, or one that is none.</summary>
    BadPatterns,

    /// <summary>More lines than a rule may have.</summary>
    TooManyPatterns,

    /// <summary>An expression that the engine refuses: it is none, or could not be run in linear time.</summary>
    BadExpression,

    /// <summary>A number that this kind cannot have.</summary>
    BadNumbers,

    /// <summary>A mute of no length, or longer than a year.</summary>
    BadTerm,

    /// <summary>Too many exempt rooms, or something that is no room.</summary>
    BadRooms,

    /// <summary>There are <see cref="RuleLimits.Rules"/> rules already.</summary>
    TooMany,

    /// <summary>Not in a conversation between people.</summary>
    NotPossible,

    /// <summary>Nothing was stored, or tests are running already; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>A rule as moderators see it.</summary>
/// <param name="Id">Identity.</param>
/// <param name="Room">The room where it holds; null in all rooms.</param>
/// <param name="Draft">What it says.</param>
/// <param name="By">Who changed it last.</param>
/// <param name="At">When.</param>
public sealed record RuleLine(long Id, RoomId? Room, RuleDraft Draft, UserCard By, DateTimeOffset At);

/// <summary>Outcome of a change of a rule.</summary>
/// <param name="Outcome">How it went.</param>
/// <param name="Rule">The rule as it is now.</param>
public readonly record struct RuleResult(RuleOutcome Outcome, RuleLine? Rule = null)
{
    /// <summary>Which line was refused, and what the engine says of it; bounds; empty where there is nothing to say.</summary>
    public string Detail { get; init; } = "";

    /// <summary>True where it was done.</summary>
    public bool IsDone => Outcome == RuleOutcome.Done;
}
