using System.Diagnostics;

namespace ChatApp.Push;

/// <summary>
/// When a channel's next round of writes may begin. A round costs one write for each socket, however many events it carries,
/// so a channel whose rounds are long rests between them and joins what comes meanwhile: half as long as the round took, so
/// that it takes two thirds of a processor at most, and no longer than its bound or until a few events wait. A channel whose
/// rounds are short, or whose last one is some time ago, never waits; and of two rounds the shorter one counts, because one that
/// was held up by something else says nothing about what a round costs, and what waits has waited enough.
/// </summary>
/// <param name="longest">The bound of a rest; zero for none at all.</param>
internal sealed class FlushPace(TimeSpan longest)
{
    /// <summary>So many events are worth a round of their own: waiting for more would save little.</summary>
    public const int EnoughEvents = 8;

    /// <summary>A round up to this long costs too little to wait for company.</summary>
    public static readonly TimeSpan ShortRound = TimeSpan.FromMilliseconds(1);

    private TimeSpan _last;
    private long _restsUntil;

    /// <summary>Notes a round.</summary>
    /// <param name="began">Its beginning, as <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="ended">Its end.</param>
    public void Ended(long began, long ended)
    {
        var took = Stopwatch.GetElapsedTime(began, ended);
        var rest = took < _last ? took : _last;
        _last = took;
        rest = rest <= ShortRound ? TimeSpan.Zero : rest / 2;
        if (rest > longest) rest = longest;
        _restsUntil = ended + (long)(rest.TotalSeconds * Stopwatch.Frequency);
    }

    /// <summary>How long the next round has still to wait; zero or less where it may begin.</summary>
    /// <param name="events">Events that wait for it.</param>
    /// <param name="now">As <see cref="Stopwatch.GetTimestamp"/>.</param>
    public TimeSpan Wait(int events, long now) => events >= EnoughEvents ? TimeSpan.Zero : Stopwatch.GetElapsedTime(now, _restsUntil);
}
