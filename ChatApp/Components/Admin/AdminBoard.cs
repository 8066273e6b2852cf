using ChatApp.Moderation;
using ChatApp.Resources;
using Microsoft.Extensions.Localization;

namespace ChatApp.Components.Admin;

/// <summary>What was done, or why not, in words.</summary>
/// <param name="IsDone">True where it was done.</param>
/// <param name="Text">The words.</param>
public sealed record AdminNotice(bool IsDone, string Text)
{
    /// <summary>How it looks.</summary>
    internal string Style => IsDone ? "notice notice-success" : "notice notice-error";
}

/// <summary>By what a section of the console tells the page around it.</summary>
/// <param name="tell">Shows a notice above the section; everything is looked at again.</param>
/// <param name="look">Looks again at who the reader is and at everything shown.</param>
public sealed class AdminBoard(Action<AdminNotice> tell, Action look)
{
    /// <summary>Tells nobody; for a section without a page around it.</summary>
    public static readonly AdminBoard None = new(static _ => { }, static () => { });

    /// <summary>Shows how something went, and looks again.</summary>
    public void Tell(bool isDone, string text) => tell(new AdminNotice(isDone, text));

    /// <summary>Shows how a moderator's action went, and looks again.</summary>
    /// <param name="text">The reader's language.</param>
    /// <param name="outcome">How it went.</param>
    /// <param name="words">What is said where it was done, or the target is gone.</param>
    public void Tell(IStringLocalizer<Text> text, ModerationOutcome outcome, string words) =>
        Tell(outcome == ModerationOutcome.Done, AdminWords.Outcome(text, outcome) ?? words);

    /// <summary>Looks again: the reader may have lost the right to see this.</summary>
    public void Look() => look();
}
