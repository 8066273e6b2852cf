using ChatApp.Messages;
using ChatApp.Push;

namespace ChatApp.Components.Messages;

/// <summary>Following a room, and coming back to it: after events that were lost, and after a break of the connection.</summary>
public sealed partial class RoomFeed
{
    /// <summary>Most missed changes that are taken in one by one; more of them leave nothing of a window as it was.</summary>
    public const int MaxMissed = WindowSize;

    private Subscription? _subscription;
    private LogPosition _position;

    /// <summary>True while the reader looks at something above the end of the window: catching up then keeps it in view.</summary>
    public bool IsReadingBack { get; set; }

    /// <summary>
    /// Follows the room live by this connection; does nothing where it does already. Listening begins first and what was
    /// missed since the window was read is taken in second, so nothing falls between the two.
    /// </summary>
    /// <returns>What was missed.</returns>
    public FeedChange Join(Connection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (_thread is not null) return JoinThread(connection);
        if (_subscription is { HasEnded: false }) return FeedChange.None;
        _subscription = _broker.Subscribe(connection, _room).Subscription;
        if (_subscription is null) return FeedChange.None;
        var changes = new Changes();
        while (CatchUp(changes))
        {
            if (_subscription.TryRelease(_position.Head)) return changes.ToResult();
        }

        _subscription.Dispose();
        return changes.ToResult();
    }

    /// <summary>Moves the window to a place of the room, for a reader who comes back to it.</summary>
    /// <returns>True where the window has changed.</returns>
    public bool LoadAround(Offset place)
    {
        if (place <= Offset.Zero || _history.Around(_viewer, _room, place, 2 * Length, _scope) is not { Messages.Count: > 0 } page) return false;
        Show(page);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _subscription?.Dispose();

    // From what is shown to what is now. False where the room is not the viewer's to read (any more).
    private bool CatchUp(Changes changes)
    {
        if (_catchUp.Missed(_viewer, _room, _position, MaxMissed) is { } missed)
        {
            foreach (var envelope in missed) Take(envelope, changes);
            return true;
        }

        var isRead = HasNewer || IsReadingBack ? ReadAgain() : Load();
        changes.HasChanged |= isRead;
        return isRead;
    }

    // The same stretch of the room as it is today, for a reader who must not lose sight of it.
    private bool ReadAgain()
    {
        if (_messages.Count == 0) return Load();
        var place = new Offset(_messages[0].Offset.Value - 1);
        if (_history.After(_viewer, _room, place, Math.Min(_messages.Count, MessageHistory.MaxCount), _scope) is not { } page) return false;
        if (page.HasNewer && page.Messages.Count < _messages.Count
            && _history.After(_viewer, _room, page.Messages[^1].Offset, _messages.Count - page.Messages.Count, _scope) is { } rest)
        {
            // What the second page knows beyond the first one's head comes again, and is the same.
            page = page with { Messages = [.. page.Messages, .. rest.Messages], HasNewer = rest.HasNewer };
        }

        if (page.Messages.Count == 0) return Load();
        Show(page);
        return true;
    }

    private void Show(MessagePage page)
    {
        _messages.Clear();
        _messages.AddRange(page.Messages);
        (HasOlder, HasNewer) = (page.HasOlder, page.HasNewer);
        _position = page.Position;
        ReadRoot();
        _pending.RemoveAll(own => _messages.Exists(message => IsOwn(message, own.Key)));
    }

    private sealed class Changes
    {
        public bool HasChanged { get; set; }

        public List<MessageView> Arrived { get; } = [];

        public int FromOthers { get; set; }

        public FeedChange ToResult() => new(HasChanged, Arrived, FromOthers);
    }
}
