using System.Buffers;
using ChatApp.Push;

namespace ChatApp.Wire;

/// <summary>Names of channels on the wire.</summary>
public static class Channel
{
    /// <summary>Longest name, in UTF-16 units.</summary>
    public const int MaxLength = 255;

    /// <summary>What the name of a topic may hold besides ASCII letters and digits.</summary>
    public const string TopicMarks = "-_.:/@+=~";

    private const string LettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static readonly SearchValues<char> RoomLetters = SearchValues.Create(LettersAndDigits);
    private static readonly SearchValues<char> TopicLetters = SearchValues.Create(LettersAndDigits + TopicMarks);

    /// <summary>The personal channel of a user.</summary>
    public static string Of(UserId user) => "#" + user;

    /// <summary>The room or topic that a name means; null where it means none.</summary>
    public static ChannelName? Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > MaxLength) return null;
        if (name.StartsWith(ChannelName.RoomPrefix, StringComparison.Ordinal))
        {
            var id = name[ChannelName.RoomPrefix.Length..];
            return id.Length is > 0 and <= 32 && id.AsSpan().IndexOfAnyExcept(RoomLetters) < 0 ? new RoomId(id) : null;
        }

        if (!name.StartsWith(ChannelName.TopicPrefix, StringComparison.Ordinal)) return null;
        var topic = name[ChannelName.TopicPrefix.Length..];
        return topic.Length > 0 && topic.AsSpan().IndexOfAnyExcept(TopicLetters) < 0 ? ChannelName.OfTopic(topic) : null;
    }

    /// <summary>The room that a name means; null where it means none.</summary>
    public static RoomId? Room(string name) => Parse(name)?.Room;
}
