using System.Globalization;
using System.Text;

namespace ChatApp;

/// <summary>Which characters people can see, and which only change how others look: with the latter, texts pose as others or as nothing.</summary>
public static class VisibleText
{
    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>True where at least one character leaves a mark on the screen.</summary>
    public static bool HasAny(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsVisible(rune)) return true;
        }

        return false;
    }

    /// <summary>True for characters that leave a mark of their own.</summary>
    public static bool IsVisible(Rune rune) =>
        !Rune.IsWhiteSpace(rune) && !Rune.IsControl(rune) && !IsIgnorable(rune) && rune.Value != 0x2800 /* empty Braille pattern */;

    /// <summary>True for characters that nobody sees: formats, joiners, variation selectors, fillers.</summary>
    public static bool IsIgnorable(Rune rune) =>
        Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format ||
        rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0 or (>= 0x180B and <= 0x180F) or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);

    /// <summary>True for what may not stand in a name: characters that turn the direction, break the line, or are not text.</summary>
    public static bool IsForbiddenInNames(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        // A joiner inside an emoji is the one format character that people type.
        || (Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format && rune.Value != ZeroWidthJoiner);

    /// <summary>The text without what nobody sees; for comparing.</summary>
    public static string WithoutIgnorable(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return string.Concat(text.EnumerateRunes().Where(rune => !IsIgnorable(rune)).Select(rune => rune.ToString()));
    }

    /// <summary>The beginning of a text, at most so many UTF-16 units, never half a character.</summary>
    public static string Cut(string text, int length)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= length) return text;
        return text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }
}
