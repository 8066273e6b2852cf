using System.Diagnostics;
using System.Globalization;

namespace ChatApp.Storage;

/// <summary>
/// Tells whoever waits how far a long piece of work is: at most one line a second, and none for what is done sooner.
/// </summary>
/// <param name="say">Takes a line.</param>
/// <param name="stop">Ends the work at its next step.</param>
public sealed class Progress(Action<string> say, CancellationToken stop = default)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private string _what = "";
    private long _total;
    private long _done;

    /// <summary>True where the work shall end.</summary>
    public bool IsStopped => stop.IsCancellationRequested;

    /// <summary>A line that is said in any case.</summary>
    public void Say(string line) => say(line);

    /// <summary>The next piece of work.</summary>
    /// <param name="what">What is done, such as <c>writing</c>.</param>
    /// <param name="total">Bytes in all; 0 where nobody knows.</param>
    public void Begin(string what, long total = 0)
    {
        _what = what;
        _total = total;
        _done = 0;
        _sinceLine.Restart();
    }

    /// <summary>So many bytes more are done.</summary>
    /// <exception cref="OperationCanceledException">The work shall end.</exception>
    public void Add(long bytes)
    {
        stop.ThrowIfCancellationRequested();
        Reach(_done + bytes);
    }

    /// <summary>So many bytes in all are done; for work that cannot be left by an exception.</summary>
    public void Reach(long bytes)
    {
        _done = bytes;
        if (_sinceLine.Elapsed < Pause) return;
        _sinceLine.Restart();
        say(_total > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{_what}: {Math.Min(100, 100 * _done / _total)} % of {_total >> 20:N0} MiB")
            : $"{_what}: still at it");
    }
}
