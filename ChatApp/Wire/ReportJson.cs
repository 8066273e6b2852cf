using System.Text.Json;
using ChatApp.Moderation;

namespace ChatApp.Wire;

/// <summary>What reports look like in JSON.</summary>
internal static class ReportJson
{
    /// <summary>The words for what is wrong.</summary>
    public static readonly IReadOnlyDictionary<string, ReportCategory> Categories = Words<ReportCategory>();

    /// <summary>The words for what a report comes to.</summary>
    public static readonly IReadOnlyDictionary<string, ReportDecision> Decisions = Words<ReportDecision>();

    /// <summary>A report as one of both sides may know of it, as fields of the object that is open.</summary>
    public static void Notice(Utf8JsonWriter json, ReportNotice notice)
    {
        json.WriteNumber("id", notice.Id);
        json.WriteBoolean("own", notice.IsOwn);
        EventJson.User(json, "user", notice.User);
        if (notice.Message is { } message) json.WriteString("message", message.ToString());
        if (notice.Category is { } category)
        {
            json.WriteString("category", Word(category));
            json.WriteString("comment", notice.Comment);
        }

        json.WriteNumber("at", notice.At.ToUnixTimeMilliseconds());
        if (notice.Decision is not { } decision) return;
        json.WriteString("decision", Word(decision));
        json.WriteString("reason", notice.Reason);
        json.WriteBoolean("seen", notice.IsSeen);
    }

    /// <summary>Open reports about one thing, as fields of the object that is open.</summary>
    public static void Line(Utf8JsonWriter json, ReportLine line)
    {
        json.WriteNumber("id", line.Id);
        EventJson.User(json, "user", line.User);
        if (line.Message is { } message) json.WriteString("message", message.ToString());
        if (line.Room is { } room) json.WriteString("room", room.Value);
        if (line.RoomName.Length > 0) json.WriteString("room_name", line.RoomName);
        json.WriteBoolean("conversation", line.InConversation);
        json.WriteBoolean("may_resolve", line.MayResolve);
        json.WriteStartArray("reports");
        foreach (var voice in line.Voices)
        {
            json.WriteStartObject();
            EventJson.User(json, "reporter", voice.Reporter);
            json.WriteString("category", Word(voice.Category));
            json.WriteString("comment", voice.Comment);
            json.WriteNumber("at", voice.At.ToUnixTimeMilliseconds());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>What a moderator needs to decide, as fields of the object that is open.</summary>
    public static void View(Utf8JsonWriter json, ReportView view)
    {
        json.WriteStartObject("report");
        Line(json, view.Line);
        json.WriteEndObject();
        json.WriteStartArray("context");
        foreach (var message in view.Context)
        {
            json.WriteStartObject();
            EventJson.Message(json, message);
            json.WriteNumber("offset", message.Offset.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("history");
        foreach (var sanction in view.History)
        {
            json.WriteStartObject();
            SanctionJson.Line(json, sanction);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("decided", view.Earlier.Total);
        json.WriteNumber("dismissed", view.Earlier.Dismissed);
    }

    private static string Word<T>(T value) where T : struct, Enum => Enum.GetName(value)!.ToLowerInvariant();

    private static Dictionary<string, T> Words<T>() where T : struct, Enum => Enum.GetValues<T>().ToDictionary(Word, StringComparer.Ordinal);
}
