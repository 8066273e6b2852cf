using System.Text;

namespace ChatApp.Search;

/// <summary>A piece of a search text.</summary>
/// <param name="Filter">What stands before the colon, where that may be a filter; null for words and phrases.</param>
/// <param name="Value">The word, the phrase without its quotes, or the filter's value; never empty.</param>
/// <param name="IsExcluded">True where a <c>-</c> stands before it.</param>
internal readonly record struct SearchToken(string? Filter, string Value, bool IsExcluded)
{
    /// <summary>Where it stands in the search text.</summary>
    public Range Place { get; init; }
}

/// <summary>Cuts a search text into words, phrases and filters. Has no failing input: a quote without an end reaches to the end.</summary>
internal static class SearchTokens
{
    private static readonly string[] Filters = ["from", "in", "before", "after", "on", "has", "is"];

    /// <summary>The pieces, in order.</summary>
    public static IEnumerable<SearchToken> Read(string text)
    {
        var clean = Clean(text);
        var at = 0;
        while (true)
        {
            while (at < clean.Length && clean[at] == ' ') at++;
            if (at == clean.Length) yield break;
            var start = at;
            var isExcluded = clean[at] == '-' && at + 1 < clean.Length && clean[at + 1] != ' ';
            if (isExcluded) at++;

            var filter = FilterAt(clean, at);
            if (filter is not null) at += filter.Length + 1;
            if (at < clean.Length && EndOfQuote(clean[at]) is { } end)
            {
                var close = clean.IndexOf(end, at + 1);
                var value = clean[(at + 1)..(close < 0 ? clean.Length : close)].Trim();
                at = close < 0 ? clean.Length : close + 1;
                if (value.Length > 0) yield return new SearchToken(filter, value, isExcluded) { Place = start..at };
                continue;
            }

            var stop = clean.IndexOf(' ', at);
            if (stop < 0) stop = clean.Length;
            yield return stop > at
                ? new SearchToken(filter, clean[at..stop], isExcluded) { Place = start..stop }
                : new SearchToken(null, clean[start..stop], IsExcluded: false) { Place = start..stop }; // a filter without a value
            at = stop;
        }
    }

    // A Chinese keyboard gives the wide colon.
    private static string? FilterAt(string text, int at)
    {
        foreach (var name in Filters)
        {
            if (text.AsSpan(at).StartsWith(name, StringComparison.OrdinalIgnoreCase) && at + name.Length < text.Length && text[at + name.Length] is ':' or '：')
                return text.Substring(at, name.Length);
        }

        return null;
    }

    private static char? EndOfQuote(char c) => c switch
    {
        '"' => '"',
        '“' or '„' or '”' => '”',
        '「' => '」',
        '«' => '»',
        _ => null,
    };

    // Of the same length, so that places are those of the original. Spaces and control characters become one kind of space, halves of surrogate pairs U+FFFD, as in stored texts.
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) clean.Append(Rune.IsWhiteSpace(rune) || Rune.IsControl(rune) ? " " : rune.ToString());
        return clean.ToString();
    }
}
