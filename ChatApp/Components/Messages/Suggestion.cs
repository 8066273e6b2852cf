using ChatApp.Accounts;
using ChatApp.Components.Shared;
using ChatApp.Rooms;

namespace ChatApp.Components.Messages;

/// <summary>One line of what the composer proposes while somebody writes.</summary>
/// <param name="Insert">What is written where it is chosen.</param>
/// <param name="Label">What the line says.</param>
/// <param name="Detail">What it says besides; null for nothing.</param>
/// <param name="Mark">Initials of a person, or a sign; empty for none.</param>
/// <param name="Hue">CSS class of a person's colour; null for others.</param>
public sealed record Suggestion(string Insert, string Label, string? Detail, string Mark, string? Hue)
{
    /// <summary>Most lines that are proposed.</summary>
    public const int Most = 8;

    /// <summary>A person; the text gets their name as it is.</summary>
    public static Suggestion Of(UserCard user, string? detail)
    {
        ArgumentNullException.ThrowIfNull(user);
        return new Suggestion($"@{user.Name}", user.Name, detail, Avatar.InitialsOf(user), Avatar.HueOf(user.Id));
    }

    /// <summary>A room; the text gets its name as it is.</summary>
    public static Suggestion Of(RoomView room)
    {
        ArgumentNullException.ThrowIfNull(room);
        return new Suggestion($"#{room.Name}", room.Name, room.Topic.Length > 0 ? room.Topic : null, "#", Hue: null);
    }
}
