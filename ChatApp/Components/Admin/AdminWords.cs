using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Resources;
using Microsoft.Extensions.Localization;

namespace ChatApp.Components.Admin;

/// <summary>Words of the admin page for what the services answer.</summary>
public static class AdminWords
{
    /// <summary>The rank's name.</summary>
    public static string Rank(IStringLocalizer<Text> text, Rank rank)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text[$"Rank.{rank}"];
    }

    /// <summary>What a connection of that kind is called.</summary>
    public static string Kind(IStringLocalizer<Text> text, ConnectionKind kind)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text[$"Admin.Kind.{kind}"];
    }

    /// <summary>Why an action of a moderator was not carried out; null where it was, or its target is gone.</summary>
    public static string? Outcome(IStringLocalizer<Text> text, ModerationOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(text);
        return outcome switch
        {
            ModerationOutcome.NotAllowed => text["Admin.NotAllowed"].Value,
            ModerationOutcome.LastAdministrator => text["Admin.LastAdministrator"].Value,
            ModerationOutcome.Busy => text["Admin.Busy"].Value,
            ModerationOutcome.NameTaken => text["Admin.NameTaken"].Value,
            ModerationOutcome.ReasonMissing => text["Reason.Missing"].Value,
            _ => null,
        };
    }

    /// <summary>A length of time in its two largest units: 58 s, 6 min, 3 h 2 min, 12 d 3 h. Never negative.</summary>
    public static string Age(IStringLocalizer<Text> text, TimeSpan age)
    {
        ArgumentNullException.ThrowIfNull(text);
        return age switch
        {
            { TotalSeconds: < 60 } => text["Admin.AgeSeconds", Math.Max(0, age.Seconds)],
            { TotalMinutes: < 60 } => text["Admin.AgeMinutes", age.Minutes],
            { TotalHours: < 24 } => text["Admin.AgeHours", age.Hours, age.Minutes],
            _ => text["Admin.AgeDays", age.Days, age.Hours],
        };
    }

    /// <summary>A name that keeps its own direction inside a sentence, where no <c>bdi</c> element can stand.</summary>
    public static string Isolate(string name) => $"\u2068{name}\u2069";
}
