using System.Globalization;
using System.Text;
using ChatApp.Accounts;
using ChatApp.Components.Shared;
using ChatApp.Resources;
using Microsoft.Extensions.Localization;

namespace ChatApp.Components.Rooms;

/// <summary>
/// A person in the list of members, in one piece: lists are long, every open page of a room has one, and nothing about a line changes by itself. It opens the
/// card of the person; presence is put in by the page's script.
/// </summary>
internal static class MemberMarkup
{
    private static readonly Shelf<UserCard, Face, string> Known = new();

    /// <summary>The markup of a line.</summary>
    /// <param name="user">Who.</param>
    /// <param name="hasPresence">Whether the page shows who is here.</param>
    /// <param name="hasRank">Whether their rank is shown, where it is more than a member's.</param>
    /// <param name="words">The words of the page.</param>
    public static string Of(UserCard user, bool hasPresence, bool hasRank, IStringLocalizer<Text> words) =>
        Known.Get(user, new Face(CultureInfo.CurrentUICulture.Name, hasPresence, hasRank && user.IsModerator), (user, hasPresence, hasRank, words), static it => Make(it.user, it.hasPresence, it.hasRank, it.words));

    private static string Make(UserCard user, bool hasPresence, bool hasRank, IStringLocalizer<Text> words)
    {
        var id = HtmlText.Encode(user.Id.Value);
        var html = new StringBuilder(512);
        html.Append(CultureInfo.InvariantCulture, $"<button class=\"member-open\" type=\"button\" data-user=\"{id}\"><span class=\"avatar-frame\">{Avatar.Of(user, "avatar-small")}");
        if (hasPresence) html.Append(CultureInfo.InvariantCulture, $"<span class=\"presence\" data-presence=\"{id}\"></span>");
        // What is said besides the name stands below it: the name needs the width.
        html.Append(CultureInfo.InvariantCulture, $"</span><span class=\"member-text\"><span class=\"member-name truncate\"><bdi>{HtmlText.Encode(user.Name)}</bdi></span><span class=\"member-more\">");
        if (user.IsBot) html.Append(CultureInfo.InvariantCulture, $"<span class=\"badge\">{HtmlText.Encode(words["Bots.Badge"])}</span>");
        if (hasRank && user.IsModerator) html.Append(CultureInfo.InvariantCulture, $"<span class=\"badge\">{HtmlText.Encode(words[$"Rank.{user.Rank}"])}</span>");
        if (user.Status.Length > 0)
        {
            var status = HtmlText.Encode(user.Status);
            html.Append(CultureInfo.InvariantCulture, $"<span class=\"member-status truncate\" title=\"{status}\"><bdi>{status}</bdi></span>");
        }

        return html.Append("</span></span></button>").ToString();
    }

    private readonly record struct Face(string Language, bool HasPresence, bool HasRank);
}
