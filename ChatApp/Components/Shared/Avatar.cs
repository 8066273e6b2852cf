using System.Globalization;
using ChatApp.Accounts;
using Microsoft.AspNetCore.Components;

namespace ChatApp.Components.Shared;

/// <summary>What stands for a person: their picture, or coloured initials that are the same for everybody who looks.</summary>
public static class Avatar
{
    private const int Hues = 12;

    /// <summary>
    /// The markup, in one piece: lists show hundreds of them. Its size is the style sheet's, so nothing moves when the picture comes; it says
    /// nothing to those who hear the page, because the name stands beside it.
    /// </summary>
    /// <param name="user">Who.</param>
    /// <param name="size">Class of another size than the timeline's.</param>
    public static MarkupString Of(UserCard user, string size = "")
    {
        ArgumentNullException.ThrowIfNull(user);
        var classes = $"avatar {size}{(size.Length > 0 ? " " : "")}{HueOf(user.Id)}";
        return new MarkupString(PathOf(user) is { } path
            ? $"<img class=\"{classes}\" src=\"{path}\" alt=\"\" decoding=\"async\" loading=\"lazy\">"
            : $"<span class=\"{classes}\" aria-hidden=\"true\">{HtmlText.Encode(InitialsOf(user))}</span>");
    }

    /// <summary>Address of the person's picture; null where there is none.</summary>
    public static string? PathOf(UserCard user)
    {
        ArgumentNullException.ThrowIfNull(user);
        // Ids are letters and digits by our own making; whatever else might come must not leave the attribute.
        return user.Avatar is { } version ? $"/avatars/{Uri.EscapeDataString(user.Id.Value)}/{Uri.EscapeDataString(version)}" : null;
    }

    /// <summary>CSS class of the person's colour.</summary>
    public static string HueOf(UserId user)
    {
        var sum = 17;
        foreach (var c in user.Value) sum = unchecked((sum * 31) + c);
        return "hue-" + ((uint)sum % Hues).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>One or two letters: those of the first and last word, or the first character of a name in one word.</summary>
    public static string InitialsOf(UserCard user)
    {
        ArgumentNullException.ThrowIfNull(user);
        var words = user.Name.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) return "?";
        var first = StringInfo.GetNextTextElement(words[0]);
        return (words.Length == 1 ? first : first + StringInfo.GetNextTextElement(words[^1])).ToUpperInvariant();
    }
}
