namespace ChatApp.Rooms;

/// <summary>Of what in a room somebody wants to hear.</summary>
public enum NoticeLevel
{
    /// <summary>Everything that is said.</summary>
    All = 0,

    /// <summary>Only what mentions them.</summary>
    Mentions = 1,

    /// <summary>Nothing.</summary>
    Nothing = 2,
}

/// <summary>What somebody has chosen for a room. There is a row only where something differs from the defaults.</summary>
public sealed class RoomPreference
{
    /// <summary>Who.</summary>
    public required string UserId { get; init; }

    /// <summary>Which room.</summary>
    public required string RoomId { get; init; }

    /// <summary>True where it stands among the favourites.</summary>
    public bool IsFavourite { get; set; }

    /// <summary>Of what they want to hear; <see cref="NoticeLevel.All"/> unless they chose.</summary>
    public NoticeLevel Level { get; set; }

    /// <summary>A direct room is not listed until something is said after this place; null where it is listed.</summary>
    public long? HiddenUpTo { get; set; }
}
