using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Messages;

/// <summary>Whether a member may post in a room at this moment: sanctions, archive, lock, slow mode. Asked inside the change, by its clock.</summary>
/// <param name="guard">Sanctions.</param>
/// <param name="users">Ranks.</param>
/// <param name="database">For pages that show how long somebody still waits.</param>
/// <param name="time">The clock, for those.</param>
public sealed class PostingRules(SanctionGuard guard, UserDirectory users, ChatDatabase database, TimeProvider time)
{
    /// <summary>Why a new message of a member is refused; null where it is not.</summary>
    internal PostResult.Rejected? Refusal(Commit commit, UserId author, RoomId room, PostingStanding standing)
    {
        if (guard.Speaking(commit, author, room) is { } held) return Refused(held);
        if (standing.IsArchived) return new PostResult.Rejected(PostRefusal.Archived);
        if (standing is { IsLocked: false, SlowSeconds: 0 }) return null;
        var (card, isModerator) = Look(author, standing.Role);
        if (isModerator) return null;
        if (standing.IsLocked) return new PostResult.Rejected(PostRefusal.Locked);
        return card.IsBot ? null : TooSoon(commit, author, room, standing.SlowSeconds);
    }

    /// <summary>Why a message of somebody who is not in the room is refused: whoever is banned from it hears that.</summary>
    internal PostResult.Rejected Outside(Commit commit, UserId author, RoomId room)
    {
        if (guard.Entering(commit, author, room) is { } held) return Refused(held);
        return new PostResult.Rejected(RoomAccess.Find(commit, room, author) is null ? PostRefusal.RoomNotFound : PostRefusal.NotAMember);
    }

    /// <summary>When somebody may post again in a room in slow mode, for pages that show it; null where they may now.</summary>
    /// <param name="author">Who.</param>
    /// <param name="standing">Their place in the room.</param>
    public DateTimeOffset? NextPost(UserId author, RoomStanding standing)
    {
        ArgumentNullException.ThrowIfNull(standing);
        var (room, seconds, now) = (standing.Room.Id.Value, standing.Room.SlowSeconds, time.GetUtcNow());
        var (card, isModerator) = Look(author, standing.Role);
        if (seconds == 0 || isModerator || card.IsBot) return null;
        var since = now.AddSeconds(-seconds);
        using var db = database.OpenRead();
        return db.Messages.Where(message => message.RoomId == room && message.At > since && message.AuthorId == author.Value)
            .OrderByDescending(message => message.At).Select(message => (DateTimeOffset?)message.At).FirstOrDefault()?.AddSeconds(seconds);
    }

    /// <summary>True where somebody may post in a locked room, and need not wait in slow mode.</summary>
    public bool KeepsOrder(UserId user, RoomRole role) => Look(user, role).IsModerator;

    private (UserCard Card, bool IsModerator) Look(UserId user, RoomRole role)
    {
        var card = users.Get(user);
        return (card, ModerationRights.Of(card.Rank, role) >= Standing.RoomModerator);
    }

    // The messages themselves are the clock: it survives restarts, and of two posts in one batch the second sees the first. Looked for
    // by the time, within the interval, and not by the author, of whom there may be any number (the plus sign says so to SQLite).
    private static PostResult.Rejected? TooSoon(Commit commit, UserId author, RoomId room, int seconds)
    {
        var now = commit.Now.ToUnixTimeMilliseconds();
        using var row = commit.Query(
            "SELECT At FROM messages WHERE RoomId = ?1 AND At > ?2 AND +AuthorId = ?3 ORDER BY At DESC LIMIT 1",
            room.Value, now - (seconds * 1000L), author.Value);
        if (!row.Read()) return null;
        var until = DateTimeOffset.FromUnixTimeMilliseconds(row.Number(0)).AddSeconds(seconds);
        return new PostResult.Rejected(PostRefusal.SlowMode, until - commit.Now) { Until = until };
    }

    /// <summary>The refusal for a sanction.</summary>
    internal static PostResult.Rejected Refused(SanctionTerm held) =>
        new(held.Kind == SanctionKind.Ban ? PostRefusal.Banned : PostRefusal.Muted) { Until = held.Until };
}
