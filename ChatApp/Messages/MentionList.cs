using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Messages;

/// <summary>A message that mentions somebody, as they find it among others.</summary>
/// <param name="Message">The message as it is now.</param>
/// <param name="Room">Its room.</param>
/// <param name="IsUnread">True where they have not read the room up to there.</param>
public sealed record MentionLine(MessageView Message, RoomView Room, bool IsUnread);

/// <summary>A stretch of what mentions somebody, newest first.</summary>
/// <param name="Lines">The messages.</param>
/// <param name="Next">Go on before this message; null where there are no more.</param>
public sealed record MentionPage(IReadOnlyList<MentionLine> Lines, MessageId? Next);

/// <summary>
/// What mentions somebody, in all rooms that they are in at this moment: by name, or as one of everybody since they came. Not
/// deleted, not by themselves, not by people whom they block.
/// </summary>
/// <param name="database">Where it is read.</param>
/// <param name="users">Names of authors.</param>
public sealed class MentionList(ChatDatabase database, UserDirectory users)
{
    /// <summary>Longest page.</summary>
    public const int MaxCount = 100;

    /// <summary>A page.</summary>
    /// <param name="viewer">Who.</param>
    /// <param name="before">Before this message; null for the newest.</param>
    /// <param name="count">Lines wanted, 1 to <see cref="MaxCount"/>.</param>
    /// <param name="within">Only in these rooms; null for all.</param>
    public MentionPage Of(UserId viewer, MessageId? before = null, int count = 30, IReadOnlySet<RoomId>? within = null)
    {
        count = Math.Clamp(count, 1, MaxCount);
        using var db = database.OpenRead();
        var rooms = Places(db, viewer, within);
        var ids = Find(db, viewer, rooms.Values, before?.Value ?? long.MaxValue, count + 1);
        var hasMore = ids.Count > count;
        if (hasMore) ids.RemoveAt(count);
        var rows = db.Messages.Where(message => EF.Parameter(ids).Contains(message.Id)).OrderByDescending(message => message.Id).ToList();
        var lines = MessageViews.Of(db, rows, users).Select(message => new MentionLine(message, rooms[message.Room].Room, message.Offset.Value > (rooms[message.Room].UpTo ?? 0)));
        return new MentionPage([.. lines], hasMore ? new MessageId(ids[^1]) : null);
    }

    private static Dictionary<RoomId, Place> Places(ChatDbContext db, UserId viewer, IReadOnlySet<RoomId>? within)
    {
        var born = db.Users.Where(user => user.Id == viewer.Value).Select(user => user.CreatedAt).FirstOrDefault();
        var memberships = RoomAccess.Memberships(db).Where(member => member.UserId == viewer.Value);
        return db.Rooms
            .Select(room => new
            {
                Room = room,
                Since = memberships.Where(member => member.RoomId == room.Id).Select(member => (DateTimeOffset?)member.JoinedAt).FirstOrDefault(),
                UpTo = db.ReadMarkers.Where(marker => marker.UserId == viewer.Value && marker.RoomId == room.Id).Select(marker => (long?)marker.UpTo).FirstOrDefault(),
            })
            .Where(found => found.Room.IsDefault || found.Since != null)
            .AsEnumerable()
            .Where(found => within is null || within.Contains(new RoomId(found.Room.Id)))
            .ToDictionary(found => new RoomId(found.Room.Id), found => new Place(RoomView.Of(found.Room), found.Since ?? born, found.UpTo));
    }

    // Of the few that mention somebody, not of all messages: hence the order of the join is written down, and no other index lent (+).
    private static List<long> Find(ChatDbContext db, UserId viewer, IEnumerable<Place> rooms, long before, int count)
    {
        var list = JsonSerializer.Serialize(rooms.Select(place => new object[] { place.Room.Id.Value, place.Since.ToUnixTimeMilliseconds() }));
        return db.Database.SqlQuery<long>(
            $"""
             WITH own(Room, Since) AS (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each({list}))
             SELECT m.Id AS Value FROM (
               SELECT named.MessageId AS Id FROM own CROSS JOIN mentions AS named ON named.UserId = {viewer.Value} AND named.RoomId = own.Room WHERE named.MessageId < {before}
               UNION
               SELECT called.Id FROM own CROSS JOIN messages AS called ON called.RoomId = own.Room AND called.MentionsAll AND called.MentionsAll = 1 WHERE +called.Id < {before} AND +called.At >= own.Since
             ) AS found CROSS JOIN messages AS m ON m.Id = found.Id
             WHERE m.DeletedAt IS NULL AND m.AuthorId <> {viewer.Value} AND NOT EXISTS (SELECT 1 FROM blocks AS b WHERE b.UserId = {viewer.Value} AND b.BlockedId = m.AuthorId)
             ORDER BY m.Id DESC LIMIT {count}
             """).ToList();
    }

    private sealed record Place(RoomView Room, DateTimeOffset Since, long? UpTo);
}
