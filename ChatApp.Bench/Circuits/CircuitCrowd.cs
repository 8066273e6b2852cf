using System.Diagnostics;
using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Circuits;

/// <summary>Many open pages that show the same room, and the messages that come into it.</summary>
internal sealed class CircuitCrowd : IAsyncDisposable
{
    // Far longer than the slowest page takes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly List<CircuitPage> _pages = [];
    private readonly CancellationTokenSource _ending;
    private readonly List<Task> _lives = [];
    private readonly Lock _gate = new();
    private LatencyHistogram _latency = new();
    private long[] _due = [];
    private int _first;

    public CircuitCrowd(CancellationToken cancellation) => _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    /// <summary>The pages.</summary>
    public IReadOnlyList<CircuitPage> Pages => _pages;

    /// <summary>Opens pages of one browser.</summary>
    public async Task OpenAsync(CircuitBrowser browser, string path, string? script, int count)
    {
        for (var number = 0; number < count; number++)
        {
            var page = await CircuitPage.OpenAsync(browser.Http, browser.Cookies, path, script, Seen, _ending.Token);
            _pages.Add(page);
            _lives.Add(page.LiveAsync(_ending.Token));
        }
    }

    /// <summary>Posts messages at a pace and waits until all pages have shown all of them, or nothing more comes.</summary>
    /// <param name="server">Whose processor time is measured.</param>
    /// <param name="perSecond">Messages in a second.</param>
    /// <param name="time">For how long.</param>
    /// <param name="say">Posts a message with that text.</param>
    public async Task<CircuitRow> RunAsync(ServerUnderTest server, int perSecond, TimeSpan time, Func<string, Task> say)
    {
        var count = (int)(perSecond * time.TotalSeconds);
        _latency = new LatencyHistogram();
        _first += _due.Length;
        _due = new long[count];
        foreach (var page in _pages) page.Forget(_first);
        var others = new DisturbanceClock(server.Cpu, new CpuClock(Environment.ProcessId));
        var (begun, cpu) = (Stopwatch.GetTimestamp(), server.Cpu.Read());
        for (var number = 0; number < count; number++)
        {
            var due = begun + (long)(number * (double)Stopwatch.Frequency / perSecond);
            if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { Ticks: > 0 } early) await Task.Delay(early, _ending.Token);
            _due[number] = due;
            await say(LoadText.Of(_first + number));
        }

        var shown = await AllShownAsync((long)count * _pages.Count);
        return new CircuitRow(
            server.Name, perSecond, server.Cpu.Read() - cpu, (long)count * _pages.Count, shown, _pages.Sum(page => (long)page.Renders),
            _latency.QuantileMs(0.5), _latency.QuantileMs(0.99), others.Share());
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_lives);
        foreach (var page in _pages)
        {
            await Task.WhenAny(page.Reading);
            page.Dispose();
        }

        _ending.Dispose();
    }

    private async Task<long> AllShownAsync(long due)
    {
        var (last, since) = (0L, Stopwatch.GetTimestamp());
        while (true)
        {
            if (_pages.Find(page => page.Reading.IsFaulted) is { } broken) await broken.Reading;
            var shown = _pages.Sum(page => (long)page.Shown);
            if (shown != last) (last, since) = (shown, Stopwatch.GetTimestamp());
            if (shown >= due || Stopwatch.GetElapsedTime(since) > Patience) return shown;
            await Task.Delay(20, _ending.Token);
        }
    }

    private void Seen(int number)
    {
        var age = Stopwatch.GetElapsedTime(_due[number - _first]);
        lock (_gate) _latency.Record((long)(age.TotalMicroseconds * 1000));
    }
}
