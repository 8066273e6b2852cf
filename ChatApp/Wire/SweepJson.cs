using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;

namespace ChatApp.Wire;

/// <summary>What sweeps look like in JSON.</summary>
internal static class SweepJson
{
    /// <summary>Which messages were hidden or brought back, as fields of the object that is open.</summary>
    public static void Range(Utf8JsonWriter json, SweptRange range, UserCard by, DateTimeOffset at)
    {
        EventJson.User(json, "author", range.Author);
        json.WriteNumber("from", range.From.Value);
        json.WriteNumber("to", range.To.Value);
        EventJson.User(json, "by", by);
        json.WriteNumber("at", at.ToUnixTimeMilliseconds());
    }

    /// <summary>A sweep for moderators, as fields of the object that is open.</summary>
    public static void Line(Utf8JsonWriter json, SweepLine line)
    {
        json.WriteNumber("id", line.Id);
        EventJson.User(json, "user", line.User);
        EventJson.User(json, "by", line.By);
        json.WriteNumber("at", line.At.ToUnixTimeMilliseconds());
        json.WriteNumber("since", line.Since.ToUnixTimeMilliseconds());
        json.WriteStartArray("rooms");
        foreach (var room in line.Rooms) json.WriteStringValue(room);
        json.WriteEndArray();
        json.WriteString("reason", line.Reason);
        json.WriteString("state", line.State switch
        {
            SweepState.Running => "running",
            SweepState.Done => "done",
            SweepState.Cancelled => "cancelled",
            SweepState.Undoing => "undoing",
            SweepState.Undone => "undone",
            SweepState.Purging => "purging",
            _ => "purged",
        });
        json.WriteNumber("messages", line.Messages);
        json.WriteNumber("left", line.Left);
        json.WriteNumber("until", line.Until.ToUnixTimeMilliseconds());
    }
}
