using System.Text.Json;
using ChatApp.Client.Wire;

namespace ChatApp.Client;

/// <summary>One publication of a channel.</summary>
/// <param name="Type">What happened, for example <c>message.posted</c> or <c>message.deleted</c>; null where the data
/// is not a chat event, as on a general push channel.</param>
/// <param name="Message">The message it is about, in today's state; null where it is about something else.</param>
/// <param name="Offset">Its place in the channel; null for passing events that are not stored. Offsets of a room are
/// consecutive: a jump tells of events missed while the connection was down.</param>
/// <param name="Data">The publication's data as it came, with every field that this library does not know.</param>
public sealed record ChatEvent(string? Type, ChatMessage? Message, long? Offset, JsonElement Data)
{
    internal static ChatEvent From(Publication publication)
    {
        var data = publication.Data;
        string? type = null;
        ChatMessage? message = null;
        try
        {
            if (Member(data, "type", JsonValueKind.String) is { } name)
                type = name.GetString();
            if (type is not null && Member(data, "message", JsonValueKind.Object) is { } body)
                message = body.Deserialize(WireJson.Default.ChatMessage);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The data is somebody else's: the same words may mean something else on a general channel, and half a
            // surrogate pair is legal JSON but no string. Neither may cost the reader its connection.
        }
        return new(type, message, publication.Offset, data);
    }

    private static JsonElement? Member(JsonElement data, string name, JsonValueKind kind) =>
        data.ValueKind is JsonValueKind.Object && data.TryGetProperty(name, out var value) && value.ValueKind == kind
            ? value
            : null;
}

/// <summary>A chat message as readers of the room see it now. Of a deleted one only id, room and the fact are told.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Room">The id of its room, without the channel's <c>room:</c>.</param>
/// <param name="Author">Who wrote it; null once deleted.</param>
/// <param name="Text">The source text (Markdown); null once deleted.</param>
/// <param name="Html">The same as safe HTML, where the server sends it.</param>
/// <param name="Key">The key its sender gave it; tells a program its own messages.</param>
/// <param name="At">When the server accepted it; null once deleted.</param>
/// <param name="EditedAt">When it was last edited, if ever.</param>
/// <param name="Deleted">True when it was deleted.</param>
public sealed record ChatMessage(
    string Id,
    string Room,
    ChatAuthor? Author,
    string? Text,
    string? Html,
    string? Key,
    DateTimeOffset? At,
    DateTimeOffset? EditedAt,
    bool Deleted);

/// <summary>Who wrote a message.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Name">The user's name for people.</param>
public sealed record ChatAuthor(string Id, string Name);

/// <summary>The server's word that a message is stored.</summary>
/// <param name="Offset">The message's place in its room.</param>
/// <param name="Epoch">The generation of the room's log that the offset belongs to.</param>
/// <param name="MessageId">The message's id.</param>
/// <param name="Duplicate">True when an earlier attempt with the same key had already stored it.</param>
public sealed record PostReceipt(long Offset, string Epoch, string MessageId, bool Duplicate);
