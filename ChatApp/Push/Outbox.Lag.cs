namespace ChatApp.Push;

public sealed partial class Outbox
{
    private bool _isLagging;
    private bool _isReplaying;

    /// <summary>Told to the reader when half of the outbox is full, in front of all that waits; null where nobody is told.</summary>
    internal Envelope? LagNotice { get; init; }

    internal PushMetrics Metrics { get; init; } = PushMetrics.None;

    /// <summary>While old events are replayed, much may wait without the reader being slow.</summary>
    internal void MarkReplay(bool isReplaying)
    {
        lock (_gate) _isReplaying = isReplaying;
    }

    /// <summary>Nobody writes any more: nothing is kept, not even what was being written.</summary>
    internal void Abandon()
    {
        lock (_gate) _waiting.Abandon();
    }

    // Under the lock. Once for each time that it falls behind: it has to catch up before it is told again.
    private void NoteLag()
    {
        var shed = _waiting.TakeShed();
        if (shed > 0) Metrics.Dropped(shed);
        if (LagNotice is not { } notice || _isLagging || _isReplaying || _waiting.IsHalfEmpty) return;
        _isLagging = true;
        _waiting.PutFirst(notice);
        Metrics.Lagged();
    }
}
