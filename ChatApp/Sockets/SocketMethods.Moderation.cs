using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>The methods of moderators and administrators; for anybody else they are forbidden by the service.</summary>
internal sealed partial class SocketMethods
{
    private async Task<(Action<Utf8JsonWriter>? Data, WireError? Error)> CallModerationAsync(string method, Arguments given) => method switch
    {
        "moderation.connections" => Connections(),
        "moderation.disconnect" => Of(await services.Desk.DisconnectAsync(permit.Actor, given.Connection("client"), given.OptionalText("reason"))),
        "moderation.disconnect_all" => Of(await services.ConnectionDesk.DisconnectAllAsync(permit.Actor, new UserId(given.Text("user")), given.Text("reason"))),
        "moderation.accounts" => ListAccounts(given.OptionalText("text")),
        "moderation.rank" => Of(await services.Desk.SetRankAsync(permit.Actor, new UserId(given.Text("user")), given.Rank("rank"), given.OptionalText("reason"))),
        _ => await CallConsoleAsync(method, given),
    };

    private static (Action<Utf8JsonWriter>?, WireError?) Of(ModerationOutcome outcome) => outcome switch
    {
        ModerationOutcome.Done => (Nothing, null),
        ModerationOutcome.NotAllowed => (null, WireError.PermissionDenied),
        ModerationOutcome.Busy => (null, WireError.TooManyRequests with { RetryMs = 1000 }),
        ModerationOutcome.LastAdministrator => Bad("the last administrator remains one"),
        ModerationOutcome.ReasonMissing => Bad("this needs a reason"),
        ModerationOutcome.NameTaken => Bad("another one has that name by now"),
        _ => Bad("there is no such room, connection, account, token or key"),
    };

    private static (Action<Utf8JsonWriter>?, WireError?) Of((ModerationOutcome Outcome, int Ended) result) =>
        result.Outcome == ModerationOutcome.Done ? (json => json.WriteNumber("ended", result.Ended), null) : Of(result.Outcome);

    private (Action<Utf8JsonWriter>?, WireError?) Connections()
    {
        if (services.Desk.Connections(permit.Actor) is not var (lines, total)) return (null, WireError.PermissionDenied);
        return (json =>
        {
            List(json, "connections", lines, line =>
            {
                json.WriteString("client", line.Id.ToString());
                EventJson.User(json, "user", line.User);
                json.WriteString("kind", line.Description.Kind == ConnectionKind.Circuit ? "page" : "socket");
                json.WriteString("address", line.Description.Address);
                if (line.Description.Name is { } name) json.WriteString("name", name);
                json.WriteNumber("since", line.Description.Since.ToUnixTimeMilliseconds());
                json.WriteStartArray("rooms");
                foreach (var room in line.Rooms) json.WriteStringValue(room);
                json.WriteEndArray();
                json.WriteNumber("other_rooms", line.OtherRooms);
                json.WriteNumber("waiting_events", line.OutboxEvents);
                json.WriteNumber("waiting_bytes", line.OutboxBytes);
            });
            json.WriteNumber("total", total);
        }, null);
    }

    private (Action<Utf8JsonWriter>?, WireError?) ListAccounts(string part)
    {
        if (services.Desk.Accounts(permit.Actor, part) is not { } accounts) return (null, WireError.PermissionDenied);
        return (json => List(json, "accounts", accounts, account =>
        {
            EventJson.User(json, "user", account.User);
            json.WriteString("rank", EventJson.RankOf(account.User.Rank));
            if (account.Email.Length > 0) json.WriteString("email", account.Email);
            json.WriteNumber("created_at", account.CreatedAt.ToUnixTimeMilliseconds());
        }), null);
    }

    private static void List<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> fields) => EventJson.List(json, name, items, fields);
}
