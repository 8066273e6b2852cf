using System.Text.Json.Nodes;
using ChatApp.Client.Wire;

namespace ChatApp.Client;

/// <content>
/// Threads: what is said below a message of a room. An answer is posted by <see cref="PostAsync"/> with <c>thread</c>, and comes to whoever
/// is subscribed to the room as a <see cref="MessagePosted"/> whose message names its thread; <see cref="ThreadMoved"/> on the own channel tells of what the
/// account follows and has read. A message that is no beginning of a thread, or that the account may not read, is error 404.
/// </content>
public sealed partial class ChatClient
{
    /// <summary>A stretch of the answers in a thread, and the message that they answer.</summary>
    /// <param name="thread">Id of the message that the thread hangs on.</param>
    /// <param name="place">Which stretch; null for the newest.</param>
    /// <param name="limit">Answers wanted, 1 to 200.</param>
    /// <param name="cancel">Stops the waiting.</param>
    public Task<ThreadHistory> ThreadHistoryAsync(string thread, HistoryPlace? place = null, int limit = 50, CancellationToken cancel = default) =>
        CallAsync("thread.history", At(place, new() { ["id"] = thread, ["limit"] = limit }), WireFormat.Json.ThreadHistory, cancel);

    /// <summary>Follows a thread, so that its answers count as unread, or no longer. Whoever began it, answers in it or is named in it follows it by itself.</summary>
    /// <param name="thread">Id of the message that the thread hangs on.</param>
    /// <param name="on">False no longer follows it.</param>
    /// <param name="cancel">Stops the waiting.</param>
    /// <returns>What the account has to do with the thread then.</returns>
    public Task<ThreadStanding> FollowThreadAsync(string thread, bool on = true, CancellationToken cancel = default) =>
        CallAsync("thread.follow", new() { ["id"] = thread, ["on"] = on }, WireFormat.Json.ThreadStanding, cancel);

    /// <summary>Marks the answers in a thread as read; nothing is kept where the account does not follow it.</summary>
    /// <param name="thread">Id of the message that the thread hangs on.</param>
    /// <param name="offset">Up to here; null for all.</param>
    /// <param name="back">True where the mark may also go back.</param>
    /// <param name="cancel">Stops the waiting.</param>
    /// <returns>What the account has to do with the thread then.</returns>
    public Task<ThreadStanding> MarkThreadReadAsync(string thread, long? offset = null, bool back = false, CancellationToken cancel = default) =>
        CallAsync("thread.read", UpTo(offset, new() { ["id"] = thread, ["back"] = back }), WireFormat.Json.ThreadStanding, cancel);

    /// <summary>The threads that the account follows: those with something unread first, and then by their last answer.</summary>
    /// <param name="after">The <see cref="ThreadPage.Next"/> of the page before; null for the first.</param>
    /// <param name="limit">Threads wanted, 1 to 50.</param>
    /// <param name="cancel">Stops the waiting.</param>
    public Task<ThreadPage> ThreadsAsync(string? after = null, int limit = 20, CancellationToken cancel = default)
    {
        JsonObject data = new() { ["limit"] = limit };
        if (after is not null)
            data["after"] = after;
        return CallAsync("thread.list", data, WireFormat.Json.ThreadPage, cancel);
    }
}
