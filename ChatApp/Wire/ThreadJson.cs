using System.Text.Json;
using ChatApp.Messages;

namespace ChatApp.Wire;

/// <summary>What threads look like in JSON.</summary>
internal static class ThreadJson
{
    /// <summary>What somebody has to do with a thread, as fields of the object that is open.</summary>
    public static void Standing(Utf8JsonWriter json, ThreadStanding standing)
    {
        json.WriteString("thread", standing.Thread.ToString());
        json.WriteString("room", standing.Room.Value);
        json.WriteBoolean("following", standing.IsFollowing);
        json.WriteNumber("up_to", standing.UpTo.Value);
        json.WriteNumber("unread", standing.Unread);
    }

    /// <summary>What a message shows of its answers.</summary>
    public static void Answers(Utf8JsonWriter json, ThreadSummary answers)
    {
        json.WriteStartObject("answers");
        json.WriteNumber("count", answers.Count);
        if (answers.LastAt is { } last) json.WriteNumber("last_at", last.ToUnixTimeMilliseconds());
        json.WriteStartArray("users");
        foreach (var writer in answers.Writers) json.WriteStringValue(writer.Value);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A stretch of somebody's threads, as fields of the object that is open.</summary>
    public static void Page(Utf8JsonWriter json, ThreadPage page)
    {
        json.WriteStartArray("threads");
        foreach (var line in page.Lines)
        {
            json.WriteStartObject();
            Standing(json, line.Standing);
            json.WriteString("room_name", line.RoomName);
            EventJson.Message(json, line.Root);
            if (line.Last is { } last) EventJson.Message(json, last, "last");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (page.Next is { } next) json.WriteString("next", next.ToString());
    }
}
