using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation.Held;
using ChatApp.Push;
using ChatApp.Rooms;

namespace ChatApp.Components.Messages;

/// <summary>
/// What one person sees of one room: a window of messages, their own unsent ones, and how events change both. Knows
/// nothing of rendering; all calls come one at a time (from the circuit's dispatcher).
/// </summary>
public sealed partial class RoomFeed : IDisposable
{
    /// <summary>Messages of a page.</summary>
    public const int PageSize = 50;

    /// <summary>Messages of a page that is only fetched: about what is seen, so that a room's first view stays light. The live page has the others a moment later.</summary>
    public const int FirstView = 12;

    /// <summary>Most messages that wait or were refused; a page that keeps sending what is refused must not grow without end.</summary>
    public const int MaxPending = 100;

    /// <summary>Most messages that the window holds.</summary>
    public const int WindowSize = 300;

    private readonly RoomBroker _broker;
    private readonly MessageHistory _history;
    private readonly RoomCatchUp _catchUp;
    private readonly MessageWriter _writer;
    private readonly MarkdownRenderer _markdown;
    private readonly TimeProvider _time;
    private readonly UserId _viewer;
    private readonly RoomId _room;
    private readonly MessageId? _thread;
    private readonly HistoryScope _scope;
    private readonly List<MessageView> _messages = [];
    private readonly List<PendingMessage> _pending = [];

    /// <summary>Nothing is read yet; <see cref="Load"/> does. With a thread it is a window on the answers of that one.</summary>
    public RoomFeed(
        RoomBroker broker, MessageHistory history, RoomCatchUp catchUp, MessageWriter writer, MarkdownRenderer markdown, TimeProvider time, UserId viewer, RoomId room,
        MessageId? thread = null)
    {
        _broker = broker;
        _history = history;
        _catchUp = catchUp;
        _writer = writer;
        _markdown = markdown;
        _time = time;
        _viewer = viewer;
        _room = room;
        _thread = thread;
        _scope = HistoryScope.Of(thread);
    }

    /// <summary>The window, oldest first.</summary>
    public IReadOnlyList<MessageView> Messages => _messages;

    /// <summary>One's own messages that are not stored yet, in the order of sending.</summary>
    public IReadOnlyList<PendingMessage> Pending => _pending;

    /// <summary>How many messages the window begins with.</summary>
    public int Length { get; init; } = PageSize;

    /// <summary>Whose messages are shown to the person and are no news to them; nobody's by default.</summary>
    public Func<UserId, bool> IsUnheard { get; init; } = static _ => false;

    /// <summary>True where there are messages before the window.</summary>
    public bool HasOlder { get; private set; }

    /// <summary>True where the window has moved away from the newest messages.</summary>
    public bool HasNewer { get; private set; }

    /// <summary>Reads the newest page. False where the person is not a member (any more).</summary>
    public bool Load()
    {
        if (_history.Latest(_viewer, _room, Length, _scope) is not { } page) return false;
        Show(page);
        return true;
    }

    /// <summary>Takes a batch of events in.</summary>
    /// <returns>What is new, and whether anything visible has changed.</returns>
    public FeedChange Apply(IReadOnlyList<Envelope> batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var changes = new Changes();
        foreach (var envelope in batch)
        {
            if (envelope.Body is EventsLost) CatchUp(changes);
            else Take(envelope, changes);
        }

        return changes.ToResult();
    }

    /// <summary>Reads the page before the window.</summary>
    /// <returns>True where the window has changed.</returns>
    public bool LoadOlder()
    {
        if (!HasOlder || _messages.Count == 0) return false;
        if (_history.Before(_viewer, _room, _messages[0].Offset, PageSize, _scope) is not { } page) return false;
        _messages.InsertRange(0, page.Messages);
        HasOlder = page.HasOlder;
        var surplus = _messages.Count - WindowSize;
        if (surplus > 0)
        {
            _messages.RemoveRange(WindowSize, surplus);
            HasNewer = true;
        }

        return true;
    }

