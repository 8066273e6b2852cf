namespace ChatApp.Tests.Harness;

/// <summary>A clock that starts at the present, stands still until a test moves it, and then rings the timers that are due.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Alarm> _armed = [];
    private DateTimeOffset _now = System.GetUtcNow();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, () => callback(state));
        alarm.Change(dueTime, period);
        return alarm;
    }

    /// <summary>Waits until something waits for exactly this long, then lets that time pass.</summary>
    public async Task PassAsync(TimeSpan wait)
    {
        await Eventually.BecomesAsync(() => IsArmed(wait), $"nothing waits for {wait}");
        Advance(wait);
    }

    /// <summary>True where a timer is due in exactly this time.</summary>
    public bool IsArmed(TimeSpan wait)
    {
        lock (_gate) return _armed.Exists(alarm => alarm.Due == _now + wait);
    }

    /// <summary>Lets time pass at once; what is due rings in order.</summary>
    public void Advance(TimeSpan by)
    {
        Alarm[] due;
        lock (_gate)
        {
            _now += by;
            due = [.. _armed.Where(alarm => alarm.Due <= _now).OrderBy(alarm => alarm.Due)];
            foreach (var alarm in due) alarm.Rearm();
        }

        foreach (var alarm in due) alarm.Ring();
    }

    private sealed class Alarm(ManualTime time, Action ring) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset Due { get; private set; }

        public void Ring() => ring();

        public void Rearm()
        {
            time._armed.Remove(this);
            if (_period <= TimeSpan.Zero) return;
            Due = time._now + _period;
            time._armed.Add(this);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var isDue = false;
            lock (time._gate)
            {
                time._armed.Remove(this);
                _period = period;
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = time._now + dueTime;
                isDue = dueTime <= TimeSpan.Zero;
                if (!isDue) time._armed.Add(this);
            }

            if (isDue) ThreadPool.QueueUserWorkItem(_ => ring());
            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
