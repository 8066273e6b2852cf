using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Messages;

/// <summary>A thread that somebody follows, as a line of the list.</summary>
/// <param name="Root">The message that it hangs on.</param>
/// <param name="RoomName">Name of its room.</param>
/// <param name="Standing">What is unread.</param>
/// <param name="Last">Its last answer; null where none stands.</param>
public sealed record ThreadLine(MessageView Root, string RoomName, ThreadStanding Standing, MessageView? Last);

/// <summary>A stretch of the list.</summary>
/// <param name="Lines">Those with something unread first, and of each kind the one that was answered last.</param>
/// <param name="Next">Go on after this place; null where the list ends.</param>
public sealed record ThreadPage(IReadOnlyList<ThreadLine> Lines, ThreadPlace? Next);

/// <summary>A place in the list of somebody's threads.</summary>
/// <param name="IsUnread">Among those with something unread.</param>
/// <param name="Last">Its last answer, or itself where it has none.</param>
/// <param name="Thread">The thread.</param>
public sealed record ThreadPlace(bool IsUnread, long Last, long Thread)
{
    /// <summary>The place as one word, for programs.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsUnread ? 1 : 0)}.{Last}.{Thread}");

    /// <summary>Reads such a word; null where it is none.</summary>
    public static ThreadPlace? Parse(string? text) =>
        text?.Split('.') is [("0" or "1") and var unread, var last, var thread]
        && long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var lastId)
        && long.TryParse(thread, NumberStyles.None, CultureInfo.InvariantCulture, out var threadId)
            ? new ThreadPlace(unread == "1", lastId, threadId)
            : null;
}

/// <summary>Reads the list of the threads that somebody follows, page by page.</summary>
/// <param name="database">Where they are stored.</param>
/// <param name="users">Names.</param>
public sealed class ThreadList(ChatDatabase database, UserDirectory users)
{
    /// <summary>Longest page.</summary>
    public const int MaxCount = 50;

    /// <summary>The threads after a place, in the rooms that the person is in.</summary>
    /// <param name="user">Who.</param>
    /// <param name="after"><see cref="ThreadPage.Next"/> of the page before; null for the first one.</param>
    /// <param name="count">Threads wanted, 1 to <see cref="MaxCount"/>.</param>
    /// <param name="within">Only in these rooms; null for all.</param>
    public ThreadPage Read(UserId user, ThreadPlace? after = null, int count = 20, IReadOnlySet<RoomId>? within = null)
    {
        count = Math.Clamp(count, 1, MaxCount);
        var rooms = within is null ? null : System.Text.Json.JsonSerializer.Serialize(within.Select(room => room.Value));
        using var db = database.OpenRead();
        var rows = db.Database.SqlQuery<Row>(
            $"""
             SELECT Thread, Room, Name, IsUnread, Last, LastAnswer FROM (
                 SELECT f.ThreadId AS Thread, f.RoomId AS Room, r.Name AS Name, COALESCE(f.LastAnswer, f.ThreadId) AS Last, f.LastAnswer AS LastAnswer,
                        EXISTS (SELECT 1 FROM messages AS a WHERE a.ThreadId = f.ThreadId AND a."Offset" > f.UpTo AND a.AuthorId <> f.UserId AND a.DeletedAt IS NULL) AS IsUnread
                 FROM (SELECT t.*, (SELECT a.Id FROM messages AS a WHERE a.ThreadId = t.ThreadId AND a.DeletedAt IS NULL ORDER BY a."Offset" DESC LIMIT 1) AS LastAnswer
                       FROM thread_follows AS t WHERE t.UserId = {user.Value} AND t.IsFollowing) AS f
                 JOIN rooms AS r ON r.Id = f.RoomId
                 WHERE (r.IsDefault OR EXISTS (SELECT 1 FROM memberships AS own WHERE own.RoomId = f.RoomId AND own.UserId = {user.Value}))
                   AND ({rooms} IS NULL OR f.RoomId IN (SELECT value FROM json_each({rooms}))))
             WHERE {after is null} OR (IsUnread, Last, Thread) < ({after?.IsUnread ?? false}, {after?.Last ?? 0}, {after?.Thread ?? 0})
             ORDER BY IsUnread DESC, Last DESC, Thread DESC LIMIT {count + 1}
             """).ToList();
        var hasMore = rows.Count > count;
        if (hasMore) rows.RemoveAt(count);
        long[] ids = [.. rows.Select(row => row.Thread), .. rows.Select(row => row.LastAnswer).OfType<long>()];
        var messages = MessageViews.Of(db, [.. db.Messages.Where(m => EF.Parameter(ids).Contains(m.Id))], users).ToDictionary(message => message.Id.Value);
        return new ThreadPage(
            [.. rows.Where(row => messages.ContainsKey(row.Thread)).Select(row => new ThreadLine(
                messages[row.Thread], row.Name, Threads.StandingOf(db, user, new RoomId(row.Room), new MessageId(row.Thread)),
                row.LastAnswer is { } last ? messages.GetValueOrDefault(last) : null))],
            hasMore && rows is [.., var end] ? new ThreadPlace(end.IsUnread, end.Last, end.Thread) : null);
    }

    private sealed record Row(long Thread, string Room, string Name, bool IsUnread, long Last, long? LastAnswer);
}
