using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Messages;

/// <summary>How much of a room somebody has not read.</summary>
/// <param name="Room">The room.</param>
/// <param name="UpTo">Everything up to here is read; zero where they never read it.</param>
/// <param name="Count">
/// Messages of others after that, deleted ones not counted, at most <see cref="ReadMarkers.MaxCount"/>, which stands for
/// "that many or more".
/// </param>
public sealed record Unread(RoomId Room, Offset UpTo, int Count);

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
public sealed class ReadMarkers(CommitQueue commits, ChatDatabase database, RoomBroker broker)
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
                else return Count(commit.Db, user, room);

                commit.Db.SaveChanges(); // so that the count below starts there
                var unread = Count(commit.Db, user, room);
                commit.AfterCommit(() => broker.PublishToUser(user, new ReadMoved(unread)));
                return unread;
            });
        }
        catch (StorageUnavailableException)
        {
            return null;
        }
    }

    /// <summary>Marks every room of a person as read.</summary>
    public async Task MarkAllAsync(UserId user)
    {
        foreach (var unread in Of(user))
        {
            if (unread.Count > 0) await MarkAsync(user, unread.Room, new Offset(long.MaxValue));
        }
    }

    /// <summary>What is unread in each room of a person.</summary>
    public IReadOnlyList<Unread> Of(UserId user)
    {
        using var db = database.OpenRead();
        var rooms = db.Rooms
            .Where(room => room.IsDefault || db.Memberships.Any(m => m.RoomId == room.Id && m.UserId == user.Value))
            .Select(room => room.Id)
            .ToList();
        return [.. rooms.Select(room => Count(db, user, new RoomId(room)))];
    }

    private static Unread Count(ChatDbContext db, UserId user, RoomId room)
    {
        var marker = db.ReadMarkers.Where(m => m.UserId == user.Value && m.RoomId == room.Value).Select(m => (long?)m.UpTo).FirstOrDefault();
        var after = db.Messages.Where(m => m.RoomId == room.Value && m.AuthorId != user.Value && m.DeletedAt == null);
        if (marker is { } upTo)
        {
            after = after.Where(m => m.Offset > upTo);
        }
        else
        {
            // Never read: what was said before they came is not news to them.
            var since = db.Memberships.Where(m => m.RoomId == room.Value && m.UserId == user.Value).Select(m => (DateTimeOffset?)m.JoinedAt).FirstOrDefault()
                ?? db.Users.Where(u => u.Id == user.Value).Select(u => u.CreatedAt).FirstOrDefault();
            after = after.Where(m => m.At >= since);
        }

        return new Unread(room, new Offset(marker ?? 0), after.Take(MaxCount).Count());
    }
}
