using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Messages;

/// <summary>How much of a room somebody has not read.</summary>
/// <param name="Room">The room.</param>
/// <param name="UpTo">Everything up to here is read; zero where they never read it.</param>
/// <param name="Count">
/// Messages of others after that, deleted ones, answers in threads and those of people whom they block not counted, at most <see cref="ReadMarkers.MaxCount"/>, which stands for
/// "that many or more".
/// </param>
public sealed record Unread(RoomId Room, Offset UpTo, int Count)
{
    /// <summary>How many of those messages mention them, at most <see cref="ReadMarkers.MaxCount"/>; without those of people whom they block.</summary>
    public int Mentions { get; init; }

    /// <summary>Place of the first of those messages; null where there are none.</summary>
    public Offset? First { get; init; }

    /// <summary>The room's newest change when this was counted: messages after it are not in <see cref="Count"/>.</summary>
    public Offset Head { get; init; }
}

/// <summary>Tells a person on all devices how far they have read a room.</summary>
/// <param name="Unread">The room as it is for them now.</param>
public sealed record ReadMoved(Unread Unread);

/// <summary>
/// Who has read how far. A marker is a row per person and room, written when that person reads; posting writes none. Counts
/// are taken from the messages themselves, so they are exact whatever is edited or deleted.
/// </summary>
/// <param name="commits">The one writer.</param>
/// <param name="database">For counting.</param>
/// <param name="broker">Tells the person's other devices.</param>
/// <param name="blocks">Whose messages are no news to whom.</param>
public sealed class ReadMarkers(CommitQueue commits, ChatDatabase database, RoomBroker broker, Blocks blocks)
{
    /// <summary>Where counting stops.</summary>
    public const int MaxCount = 100;

    /// <summary>
    /// Everything up to <paramref name="upTo"/> is read. Goes forward only, unless <paramref name="isBack"/> is set
    /// ("unread from here": the place before that message). Past the newest change means: all.
    /// </summary>
    /// <returns>What is unread then; null where the person is not in such a room, or nothing could be stored.</returns>
    public async Task<Unread?> MarkAsync(UserId user, RoomId room, Offset upTo, bool isBack = false)
    {
        try
        {
            return await commits.CommitAsync(commit =>
            {
                if (RoomAccess.Find(commit.Db, room, user) is not { IsMember: true } standing) return null;
                var place = Math.Clamp(upTo.Value, 0, standing.Room.Head.Value);
                var marker = commit.Db.ReadMarkers.FirstOrDefault(m => m.UserId == user.Value && m.RoomId == room.Value);
                if (marker is null) commit.Db.ReadMarkers.Add(new ReadMarker { UserId = user.Value, RoomId = room.Value, UpTo = place });
                else if (place > marker.UpTo || isBack) marker.UpTo = place;
                else return Count(commit.Db, user, standing.Room.Id, standing.Room.Head);

                commit.Db.SaveChanges(); // so that the count below starts there
                var unread = Count(commit.Db, user, standing.Room.Id, standing.Room.Head);
                commit.AfterCommit(() => broker.PublishToUser(user, new ReadMoved(unread)));
                return unread;
            });
        }
        catch (StorageUnavailableException)
        {
            return null;
        }
    }

    /// <summary>Marks every room of a person as read, up to what is there now.</summary>
    /// <param name="user">Who.</param>
    /// <param name="within">Only these rooms; null for all.</param>
    /// <returns>False where not all of it could be stored; trying again soon makes sense.</returns>
    public async Task<bool> MarkAllAsync(UserId user, IReadOnlySet<RoomId>? within = null)
    {
        foreach (var unread in Of(user))
        {
            if (within is not null && !within.Contains(unread.Room)) continue;
            // Null also where the room was left meanwhile: there is nothing to mark then.
            if (unread.Count > 0 && await MarkAsync(user, unread.Room, unread.Head) is null && Of(user, unread.Room) is not null) return false;
        }

        return true;
    }

