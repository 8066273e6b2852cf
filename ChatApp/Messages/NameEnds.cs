using System.Globalization;
using System.Text;

namespace ChatApp.Messages;

/// <summary>
/// Where a name in a text may begin and end: not in the middle of a word. Scripts that put no space between words have no such
/// middle, so a name of theirs may stand in any place.
/// </summary>
internal static class NameEnds
{
    /// <summary>Longest name in UTF-16 units as somebody may type it: with marks apart from their letters.</summary>
    public const int MaxUnits = 120;

    /// <summary>True where a sign for a name may follow this character; NUL stands for the beginning of the text.</summary>
    public static bool MayBeginAfter(char before) =>
        before is not ('_' or '/' or ':' or '@' or '#') && (!char.IsLetterOrDigit(before) || IsUnspaced(new Rune(before)));

    /// <summary>The places at which a name may end that begins with the text, nearest first.</summary>
    /// <param name="text">What follows the sign.</param>
    /// <param name="most">Longest name, in characters without marks.</param>
    /// <param name="ends">Takes the places; <see cref="MaxUnits"/> long.</param>
    /// <returns>How many there are.</returns>
    public static int Of(ReadOnlySpan<char> text, int most, Span<int> ends)
    {
        var (count, length, end) = (0, 0, 0);
        if (text.IsEmpty || char.IsWhiteSpace(text[0])) return 0;
        while (end < Math.Min(text.Length, MaxUnits) && Rune.DecodeFromUtf16(text[end..], out var rune, out var units) == System.Buffers.OperationStatus.Done)
        {
            end += units;
            if (Rune.IsControl(rune) || end > MaxUnits || (!BelongsToLast(rune) && ++length > most)) break;
            if (!Rune.IsWhiteSpace(rune) && MayEndBetween(rune, text[end..])) ends[count++] = end;
        }

        return count;
    }

    private static bool MayEndBetween(Rune last, ReadOnlySpan<char> rest)
    {
        if (rest.IsEmpty || Rune.DecodeFromUtf16(rest, out var next, out _) != System.Buffers.OperationStatus.Done) return true;
        if (BelongsToLast(next)) return false;
        return !IsOfWord(last) || !IsOfWord(next) || IsUnspaced(last) || IsUnspaced(next);
    }

    private static bool IsOfWord(Rune rune) => Rune.IsLetterOrDigit(rune) || rune.Value == '_' || BelongsToLast(rune);

    private static bool BelongsToLast(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format;

    // Han, kana, Hangul (whose particles follow a name at once), Thai, Lao, Burmese and Khmer.
    private static bool IsUnspaced(Rune rune) => rune.Value
        is (>= 0x0E00 and <= 0x0EFF) or (>= 0x1000 and <= 0x109F) or (>= 0x1100 and <= 0x11FF) or (>= 0x1780 and <= 0x17FF)
        or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7FF) or (>= 0xF900 and <= 0xFAFF) or (>= 0xFF66 and <= 0xFFDC) or (>= 0x20000 and <= 0x3FFFF);
}
