namespace ChatApp.Client;

/// <summary>
/// Exponential back-off with full jitter: uniform between the minimum and a ceiling that doubles from twice the minimum
/// up to the maximum, so that the clients of a restarted server do not return in step.
/// </summary>
internal sealed class Backoff(TimeSpan min, TimeSpan max)
{
    private int _doublings;

    /// <param name="lived">How long things went well before. Only a long good time resets the delay: a server that
    /// accepts and drops at once must not be asked again at full speed.</param>
    /// <param name="atLeast">What the server said, where it said how long to wait.</param>
    public TimeSpan Next(TimeSpan lived, TimeSpan? atLeast = null)
    {
        if (lived >= max)
            _doublings = 0;
        var ceiling = min * Math.Pow(2, Math.Min(++_doublings, 30));
        if (ceiling > max)
            ceiling = max;
        // Whole milliseconds: timers count no finer.
        var wait = TimeSpan.FromMilliseconds(Math.Round((min + (Random.Shared.NextDouble() * (ceiling - min))).TotalMilliseconds));
        return atLeast > wait ? atLeast.Value : wait;
    }
}
