using System.Globalization;
using System.Text.Json;
using ChatApp.Messages;

namespace ChatApp.Tests.Messages.Resumed;

/// <summary>What a program knows of a room from the events alone, and how any view is written down so that two can be compared.</summary>
internal sealed class SeenMessages
{
    private readonly SortedDictionary<long, JsonElement> _messages = [];
    private readonly Dictionary<long, long> _places = [];

    /// <summary>Offset of the last change that was taken in.</summary>
    public long Position { get; private set; }

    /// <summary>Takes in a publication, which must be the very next one.</summary>
    public void Take(JsonElement publication)
    {
        Assert.Equal(Position + 1, publication.GetProperty("offset").GetInt64());
        Position++;
        var data = publication.GetProperty("data");
        if (data.GetProperty("type").GetString() == "messages.swept") Sweep(data);
        if (!data.TryGetProperty("message", out var message)) return;
        var id = long.Parse(message.GetProperty("id").GetString()!, CultureInfo.InvariantCulture);
        if (data.GetProperty("type").GetString() == "message.posted") _places[id] = Position;
        _messages[id] = data.GetProperty("type").GetString() is "message.posted" or "message.edited" or "message.restored"
            ? message
            : Merge(_messages.GetValueOrDefault(id), message);
    }

    /// <summary>A line per message.</summary>
    public IReadOnlyList<string> Lines() => [.. _messages.Values.Select(LineOf)];

    /// <summary>The same line for a message as a fresh load shows it.</summary>
    public static string LineOf(MessageView message) => Line(
        message.Id.ToString(), message.IsDeleted, message.Text, message.EditedAt is not null, message.IsPinned,
        message.Reactions.Select(kind => $"{kind.Emoji}{kind.Users.Count}"));

    private void Sweep(JsonElement swept)
    {
        var (author, from, to) = (swept.GetProperty("author").GetProperty("id").GetString(), swept.GetProperty("from").GetInt64(), swept.GetProperty("to").GetInt64());
        foreach (var id in _places.Where(one => from <= one.Value && one.Value <= to).Select(one => one.Key))
        {
            if (_messages[id].TryGetProperty("author", out var by) && by.GetProperty("id").GetString() == author)
                _messages[id] = Merge(_messages[id], JsonSerializer.SerializeToElement(new { deleted = true }));
        }
    }

    // A deletion, a reaction or a pin names only what it changes.
    private static JsonElement Merge(JsonElement known, JsonElement change)
    {
        if (known.ValueKind != JsonValueKind.Object) return change;
        var merged = known.EnumerateObject().ToDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal);
        // Reactions of which none is left are not written.
        foreach (var field in change.EnumerateObject()) merged[field.Name] = field.Value;
        return JsonSerializer.SerializeToElement(merged);
    }

    private static string LineOf(JsonElement message)
    {
        bool Is(string name) => message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
        var reactions = message.TryGetProperty("reactions", out var kinds)
            ? kinds.EnumerateArray().Select(kind => $"{kind.GetProperty("emoji").GetString()}{kind.GetProperty("count").GetInt32()}")
            : [];
        return Line(
            message.GetProperty("id").GetString()!, Is("deleted"), message.TryGetProperty("text", out var text) ? text.GetString()! : "",
            message.TryGetProperty("edited_at", out _), Is("pinned"), reactions);
    }

    // A deleted message is its place and nothing else, whoever tells of it.
    private static string Line(string id, bool isDeleted, string text, bool isEdited, bool isPinned, IEnumerable<string> reactions) => isDeleted
        ? $"{id} deleted"
        : $"{id} {text} {(isEdited ? "edited" : "")} {(isPinned ? "pinned" : "")} {string.Join(',', reactions.Order(StringComparer.Ordinal))}";
}
