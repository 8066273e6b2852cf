using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ChatApp.Moderation.Rules;

/// <summary>
/// Makes expressions of what moderators write. All of them run with <see cref="RegexOptions.NonBacktracking"/>: time grows with the text
/// and not with what stands in it, whatever somebody has thought of. What that engine cannot do (references back, looking around) or
/// finds too large is refused when the rule is made.
/// </summary>
internal static class RulePattern
{
    /// <summary>The last resort for one expression on one text. No text of a message comes near it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <summary>An expression.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    /// <exception cref="NotSupportedException">It cannot be run in linear time.</exception>
    public static Regex OfExpression(string pattern) => new(pattern, Linear, Patience);

    /// <summary>A word with asterisks, for texts in the form of <see cref="RuleText.Folded"/>. It stands alone, except in scripts that write words without spaces.</summary>
    public static Regex OfWord(string word)
    {
        var (folded, expression) = (RuleText.Fold(word), new StringBuilder());
        if (IsBounded(folded, isEnd: false)) expression.Append(@"\b");
        expression.AppendJoin(@"\w*", folded.Split('*').Select(Regex.Escape));
        if (IsBounded(folded, isEnd: true)) expression.Append(@"\b");
        return new Regex(expression.ToString(), Linear, Patience);
    }

    /// <summary>Why an expression cannot be used, in the engine's words; null where it can.</summary>
    public static string? Problem(string pattern)
    {
        try
        {
            OfExpression(pattern);
            return null;
        }
        catch (Exception refusal) when (refusal is ArgumentException or NotSupportedException)
        {
            return refusal.Message;
        }
    }

    /// <summary>True where an expression is found. One that is not decided in time counts as found: nobody shall come past a rule by being slow.</summary>
    public static bool IsIn(Regex expression, string text)
    {
        try
        {
            return expression.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return true;
        }
    }

    private static bool IsBounded(string word, bool isEnd)
    {
        if (word.Length == 0) return false;
        Rune.DecodeFromUtf16(word, out var first, out _);
        Rune.DecodeLastFromUtf16(word, out var last, out _);
        var rune = isEnd ? last : first;
        // Where words are written without spaces, the letters before and after belong to other words.
        return Rune.IsLetterOrDigit(rune) && !(Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherLetter && rune.Value >= 0x0E00);
    }
}
