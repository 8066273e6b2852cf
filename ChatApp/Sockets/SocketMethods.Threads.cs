using System.Text.Json;
using ChatApp.Messages;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>The methods about threads.</summary>
internal sealed partial class SocketMethods
{
    private async Task<(Action<Utf8JsonWriter>? Data, WireError? Error)> CallThreadAsync(string method, Arguments given) => method switch
    {
        "thread.history" => ThreadHistory(given, given.Message("id")),
        "thread.follow" => Of(await services.Threads.FollowAsync(user, given.Message("id"), given.Flag("on", otherwise: true))),
        "thread.read" => Of(await services.Threads.ReadAsync(
            user, given.Message("id"), new Offset(given.OptionalNumber("offset") ?? long.MaxValue), given.Flag("back", otherwise: false))),
        "thread.list" => ThreadsOf(given),
        _ => (null, WireError.MethodNotFound),
    };

    private static (Action<Utf8JsonWriter>?, WireError?) Of(ThreadStanding? standing) =>
        standing is null ? (null, WireError.MessageNotFound) : (json => ThreadJson.Standing(json, standing), null);

    private (Action<Utf8JsonWriter>?, WireError?) ThreadHistory(Arguments given, MessageId id)
    {
        if (services.History.Find(user, id) is not { Thread: null } root) return (null, WireError.MessageNotFound);
        var (page, error) = History(given, root.Room, HistoryScope.Of(id));
        return page is null ? (null, error) : (json =>
        {
            EventJson.Message(json, root);
            page(json);
        }, null);
    }

    private (Action<Utf8JsonWriter>?, WireError?) ThreadsOf(Arguments given)
    {
        ThreadPlace? after = null;
        if (given.TextOrNull("after") is { } text && (after = ThreadPlace.Parse(text)) is null) return Bad("after must be the next of another page");
        var page = services.ThreadList.Read(user, after, (int)Math.Min(given.OptionalNumber("limit") ?? 20, ThreadList.MaxCount), permit.Grant.Rooms);
        return (json => ThreadJson.Page(json, page), null);
    }
}
