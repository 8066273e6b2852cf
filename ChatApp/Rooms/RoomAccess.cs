using ChatApp.Push;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Rooms;

/// <summary>What a person has to do with a room they may know of.</summary>
/// <param name="Room">The room.</param>
/// <param name="IsMember">True where they read and post there.</param>
/// <param name="Role">Their role; <see cref="RoomRole.Member"/> for others.</param>
public sealed record RoomStanding(RoomView Room, bool IsMember, RoomRole Role)
{
    /// <summary>True where it hangs on somebody else's membership too, and must not be kept in memory.</summary>
    internal bool IsOfBot { get; init; }
}

/// <summary>What counts of a room they may know of for somebody who posts there.</summary>
/// <param name="Head">Offset of the newest change.</param>
/// <param name="Epoch">Name of the log that the offsets belong to.</param>
/// <param name="IsMember">True where they read and post there.</param>
/// <param name="IsArchived">True where nothing is posted any more.</param>
/// <param name="IsDirect">True for a conversation between people.</param>
/// <param name="IsLocked">True where only moderators post.</param>
/// <param name="SlowSeconds">Seconds between two messages of a member; 0 where nobody waits.</param>
/// <param name="Role">Their role; <see cref="RoomRole.Member"/> for others.</param>
public readonly record struct PostingStanding(Offset Head, string Epoch, bool IsMember, bool IsArchived, bool IsDirect, bool IsLocked, int SlowSeconds, RoomRole Role);

/// <summary>A room as people and programs see it. Immutable.</summary>
/// <param name="Id">Identity and address.</param>
/// <param name="Name">Name.</param>
/// <param name="Topic">Topic; may be empty.</param>
/// <param name="Visibility">Who may find and enter it.</param>
/// <param name="IsDefault">True where everybody is in it and nobody can leave.</param>
/// <param name="Head">Offset of the newest change.</param>
/// <param name="Epoch">Name of the log that the offsets belong to.</param>
public sealed record RoomView(RoomId Id, string Name, string Topic, RoomVisibility Visibility, bool IsDefault, Offset Head, string Epoch)
{
    /// <summary>What the room is for, at length, in plain text; may be empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>Changes up to this one are no longer held.</summary>
    public Offset Floor { get; init; }

    /// <summary>Where its log stands, as the engine knows it.</summary>
    public ChannelState State => new(Epoch, Floor, Head);

    /// <summary>True where nothing is posted any more.</summary>
    public bool IsArchived { get; init; }

    /// <summary>True where only moderators post.</summary>
    public bool IsLocked { get; init; }

    /// <summary>Seconds that a member waits after a message before the next one; 0 where nobody waits.</summary>
    public int SlowSeconds { get; init; }

    /// <summary>True where nobody joins by themselves at present, because too many came at once.</summary>
    public bool IsBraked { get; init; }

    /// <summary>True for a conversation between people, which has no name of its own.</summary>
    public bool IsDirect => Visibility == RoomVisibility.Direct;

    /// <summary>Everybody in a direct room, whoever asks included; empty for other rooms.</summary>
    public IReadOnlyList<UserId> People { get; init; } = [];

    /// <summary>Messages older than this many days go; null where the room itself sets no limit.</summary>
    public int? RetentionDays { get; init; }

    /// <summary>A room that is not a direct one, or one whose people are known already.</summary>
    internal static RoomView Of(Room room, IReadOnlyList<UserId>? people = null) =>
        new(new RoomId(room.Id), room.Name, room.Topic, room.Visibility, room.IsDefault, new Offset(room.Head), room.Epoch)
        {
            Description = room.Description,
            Floor = new Offset(room.Floor),
            IsArchived = room.IsArchived,
            IsLocked = room.IsLocked,
            SlowSeconds = room.SlowSeconds,
            IsBraked = room.BrakedAt is not null,
            RetentionDays = room.RetentionDays,
            People = people ?? [],
        };

    /// <summary>A room of whatever kind.</summary>
    internal static RoomView Of(ChatDbContext db, Room room) => Of(db, [room])[0];

    /// <summary>The same for many rooms: one query where there are direct ones among them, and none otherwise.</summary>
    internal static IReadOnlyList<RoomView> Of(ChatDbContext db, IReadOnlyList<Room> rooms)
    {
        string[] direct = [.. rooms.Where(room => room.Visibility == RoomVisibility.Direct).Select(room => room.Id)];
        if (direct.Length == 0) return [.. rooms.Select(room => Of(room))];
        var people = db.Memberships
            .Where(m => EF.Parameter(direct).Contains(m.RoomId))
            .OrderBy(m => m.UserId)
            .Select(m => new { m.RoomId, m.UserId })
            .AsEnumerable()
            .ToLookup(m => m.RoomId, m => new UserId(m.UserId), StringComparer.Ordinal);
        return [.. rooms.Select(room => Of(room, [.. people[room.Id]]))];
    }
}

