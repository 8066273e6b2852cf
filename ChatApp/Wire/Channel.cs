namespace ChatApp.Wire;

/// <summary>Names of channels on the wire.</summary>
public static class Channel
{
    /// <summary>Longest name, in UTF-16 units.</summary>
    public const int MaxLength = 255;

    private const string RoomPrefix = "room:";

    /// <summary>The channel of a room.</summary>
    public static string Of(RoomId room) => RoomPrefix + room;

    /// <summary>The personal channel of a user.</summary>
    public static string Of(UserId user) => "#" + user;

    /// <summary>The room that a channel's name means; null where it means none.</summary>
    public static RoomId? Room(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > MaxLength || !name.StartsWith(RoomPrefix, StringComparison.Ordinal)) return null;
        var id = name[RoomPrefix.Length..];
        return id.Length is > 0 and <= 32 && id.All(char.IsAsciiLetterOrDigit) ? new RoomId(id) : null;
    }
}
