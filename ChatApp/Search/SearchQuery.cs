namespace ChatApp.Search;

/// <summary>Something in a search text that looks like a filter.</summary>
/// <param name="Name">What stands before the colon, in lower case.</param>
/// <param name="Value">What stands after it.</param>
/// <param name="IsUnderstood">False where its value is none that the filter takes, or a <c>-</c> stands before it: it is a word then.</param>
/// <param name="Place">Where it stands in the search text.</param>
public readonly record struct SearchFilter(string Name, string Value, bool IsUnderstood, Range Place);

/// <summary>
/// What a person looks for. Words and phrases must all occur, in any place of the text and as parts of words too; case and
/// accents do not matter. Immutable; made by <see cref="Parse"/>.
/// </summary>
public sealed record SearchQuery
{
    /// <summary>What is read of a search text, in UTF-16 units; the rest is ignored.</summary>
    public const int MaxLength = 256;

    /// <summary>How many words, phrases and filters are read; the rest is ignored.</summary>
    public const int MaxTerms = 16;

    /// <summary>What was read of the search text, as it was typed.</summary>
    public string Text { get; init; } = "";

    /// <summary>Words and phrases that the text must contain.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Words and phrases that it must not contain.</summary>
    public IReadOnlyList<string> Excluded { get; init; } = [];

    /// <summary>Names of authors, one of whom wrote it; <c>me</c> is the person who searches.</summary>
    public IReadOnlyList<string> From { get; init; } = [];

    /// <summary>Names or ids of rooms, one of which it is in.</summary>
    public IReadOnlyList<string> In { get; init; } = [];

    /// <summary>It was written at this moment or later; null for any time.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>It was written before this moment; null for any time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>True where it must contain a link to a web address.</summary>
    public bool HasLink { get; init; }

    /// <summary>True where it must be pinned in its room.</summary>
    public bool IsPinned { get; init; }

    /// <summary>True where nothing is asked for, or only what must not occur; the answer is then empty.</summary>
    public bool IsEmpty => Words.Count == 0 && From.Count == 0 && In.Count == 0 && Since is null && Until is null && !HasLink && !IsPinned;

    /// <summary>The filters as they were typed, in order: to show them, to take one away, and to say which was not understood.</summary>
    public IReadOnlyList<SearchFilter> Filters { get; init; } = [];

    /// <summary>
    /// Reads what a person types: <c>words</c>, <c>"a phrase"</c>, <c>-without</c>, <c>from:ann in:general before:2026-11-20
    /// after:2026-11 on:2026 has:link is:pinned</c>. Never fails: what is not a filter is a word.
    /// </summary>
    /// <param name="text">The search text; null is empty.</param>
    /// <param name="zone">Where the person's days begin; UTC by default.</param>
    public static SearchQuery Parse(string? text, TimeZoneInfo? zone = null)
    {
        var terms = new Terms(zone ?? TimeZoneInfo.Utc);
        var read = Shortened(text ?? "");
        foreach (var token in SearchTokens.Read(read).Take(MaxTerms)) terms.Add(token);
        return terms.ToQuery() with { Text = read };
    }

    private static string Shortened(string text) => text.Length <= MaxLength
        ? text
        : text[..(char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength)];

    private sealed class Terms(TimeZoneInfo zone)
    {
        private readonly List<string> _words = [];
        private readonly List<string> _excluded = [];
        private readonly List<string> _from = [];
        private readonly List<string> _in = [];
        private readonly List<SearchFilter> _filters = [];
        private DateTimeOffset? _since;
        private DateTimeOffset? _until;
        private bool _hasLink;
        private bool _isPinned;

        public void Add(SearchToken token)
        {
            if (token.Filter is { } filter)
            {
                var isUnderstood = !token.IsExcluded && TryFilter(filter, token.Value);
                _filters.Add(new SearchFilter(filter.ToLowerInvariant(), token.Value, isUnderstood, token.Place));
                if (isUnderstood) return;
            }

            var word = token.Filter is null ? token.Value : $"{token.Filter}:{token.Value}";
            var list = token.IsExcluded ? _excluded : _words;
            // A lone accent has no form that could be compared.
            if (SearchText.Fold(word).Trim().Length > 0 && !list.Contains(word, StringComparer.Ordinal)) list.Add(word);
        }

        public SearchQuery ToQuery() => new()
        {
            Words = _words, Excluded = _excluded, From = _from, In = _in, Since = _since, Until = _until, HasLink = _hasLink, IsPinned = _isPinned,
            Filters = _filters,
        };

        private bool TryFilter(string name, string value)
        {
            switch (name.ToUpperInvariant())
            {
                case "FROM" when value.TrimStart('@') is { Length: > 0 } person:
                    _from.Add(person);
                    return true;
                case "IN" when value.TrimStart('#') is { Length: > 0 } room:
                    _in.Add(room);
                    return true;
                case "HAS" when value.Equals("link", StringComparison.OrdinalIgnoreCase):
                    return _hasLink = true;
                case "IS" when value.Equals("pinned", StringComparison.OrdinalIgnoreCase):
                    return _isPinned = true;
                case "BEFORE" when SearchDates.Read(value, zone) is { } span:
                    NotAfter(span.Start);
                    return true;
                case "AFTER" when SearchDates.Read(value, zone) is { } span:
                    NotBefore(span.End);
                    return true;
                case "ON" when SearchDates.Read(value, zone) is { } span:
                    NotBefore(span.Start);
                    NotAfter(span.End);
                    return true;
                default:
                    return false;
            }
        }

        private void NotBefore(DateTimeOffset moment) => _since = _since > moment ? _since : moment;

        private void NotAfter(DateTimeOffset moment) => _until = _until < moment ? _until : moment;
    }
}