    private void Take(Envelope envelope, Changes changes)
    {
        if (envelope.Body is HeldDecided { IsApproved: false } decided && decided.Room == _room)
            changes.HasChanged |= Refuse(decided.Key, decided.IsWithdrawn ? PostRefusal.Withdrawn : PostRefusal.TurnedDown, decided.Reason);
        if (envelope.Room != _room) return;
        if (envelope.Offset is { } offset)
        {
            // Contained in what was read since it was sent: taken in again it would bring back an older state.
            if (offset <= _position.Head) return;
            _position = _position with { Head = offset };
        }

        changes.HasChanged |= envelope.Body switch
        {
            MessagePosted posted => Take(posted.Message, changes),
            MessageEdited edited => Replace(edited.Message.Id, _ => edited.Message) | Requote(edited.Message),
            MessageRestored restored => Replace(restored.Message.Id, _ => restored.Message) | Requote(restored.Message) | Recount(restored.Message.Thread, restored.Answers),
            MessageDeleted deleted => Replace(deleted.Message, message => message.Emptied()) | Requote(deleted.Message, "", isDeleted: true) | Recount(deleted.Thread, deleted.Answers),
            ReactionChanged reacted => Replace(reacted.Message, message => message with { Reactions = reacted.Reactions }),
            PinChanged pinned => Replace(pinned.Message, message => message with { IsPinned = pinned.IsPinned }),
            HistoryTrimmed trimmed => Trim(trimmed),
            MessagesSwept swept => Sweep(swept.Range),
            // Their texts are too many for an event: what is shown is read again.
            MessagesReturned => ReadAgain(),
            _ => false,
        };
    }

    private bool Take(MessageView message, Changes changes)
    {
        var isCounted = CountAnswer(message);
        if (message.Thread != _thread) return isCounted;
        var isOfOthers = message.Author.Id != _viewer && !IsUnheard(message.Author.Id);
        if (isOfOthers) changes.FromOthers++;
        var wasPending = _pending.RemoveAll(own => IsOwn(message, own.Key)) > 0;
        if (!Insert(message)) return wasPending || isCounted;
        if (isOfOthers) changes.Arrived.Add(message);
        return true;
    }

    private bool IsOwn(MessageView message, string key) => message.Author.Id == _viewer && message.Key == key;

    private bool Insert(MessageView message)
    {
        // The end of the window is not the end of the room: what is new belongs to what "return to latest" will read.
        if (HasNewer) return false;
        var index = _messages.Count;
        while (index > 0 && _messages[index - 1].Offset > message.Offset) index--;
        if (index > 0 && _messages[index - 1].Id == message.Id) return false;
        // Before the window: it is there when that page is read.
        if (index == 0 && HasOlder) return false;
        // Whoever reads back in a full window keeps what they look at; what is new waits where it ends.
        if (IsReadingBack && index == _messages.Count && index >= WindowSize)
        {
            HasNewer = true;
            return false;
        }

        _messages.Insert(index, message);
        if (_messages.Count > WindowSize)
        {
            _messages.RemoveRange(0, _messages.Count - WindowSize);
            HasOlder = true;
        }

        return true;
    }

    private bool Replace(MessageId id, Func<MessageView, MessageView> change)
    {
        if (Root?.Id == id) Root = change(Root);
        var index = _messages.FindIndex(message => message.Id == id);
        if (index < 0) return Root?.Id == id;
        _messages[index] = change(_messages[index]);
        return true;
    }

    private bool Trim(HistoryTrimmed trimmed)
    {
        _position = _position with { Floor = trimmed.Floor };
        var changed = _messages.RemoveAll(message => message.Offset <= trimmed.Floor && !message.IsPinned) > 0 | TrimThreads(trimmed);
        for (var index = 0; index < _messages.Count; index++)
        {
            if (_messages[index].ReplyTo is not { } quote || !trimmed.Removed.Contains(quote.Id)) continue;
            _messages[index] = _messages[index] with { ReplyTo = null };
            changed = true;
        }

        // Nothing of the window is left to lead on to other pages.
        if (changed && _messages.Count == 0) Load();
        return changed;
    }

    private bool Requote(MessageView message) => Requote(message.Id, MessageViews.ExtractOf(message.Text), isDeleted: false);

    // The answers to a message show what it says now; a deleted text must not live on in them.
    private bool Requote(MessageId id, string extract, bool isDeleted)
    {
        var changed = false;
        for (var index = 0; index < _messages.Count; index++)
        {
            if (_messages[index].ReplyTo is not { } quote || quote.Id != id) continue;
            _messages[index] = _messages[index] with { ReplyTo = quote with { Extract = extract, IsDeleted = isDeleted } };
            changed = true;
        }

        return changed;
    }
}

/// <summary>What a batch did to the window.</summary>
/// <param name="HasChanged">True where the page must be rendered again.</param>
/// <param name="Arrived">New messages of others.</param>
/// <param name="FromOthers">How many messages of others came, those included that belong after the window.</param>
public readonly record struct FeedChange(bool HasChanged, IReadOnlyList<MessageView> Arrived, int FromOthers)
{
    /// <summary>Nothing happened.</summary>
    public static readonly FeedChange None = new(HasChanged: false, [], FromOthers: 0);

    /// <summary>This change and the one after it.</summary>
    public FeedChange Then(FeedChange next) => new(HasChanged || next.HasChanged, [.. Arrived, .. next.Arrived], FromOthers + next.FromOthers);
}
