using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>The lists and answers of the console, for programs of moderators and administrators.</summary>
internal sealed partial class SocketMethods
{
    private async Task<(Action<Utf8JsonWriter>? Data, WireError? Error)> CallConsoleAsync(string method, Arguments given) => method switch
    {
        "moderation.audit" => Audit(given),
        "moderation.overview" => Overview(),
        "moderation.rooms" => ListRooms(given),
        "moderation.tokens" => ListTokens(given),
        "moderation.revoke" => Of(await services.TokenDesk.RevokeAsync(permit.Actor, given.Text("id"), given.Text("reason"))),
        "moderation.why" => Why(await AskWhyAsync(given)),
        _ => (null, WireError.MethodNotFound),
    };

    private (Action<Utf8JsonWriter>?, WireError?) Audit(Arguments given)
    {
        var query = new AuditQuery
        {
            Actor = given.TextOrNull("actor"),
            Action = given.OptionalText("action"),
            Target = given.OptionalText("target"),
            From = given.OptionalNumber("from") is { } from ? Arguments.Moment(from, "from") : null,
            Until = given.OptionalNumber("until") is { } until ? Arguments.Moment(until, "until") : null,
            Before = given.OptionalNumber("before"),
        };
        if (services.Desk.Audit(permit.Actor, query) is not { } lines) return (null, WireError.PermissionDenied);
        return (json => List(json, "entries", lines, line =>
        {
            json.WriteNumber("id", line.Id);
            json.WriteNumber("at", line.At.ToUnixTimeMilliseconds());
            json.WriteString("actor", line.Actor);
            json.WriteString("actor_id", line.ActorId);
            json.WriteString("action", line.Action);
            json.WriteString("target", line.Target);
            json.WriteString("details", line.Details);
            json.WriteString("before", line.Before);
            json.WriteString("after", line.After);
            json.WriteString("reason", line.Reason);
            if (line.Via is { } via) json.WriteString("via", AuditExport.NameOf(via));
        }), null);
    }

    private (Action<Utf8JsonWriter>?, WireError?) Overview()
    {
        if (services.Overview.Samples(permit.Actor) is not { } samples) return (null, WireError.PermissionDenied);
        return (json => List(json, "samples", samples, sample =>
        {
            json.WriteNumber("at", sample.At.ToUnixTimeMilliseconds());
            json.WriteNumber("pages", sample.Pages);
            json.WriteNumber("programs", sample.Programs);
            json.WriteNumber("messages", sample.Messages);
            json.WriteNumber("deliveries", sample.Deliveries);
            if (sample is { PostMedian: { } median, PostSlow: { } slow })
            {
                json.WriteNumber("post_p50_ms", median * 1000);
                json.WriteNumber("post_p99_ms", slow * 1000);
            }

            json.WriteNumber("waiting_changes", sample.Waiting);
            json.WriteNumber("slow_closes", sample.SlowCloses);
            json.WriteNumber("memory", sample.Memory);
        }), null);
    }

    private (Action<Utf8JsonWriter>?, WireError?) ListRooms(Arguments given)
    {
        if (services.RoomDesk.List(permit.Actor, new RoomQuery(given.OptionalText("text")), PageOf(given)) is not { } page) return (null, WireError.PermissionDenied);
        return (json =>
        {
            List(json, "rooms", page.Lines, line =>
            {
                json.WriteString("id", line.Room.Id.Value);
                json.WriteString("name", line.Room.Name);
                json.WriteString("kind", EventJson.KindOf(line.Room.Visibility));
                json.WriteBoolean("archived", line.Room.IsArchived);
                EventJson.Order(json, line.Room);
                json.WriteNumber("created_at", line.CreatedAt.ToUnixTimeMilliseconds());
                json.WriteNumber("members", line.Members);
                json.WriteNumber("messages", line.Messages);
            });
            json.WriteNumber("total", page.Total);
        }, null);
    }

    private (Action<Utf8JsonWriter>?, WireError?) ListTokens(Arguments given)
    {
        if (services.TokenDesk.List(permit.Actor, new TokenQuery(given.OptionalText("text")), PageOf(given)) is not { } page) return (null, WireError.PermissionDenied);
        return (json =>
        {
            List(json, "tokens", page.Lines, line =>
            {
                json.WriteString("id", line.Token.Id);
                json.WriteString("name", line.Token.Name);
                EventJson.User(json, "user", line.Account);
                if (line.Owner is { } owner) EventJson.User(json, "owner", owner);
                json.WriteStartArray("scopes");
                foreach (var scope in TokenScopeNames.Of(line.Token.Scopes)) json.WriteStringValue(scope);
                json.WriteEndArray();
                json.WriteNumber("rooms", line.Token.Rooms.Count);
                json.WriteNumber("created_at", line.Token.CreatedAt.ToUnixTimeMilliseconds());
                if (line.Token.ExpiresAt is { } expires) json.WriteNumber("expires_at", expires.ToUnixTimeMilliseconds());
                if (line.Token.LastUsedAt is { } used) json.WriteNumber("used_at", used.ToUnixTimeMilliseconds());
            });
            json.WriteNumber("total", page.Total);
        }, null);
    }

    private Task<WhyResult> AskWhyAsync(Arguments given)
    {
        var about = new UserId(given.Text("user"));
        return given.OptionalMessage("message") is { } message
            ? services.WhyDesk.AskAsync(permit.Actor, about, message)
            : services.WhyDesk.AskAsync(permit.Actor, about, given.Room("room"));
    }

    private static (Action<Utf8JsonWriter>?, WireError?) Why(WhyResult result)
    {
        if (result.Answer is not { } answer) return result.Outcome == ModerationOutcome.NotFound ? Bad("there is no such user, room or message") : Of(result.Outcome);
        return (json => WhyJson.Answer(json, answer), null);
    }

    private static PageAsk PageOf(Arguments given) => new(given.OptionalCount("page") ?? 0);
}
