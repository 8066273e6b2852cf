namespace ChatApp.Sockets;

/// <summary>
/// One timer for the deadlines of all sockets: a ring of slots, each a tenth of a second, with lists that need no memory of
/// their own. Setting a deadline costs the same however many there are. Nothing rings early; it rings at most a tick late.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="log">Faults of those that ring.</param>
public sealed partial class TimingWheel(TimeProvider time, ILogger<TimingWheel> log) : IDisposable
{
    private const int Slots = 512;
    private const int TicksPerSecond = 10;
    private readonly Lock _gate = new();
    private readonly Deadline?[] _slots = new Deadline?[Slots];
    private readonly List<Deadline> _due = [];
    private readonly long _tick = time.TimestampFrequency / TicksPerSecond;
    private ITimer? _timer;
    private long _looked;
    private int _count;
    private int _isTurning;

    /// <summary>Deadlines that are set now.</summary>
    public int Count
    {
        get { lock (_gate) return _count; }
    }

    /// <summary>Sets a deadline. One that is set already and rings earlier stays: whoever rings looks, and sets the next one.</summary>
    /// <param name="deadline">Who rings.</param>
    /// <param name="wait">In how long.</param>
    public void Set(Deadline deadline, TimeSpan wait)
    {
        ArgumentNullException.ThrowIfNull(deadline);
        var now = time.GetTimestamp();
        var at = now + (long)(Math.Max(0, wait.TotalSeconds) * time.TimestampFrequency);
        lock (_gate)
        {
            if (deadline.IsSet && deadline.At <= at) return;
            if (deadline.IsSet) Unlink(deadline);
            if (_count == 0) Start(now);
            deadline.At = at;
            // What is due already rings in the slot that is looked at next.
            Link(deadline, Math.Max(at / _tick, _looked) % Slots);
        }
    }

    /// <summary>Takes a deadline back; one that rings at this moment still does.</summary>
    public void Clear(Deadline deadline)
    {
        ArgumentNullException.ThrowIfNull(deadline);
        lock (_gate)
        {
            if (deadline.IsSet) Unlink(deadline);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Start(long now)
    {
        _looked = now / _tick;
        var tick = TimeSpan.FromSeconds(1.0 / TicksPerSecond);
        if (_timer is null) _timer = time.CreateTimer(static wheel => ((TimingWheel)wheel!).Turn(), this, tick, tick);
        else _timer.Change(tick, tick);
    }

    private void Turn()
    {
        // A turn that takes longer than a tick is not joined by another one.
        if (Interlocked.Exchange(ref _isTurning, 1) != 0) return;
        try
        {
            lock (_gate) Collect(time.GetTimestamp());
            foreach (var deadline in _due) Ring(deadline);
        }
        finally
        {
            _due.Clear();
            Volatile.Write(ref _isTurning, 0);
        }
    }

    private void Collect(long now)
    {
        var last = now / _tick;
        // The slot of this very moment is looked at again next time: it may hold what is due later in it.
        for (var tick = Math.Max(_looked, last - Slots + 1); tick <= last; tick++)
        {
            var next = _slots[tick % Slots];
            while (next is { } deadline)
            {
                next = deadline.Next;
                if (deadline.At > now) continue;
                Unlink(deadline);
                _due.Add(deadline);
            }
        }

        _looked = last;
        if (_count == 0) _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void Ring(Deadline deadline)
    {
        try
        {
            deadline.Ring();
        }
        catch (Exception fault)
        {
            LogFault(log, fault);
        }
    }

    private void Link(Deadline deadline, long slot)
    {
        deadline.Slot = (int)slot;
        deadline.Previous = null;
        deadline.Next = _slots[slot];
        if (deadline.Next is { } next) next.Previous = deadline;
        _slots[slot] = deadline;
        deadline.IsSet = true;
        _count++;
    }

    private void Unlink(Deadline deadline)
    {
        if (deadline.Next is { } next) next.Previous = deadline.Previous;
        if (deadline.Previous is { } previous) previous.Next = deadline.Next;
        else _slots[deadline.Slot] = deadline.Next;
        (deadline.Next, deadline.Previous, deadline.IsSet) = (null, null, false);
        _count--;
    }

    [LoggerMessage(201, LogLevel.Error, "The watch over a socket failed")]
    private static partial void LogFault(ILogger logger, Exception fault);

    /// <summary>Something that has to look at a moment.</summary>
    public abstract class Deadline
    {
        internal long At { get; set; }

        internal int Slot { get; set; }

        internal bool IsSet { get; set; }

        internal Deadline? Next { get; set; }

        internal Deadline? Previous { get; set; }

        /// <summary>Its moment has come. On a thread of the pool, one after the other: it must not wait for anything.</summary>
        protected internal abstract void Ring();
    }
}
