using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ChatApp.Topics;

/// <summary>
/// The data of a publication: one JSON value, passed on as it came, number for number and name for name. Only line breaks
/// between its parts become spaces, because they separate objects on the wire.
/// </summary>
public sealed class TopicData
{
    private const int MaxDepth = 32;
    private static readonly SearchValues<byte> LineBreaks = SearchValues.Create("\r\n"u8);

    private TopicData(byte[] json) => Json = json;

    /// <summary>The value in UTF-8, without line breaks.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>
    /// Null where the value is none that every reader of JSON takes: nested more than 32 levels deep, or with half of a
    /// surrogate pair in a text.
    /// </summary>
    public static TopicData? TryMake(JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        if (!Utf8.IsValid(raw) || !IsReadable(raw)) return null;
        var json = raw.ToArray();
        // Inside texts they are always escaped.
        json.AsSpan().ReplaceAny(LineBreaks, (byte)' ');
        return new TopicData(json);
    }

    /// <summary>The value as text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Json.Span);

    private static bool IsReadable(ReadOnlySpan<byte> raw)
    {
        var reader = new Utf8JsonReader(raw, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) _ = reader.GetString();
            }

            return true;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
