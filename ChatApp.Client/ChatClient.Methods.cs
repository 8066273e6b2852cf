using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ChatApp.Client.Wire;

namespace ChatApp.Client;

/// <content>
/// What a person can do beyond posting. Each call waits for the connection, is sent again where the connection breaks
/// before the answer or the server wants a pause, and throws <see cref="ChatException"/> where it is refused for good
/// (103 not allowed, 104 unknown to this server, 404 no such message, 406 too late) or the client is over. Done twice,
/// each of them leaves what done once leaves.
/// </content>
public sealed partial class ChatClient
{
    /// <summary>The rooms that the account is in.</summary>
    public async Task<IReadOnlyList<ChatRoom>> RoomsAsync(CancellationToken cancel = default) =>
        (await CallAsync("room.list", [], WireFormat.Json.RoomsResult, cancel)).Rooms;

    /// <summary>Changes the text of one's own message; returns the message.</summary>
    /// <param name="messageId">Which one.</param>
    /// <param name="text">The new text, Markdown.</param>
    /// <param name="cancel">Stops the waiting.</param>
    public async Task<ChatMessage> EditAsync(string messageId, string text, CancellationToken cancel = default) =>
        (await CallAsync("message.edit", new() { ["id"] = messageId, ["text"] = text }, WireFormat.Json.MessageResult, cancel)).Message;

    /// <summary>Deletes one's own message, or that of somebody of lower rank.</summary>
    /// <param name="messageId">Which one.</param>
    /// <param name="reason">Why, for the moderators' log.</param>
    /// <param name="cancel">Stops the waiting.</param>
    public Task DeleteAsync(string messageId, string reason = "", CancellationToken cancel = default) =>
        CallAsync("message.delete", new() { ["id"] = messageId, ["reason"] = reason }, cancel);

    /// <summary>Takes the deletion of one's own message back, within 10 seconds; returns the message.</summary>
    public async Task<ChatMessage> RestoreAsync(string messageId, CancellationToken cancel = default) =>
        (await CallAsync("message.restore", new() { ["id"] = messageId }, WireFormat.Json.MessageResult, cancel)).Message;

    /// <summary>Adds a reaction to a message, or takes it back.</summary>
    /// <param name="messageId">Which message.</param>
    /// <param name="emoji">One emoji.</param>
    /// <param name="on">False takes it back.</param>
    /// <param name="cancel">Stops the waiting.</param>
    public Task ReactAsync(string messageId, string emoji, bool on = true, CancellationToken cancel = default) =>
        CallAsync("message.react", new() { ["id"] = messageId, ["emoji"] = emoji, ["on"] = on }, cancel);

    /// <summary>Pins a message in its room, or takes the pin off.</summary>
    /// <param name="messageId">Which message.</param>
    /// <param name="on">False takes it off.</param>
    /// <param name="cancel">Stops the waiting.</param>
    public Task PinAsync(string messageId, bool on = true, CancellationToken cancel = default) =>
        CallAsync("message.pin", new() { ["id"] = messageId, ["on"] = on }, cancel);

    /// <summary>
    /// A stretch of a room's history. To show a room and keep up with it without a hole: load a page, then subscribe from
    /// its <see cref="HistoryPage.Position"/>.
    /// </summary>
    /// <param name="room">The room's id.</param>
    /// <param name="place">Which stretch; null for the newest.</param>
    /// <param name="limit">Messages wanted, 1 to 200.</param>
    /// <param name="cancel">Stops the waiting.</param>
    public Task<HistoryPage> HistoryAsync(string room, HistoryPlace? place = null, int limit = 50, CancellationToken cancel = default) =>
        CallAsync("message.history", At(place, new() { ["room"] = room, ["limit"] = limit }), WireFormat.Json.HistoryPage, cancel);

    /// <summary>Looks for messages in the rooms that the account is in.</summary>
    /// <param name="text">What to look for.</param>
    /// <param name="room">Only in this room; null for all.</param>
    /// <param name="before">The <see cref="SearchPage.Next"/> of the page before; null for the first.</param>
    /// <param name="limit">Messages wanted, 1 to 50.</param>
    /// <param name="cancel">Stops the waiting.</param>
    public Task<SearchPage> SearchAsync(
        string text, string? room = null, string? before = null, int limit = 20, CancellationToken cancel = default)
    {
        JsonObject data = new() { ["text"] = text, ["limit"] = limit };
        if (room is not null)
            data["room"] = room;
        if (before is not null)
            data["before"] = before;
        return CallAsync("search", data, WireFormat.Json.SearchPage, cancel);
    }

    /// <summary>Marks a room as read; returns what is unread then.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="offset">Up to here; null for all.</param>
    /// <param name="back">True where the mark may also go back.</param>
    /// <param name="cancel">Stops the waiting.</param>
    public Task<UnreadRoom> MarkReadAsync(string room, long? offset = null, bool back = false, CancellationToken cancel = default) =>
        CallAsync("read.mark", UpTo(offset, new() { ["room"] = room, ["back"] = back }), WireFormat.Json.UnreadRoom, cancel);

    /// <summary>What is unread, room by room.</summary>
    public async Task<IReadOnlyList<UnreadRoom>> UnreadAsync(CancellationToken cancel = default) =>
        (await CallAsync("read.list", [], WireFormat.Json.UnreadResult, cancel)).Rooms;

    /// <summary>Calls a method that this library has no name for. It may be carried out twice where a connection breaks.</summary>
    /// <param name="method">Its name on the wire.</param>
    /// <param name="data">Its arguments.</param>
    /// <param name="cancel">Stops the waiting; the method may have been carried out nevertheless.</param>
    /// <returns>The result as it came.</returns>
    public async Task<JsonElement> CallAsync(string method, JsonObject data, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        ArgumentNullException.ThrowIfNull(data);
        var reply = await AskAsync(new() { Rpc = new(method, data) }, pacer: null, cancel);
        return reply.Rpc?.Data ?? throw new ChatException(ChatError.NotTheProtocol);
    }

    private static JsonObject At(HistoryPlace? place, JsonObject data)
    {
        if (place is not null)
            data[place.Field] = place.Value;
        return data;
    }

    private static JsonObject UpTo(long? offset, JsonObject data)
    {
        if (offset is not null)
            data["offset"] = offset;
        return data;
    }

    private async Task<T> CallAsync<T>(string method, JsonObject data, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class
    {
        var result = await CallAsync(method, data, cancel);
        try
        {
            return result.Deserialize(type) ?? throw new ChatException(ChatError.NotTheProtocol);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ChatException(ChatError.NotTheProtocol, e);
        }
    }
}
