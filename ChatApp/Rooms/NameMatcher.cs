using System.Globalization;
using System.Text;

namespace ChatApp.Rooms;

/// <summary>
/// Says how well what somebody types fits a name. Case and accents make no difference. Best is the beginning of the name, then
/// the beginning of a word of it, then any part, then letters in order of which the first one begins a word ("gd" in
/// "General Design"). Each Chinese or Japanese character is a word. Several words that are typed may come in any order.
/// </summary>
public sealed class NameMatcher
{
    /// <summary>Longest text that is looked at, in UTF-16 units; what comes after it is ignored.</summary>
    public const int MaxLength = 100;

    private const int Whole = 1000;
    private const int Beginning = 800;
    private const int WordBeginning = 600;
    private const int Part = 400;
    private const int Letters = 200;

    // Letters that no decomposition takes apart.
    private static readonly Dictionary<char, string> Plain = new()
    {
        ['ß'] = "ss", ['æ'] = "ae", ['œ'] = "oe", ['ø'] = "o", ['đ'] = "d", ['ð'] = "d", ['ł'] = "l", ['ħ'] = "h", ['ı'] = "i", ['þ'] = "th",
    };

    private readonly string _whole;
    private readonly string[] _words;

    /// <summary>A matcher for what was typed.</summary>
    public NameMatcher(string typed)
    {
        ArgumentNullException.ThrowIfNull(typed);
        _words = Fold(typed).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        _whole = string.Join(' ', _words);
    }

    /// <summary>True where nothing was typed: then everything fits.</summary>
    public bool IsEmpty => _words.Length == 0;

    /// <summary>A name in the form that is compared; fold it once where it is compared often.</summary>
    public static string Fold(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > MaxLength) name = name[..MaxLength];
        var folded = new StringBuilder(name.Length);
        foreach (var c in Decompose(name))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.Format) continue;
            var lower = char.ToLowerInvariant(c);
            if (char.IsWhiteSpace(c)) folded.Append(' ');
            else if (Plain.TryGetValue(lower, out var plain)) folded.Append(plain);
            else folded.Append(lower);
        }

        return folded.ToString();
    }

    /// <summary>How well it fits, more is better; null where it does not.</summary>
    /// <param name="name">A name that <see cref="Fold"/> has made.</param>
    public int? Rate(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (IsEmpty) return 0;
        if (name == _whole) return Whole;
        // Of two names that fit equally well the shorter one is meant more often.
        var shortness = MaxLength - Math.Min(name.Length, MaxLength);
        if (name.StartsWith(_whole, StringComparison.Ordinal)) return Beginning + shortness;
        var least = int.MaxValue;
        foreach (var word in _words)
        {
            if (RateWord(name, word) is not { } rate) return null;
            least = Math.Min(least, rate);
        }

        return least + shortness;
    }

    private static int? RateWord(string name, string word)
    {
        int? found = null;
        for (var at = name.IndexOf(word, StringComparison.Ordinal); at >= 0; at = name.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            if (BeginsWord(name, at)) return WordBeginning;
            found = Part;
        }

        return found ?? RateLetters(name, word);
    }

    // The more letters begin a word or follow the one before, the better: at most 99 above the lowest.
    private static int? RateLetters(string name, string word)
    {
        int? best = null;
        for (var start = name.IndexOf(word[0], StringComparison.Ordinal); start >= 0; start = name.IndexOf(word[0], start + 1))
        {
            if (!BeginsWord(name, start)) continue;
            if (CountGood(name, word, start) is not { } good) break; // nor from any later place
            best = Math.Max(best ?? 0, good);
        }

        return best is { } most ? Letters + (99 * most / word.Length) : null;
    }

    private static int? CountGood(string name, string word, int start)
    {
        var (at, good) = (start, 1);
        for (var i = 1; i < word.Length; i++)
        {
            var next = name.IndexOf(word[i], at + 1);
            if (next < 0) return null;
            // The beginning of a word is meant rather than the same letter inside of one, where what is left still follows.
            if (next != at + 1 && NextWord(name, word[i], next) is { } begins && Follows(name, begins, word.AsSpan(i + 1))) next = begins;
            if (next == at + 1 || BeginsWord(name, next)) good++;
            at = next;
        }

        return good;
    }

    private static int? NextWord(string name, char letter, int from)
    {
        for (var at = from; at >= 0; at = name.IndexOf(letter, at + 1))
        {
            if (BeginsWord(name, at)) return at;
        }

        return null;
    }

    private static bool Follows(string name, int at, ReadOnlySpan<char> letters)
    {
        foreach (var letter in letters)
        {
            at = name.IndexOf(letter, at + 1);
            if (at < 0) return false;
        }

        return true;
    }

    private static bool BeginsWord(string name, int at) =>
        at == 0 || !char.IsLetterOrDigit(name[at - 1]) || (!IsSpelled(name[at]) && char.IsLetterOrDigit(name[at])) || !IsSpelled(name[at - 1]);

    // Scripts in which a word has no letters of its own: one character says a word, or is as near to it as a list needs.
    private static bool IsSpelled(char c) => c is < '\u2e80' or (> '\uabff' and < '\uf900') or > '\ufaff';

    private static string Decompose(string name)
    {
        try
        {
            return name.Normalize(NormalizationForm.FormKD);
        }
        catch (ArgumentException)
        {
            return name; // half of a surrogate pair
        }
    }
}
