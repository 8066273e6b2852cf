using System.Globalization;
using ChatApp.Accounts;

namespace ChatApp.Components.Shared;

/// <summary>The coloured initials that stand for a person; the same for everybody who looks.</summary>
public static class Avatar
{
    private const int Hues = 12;

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
