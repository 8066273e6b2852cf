using System.Collections.Concurrent;

namespace ChatApp.Messages;

/// <summary>
/// Gives everybody who reads the same message the same object: hundreds of pages of one room hold its newest messages, and what is
/// made of a message (its row's markup) hangs on the object. It keeps nothing alive; what nobody shows any more is collected.
/// </summary>
/// <remarks>Two readers at the same moment may get two objects, each of them right: sharing is all that is lost.</remarks>
public sealed class SharedViews
{
    private const int FewEntries = 1024;

    private readonly ConcurrentDictionary<MessageId, WeakReference<MessageView>> _views = new();
    private int _sweepAt = FewEntries;

    /// <summary>Messages that are known, those included that nobody holds any more.</summary>
    public int Count => _views.Count;

    /// <summary>The object that others hold already, where it says the same in every point; otherwise this one.</summary>
    public MessageView Of(MessageView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        if (_views.TryGetValue(view.Id, out var known) && known.TryGetTarget(out var held) && held == view) return held;
        _views[view.Id] = new WeakReference<MessageView>(view);
        if (_views.Count > Volatile.Read(ref _sweepAt)) Sweep();
        return view;
    }

    private void Sweep()
    {
        // Not again before as many have come as are left, so that each one is looked at a few times in all.
        Volatile.Write(ref _sweepAt, int.MaxValue);
        foreach (var (id, known) in _views)
        {
            if (!known.TryGetTarget(out _)) _views.TryRemove(KeyValuePair.Create(id, known));
        }

        Volatile.Write(ref _sweepAt, Math.Max(FewEntries, 2 * _views.Count));
    }
}
