using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Resources;
using Microsoft.Extensions.Localization;

namespace ChatApp.Components.Moderating;

/// <summary>Sanctions in words, for those on whom they are and for those who impose them.</summary>
internal static class SanctionWords
{
    /// <summary>What holds, in one sentence: what, where, until when, and why.</summary>
    /// <param name="text">The reader's language.</param>
    /// <param name="client">The reader's clock.</param>
    /// <param name="term">The sanction.</param>
    /// <param name="roomName">What its room is called; null where it holds everywhere, or the reader looks at the room.</param>
    public static string Of(IStringLocalizer<Text> text, ClientContext client, SanctionTerm term, string? roomName) =>
        $"{What(text, term, roomName)} {Until(text, client, term.Until)} {text["Sanction.Why", term.Reason]}";

    /// <summary>What holds, and where.</summary>
    public static string What(IStringLocalizer<Text> text, SanctionTerm term, string? roomName) => term.Room is null
        ? text[$"Sanction.You.{term.Kind}"]
        : roomName is null ? text[$"Sanction.YouHere.{term.Kind}"] : text[$"Sanction.YouIn.{term.Kind}", roomName];

    /// <summary>Whom to ask about it: whoever has imposed it, and any moderator where a rule has.</summary>
    public static string Whom(IStringLocalizer<Text> text, UserDirectory users, UserId by) => by == UserId.System ? text["Sanction.AskAny"] : users.Get(by).Name;

    /// <summary>Until when.</summary>
    public static string Until(IStringLocalizer<Text> text, ClientContext client, DateTimeOffset? until) =>
        until is { } end ? text["Sanction.Until", client.Local(end).ToString("f", CultureInfo.CurrentCulture)] : text["Sanction.UntilLifted"];
}
