using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatApp.Client.Wire;

/// <summary>A moment on the wire: milliseconds since the beginning of 1970 in UTC.</summary>
internal sealed class WireTime : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is not JsonTokenType.Number
            || !reader.TryGetInt64(out var milliseconds)
            || milliseconds is < -62_135_596_800_000 or > 253_402_300_799_999)
            throw new JsonException("not a moment");
        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.ToUnixTimeMilliseconds());
}
