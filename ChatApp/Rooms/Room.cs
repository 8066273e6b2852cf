namespace ChatApp.Rooms;

/// <summary>Who may find and enter a room.</summary>
public enum RoomVisibility
{
    /// <summary>In the directory; anybody may join.</summary>
    Public = 0,

    /// <summary>Only members know that it exists; they invite others.</summary>
    Private = 1,

    /// <summary>
    /// A conversation between two to eight people, who stay the same: nobody joins, is invited or removed, and only they know
    /// that it exists. It has no name of its own, and never becomes an ordinary room.
    /// </summary>
    Direct = 2,
}

/// <summary>What a member may do in a room.</summary>
public enum RoomRole
{
    /// <summary>Reads and posts.</summary>
    Member = 0,

    /// <summary>Besides: says what the room is about, and keeps order in it (<see cref="Moderation.ModerationRights"/>).</summary>
    Moderator = 1,

    /// <summary>Besides: names, archives and restores the room, and gives roles. Whoever made it begins as one.</summary>
    Owner = 2,
}

/// <summary>A room as stored. Never leaves the server: pages and programs see <see cref="RoomView"/>.</summary>
public sealed class Room
{
    /// <summary>See <see cref="RoomId"/>.</summary>
    public required string Id { get; init; }

    /// <summary>1 to 60 characters.</summary>
    public required string Name { get; set; }

    /// <summary>At most 250 characters.</summary>
    public string Topic { get; set; } = "";

    /// <summary>What the room is for, at length; at most 1,000 characters in several lines.</summary>
    public string Description { get; set; } = "";

    /// <summary>Who may find and enter it.</summary>
    public RoomVisibility Visibility { get; set; }

    /// <summary>True where everybody is a member without a row in <see cref="Membership"/>, and nobody can leave.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Offset of the newest change in the room's log; 0 where there is none.</summary>
    public long Head { get; set; }

    /// <summary>Changes up to this offset are no longer held (retention); 0 where all are.</summary>
    public long Floor { get; set; }

    /// <summary>Messages older than this many days go, pinned ones excepted; null keeps them, or the instance's setting decides.</summary>
    public int? RetentionDays { get; set; }

    /// <summary>True where nothing is posted any more; the address stays.</summary>
    public bool IsArchived { get; set; }

    /// <summary>True where only moderators post.</summary>
    public bool IsLocked { get; set; }

    /// <summary>Seconds that a member waits after a message before the next one; 0 where nobody waits, at most <see cref="RoomSettings.MaxSlowSeconds"/>.</summary>
    public int SlowSeconds { get; set; }

    /// <summary>Since when nobody comes in without being brought, see <see cref="Moderation.RaidBrake"/>; null where people join a public room by themselves.</summary>
    public DateTimeOffset? BrakedAt { get; set; }

    /// <summary>Names this log: changes only when the log is really another one (a restored backup).</summary>
    public required string Epoch { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Stands for the people of a direct room, so that the same ones have only one; null for other rooms.</summary>
    public string? DirectKey { get; init; }
}

/// <summary>Somebody's place in a room that is not a default room.</summary>
public sealed class Membership
{
    /// <summary>The room.</summary>
    public required string RoomId { get; init; }

    /// <summary>The member.</summary>
    public required string UserId { get; init; }

    /// <summary>What they may do there.</summary>
    public RoomRole Role { get; set; }

    /// <summary>Since when.</summary>
    public DateTimeOffset JoinedAt { get; init; }
}
