using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Messages;

/// <summary>What the message that a thread hangs on shows of its answers.</summary>
/// <param name="Count">Answers that stand, at most <see cref="MaxCount"/>, which means "that many or more".</param>
/// <param name="LastAt">When the last of them was said; null where there is none.</param>
/// <param name="Writers">Who answered last, the newest first, at most <see cref="MaxWriters"/>.</param>
/// <param name="UpTo">The room's newest change when this was counted: answers after it are not in it.</param>
public sealed record ThreadSummary(int Count, DateTimeOffset? LastAt, IReadOnlyList<UserId> Writers, Offset UpTo)
{
    /// <summary>Where counting stops.</summary>
    public const int MaxCount = 1000;

    /// <summary>Faces that are shown.</summary>
    public const int MaxWriters = 3;

    /// <summary>Of a message that nobody has answered.</summary>
    public static readonly ThreadSummary None = new(0, LastAt: null, [], Offset.Zero);

    /// <summary>The same with one more answer; one that is counted already changes nothing.</summary>
    public ThreadSummary With(MessageView answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (answer.Offset <= UpTo) return this;
        var author = answer.Author.Id;
        return new ThreadSummary(Math.Min(Count + 1, MaxCount), answer.At, [.. Writers.Where(writer => writer != author).Prepend(author).Take(MaxWriters)], answer.Offset);
    }

    /// <summary>Whichever of the two knows more.</summary>
    public ThreadSummary Newer(ThreadSummary other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.UpTo >= UpTo ? other : this;
    }
}

/// <summary>Counts the answers of threads: one statement, so that count, faces and head are of the same moment.</summary>
internal static class ThreadViews
{
    /// <summary>The answers to those of the messages that have ever had one.</summary>
    public static Dictionary<long, ThreadSummary> Of(ChatDbContext db, IReadOnlyCollection<long> messages)
    {
        if (messages.Count == 0) return [];
        var ids = JsonSerializer.Serialize(messages);
        return db.Database.SqlQuery<Counted>(
            $"""
             SELECT m.Id, r.Head,
                    (SELECT COUNT(*) FROM (SELECT 1 FROM messages AS a WHERE a.ThreadId = m.Id AND a.DeletedAt IS NULL LIMIT {ThreadSummary.MaxCount})) AS Count,
                    (SELECT a.At FROM messages AS a WHERE a.ThreadId = m.Id AND a.DeletedAt IS NULL ORDER BY a."Offset" DESC LIMIT 1) AS LastAt,
                    (SELECT json_group_array(AuthorId) FROM (
                         SELECT AuthorId, MAX(Place) AS Last FROM (
                             SELECT a.AuthorId, a."Offset" AS Place FROM messages AS a WHERE a.ThreadId = m.Id AND a.DeletedAt IS NULL ORDER BY a."Offset" DESC LIMIT {ThreadSummary.MaxCount})
                         GROUP BY AuthorId ORDER BY Last DESC LIMIT {ThreadSummary.MaxWriters})) AS Writers
             FROM json_each({ids}) AS p CROSS JOIN messages AS m ON m.Id = p.value CROSS JOIN rooms AS r ON r.Id = m.RoomId
             WHERE EXISTS (SELECT 1 FROM messages AS a WHERE a.ThreadId = m.Id)
             """)
            .AsEnumerable()
            .ToDictionary(row => row.Id, row => new ThreadSummary(
                row.Count, row.LastAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
                [.. JsonSerializer.Deserialize<string[]>(row.Writers)!.Select(writer => new UserId(writer))], new Offset(row.Head)));
    }

    /// <summary>The answers to one message.</summary>
    public static ThreadSummary Of(ChatDbContext db, long message) => Of(db, [message]).GetValueOrDefault(message) ?? ThreadSummary.None;

    private sealed record Counted(long Id, long Head, int Count, long? LastAt, string Writers);
}
