using ChatApp.Accounts;
using ChatApp.Messages;

namespace ChatApp.Components.Messages;

/// <summary>The person's own messages that are not in the room: on their way, refused, or held until a moderator has looked at them.</summary>
public sealed partial class RoomFeed
{
    /// <summary>Shows a message of one's own at once. The same key again is the same message: the stored one, where it is in the window.</summary>
    public void AddPending(string text, string key, MessageId? replyTo = null)
    {
        if (_messages.Exists(message => IsOwn(message, key))) return;
        _pending.RemoveAll(own => own.Key == key);
        if (_pending.Count >= MaxPending) _pending.RemoveAt(0);
        _pending.Add(new PendingMessage(key, text, _markdown.Render(text), _time.GetUtcNow(), Refusal: null, QuoteOf(replyTo)));
    }

    /// <summary>Makes a message that is not stored yet one that answers nothing.</summary>
    public void DropReply(string key)
    {
        if (_pending.FindIndex(own => own.Key == key) is >= 0 and var index) _pending[index] = _pending[index] with { ReplyTo = null };
    }

    /// <summary>Stores a pending message; for a failed one that is the retry. The key makes sure it is stored once.</summary>
    /// <returns>True where it is stored.</returns>
    public async Task<bool> PostAsync(string key)
    {
        var index = _pending.FindIndex(own => own.Key == key);
        // Not shown as pending: it is in the window already.
        if (index < 0) return true;
        _pending[index] = _pending[index] with { Refusal = null, Held = null, Words = null };
        var result = await _writer.PostAsync(_viewer, _room, _pending[index].Text, key, _pending[index].ReplyTo?.Id, thread: _thread);
        index = _pending.FindIndex(own => own.Key == key);
        switch (result)
        {
            case PostResult.Accepted accepted:
                if (index >= 0) _pending.RemoveAt(index);
                // The live event may come before this or after it; whoever is second finds the row there.
                if (!accepted.HasGone) Insert(accepted.Message);
                break;
            case PostResult.Rejected rejected when index >= 0:
                _pending[index] = _pending[index] with { Refusal = rejected.Reason, Words = rejected.Words };
                break;
            case PostResult.Held held when index >= 0:
                _pending[index] = _pending[index] with { Held = held.Id, Words = held.Words };
                break;
        }

        return result is PostResult.Accepted;
    }

    /// <summary>One's own message waits for a moderator no more, because it was taken back.</summary>
    public void Withdraw(string key) => Refuse(key, PostRefusal.Withdrawn, words: null);

    /// <summary>Forgets a message that was refused.</summary>
    public void Discard(string key) => _pending.RemoveAll(own => own.Key == key && own.Refusal is not null);

    private bool Refuse(string key, PostRefusal why, string? words)
    {
        if (_pending.FindIndex(own => own.Key == key) is not (>= 0 and var index)) return false;
        _pending[index] = _pending[index] with { Refusal = why, Held = null, Words = words };
        return true;
    }

    // What cannot be found any more is kept too: the service refuses such an answer, and the writer decides what becomes of it.
    private ReplyPreview? QuoteOf(MessageId? target)
    {
        if (target is not { } id) return null;
        var found = Find(id) ?? _history.Find(_viewer, id);
        return found is null
            ? new ReplyPreview(id, new UserCard(_viewer, "", Rank.Member), "", IsDeleted: true)
            : new ReplyPreview(id, found.Author, MessageViews.ExtractOf(found.Text), found.IsDeleted);
    }
}
