using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;

namespace ChatApp.Components.Messages;

/// <summary>Threads: a window on the answers of one, and in the room's window what each message shows of its answers.</summary>
public sealed partial class RoomFeed
{
    private Connection? _joined;

    /// <summary>The message that the thread hangs on, as it is now; null where it went by age, and in the room's own window.</summary>
    public MessageView? Root { get; private set; }

    /// <summary>A message that is shown here, what the thread hangs on included; null where it is not.</summary>
    public MessageView? Find(MessageId id) => Root?.Id == id ? Root : _messages.Find(message => message.Id == id);

    // A thread is a part of its room's log, and the page follows the room already: what was missed is taken in once the room is followed by
    // this connection. Until then another call will come: whatever is heard of the room comes after that.
    private FeedChange JoinThread(Connection connection)
    {
        if (ReferenceEquals(_joined, connection) || !connection.Rooms.Contains(_room)) return FeedChange.None;
        _joined = connection;
        var changes = new Changes();
        CatchUp(changes);
        return changes.ToResult();
    }

    // After the window: what has happened to it since that was read comes again, and is the same.
    private void ReadRoot()
    {
        if (_thread is { } thread) Root = _history.Find(_viewer, thread) is { Thread: null } root && root.Room == _room ? root : null;
    }

    private bool CountAnswer(MessageView answer) =>
        answer.Thread is { } thread && Replace(thread, root => root with { Answers = (root.Answers ?? ThreadSummary.None).With(answer) });

    private bool Recount(MessageId? thread, ThreadSummary? answers) =>
        thread is { } id && answers is not null && Replace(id, root => root with { Answers = (root.Answers ?? ThreadSummary.None).Newer(answers) });

    // What is pinned stays where its answers go.
    private bool TrimThreads(HistoryTrimmed trimmed)
    {
        var changed = false;
        if (Root is { } own && trimmed.Removed.Contains(own.Id)) (Root, changed) = (null, true);
        foreach (var root in _messages.FindAll(message => message is { IsPinned: true, Answers: not null } && message.Offset <= trimmed.Floor))
            changed |= _history.Find(_viewer, root.Id) is { } now && Replace(root.Id, _ => now);
        return changed;
    }
}
