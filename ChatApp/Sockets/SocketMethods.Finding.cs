using System.Text.Json;
using ChatApp.Messages;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>The methods by which a person finds messages again: what mentions them, and what they have marked.</summary>
internal sealed partial class SocketMethods
{
    private const int DefaultLines = 30;

    private (Action<Utf8JsonWriter>?, WireError?) MentionsOf(Arguments given)
    {
        var page = services.Mentions.Of(user, given.OptionalMessage("before"), CountOf(given), permit.Grant.Rooms);
        return (json =>
        {
            List(json, "mentions", page.Lines, line =>
            {
                EventJson.Message(json, line.Message);
                json.WriteNumber("offset", line.Message.Offset.Value);
                json.WriteString("room_name", line.Room.Name);
                json.WriteBoolean("unread", line.IsUnread);
            });
            if (page.Next is { } next) json.WriteString("next", next.ToString());
        }, null);
    }

    private async Task<(Action<Utf8JsonWriter>? Data, WireError? Error)> CallBookmarkAsync(string method, Arguments given) => method switch
    {
        "bookmark.add" => Of(await services.Bookmarks.AddAsync(user, given.Message("id"))),
        "bookmark.remove" => Of(await services.Bookmarks.RemoveAsync(user, given.Message("id"))),
        "bookmark.list" => BookmarksOf(given),
        _ => (null, WireError.MethodNotFound),
    };

    private static (Action<Utf8JsonWriter>?, WireError?) Of(BookmarkOutcome outcome) => outcome switch
    {
        BookmarkOutcome.Done => (Nothing, null),
        BookmarkOutcome.NotFound => (null, WireError.MessageNotFound),
        BookmarkOutcome.TooMany => (null, WireError.LimitExceeded),
        _ => (null, WireError.TooManyRequests with { RetryMs = 1000 }),
    };

    private (Action<Utf8JsonWriter>?, WireError?) BookmarksOf(Arguments given)
    {
        BookmarkPlace? after = null;
        if (given.TextOrNull("after") is { } text && (after = BookmarkPlace.Parse(text)) is null) return Bad("after must be what an answer said as next");
        var page = services.Bookmarks.Page(user, after, CountOf(given), permit.Grant.Rooms);
        return (json =>
        {
            List(json, "bookmarks", page.Lines, line =>
            {
                json.WriteString("id", line.Id.ToString());
                json.WriteNumber("at", line.At.ToUnixTimeMilliseconds());
                if (line.Message is not { } message) return;
                EventJson.Message(json, message);
                json.WriteNumber("offset", message.Offset.Value);
                json.WriteString("room_name", line.Room!.Name);
            });
            if (page.Next is { } next) json.WriteString("next", next.ToString());
        }, null);
    }

    private static int CountOf(Arguments given) => (int)Math.Min(given.OptionalNumber("limit") ?? DefaultLines, int.MaxValue);
}
