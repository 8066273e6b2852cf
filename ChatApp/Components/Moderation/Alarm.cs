namespace ChatApp.Components.Moderating;

/// <summary>Wakes a component when something is over by the server's clock; at most one moment at a time.</summary>
/// <param name="time">The clock.</param>
/// <param name="onDue">Called when the moment has come, from any thread.</param>
internal sealed class Alarm(TimeProvider time, Func<Task> onDue) : IDisposable
{
    // Timers know no more than some weeks.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private ITimer? _timer;
    private DateTimeOffset? _due;

    /// <summary>The moment to wait for; null waits for nothing.</summary>
    public void Set(DateTimeOffset? due)
    {
        if (due == _due) return;
        _due = due;
        _timer?.Dispose();
        _timer = due is null ? null : time.CreateTimer(_ => Look(), state: null, Wait(due.Value), Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public void Dispose() => Set(due: null);

    // A millisecond more than it takes: at the moment itself it is over.
    private TimeSpan Wait(DateTimeOffset due)
    {
        var left = due - time.GetUtcNow();
        return left <= TimeSpan.Zero ? TimeSpan.Zero : left < Longest ? left + TimeSpan.FromMilliseconds(1) : Longest;
    }

    private void Look()
    {
        if (_due is not { } due) return;
        if (due > time.GetUtcNow()) _timer?.Change(Wait(due), Timeout.InfiniteTimeSpan);
        else _ = onDue();
    }
}
