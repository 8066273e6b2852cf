using System.Text.Json;
using ChatApp.Rooms;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>The methods by which somebody chooses for themselves what a room is to them, and looks at rooms before entering.</summary>
internal sealed partial class SocketMethods
{
    private (Action<Utf8JsonWriter>?, WireError?) Preferences()
    {
        var choices = services.Preferences.Of(user).Values.Where(choice => permit.Grant.Includes(choice.Room)).OrderBy(choice => choice.Room.Value, StringComparer.Ordinal);
        return (json => List(json, "rooms", choices, choice => EventJson.Choice(json, choice)), null);
    }

    private async Task<(Action<Utf8JsonWriter>?, WireError?)> PreferAsync(Arguments given) =>
        Of(await services.Preferences.ChooseAsync(user, given.Room("room"), given.OptionalFlag("favourite"), LevelOf(given.TextOrNull("notices"))));

    private static (Action<Utf8JsonWriter>?, WireError?) Of(RoomChoiceResult result) =>
        result.Choice is { } choice ? (json => EventJson.Choice(json, choice), null) : Of(new RoomResult(result.Outcome));

    private (Action<Utf8JsonWriter>?, WireError?) Preview(RoomId room)
    {
        if (services.Rooms.Preview(room, user) is not { } preview) return (null, WireError.UnknownChannel);
        return (json =>
        {
            EventJson.Room(json, preview.Room);
            json.WriteNumber("members", preview.Members);
            json.WriteStartArray("faces");
            foreach (var face in preview.Faces) EventJson.User(json, null, face);
            json.WriteEndArray();
            json.WriteNumber("created_at", preview.CreatedAt.ToUnixTimeMilliseconds());
            if (preview.Creator is { } creator) EventJson.User(json, "created_by", creator);
        }, null);
    }

    private static NoticeLevel? LevelOf(string? word) => word switch
    {
        null => null,
        "all" => NoticeLevel.All,
        "mentions" => NoticeLevel.Mentions,
        "nothing" => NoticeLevel.Nothing,
        _ => throw new ArgumentsException("notices must be all, mentions or nothing"),
    };

    private static DirectoryOrder OrderOf(string? word) => word switch
    {
        null or "name" => DirectoryOrder.Name,
        "members" => DirectoryOrder.Members,
        "newest" => DirectoryOrder.Newest,
        _ => throw new ArgumentsException("sort must be name, members or newest"),
    };
}
