using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace ChatApp.Search;

/// <summary>A text in the form in which it is compared, and where each of its characters came from.</summary>
/// <param name="Text">The form.</param>
/// <param name="Origins">
/// For each UTF-16 unit of <paramref name="Text"/>, and for its end, the index in the original; null where all are the same.
/// </param>
internal readonly record struct FoldedText(string Text, int[]? Origins)
{
    /// <summary>The part of the original that a part of <see cref="Text"/> came from; whole characters with their marks.</summary>
    public (int Start, int End) Original(int start, int end)
    {
        if (Origins is null) return (start, end);
        // One character may have become two: whoever finds the first has found it.
        while (end < Text.Length && Origins[end] == Origins[end - 1]) end++;
        return (Origins[start], Origins[end]);
    }
}

/// <summary>
/// In which form words and texts are compared: Latin and Greek letters without accents, full-width forms as plain ones,
/// every kind of space as one. Case is left to the comparison, except where a letter changes anyway.
/// </summary>
/// <remarks>
/// The full-text index holds this form, and takes a text out again by the form that it was put in with. So the table is
/// our own and frozen, not the runtime's, which learns new letters with each release: a change here needs a migration
/// that rebuilds the index.
/// </remarks>
internal static class SearchText
{
    /// <summary>The function by which the triggers of the index ask for <see cref="ForIndex"/>.</summary>
    public const string FunctionName = "search_form";

    /// <summary>
    /// The function by which the trigger of new messages asks whether whoever inserts them will index them: the log's
    /// writer does so for all of a batch at once, which costs about half.
    /// </summary>
    public const string DeferralName = "search_deferred";

    private static readonly FrozenDictionary<char, string> Plain = Table();

    /// <summary>The form in which a text is compared.</summary>
    public static string Fold(string text) => IsPlain(text) ? text : Fold(text, origins: null);

    /// <summary>The same, with the way back.</summary>
    public static FoldedText FoldWithOrigins(string text)
    {
        if (IsPlain(text)) return new FoldedText(text, null);
        var origins = new List<int>(text.Length + 8);
        var folded = Fold(text, origins);
        origins.Add(text.Length);
        return new FoldedText(folded, [.. origins]);
    }

    /// <summary>
    /// The form that the index holds. It knows runs of three characters; a word of Chinese, Japanese or Korean mostly has
    /// two. So each of those characters stands there twice, and two of them are found by the index too.
    /// </summary>
    public static string ForIndex(string text)
    {
        var folded = Fold(text);
        if (folded.AsSpan().IndexOfAnyInRange('\u3040', '\uFAFF') < 0) return folded;
        var doubled = new StringBuilder(folded.Length * 2);
        foreach (var c in folded)
        {
            doubled.Append(c);
            if (IsDense(c)) doubled.Append(c);
        }

        return doubled.ToString();
    }

    /// <summary>True where the index can answer for a word: its form there has at least three characters.</summary>
    public static bool IsIndexed(string word)
    {
        var characters = 0;
        foreach (var _ in ForIndex(word).EnumerateRunes()) characters++;
        return characters >= 3;
    }

    private static bool IsPlain(string text) => text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0;

    private static string Fold(string text, List<int>? origins)
    {
        // No character becomes more than two.
        var buffer = ArrayPool<char>.Shared.Rent(text.Length * 2);
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is >= '\u0300' and <= '\u036F') continue; // an accent of its own, behind its letter
            if (c is >= '\u00C0' and < '\u1F00' && Plain.TryGetValue(c, out var plain))
            {
                buffer[length++] = plain[0];
                if (plain.Length == 2)
                {
                    origins?.Add(i);
                    buffer[length++] = plain[1];
                }
            }
            else
            {
                buffer[length++] = c switch
                {
                    < ' ' or '\u00A0' or '\u3000' or (>= '\u2000' and <= '\u200A') or '\u202F' => ' ',
                    >= '\uFF01' and <= '\uFF5E' => (char)(c - 0xFEE0),
                    _ => c,
                };
            }