/// <summary>
/// The one place that says who may know of a room and who is in it. Whoever may not know of a room gets the same
/// answer as for a room that does not exist.
/// </summary>
public static class RoomAccess
{
    /// <summary>The memberships that count: a bot is in a room only as long as its owner is.</summary>
    public static IQueryable<Membership> Memberships(ChatDbContext db)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.Memberships.Where(m => !db.Users.Any(bot => bot.Id == m.UserId && bot.OwnerId != null &&
            !db.Memberships.Any(own => own.RoomId == m.RoomId && own.UserId == bot.OwnerId)));
    }

    /// <summary>
    /// What is kept of direct rooms that are not on a person's list and in which nothing was said: that somebody has opened a conversation
    /// with them is nothing that they are told, by any list, before there is something to read.
    /// </summary>
    public static IQueryable<RoomPreference> Untold(ChatDbContext db, UserId user)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.RoomPreferences.Where(own => own.UserId == user.Value && own.HiddenUpTo != null && !db.Messages.Any(m => m.RoomId == own.RoomId));
    }

    /// <summary>The room and the person's place in it; null where there is no such room for them.</summary>
    public static RoomStanding? Find(ChatDbContext db, RoomId id, UserId user)
    {
        ArgumentNullException.ThrowIfNull(db);
        var room = db.Rooms.FirstOrDefault(r => r.Id == id.Value);
        if (room is null) return null;
        var membership = room.IsDefault ? null : Memberships(db).FirstOrDefault(m => m.RoomId == id.Value && m.UserId == user.Value);
        return Judge(RoomView.Of(db, room), membership?.Role);
    }

    /// <summary>The same for many rooms at once; those that are not there for the person are left out.</summary>
    public static IReadOnlyDictionary<RoomId, RoomStanding> Find(ChatDbContext db, IEnumerable<RoomId> ids, UserId user)
    {
        ArgumentNullException.ThrowIfNull(db);
        string[] wanted = [.. ids.Select(id => id.Value)];
        var memberships = Memberships(db);
        var found = db.Rooms
            .Where(room => wanted.Contains(room.Id))
            .Select(room => new
            {
                Room = room,
                Role = memberships.Where(m => m.RoomId == room.Id && m.UserId == user.Value).Select(m => (RoomRole?)m.Role).FirstOrDefault(),
                IsBot = db.Users.Any(bot => bot.Id == user.Value && bot.IsBot),
            })
            .ToList();
        return RoomView.Of(db, found.ConvertAll(line => line.Room))
            .Zip(found, (room, line) => Judge(room, line.Role) is { } standing ? standing with { IsOfBot = line.IsBot } : null)
            .OfType<RoomStanding>()
            .ToDictionary(standing => standing.Room.Id);
    }

    /// <summary>As much of the same as a new message needs, on the writer without its context: asked for each one that is posted.</summary>
    public static PostingStanding? Find(Commit commit, RoomId id, UserId user)
    {
        ArgumentNullException.ThrowIfNull(commit);
        using var row = commit.Query(
            """
            SELECT r.Visibility, r.IsDefault, r.Head, r.Epoch, r.IsArchived, m.Role, r.IsLocked, r.SlowSeconds
            FROM rooms r LEFT JOIN memberships m ON m.RoomId = r.Id AND m.UserId = ?2 AND NOT EXISTS (
              SELECT 1 FROM users bot WHERE bot.Id = ?2 AND bot.OwnerId IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM memberships own WHERE own.RoomId = ?1 AND own.UserId = bot.OwnerId))
            WHERE r.Id = ?1
            """,
            id.Value, user.Value);
        if (!row.Read()) return null;
        RoomRole? role = row.IsNull(5) ? null : (RoomRole)row.Number(5);
        var isMember = IsMember(row.Number(1) != 0, role);
        return MayKnow((RoomVisibility)row.Number(0), isMember)
            ? new PostingStanding(new Offset(row.Number(2)), row.Text(3), isMember, row.Number(4) != 0, (RoomVisibility)row.Number(0) == RoomVisibility.Direct, row.Number(6) != 0, (int)row.Number(7), role ?? RoomRole.Member)
            : null;
    }

    private static RoomStanding? Judge(RoomView room, RoomRole? role)
    {
        var isMember = IsMember(room.IsDefault, role);
        return MayKnow(room.Visibility, isMember) ? new RoomStanding(room, isMember, role ?? RoomRole.Member) : null;
    }

    private static bool IsMember(bool isDefault, RoomRole? role) => isDefault || role is not null;

    private static bool MayKnow(RoomVisibility visibility, bool isMember) => isMember || visibility == RoomVisibility.Public;
}
