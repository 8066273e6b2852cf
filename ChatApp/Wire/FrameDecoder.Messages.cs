using System.Globalization;
using System.Text.Json;
using ChatApp.Rooms;

namespace ChatApp.Wire;

/// <summary>What clients send about messages.</summary>
public static partial class FrameDecoder
{
    /// <summary>Reads the id of a message: a decimal string, as it is sent, or a number.</summary>
    public static bool TryMessage(JsonElement value, out MessageId id)
    {
        var isNumber = long.TryParse(
            value.ValueKind == JsonValueKind.String ? value.GetString() : value.ValueKind == JsonValueKind.Number ? value.GetRawText() : "",
            NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        id = new MessageId(number);
        return isNumber && number > 0;
    }

    /// <summary>The same where there need not be one; true without one, too.</summary>
    internal static bool TryMessageOrNone(JsonElement? value, out MessageId? id)
    {
        id = null;
        if (value is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } given) return true;
        var isMessage = TryMessage(given, out var message);
        id = message;
        return isMessage;
    }

    private static bool TryMessageOrNone(JsonElement parent, string name, out MessageId? id) =>
        TryMessageOrNone(parent.TryGetProperty(name, out var value) ? value : null, out id);

    // Of all that a client may tell the server only one thing is listened to. What has no such form is a message like any, of which nothing is made.
    private static ClientCommand ReadSend(JsonElement body, long id)
    {
        const int longestId = 64;
        return body.ValueKind == JsonValueKind.Object && body.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object
            && data.TryGetProperty("policy", out var policy) && policy.ValueKind == JsonValueKind.Object
            && Text(policy, "id") is { Length: > 0 and <= longestId } check && Text(policy, "verdict") is ("allow" or "deny" or "hold") and var word && IsTextOrAbsent(policy, "reason")
            ? new ClientCommand.Verdict(check, word, Text(policy, "reason") is { } reason ? VisibleText.Cut(RoomText.Lines(reason), Moderation.Policies.PolicyChecks.ReasonLength) : null) { Id = id }
            : new ClientCommand.Send { Id = id };
    }

    private static ClientCommand ReadPublish(JsonElement body, string channel, long id)
    {
        if (!body.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object || Text(data, "text") is not { } text)
            return new ClientCommand.Malformed("data must be an object with a string text") { Id = id };
        if (!IsTextOrAbsent(data, "key")) return new ClientCommand.Malformed("key must be a string") { Id = id };
        if (!TryMessageOrNone(data, "reply_to", out var target)) return new ClientCommand.Malformed("reply_to must be the id of a message") { Id = id };
        return TryMessageOrNone(data, "thread", out var thread)
            ? new ClientCommand.Publish(channel, text, Text(data, "key"), target, thread) { Id = id }
            : new ClientCommand.Malformed("thread must be the id of a message") { Id = id };
    }
}
