using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ChatApp.Push;

/// <summary>
/// What the engine measures. Publishing pays for none of it: counts that it keeps anyway are read when somebody looks, and a
/// room's flusher notes a batch once, however many sockets it went to.
/// </summary>
public sealed class PushMetrics
{
    /// <summary>The meter of the whole product.</summary>
    public const string MeterName = "ChatApp";

    private static readonly double[] Seconds = [0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1, 2, 5, 10];
    private static readonly long[] Bytes = [256, 1024, 4096, 16_384, 65_536, 262_144, 524_288, 1_048_576, 4_194_304];
    private static readonly long[] Frames = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

    /// <summary>Measures nothing; for an engine without a house around it.</summary>
    public static readonly PushMetrics None = new(new Meter(MeterName + ".None"));

    private readonly Meter _meter;
    private readonly Counter<long> _closes;
    private readonly Counter<long> _limits;
    private readonly Counter<long> _lags;
    private readonly Counter<long> _drops;
    private readonly Counter<long> _recoveries;
    private readonly Histogram<long> _outbox;
    private readonly Histogram<long> _frames;
    private readonly Histogram<double> _latency;

    /// <param name="meter">The product's meter.</param>
    public PushMetrics(Meter meter)
    {
        ArgumentNullException.ThrowIfNull(meter);
        _meter = meter;
        _closes = meter.CreateCounter<long>("chatapp.closes", unit: null, "Connections that ended, by close code.");
        _limits = meter.CreateCounter<long>("chatapp.limits", unit: null, "How often a limit was met, by the name of its setting.");
        _lags = meter.CreateCounter<long>("chatapp.lags", unit: null, "Sockets whose outbox became half full.");
        _drops = meter.CreateCounter<long>("chatapp.drops", unit: null, "Events left out for slow viewers by the policy of their channel.");
        _recoveries = meter.CreateCounter<long>("chatapp.recoveries", unit: null, "Subscriptions with a position, by result: recovered, or why there is a gap.");
        _outbox = meter.CreateHistogram("chatapp.outbox", "By", "Bytes that waited when a socket that did not keep up was written to.", tags: null, new InstrumentAdvice<long> { HistogramBucketBoundaries = Bytes });
        _frames = meter.CreateHistogram("chatapp.write.frames", unit: null, "Frames that went out in one write to each socket.", tags: null, new InstrumentAdvice<long> { HistogramBucketBoundaries = Frames });
        _latency = meter.CreateHistogram("chatapp.publish_to_write", "s", "From the publishing of an event until it was written to the last socket of its room.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });
    }

    /// <summary>A limit was met.</summary>
    /// <param name="setting">Name of the setting, without its section.</param>
    public void LimitMet(string setting) => _limits.Add(1, new KeyValuePair<string, object?>("limit", setting));

    /// <summary>A connection ended, or one that never became one.</summary>
    public void Closed(ConnectionKind kind, EndReason reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        _closes.Add(1, new KeyValuePair<string, object?>("kind", NameOf(kind)), new KeyValuePair<string, object?>("code", reason.Code));
    }

    /// <summary>Somebody subscribed with a position.</summary>
    /// <param name="result"><c>recovered</c>, or the reason of the gap.</param>
    public void Recovered(string result) => _recoveries.Add(1, new KeyValuePair<string, object?>("result", result));

    /// <summary>A socket that did not keep up is written to.</summary>
    /// <param name="bytes">Bytes that wait.</param>
    public void Waited(long bytes) => _outbox.Record(bytes);

    internal void Lagged() => _lags.Add(1);

    internal void Dropped(int events) => _drops.Add(events);

    /// <summary>A batch was written to all sockets of its room.</summary>
    internal void Wrote(int frames, long publishedAt)
    {
        _frames.Record(frames);
        if (_latency.Enabled) _latency.Record(Stopwatch.GetElapsedTime(publishedAt).TotalSeconds);
    }

    /// <summary>Lets whoever looks see what this engine counts anyway.</summary>
    internal void Observe(RoomBroker broker)
    {
        _meter.CreateObservableGauge("chatapp.connections", () => Enum.GetValues<ConnectionKind>()
            .Select(kind => new Measurement<long>(broker.CountOf(kind), new KeyValuePair<string, object?>("kind", NameOf(kind)))), unit: null, "Live connections.");
        _meter.CreateObservableGauge("chatapp.channels", () => (long)broker.Figures.Channels, unit: null, "Channels that somebody listens to.");
        _meter.CreateObservableGauge("chatapp.subscriptions", () => (long)broker.SubscriptionCount, unit: null, "Live subscriptions.");
        _meter.CreateObservableGauge("chatapp.outbox.waiting", () => broker.WaitingBytes, "By", "Bytes that wait for all sockets together.");
        _meter.CreateObservableCounter("chatapp.published", () => broker.Figures.Published, unit: null, "Events published.");
        _meter.CreateObservableCounter("chatapp.deliveries", () => broker.Figures.Deliveries, unit: null, "Events handed to subscribers.");
    }

    private static string NameOf(ConnectionKind kind) => kind.ToString().ToLowerInvariant();
}
