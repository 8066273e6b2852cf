using System.Threading.Tasks.Sources;

namespace ChatApp.Push;

/// <summary>How the reader of an outbox is woken.</summary>
public sealed partial class Outbox
{
    private bool _isDue;

    /// <summary>Wakes the reader where it still waits; see <see cref="WakeRounds"/>.</summary>
    internal void WakeWhereDue()
    {
        bool wake;
        lock (_gate)
        {
            _isDue = false;
            wake = StopWaiting();
        }

        if (wake) Wake();
    }

    /// <summary>Wakes the reader, which runs on this very thread until it waits for something else.</summary>
    internal void Wake() => _signal.SetResult(result: true);

    void IThreadPoolWorkItem.Execute() => Wake();

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        _signal.GetResult(token);
        lock (_gate) return GoesOn();
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _signal.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _signal.OnCompleted(continuation, state, token, flags);

    // Under the lock. True where a round of the channel wakes the reader, should it wait.
    private bool BecomesDue(in WakeList wakes)
    {
        if (!wakes.IsInRounds || direct is not null || wakesAlone) return false;
        if (!_isAwaited) return true;
        if (!_isDue || wakes.WakesAtOnce) wakes.AddDue(this);
        _isDue = true;
        return true;
    }

    // Whoever gets true must wake the reader, and is the only one that does.
    private bool StopWaiting()
    {
        var wasAwaited = _isAwaited;
        _isAwaited = false;
        return wasAwaited;
    }
}
