using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Messages;

/// <summary>What somebody has to do with a thread.</summary>
/// <param name="Thread">The message that it hangs on.</param>
/// <param name="Room">Its room.</param>
/// <param name="IsFollowing">True where its answers count as unread for them.</param>
/// <param name="UpTo">Answers up to here are read.</param>
/// <param name="Unread">Answers of others after that, deleted ones not counted, at most <see cref="ReadMarkers.MaxCount"/>; zero where they do not follow.</param>
public sealed record ThreadStanding(MessageId Thread, RoomId Room, bool IsFollowing, Offset UpTo, int Unread)
{
    /// <summary>Place of the first unread answer; null where there is none.</summary>
    public Offset? First { get; init; }
}

/// <summary>Tells a person on all devices what they have to do with a thread now: they follow it or no longer, or have read on.</summary>
/// <param name="Standing">Their standing now.</param>
public sealed record ThreadMoved(ThreadStanding Standing);

/// <summary>
/// Who follows which thread, and how far they have read it. Whoever began a thread, answers in it or is named in it follows it; posting
/// writes at most the rows of the author and of whoever began the thread. Numbers are counted from the answers themselves when they are asked for.
/// </summary>
/// <param name="commits">The one writer.</param>
/// <param name="database">For counting.</param>
/// <param name="broker">Tells the person's other devices.</param>
public sealed class Threads(CommitQueue commits, ChatDatabase database, RoomBroker broker)
{
    /// <summary>
    /// Makes somebody follow a thread as part of the change that concerns them: they answered, or are named. Does nothing where they do already.
    /// </summary>
    /// <param name="commit">The change.</param>
    /// <param name="broker">Tells their devices.</param>
    /// <param name="room">The thread's room.</param>
    /// <param name="thread">The message that it hangs on.</param>
    /// <param name="user">Who.</param>
    /// <param name="upTo">What came up to here is not news to them, where they did not follow it before.</param>
    /// <param name="isAgain">True: also where they chose not to follow it any more.</param>
    public static void Follow(Commit commit, RoomBroker broker, RoomId room, MessageId thread, UserId user, Offset upTo, bool isAgain = true)
    {
        ArgumentNullException.ThrowIfNull(commit);
        var changed = commit.Execute(
            """
            INSERT INTO thread_follows (UserId, ThreadId, RoomId, IsFollowing, UpTo) VALUES (?1, ?2, ?3, 1, ?4)
            ON CONFLICT (UserId, ThreadId) DO UPDATE SET IsFollowing = 1, UpTo = MAX(UpTo, excluded.UpTo) WHERE NOT IsFollowing AND ?5
            """,
            user.Value, thread.Value, room.Value, upTo.Value, isAgain ? 1 : 0);
        if (changed > 0) Tell(commit, broker, user, StandingOf(commit.Db, user, room, thread));
    }

    /// <summary>Follows a thread, from now on, or does so no longer.</summary>
    /// <returns>The standing then; null where there is no such thread for them, or nothing could be stored.</returns>
    public Task<ThreadStanding?> FollowAsync(UserId user, MessageId thread, bool isOn) => CommitAsync(user, thread, (commit, row, room) =>
    {
        if ((row?.IsFollowing ?? false) == isOn) return false;
        row ??= commit.Db.ThreadFollows.Add(new ThreadFollow { UserId = user.Value, ThreadId = thread.Value, RoomId = room.Id.Value }).Entity;
        row.IsFollowing = isOn;
        if (isOn) row.UpTo = room.Head.Value;
        return true;
    });

    /// <summary>
    /// Answers up to <paramref name="upTo"/> are read. Goes forward only, unless <paramref name="isBack"/> is set. Who does not follow a
    /// thread has no place in it: nothing is stored then.
    /// </summary>
    /// <returns>The standing then; null where there is no such thread for them, or nothing could be stored.</returns>
    public Task<ThreadStanding?> ReadAsync(UserId user, MessageId thread, Offset upTo, bool isBack = false) => CommitAsync(user, thread, (_, row, room) =>
    {
        var place = Math.Clamp(upTo.Value, 0, room.Head.Value);
        if (row is not { IsFollowing: true } || place == row.UpTo || (place < row.UpTo && !isBack)) return false;
        row.UpTo = place;
        return true;
    });

