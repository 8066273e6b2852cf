using System.Diagnostics;

namespace ChatApp.Push;

/// <summary>
/// How the readers of a channel's events are woken that cannot be written to directly, under TLS above all: in rounds, as those
/// that can are written to. Each wake costs a write through the web server, however many events wait, so after a long round the
/// channel rests, and what is published meanwhile goes together.
/// </summary>
/// <remarks>
/// A reader that is due still counts as waiting: a reply, or an event of another channel, wakes it at once, and it takes
/// everything that is there.
/// </remarks>
/// <param name="pace">How the rounds follow one another.</param>
internal sealed class WakeRounds(FlushPace pace)
{
    private const int AtOnce = 64;

    private readonly Lock _gate = new();
    private List<Outbox> _due = [];
    private List<Outbox> _waking = [];
    private int _events;
    private int _left;
    private long _began;
    private bool _isWaking;
    private bool _isResting;

    /// <summary>True where the next event begins a round.</summary>
    public bool WakesAtOnce
    {
        get { lock (_gate) return !_isWaking && _due.Count == 0 && pace.Wait(1, Stopwatch.GetTimestamp()) <= TimeSpan.Zero; }
    }

    /// <summary>Remembers a reader that has something to take. For one publisher at a time.</summary>
    public void Add(Outbox outbox)
    {
        lock (_gate) _due.Add(outbox);
    }

    /// <summary>An event has reached all outboxes.</summary>
    public void Published()
    {
        lock (_gate)
        {
            if (_due.Count == 0) return;
            _events++;
            Wake();
        }
    }

    // Under the lock.
    private void Wake()
    {
        if (_isWaking || _due.Count == 0) return;
        _began = Stopwatch.GetTimestamp();
        var wait = pace.Wait(_events, _began);
        if (wait > TimeSpan.Zero)
        {
            if (_isResting) return;
            _isResting = true;
            _ = RestAsync(wait);
            return;
        }

        _isWaking = true;
        _events = 0;
        (_due, _waking) = (_waking, _due);
        _left = (_waking.Count + AtOnce - 1) / AtOnce;
        for (var first = 0; first < _waking.Count; first += AtOnce)
            ThreadPool.UnsafeQueueUserWorkItem(new Handful(this, first), preferLocal: false);
    }

    private async Task RestAsync(TimeSpan wait)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds))).ConfigureAwait(false);
        lock (_gate)
        {
            _isResting = false;
            Wake();
        }
    }

    private void Ended()
    {
        lock (_gate)
        {
            pace.Ended(_began, Stopwatch.GetTimestamp());
            _isWaking = false;
            _waking.Clear();
            Wake();
        }
    }

    /// <summary>Some readers, which run one after the other until they have handed their bytes to the web server.</summary>
    private sealed class Handful(WakeRounds rounds, int first) : IThreadPoolWorkItem
    {
        private bool _isOver;

        public void Execute()
        {
            if (_isOver)
            {
                rounds.Ended();
                return;
            }

            var last = Math.Min(first + AtOnce, rounds._waking.Count);
            for (var number = first; number < last; number++) rounds._waking[number].WakeWhereDue();
            if (Interlocked.Decrement(ref rounds._left) > 0) return;
            // The web server's own writes stand in the pool's queue by now: the round is over when they have had their turn.
            _isOver = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
