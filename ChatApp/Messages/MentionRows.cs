using System.Text.Json;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Messages;

/// <summary>The rows that say whom a message mentions, written in the message's own transaction.</summary>
internal static class MentionRows
{
    /// <summary>Whom a stored message mentions.</summary>
    public static Mentioning Of(Commit commit, Message message)
    {
        using var rows = commit.Query("SELECT UserId FROM mentions WHERE MessageId = ?1", message.Id);
        HashSet<UserId> people = [];
        while (rows.Read()) people.Add(new UserId(rows.Text(0)));
        return people.Count == 0 && !message.MentionsAll ? Mentioning.Nobody : new Mentioning(people, message.MentionsAll);
    }

    /// <summary>The same for many messages, in one query or, where none names anybody, in none.</summary>
    public static ILookup<long, UserId> Of(ChatDbContext db, IEnumerable<Message> rows)
    {
        // A row without a name in the HTML cannot be: they are written together.
        long[] ids = [.. rows.Where(row => row.DeletedAt is null && row.Html.Contains(SafeHtmlWriter.NameMark, StringComparison.Ordinal)).Select(row => row.Id)];
        var found = ids.Length == 0 ? [] : db.Mentions.Where(row => EF.Parameter(ids).Contains(row.MessageId)).Select(row => new { row.MessageId, row.UserId }).ToList();
        return found.ToLookup(row => row.MessageId, row => new UserId(row.UserId));
    }

    /// <summary>Adds rows for people; for accounts that are gone meanwhile none.</summary>
    public static void Add(Commit commit, long message, RoomId room, Offset place, IReadOnlyCollection<UserId> people)
    {
        if (people.Count == 0) return;
        commit.Execute(
            """
            INSERT INTO mentions (MessageId, UserId, RoomId, "Offset")
            SELECT ?1, u.Id, ?2, ?3 FROM json_each(?4) AS named CROSS JOIN users AS u ON u.Id = named.value WHERE u.DeletedAt IS NULL
            """,
            message, room.Value, place.Value, Json(people));
    }

    /// <summary>Takes the rows of people away.</summary>
    public static void Remove(Commit commit, long message, IReadOnlyCollection<UserId> people)
    {
        if (people.Count > 0) commit.Execute("DELETE FROM mentions WHERE MessageId = ?1 AND UserId IN (SELECT value FROM json_each(?2))", message, Json(people));
    }

    private static string Json(IEnumerable<UserId> people) => JsonSerializer.Serialize(people.Select(person => person.Value));
}
