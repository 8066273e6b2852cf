using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Search;

/// <summary>
/// Proposes messages for a query, newest first, by the narrowest index that knows an answer: pins, the full text, the
/// author, the room, and all messages where nothing else is left. Knows no rights; ids alone come out of here.
/// </summary>
internal sealed class SearchCandidates(ChatDbContext db, SearchQuery query, SearchScope scope)
{
    private const string LinkSign = "://";

    private readonly string? _match = MatchOf(query);

    /// <summary>The next ids before <paramref name="before"/>, falling; fewer than <paramref name="count"/> where there are no more.</summary>
    public List<long> Next(long before, int count)
    {
        if (query.IsPinned) return Pinned(before, count);
        if (_match is not null) return Indexed(_match, before, count);
        if (scope.Authors is [var author]) return Ids(db.Messages.Where(m => m.AuthorId == author && m.Id < before && m.Id >= scope.From).OrderByDescending(m => m.Id), count);
        if (scope.Authors is not null) return OfAuthors(before, count);
        // In a room, the order of places is that of ids, and there is an index of places.
        if (scope.Rooms.Count == 1)
        {
            var room = scope.Rooms.Keys.Single();
            return Ids(db.Messages.Where(m => m.RoomId == room && m.Id < before && m.Id >= scope.From).OrderByDescending(m => m.Offset), count);
        }

        return Ids(db.Messages.Where(m => m.Id < before && m.Id >= scope.From).OrderByDescending(m => m.Id), count);
    }

    /// <summary>
    /// The query in the language of the index, or null where it has nothing that the index knows. Each word is a quoted
    /// phrase with its quotes doubled: there is no other character that ends a phrase, so no word can say anything else.
    /// </summary>
    internal static string? MatchOf(SearchQuery query)
    {
        var phrases = query.Words.Where(SearchText.IsIndexed).Select(Phrase).ToList();
        if (query.HasLink) phrases.Add(Phrase(LinkSign));
        if (phrases.Count == 0) return null;
        var excluded = query.Excluded.Where(SearchText.IsIndexed).Select(Phrase).ToList();
        var match = string.Join(" AND ", phrases);
        return excluded.Count == 0 ? match : $"({match}) NOT ({string.Join(" OR ", excluded)})";
    }

    private static string Phrase(string word) => $"\"{SearchText.ForIndex(word).Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static List<long> Ids(IQueryable<Messages.Message> rows, int count) => rows.Select(m => m.Id).Take(count).ToList();

    private List<long> Indexed(string match, long before, int count) => db.Database.SqlQuery<long>(
        $"""
         SELECT rowid AS "Value" FROM message_search
         WHERE message_search MATCH {match} AND rowid < {before} AND rowid >= {scope.From}
         ORDER BY rowid DESC LIMIT {count}
         """).ToList();

    private List<long> Pinned(long before, int count)
    {
        string[] rooms = [.. scope.Rooms.Keys];
        return Ids(
            db.Messages.Where(m => m.PinnedAt != null && EF.Parameter(rooms).Contains(m.RoomId) && m.Id < before && m.Id >= scope.From).OrderByDescending(m => m.Id),
            count);
    }

    private List<long> OfAuthors(long before, int count)
    {
        var authors = scope.Authors!;
        return Ids(db.Messages.Where(m => EF.Parameter(authors).Contains(m.AuthorId) && m.Id < before && m.Id >= scope.From).OrderByDescending(m => m.Id), count);
    }
}
