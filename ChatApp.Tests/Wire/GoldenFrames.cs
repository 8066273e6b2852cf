using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ChatApp.Tests.Wire;

/// <summary>The frames that both sides of the wire are held to: files beside this one.</summary>
internal static class GoldenFrames
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What the server sends, by the name of the occasion.</summary>
    public static IReadOnlyDictionary<string, string> OfServer { get; } =
        Read("server-frames.json").EnumerateObject().ToDictionary(frame => frame.Name, frame => Compact(frame.Value), StringComparer.Ordinal);

    /// <summary>A file of this folder.</summary>
    public static JsonElement Read(string file) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Wire", file))).RootElement;

    /// <summary>The same JSON without spaces, escaped no more than it must be, members in their order.</summary>
    public static string Compact(JsonElement element)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Plain)) element.WriteTo(json);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    /// <summary>Names and kinds without the values: equal for two frames of the same form.</summary>
    public static string ShapeOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', element.EnumerateObject().Select(member =>
            NameOf(member.Name) + (member.Name == "type" ? "=" + member.Value : ":" + ShapeOf(member.Value)))) + "}",
        JsonValueKind.True or JsonValueKind.False => "bool",
        var kind => kind.ToString(),
    };

    // Members that are named by somebody's id.
    private static string NameOf(string name) =>
        name.StartsWith('#') ? "#" : name == "$client" || (name.Length == 32 && name.All(char.IsAsciiHexDigit)) ? "$client" : name;
}
