namespace ChatApp.Client;

/// <summary>Keeps a <see cref="Pace"/>: whoever wants to send waits for its turn here. Any number of callers.</summary>
internal sealed class Pacer(Pace pace, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly TimeSpan _interval = TimeSpan.FromSeconds(1 / pace.PerSecond);
    private readonly long _start = time.GetTimestamp();

    // When the next turn comes, since the start. It lags behind the clock by what may be sent at once.
    private TimeSpan _next = TimeSpan.MinValue;
    private TimeSpan _heldUntil = TimeSpan.MinValue;

    /// <summary>Waits for a turn.</summary>
    public async ValueTask WaitAsync(CancellationToken cancel)
    {
        while (true)
        {
            TimeSpan wait;
            lock (_gate)
            {
                var now = time.GetElapsedTime(_start);
                var turn = Later(Later(_next, now - (_interval * (pace.Burst - 1))), _heldUntil);
                _next = turn + _interval;
                wait = turn - now;
            }
            if (wait <= TimeSpan.Zero)
                return;
            // Rounded up to whole milliseconds: timers count no finer, and nobody may go before its turn.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), time, cancel);
            lock (_gate)
            {
                if (time.GetElapsedTime(_start) >= _heldUntil)
                    return;
            }
        }
    }

    /// <summary>Nobody's turn comes before that time has passed, and then one after the other: the server had too much.</summary>
    public void Hold(TimeSpan wait)
    {
        lock (_gate)
            _heldUntil = Later(_heldUntil, time.GetElapsedTime(_start) + wait);
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
