using System.Globalization;
using System.Text;
using ChatApp.Accounts;
using ChatApp.Components.Shared;
using ChatApp.Messages;
using Microsoft.Extensions.Localization;

namespace ChatApp.Components.Messages;

/// <summary>
/// The markup of a row with which nothing has happened since it was said, in one piece: most rows are such. It is made once for all pages
/// that show it alike, and a page keeps one frame for it where the elements would be twenty. As soon as a row has anything that
/// changes by itself (reactions, answers, an editor), <c>Timeline.razor</c> renders its elements; a test holds both to the same markup.
/// </summary>
internal static class RowMarkup
{
    private static readonly Shelf<MessageView, Face, string> Known = new();

    /// <summary>True where the row has nothing that changes by itself.</summary>
    public static bool IsPlain(TimelineRow row) =>
        !row.IsApart && row is { State: RowState.Stored, ReplyTo: null, Links.Count: 0, Stored: { IsPinned: false, EditedAt: null, Answers: null, Reactions.Count: 0 } };

    /// <summary>The markup of a plain row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="may">What may be done with it, for <c>data-may</c>; null for nothing.</param>
    /// <param name="words">The words of the page.</param>
    public static string Of(TimelineRow row, string? may, IStringLocalizer words)
    {
        var face = new Face(CultureInfo.CurrentCulture.Name, CultureInfo.CurrentUICulture.Name, row.IsHead, row.Local, row.Author, may);
        return Known.Get(row.Stored!, face, (row, may, words), static it => Make(it.row, it.may, it.words));
    }

    private static string Make(TimelineRow row, string? may, IStringLocalizer words)
    {
        var author = HtmlText.Encode(row.Author.Name);
        var html = new StringBuilder(row.Html.Length + 512);
        html.Append(CultureInfo.InvariantCulture, $"<article class=\"{row.Class}\" aria-label=\"{HtmlText.Encode(row.Label)}\" tabindex=\"-1\" data-id=\"{row.Id}\" data-place=\"{row.Place}\" data-author=\"{author}\"");
        if (may is not null) html.Append(CultureInfo.InvariantCulture, $" data-may=\"{may}\"");
        html.Append('>');
        if (row.IsHead) html.Append(row.Picture.Value);
        else html.Append(CultureInfo.InvariantCulture, $"<time class=\"message-time\" datetime=\"{row.Stamp}\">{HtmlText.Encode(row.ShortClock)}</time>");
        html.Append("<div class=\"message-content\">");
        if (row.IsHead) AddHead(html, row, author, words);
        // Made by MarkdownRenderer, which writes allow-listed elements only.
        return html.Append(CultureInfo.InvariantCulture, $"<div class=\"message-body\" dir=\"auto\">{row.Html}</div></div></article>").ToString();
    }

    private static void AddHead(StringBuilder html, TimelineRow row, string author, IStringLocalizer words)
    {
        html.Append(CultureInfo.InvariantCulture, $"<header class=\"message-meta\"><button class=\"message-author\" type=\"button\" tabindex=\"-1\" data-user=\"{HtmlText.Encode(row.Author.Id.Value)}\"><bdi>{author}</bdi></button>");
        if (row.Author.IsBot) html.Append(CultureInfo.InvariantCulture, $"<span class=\"badge\">{HtmlText.Encode(words["Bots.Badge"])}</span>");
        if (row.Author.IsModerator) html.Append(CultureInfo.InvariantCulture, $"<span class=\"badge\">{HtmlText.Encode(words[$"Rank.{row.Author.Rank}"])}</span>");
        html.Append(CultureInfo.InvariantCulture, $"<time class=\"message-time\" datetime=\"{row.Stamp}\">{HtmlText.Encode(row.Clock)}</time></header>");
    }

    // On what the markup of a message depends besides the message.
    private readonly record struct Face(string Culture, string Language, bool IsHead, DateTime Local, UserCard Author, string? May);
}
