namespace ChatApp.Components;

/// <summary>
/// How long pages rest between two batches of events. Where the server has time, not at all: each event is shown at once. Where
/// showing them takes a good part of its processors, up to <see cref="Longest"/>, so that one render serves many events.
/// </summary>
/// <remarks>
/// The load is what all pages together have worked in the last quarter of a second, waiting for their turn included. So it grows by
/// itself where others take the processors away.
/// </remarks>
/// <param name="time">The clock.</param>
public sealed class PagePace(TimeProvider time)
{
    /// <summary>The longest rest: 250 ms.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    // Shares of all processors: below the first nobody rests, from the second on everybody does so for the longest time.
    private const double Idle = 0.04;
    private const double Busy = 0.14;

    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private long _begun = time.GetTimestamp();
    private TimeSpan _worked;
    private double _load;

    /// <summary>The rest that is due between the beginnings of two batches of one page.</summary>
    public TimeSpan Rest
    {
        get
        {
            lock (_gate)
            {
                Turn();
                return Longest * Math.Clamp((_load - Idle) / (Busy - Idle), 0, 1);
            }
        }
    }

    /// <summary>A page takes a batch.</summary>
    /// <returns>Stands for this moment.</returns>
    public long Begin() => time.GetTimestamp();

    /// <summary>Waits until the next batch of a page is due: not at all where the page was quiet for long enough.</summary>
    /// <param name="begun">When it took the last one.</param>
    public Task RestAsync(long begun) => Rest - time.GetElapsedTime(begun) is { Ticks: > 0 } rest ? Task.Delay(rest, time) : Task.CompletedTask;

    /// <summary>A page is done with a batch.</summary>
    /// <param name="begun">When it took it.</param>
    public void Worked(long begun)
    {
        lock (_gate)
        {
            Turn();
            _worked += time.GetElapsedTime(begun);
        }
    }

    private void Turn()
    {
        var now = time.GetTimestamp();
        var elapsed = time.GetElapsedTime(_begun, now);
        if (elapsed < Window) return;
        _load = _worked / elapsed / Environment.ProcessorCount;
        (_begun, _worked) = (now, TimeSpan.Zero);
    }
}
