using System.Text.Json;
using ChatApp.Moderation;
using ChatApp.Push;

namespace ChatApp.Wire;

/// <summary>What the answer to "why?" looks like in JSON.</summary>
internal static class WhyJson
{
    /// <summary>The answer, as fields of the object that is open.</summary>
    public static void Answer(Utf8JsonWriter json, WhyAnswer answer)
    {
        json.WriteString("room", answer.Room.Id.Value);
        json.WriteNumber("head", answer.Room.Head.Value);
        EventJson.User(json, "user", answer.User);
        json.WriteStartArray("facts");
        foreach (var fact in answer.Facts) json.WriteStringValue(NameOf(fact));
        json.WriteEndArray();
        if (answer.Role is { } role) json.WriteString("role", EventJson.RoleOf(role));
        if (answer.JoinedAt is { } joined) json.WriteNumber("joined_at", joined.ToUnixTimeMilliseconds());
        json.WriteString("level", NameOf(answer.Level));
        if (answer.ReadUpTo is { } read) json.WriteNumber("read", read.Value);
        if (answer.Message is { } message) json.WriteNumber("offset", message.Offset.Value);
        EventJson.List(json, "sanctions", answer.Sanctions, term => SanctionJson.Term(json, term));
        Screening(json, answer);
        EventJson.List(json, "connections", answer.Devices, device =>
        {
            json.WriteString("client", device.Id.ToString());
            json.WriteString("kind", device.Description.Kind == ConnectionKind.Circuit ? "page" : "socket");
            if (device.Description.Name is { } name) json.WriteString("name", name);
            json.WriteNumber("since", device.Description.Since.ToUnixTimeMilliseconds());
            if (device.Sent is { } sent) json.WriteNumber("sent", sent.Value);
            json.WriteNumber("waiting_events", device.Waiting);
        });
    }

    private static void Screening(Utf8JsonWriter json, WhyAnswer answer)
    {
        EventJson.List(json, "rules", answer.Rules, rule =>
        {
            json.WriteString("name", rule.Name);
            json.WriteString("kind", ScreeningJson.NameOf(rule.Kind));
            json.WriteString("action", ScreeningJson.NameOf(rule.Action));
            json.WriteBoolean("everywhere", rule.IsEverywhere);
        });
        if (answer.Policy is { } policy)
        {
            json.WriteStartObject("policy");
            json.WriteString("fail", policy.FailsClosed ? "closed" : "open");
            if (policy.Checker is { } checker) EventJson.User(json, "checker", checker);
            json.WriteEndObject();
        }

        EventJson.List(json, "held", answer.Held, held =>
        {
            json.WriteString("source", held.Source);
            json.WriteNumber("count", held.Count);
            json.WriteNumber("at", held.At.ToUnixTimeMilliseconds());
        });
        EventJson.List(json, "refused", answer.Refused, refused =>
        {
            json.WriteString("why", NameOf(refused.Why));
            if (refused.By is { } by) json.WriteString("by", by);
            if (refused.IsEdit) json.WriteBoolean("edit", value: true);
            json.WriteNumber("count", refused.Count);
            json.WriteNumber("since", refused.Since.ToUnixTimeMilliseconds());
            json.WriteNumber("at", refused.At.ToUnixTimeMilliseconds());
        });
        if (answer.Review is { } review)
        {
            json.WriteStartObject("review");
            json.WriteString("source", review.Source);
            EventJson.User(json, "by", review.By);
            json.WriteNumber("at", review.At.ToUnixTimeMilliseconds());
            json.WriteEndObject();
        }

        if (answer.Alerts.Count == 0) return;
        json.WriteStartArray("alerts");
        foreach (var rule in answer.Alerts) json.WriteStringValue(rule);
        json.WriteEndArray();
    }

    private static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
