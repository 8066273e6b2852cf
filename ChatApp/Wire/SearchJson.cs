using System.Text.Json;
using ChatApp.Search;

namespace ChatApp.Wire;

/// <summary>What the answer to a search looks like in JSON.</summary>
internal static class SearchJson
{
    /// <summary>The fields of a page, inside an object that is open.</summary>
    public static void Page(Utf8JsonWriter json, SearchPage page)
    {
        json.WriteStartArray("hits");
        foreach (var hit in page.Hits)
        {
            json.WriteStartObject();
            EventJson.Message(json, hit.Message);
            json.WriteNumber("offset", hit.Message.Offset.Value);
            json.WriteString("room_name", hit.RoomName);
            json.WriteStartArray("extract");
            foreach (var part in hit.Extract)
            {
                json.WriteStartObject();
                json.WriteString("text", part.Text);
                if (part.IsHit) json.WriteBoolean("hit", value: true);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (page.Next is { } next) json.WriteString("next", next.ToString());
    }
}
