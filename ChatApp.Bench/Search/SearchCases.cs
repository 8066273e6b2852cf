using System.Globalization;
using ChatApp.Bench.Product;
using ChatApp.Search;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Bench.Search;

/// <summary>
/// Chooses what is searched for, by asking the index how often each candidate stands in the messages: as parts of words too,
/// as people will find them.
/// </summary>
internal sealed class SearchCases(ChatDatabase database, WordList words, int messages, int each)
{
    private const double Selective = 150;
    private const double Broad = 400;

    /// <summary>All cases.</summary>
    public IReadOnlyList<SearchCase> Choose()
    {
        var rare = Until(each, () => words.AnyWord() is { Length: >= 4 } word && IsRare(word) ? word : null);
        var phrases = Until(each, Phrase);
        var chinese = Until(each, () => words.AnyChineseWord() is { Length: >= 2 } word && IsRare(word) ? word : null);
        string Author() => $"\"Author {words.Number(200):d3}\"";
        return
        [
            Of("word in at most 1/1,000", Selective, rare),
            Of("quoted phrase of two words", Selective, phrases.Select(phrase => $"\"{phrase}\"")),
            Of("Chinese word", Selective, chinese),
            Of("from: and a rare word", Selective, rare.Select(word => $"from:{Author()} {word}")),
            Of("in: and a rare word", Selective, rare.Select((word, place) => $"in:room{place % 9} {word}")),
            Of("from: and a word in 1/10", Selective, Enumerable.Range(0, each).Select(_ => $"from:{Author()} {Common()}")),
            Of("from: alone", Selective, Enumerable.Range(0, each).Select(_ => $"from:{Author()}")),
            Of("two words of 1/10 and one rare", Selective, rare.Select(word => $"{WordList.Common[0]} {WordList.Common[1]} {word}")),
            Of("word in 1/10", Broad, Enumerable.Range(0, each).Select(_ => Common())),
            new SearchCase("word in 1/10, an older page", Broad, [.. Enumerable.Range(0, each).Select(_ =>
                new SearchRequest(SearchQuery.Parse(Common()), new MessageId((messages / 10) + words.Number(messages * 9 / 10))))]),
            Of("two words in 1/10", Broad, Enumerable.Range(0, each).Select(place => $"{WordList.Common[place % 4]} {WordList.Common[(place + 1) % 4]}")),
            Of("word in 1/10, only in closed rooms", Broad, Enumerable.Repeat(SearchVerb.ClosedWord, each)),
        ];
    }

    private static SearchCase Of(string name, double limit, IEnumerable<string> texts) => new(name, limit, [.. texts.Select(text => new SearchRequest(SearchQuery.Parse(text)))]);

    private static List<string> Until(int count, Func<string?> next)
    {
        var found = new List<string>();
        for (var tries = 0; found.Count < count && tries < 20_000; tries++)
            if (next() is { } text) found.Add(text);
        return found.Count == count ? found : throw new BenchException("the messages have too few rare words");
    }

    private string Common() => WordList.Common[words.Number(WordList.Common.Length)];

    private string? Phrase()
    {
        using var db = database.OpenRead();
        var id = 1 + words.Number(messages);
        var text = db.Messages.Where(message => message.Id == id).Select(message => message.Text).Single().Split(' ');
        if (text.Length < 3) return null;
        var place = words.Number(text.Length - 1);
        var phrase = $"{text[place]} {text[place + 1]}";
        return IsRare(phrase) ? phrase : null;
    }

    // Between one message and a thousandth of all.
    private bool IsRare(string text)
    {
        using var db = database.OpenRead();
        var match = $"\"{SearchForm(text)}\"";
        var limit = (messages / 1000) + 1;
        var count = db.Database.SqlQuery<int>($"SELECT count(*) AS \"Value\" FROM (SELECT rowid FROM message_search WHERE message_search MATCH {match} LIMIT {limit})").Single();
        return count > 0 && count < limit;
    }

    // As the index holds it: Chinese characters twice.
    private static string SearchForm(string text) =>
        string.Concat(text.Select(c => c < 0x3040 ? c.ToString(CultureInfo.InvariantCulture) : new string(c, 2)));
}
