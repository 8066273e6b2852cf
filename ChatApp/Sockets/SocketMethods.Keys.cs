using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>The keys of the server API, for programs of administrators.</summary>
internal sealed partial class SocketMethods
{
    private async Task<(Action<Utf8JsonWriter>? Data, WireError? Error)> CallKeyAsync(string method, Arguments given) => method switch
    {
        "key.list" => ListKeys(given),
        "key.revoke" => Of(await services.KeyDesk.RevokeAsync(permit.Actor, given.Text("id"), given.Text("reason"))),
        "key.restore" => Of(await services.KeyDesk.RestoreAsync(permit.Actor, given.Text("id"), given.Text("reason"))),
        _ => (null, WireError.MethodNotFound),
    };

    private (Action<Utf8JsonWriter>?, WireError?) ListKeys(Arguments given)
    {
        var query = new KeyQuery(given.OptionalText("text"), given.Flag("revoked", otherwise: false));
        if (services.KeyDesk.List(permit.Actor, query, PageOf(given)) is not { } page) return (null, WireError.PermissionDenied);
        return (json =>
        {
            List(json, "keys", page.Lines, key =>
            {
                json.WriteString("id", key.Id);
                json.WriteString("name", key.Name);
                EventJson.User(json, "user", key.Account);
                json.WriteStartArray("scopes");
                foreach (var scope in ApiScopeNames.Of(key.Scopes)) json.WriteStringValue(scope);
                json.WriteEndArray();
                if (key.Channels.Length > 0) json.WriteString("channels", key.Channels);
                json.WriteNumber("created_at", key.CreatedAt.ToUnixTimeMilliseconds());
                if (key.LastUsedAt is { } used) json.WriteNumber("used_at", used.ToUnixTimeMilliseconds());
                if (key.RevokedAt is { } revoked) json.WriteNumber("revoked_at", revoked.ToUnixTimeMilliseconds());
            });
            json.WriteNumber("total", page.Total);
        }, null);
    }
}