    /// <summary>What somebody has to do with a thread; null where there is no such thread for them.</summary>
    public ThreadStanding? Of(UserId user, MessageId thread)
    {
        using var db = database.OpenRead();
        return Find(db, user, thread) is { } room ? StandingOf(db, user, room.Id, thread) : null;
    }

    /// <summary>Which threads somebody follows in the rooms that they are in, and how many of them have something new.</summary>
    public ThreadNumbers NumbersOf(UserId user)
    {
        using var db = database.OpenRead();
        var rows = db.Database.SqlQuery<FollowedRow>(
            $"""
             SELECT f.ThreadId, EXISTS (SELECT 1 FROM messages AS a WHERE a.ThreadId = f.ThreadId AND a."Offset" > f.UpTo AND a.AuthorId <> f.UserId AND a.DeletedAt IS NULL) AS IsUnread
             FROM thread_follows AS f JOIN rooms AS r ON r.Id = f.RoomId
             WHERE f.UserId = {user.Value} AND f.IsFollowing AND (r.IsDefault OR EXISTS (SELECT 1 FROM memberships AS own WHERE own.RoomId = f.RoomId AND own.UserId = f.UserId))
             """).ToList();
        return new ThreadNumbers(rows.Select(row => new MessageId(row.ThreadId)).ToHashSet(), rows.Count(row => row.IsUnread));
    }

    internal static ThreadStanding StandingOf(ChatDbContext db, UserId user, RoomId room, MessageId thread)
    {
        var row = db.ThreadFollows.AsNoTracking().FirstOrDefault(f => f.UserId == user.Value && f.ThreadId == thread.Value);
        if (row is not { IsFollowing: true }) return new ThreadStanding(thread, room, IsFollowing: false, new Offset(row?.UpTo ?? 0), Unread: 0);
        var places = db.Messages
            .Where(m => m.ThreadId == thread.Value && m.Offset > row.UpTo && m.AuthorId != user.Value && m.DeletedAt == null)
            .OrderBy(m => m.Offset).Take(ReadMarkers.MaxCount).Select(m => m.Offset).ToList();
        return new ThreadStanding(thread, room, IsFollowing: true, new Offset(row.UpTo), places.Count) { First = places is [var first, ..] ? new Offset(first) : null };
    }

    // The room of a thread that somebody may read.
    private static RoomView? Find(ChatDbContext db, UserId user, MessageId thread)
    {
        if (db.Messages.Where(m => m.Id == thread.Value && m.ThreadId == null).Select(m => m.RoomId).FirstOrDefault() is not { } room) return null;
        return RoomAccess.Find(db, new RoomId(room), user) is { IsMember: true } standing ? standing.Room : null;
    }

    private static void Tell(Commit commit, RoomBroker broker, UserId user, ThreadStanding standing) =>
        commit.AfterCommit(() => broker.PublishToUser(user, new ThreadMoved(standing)));

    private async Task<ThreadStanding?> CommitAsync(UserId user, MessageId thread, Func<Commit, ThreadFollow?, RoomView, bool> change)
    {
        try
        {
            return await commits.CommitAsync(commit =>
            {
                if (Find(commit.Db, user, thread) is not { } room) return null;
                var row = commit.Db.ThreadFollows.FirstOrDefault(f => f.UserId == user.Value && f.ThreadId == thread.Value);
                var hasChanged = change(commit, row, room);
                commit.Db.SaveChanges(); // so that what is counted below starts there
                var standing = StandingOf(commit.Db, user, room.Id, thread);
                if (hasChanged) Tell(commit, broker, user, standing);
                return standing;
            });
        }
        catch (StorageUnavailableException)
        {
            return null;
        }
    }

    private sealed record FollowedRow(long ThreadId, bool IsUnread);
}

/// <summary>The threads that somebody follows.</summary>
/// <param name="Followed">Which.</param>
/// <param name="Unread">How many of them have answers that they have not read.</param>
public sealed record ThreadNumbers(IReadOnlySet<MessageId> Followed, int Unread)
{
    /// <summary>Of somebody who follows none.</summary>
    public static readonly ThreadNumbers None = new(new HashSet<MessageId>(), 0);
}