    /// <summary>What is unread in each room of a person; without conversations of which they do not know yet, see <see cref="RoomAccess.Untold"/>.</summary>
    public IReadOnlyList<Unread> Of(UserId user)
    {
        using var db = database.OpenRead();
        var (memberships, untold) = (RoomAccess.Memberships(db), RoomAccess.Untold(db, user));
        var rooms = db.Rooms
            .Where(room => room.IsDefault || memberships.Any(m => m.RoomId == room.Id && m.UserId == user.Value))
            .Where(room => !untold.Any(own => own.RoomId == room.Id))
            .Select(room => new { room.Id, room.Head })
            .ToList();
        return [.. rooms.Select(room => Count(db, user, new RoomId(room.Id), new Offset(room.Head)))];
    }

    /// <summary>What is unread in one room of a person; null where they are not in such a room.</summary>
    public Unread? Of(UserId user, RoomId room)
    {
        using var db = database.OpenRead();
        return RoomAccess.Find(db, room, user) is { IsMember: true } standing ? Count(db, user, room, standing.Room.Head) : null;
    }

    /// <summary>Whose messages are no news to a person; from memory.</summary>
    internal IReadOnlySet<UserId> Unheard(UserId user) => blocks.Of(user);

    // Up to the head, which is read first: what comes between the two reads comes again as a live event, and is counted once.
    private Unread Count(ChatDbContext db, UserId user, RoomId room, Offset head)
    {
        var marker = db.ReadMarkers.Where(m => m.UserId == user.Value && m.RoomId == room.Value).Select(m => (long?)m.UpTo).FirstOrDefault();
        var after = db.Messages.Where(m => m.RoomId == room.Value && m.ThreadId == null && m.AuthorId != user.Value && m.DeletedAt == null && m.Offset <= head.Value);
        string[] unheard = [.. blocks.Of(user).Select(other => other.Value)];
        if (unheard.Length > 0) after = after.Where(m => !EF.Parameter(unheard).Contains(m.AuthorId));
        if (marker is { } upTo)
        {
            after = after.Where(m => m.Offset > upTo).OrderBy(m => m.Offset);
        }
        else
        {
            // Never read: what was said before they came is not news to them.
            var since = db.Memberships.Where(m => m.RoomId == room.Value && m.UserId == user.Value).Select(m => (DateTimeOffset?)m.JoinedAt).FirstOrDefault()
                ?? db.Users.Where(u => u.Id == user.Value).Select(u => u.CreatedAt).FirstOrDefault();
            after = after.Where(m => m.At >= since).OrderBy(m => m.At).ThenBy(m => m.Offset);
        }

        var places = after.Take(MaxCount).Select(m => m.Offset).ToList();
        if (places.Count == 0) return new Unread(room, new Offset(marker ?? 0), 0) { Head = head };
        var first = places.Min();
        return new Unread(room, new Offset(marker ?? 0), places.Count) { First = new Offset(first), Mentions = MentionsIn(db, user, room, first, head), Head = head };
    }

    // Each part by an index of its own: there may be a million messages, and few of them mention anybody. The second condition on
    // MentionsAll says nothing new, but makes a column of that index out of it.
    private static int MentionsIn(ChatDbContext db, UserId user, RoomId room, long first, Offset head) => db.Database.SqlQuery<int>(
        $"""
         SELECT COUNT(*) AS Value FROM (
           SELECT m.Id FROM mentions AS own CROSS JOIN messages AS m ON m.Id = own.MessageId
           WHERE own.UserId = {user.Value} AND own.RoomId = {room.Value} AND own."Offset" >= {first} AND own."Offset" <= {head.Value}
             AND m.DeletedAt IS NULL AND m.ThreadId IS NULL AND NOT EXISTS (SELECT 1 FROM blocks AS b WHERE b.UserId = {user.Value} AND b.BlockedId = m.AuthorId)
           UNION
           SELECT m.Id FROM messages AS m
           WHERE m.RoomId = {room.Value} AND m.MentionsAll AND m.MentionsAll = 1 AND m."Offset" >= {first} AND m."Offset" <= {head.Value}
             AND m.DeletedAt IS NULL AND m.ThreadId IS NULL AND m.AuthorId <> {user.Value} AND NOT EXISTS (SELECT 1 FROM blocks AS b WHERE b.UserId = {user.Value} AND b.BlockedId = m.AuthorId)
           LIMIT {MaxCount})
         """).Single();
}
