using ChatApp.Messages;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Storage;

/// <summary>
/// Holds what is stored against what the log promises: offsets without a hole, every message at its place, every key
/// once. For a copy or a database that nobody writes at this moment; one with a million messages takes some seconds.
/// </summary>
public static class StorageAudit
{
    /// <summary>Most problems of one kind that are named one by one.</summary>
    public const int MaxNamed = 20;

    /// <summary>What is wrong, one line each; empty where all is well.</summary>
    /// <param name="db">For reading, of the present schema.</param>
    public static IReadOnlyList<string> Problems(ChatDbContext db)
    {
        ArgumentNullException.ThrowIfNull(db);
        return [.. LogProblems(db), .. MessageProblems(db), .. KeyProblems(db)];
    }

    /// <summary>What is wrong with the full-text index; null where it holds what the messages say.</summary>
    /// <param name="db">For writing: the check is a statement that writes, though nothing changes.</param>
    public static string? SearchIndexProblem(ChatDbContext db)
    {
        ArgumentNullException.ThrowIfNull(db);
        try
        {
            // Without the rank the index is only compared with itself.
            db.Database.ExecuteSqlRaw("INSERT INTO message_search(message_search, rank) VALUES ('integrity-check', 1)");
            return null;
        }
        catch (SqliteException fault)
        {
            return $"the full-text index does not fit the messages ({fault.Message})";
        }
    }

    private static IEnumerable<string> LogProblems(ChatDbContext db)
    {
        var logs = db.Log
            .GroupBy(entry => entry.RoomId)
            .Select(log => new { Room = log.Key, Count = log.LongCount(), First = log.Min(entry => entry.Offset), Last = log.Max(entry => entry.Offset) })
            .ToDictionary(log => log.Room, StringComparer.Ordinal);
        foreach (var room in db.Rooms.Select(r => new { r.Id, r.Head, r.Floor }).OrderBy(r => r.Id))
        {
            if (room.Floor < 0 || room.Floor > room.Head) yield return $"room {room.Id}: the floor {room.Floor} is not between 0 and the head {room.Head}";
            var held = room.Head - room.Floor;
            var log = logs.GetValueOrDefault(room.Id);
            // Two entries of one offset cannot be: it is the key. So the number and the ends say all.
            var isWhole = log is null ? held == 0 : log.Count == held && log.First == room.Floor + 1 && log.Last == room.Head;
            if (!isWhole)
                yield return $"room {room.Id}: its log should hold the {held} changes {room.Floor + 1} to {room.Head}, but holds {(log is null ? "none" : $"{log.Count}, from {log.First} to {log.Last}")}";
        }
    }

    private static IEnumerable<string> MessageProblems(ChatDbContext db)
    {
        var homeless =
            from message in db.Messages
            join room in db.Rooms on message.RoomId equals room.Id
            where message.Offset < 1 || (message.Offset > room.Floor && !db.Log.Any(entry =>
                entry.RoomId == message.RoomId && entry.Offset == message.Offset && entry.MessageId == message.Id && entry.Kind == LogEntryKind.MessagePosted))
            orderby message.Id
            select $"message {message.Id}: the log of room {message.RoomId} does not say at {message.Offset} that it was posted";
        var lost =
            from entry in db.Log
            where entry.Kind == LogEntryKind.MessagePosted && !db.Messages.Any(message =>
                message.Id == entry.MessageId && message.RoomId == entry.RoomId && message.Offset == entry.Offset)
            orderby entry.RoomId, entry.Offset
            select $"room {entry.RoomId}: the message that was posted at {entry.Offset} is not there";
        return [.. Named(homeless), .. Named(lost)];
    }

    private static IEnumerable<string> KeyProblems(ChatDbContext db)
    {
        var doubled = db.Messages
            .GroupBy(message => new { message.AuthorId, message.Key })
            .Where(same => same.Count() > 1)
            .Select(same => $"author {same.Key.AuthorId}: {same.Count()} messages have the key {same.Key.Key}");
        var used = db.SpentKeys
            .Where(spent => db.Messages.Any(message => message.AuthorId == spent.AuthorId && message.Key == spent.Key))
            .Select(spent => $"author {spent.AuthorId}: the key {spent.Key} is spent, and a message has it");
        var misplaced =
            from spent in db.SpentKeys
            join room in db.Rooms on spent.RoomId equals room.Id
            where spent.Offset < 1 || spent.Offset > room.Floor
            select $"author {spent.AuthorId}: the message of the spent key {spent.Key} is not below the floor of room {spent.RoomId}";
        return [.. Named(doubled), .. Named(used), .. Named(misplaced)];
    }

    private static List<string> Named(IQueryable<string> problems)
    {
        var named = problems.Take(MaxNamed + 1).ToList();
        if (named.Count > MaxNamed) named[MaxNamed] = "and more of this kind";
        return named;
    }
}
