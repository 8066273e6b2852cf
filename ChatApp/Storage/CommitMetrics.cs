using System.Diagnostics.Metrics;

namespace ChatApp.Storage;

/// <summary>What the one writer measures: how large its batches are, and how long each takes until it is on disk.</summary>
public sealed class CommitMetrics
{
    private readonly Meter _meter;
    private readonly Histogram<long> _size;
    private readonly Histogram<double> _duration;

    /// <param name="meter">The product's meter.</param>
    public CommitMetrics(Meter meter)
    {
        ArgumentNullException.ThrowIfNull(meter);
        _meter = meter;
        _size = meter.CreateHistogram("chatapp.commit.changes", unit: null, "Changes stored in one transaction.", tags: null,
            new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500] });
        _duration = meter.CreateHistogram("chatapp.commit.duration", "s", "From the beginning of a transaction until it is on disk.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5] });
    }

    internal void Committed(int changes, TimeSpan took)
    {
        _size.Record(changes);
        _duration.Record(took.TotalSeconds);
    }

    internal void Observe(CommitQueue queue)
    {
        _meter.CreateObservableGauge("chatapp.commit.waiting", () => (long)queue.Depth, unit: null, "Changes that wait to be stored.");
        _meter.CreateObservableGauge("chatapp.storage.failing", () => queue.Failure is null ? 0L : 1L, unit: null, "1 while nothing can be stored.");
    }
}
