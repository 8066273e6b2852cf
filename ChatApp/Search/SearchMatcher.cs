namespace ChatApp.Search;

/// <summary>A piece of an extract.</summary>
/// <param name="Text">Plain text, nothing escaped.</param>
/// <param name="IsHit">True where it is what was looked for.</param>
public readonly record struct ExtractPart(string Text, bool IsHit);

/// <summary>
/// Says whether a text is what a query asks for, and shows where. The index only proposes: this is the one definition of a match.
/// </summary>
internal sealed class SearchMatcher
{
    /// <summary>Longest extract, in UTF-16 units of the message.</summary>
    public const int ExtractLength = 240;

    private const int LeadLength = 60;

    private readonly string[] _words;
    private readonly string[] _excluded;

    public SearchMatcher(SearchQuery query)
    {
        _words = [.. query.Words.Select(word => SearchText.Fold(word))];
        _excluded = [.. query.Excluded.Select(word => SearchText.Fold(word))];
    }

    /// <summary>True where the text contains all words and none of the excluded ones.</summary>
    public bool Matches(string text)
    {
        if (_words.Length == 0 && _excluded.Length == 0) return true;
        var folded = SearchText.Fold(text);
        return Array.TrueForAll(_words, word => folded.Contains(word, StringComparison.OrdinalIgnoreCase))
            && !Array.Exists(_excluded, word => folded.Contains(word, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The part of a text around its first hit, as one line, in pieces; "…" where something is left out.</summary>
    public IReadOnlyList<ExtractPart> Extract(string text)
    {
        var hits = Hits(text);
        var start = hits.Count == 0 ? 0 : Math.Max(0, hits[0].Start - LeadLength);
        var end = Math.Min(text.Length, start + ExtractLength);
        start = WholeCharacter(text, Math.Max(0, end - ExtractLength));
        end = WholeCharacter(text, end);

        var parts = new List<ExtractPart>();
        var at = start;
        foreach (var hit in hits)
        {
            if (hit.Start >= end) break;
            if (hit.End <= at) continue;
            var from = Math.Max(at, hit.Start);
            Add(at, from, isHit: false);
            at = Math.Min(hit.End, end);
            Add(from, at, isHit: true);
        }

        Add(at, end, isHit: false);
        if (start > 0) parts.Insert(0, new ExtractPart("…", IsHit: false));
        if (end < text.Length) parts.Add(new ExtractPart("…", IsHit: false));
        return parts;

        void Add(int from, int to, bool isHit)
        {
            if (to > from) parts.Add(new ExtractPart(text[from..to].ReplaceLineEndings(" "), isHit));
        }
    }

    // Back to the beginning of the character that an index is inside of.
    private static int WholeCharacter(string text, int index) =>
        index > 0 && index < text.Length && char.IsLowSurrogate(text[index]) ? index - 1 : index;

    // In order, and apart: what touches or overlaps is one.
    private List<(int Start, int End)> Hits(string text)
    {
        var folded = SearchText.FoldWithOrigins(text);
        var found = new List<(int Start, int End)>();
        foreach (var word in _words)
        {
            for (var at = 0; (at = folded.Text.IndexOf(word, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += word.Length)
                found.Add(folded.Original(at, at + word.Length));
        }

        found.Sort();
        var apart = new List<(int Start, int End)>(found.Count);
        foreach (var hit in found)
        {
            if (apart is [.., var last] && hit.Start <= last.End) apart[^1] = (last.Start, Math.Max(last.End, hit.End));
            else apart.Add(hit);
        }

        return apart;
    }
}