            origins?.Add(i);
        }

        var folded = new string(buffer, 0, length);
        ArrayPool<char>.Shared.Return(buffer);
        return folded;
    }

    // Kana, Han and Hangul syllables; rarer Han characters beyond 16 bits stand once.
    private static bool IsDense(char c) =>
        c is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u4DBF') or (>= '\u4E00' and <= '\u9FFF') or (>= '\uAC00' and <= '\uD7A3') or (>= '\uF900' and <= '\uFAFF');

    private static FrozenDictionary<char, string> Table()
    {
        (string Plain, string Letters)[] groups =
        [
            ("a", "ÀÁÂÃÄÅàáâãäåĀāĂăĄąǍǎǞǟǠǡǺǻȀȁȂȃȦȧḀḁẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặ"),
            ("b", "ḂḃḄḅḆḇ"),
            ("c", "ÇçĆćĈĉĊċČčḈḉ"),
            ("d", "ĎďḊḋḌḍḎḏḐḑḒḓđĐðÐ"),
            ("e", "ÈÉÊËèéêëĒēĔĕĖėĘęĚěȄȅȆȇȨȩḔḕḖḗḘḙḚḛḜḝẸẹẺẻẼẽẾếỀềỂểỄễỆệ"),
            ("f", "Ḟḟ"),
            ("g", "ĜĝĞğĠġĢģǦǧǴǵḠḡ"),
            ("h", "ĤĥȞȟḢḣḤḥḦḧḨḩḪḫẖħĦ"),
            ("i", "ÌÍÎÏìíîïĨĩĪīĬĭĮįİǏǐȈȉȊȋḬḭḮḯỈỉỊịı"),
            ("j", "Ĵĵǰ"),
            ("k", "ĶķǨǩḰḱḲḳḴḵ"),
            ("l", "ĹĺĻļĽľḶḷḸḹḺḻḼḽłŁ"),
            ("m", "ḾḿṀṁṂṃ"),
            ("n", "ÑñŃńŅņŇňǸǹṄṅṆṇṈṉṊṋ"),
            ("o", "ÒÓÔÕÖòóôõöŌōŎŏŐőƠơǑǒǪǫǬǭȌȍȎȏȪȫȬȭȮȯȰȱṌṍṎṏṐṑṒṓỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợøØǿǾ"),
            ("p", "ṔṕṖṗ"),
            ("r", "ŔŕŖŗŘřȐȑȒȓṘṙṚṛṜṝṞṟ"),
            ("s", "ŚśŜŝŞşŠšȘșṠṡṢṣṤṥṦṧṨṩ"),
            ("t", "ŢţŤťȚțṪṫṬṭṮṯṰṱẗŧŦ"),
            ("u", "ÙÚÛÜùúûüŨũŪūŬŭŮůŰűŲųƯưǓǔǕǖǗǘǙǚǛǜȔȕȖȗṲṳṴṵṶṷṸṹṺṻỤụỦủỨứỪừỬửỮữỰự"),
            ("v", "ṼṽṾṿ"),
            ("w", "ŴŵẀẁẂẃẄẅẆẇẈẉẘ"),
            ("x", "ẊẋẌẍ"),
            ("y", "ÝýÿŶŷŸȲȳẎẏẙỲỳỴỵỶỷỸỹ"),
            ("z", "ŹźŻżŽžẐẑẒẓẔẕ"),
            ("ss", "ßẞ"), ("ae", "æÆ"), ("oe", "œŒ"), ("th", "þÞ"),
            ("α", "άΆ"), ("ε", "έΈ"), ("η", "ήΉ"), ("ι", "ίΊϊΐΪ"), ("ο", "όΌ"), ("υ", "ύΎϋΰΫ"), ("ω", "ώΏ"), ("σ", "ς"), ("е", "ёЁ"),
        ];
        return groups.SelectMany(group => group.Letters.Select(letter => KeyValuePair.Create(letter, group.Plain))).ToFrozenDictionary();
    }
}
