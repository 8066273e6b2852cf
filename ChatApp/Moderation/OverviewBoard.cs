using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>How the instance was at a moment, or in the <see cref="OverviewBoard.Interval"/> before it.</summary>
/// <param name="At">When.</param>
/// <param name="Pages">Live pages.</param>
/// <param name="Programs">Live programs.</param>
/// <param name="Messages">Messages stored per second.</param>
/// <param name="Deliveries">Events handed to listeners per second.</param>
/// <param name="PostMedian">Seconds from a post until it is acknowledged, for half of them; null where nobody posted.</param>
/// <param name="PostSlow">The same for 99 of 100.</param>
/// <param name="Waiting">Changes that wait to be stored.</param>
/// <param name="SlowCloses">Sockets that were ended because they did not keep up.</param>
/// <param name="Memory">Bytes that the process holds in memory.</param>
public sealed record OverviewSample(
    DateTimeOffset At, int Pages, int Programs, double Messages, double Deliveries, double? PostMedian, double? PostSlow, int Waiting, long SlowCloses, long Memory);

/// <summary>
/// The figures of the last fifteen minutes, for moderators. A ring of samples in memory, taken from what the engine, the writer and the meter
/// count anyway: whoever looks costs nothing more, and nobody looking costs one reading every five seconds.
/// </summary>
public sealed class OverviewBoard : BackgroundService
{
    /// <summary>Time between two samples: 5 seconds.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Samples that are kept: 15 minutes of them.</summary>
    public const int Kept = 180;

    private readonly RoomBroker _broker;
    private readonly CommitQueue _commits;
    private readonly UserDirectory _users;
    private readonly TimeProvider _time;
    private readonly MeterListener _listener = new();
    private readonly LatencyCounts _latencies = new();
    private ImmutableArray<OverviewSample> _samples = [];
    private Reading _last;
    private long _posts;

    /// <summary>One instance for all; it listens from the start of the service on.</summary>
    /// <param name="broker">Connections and deliveries.</param>
    /// <param name="commits">What waits.</param>
    /// <param name="users">Who may look.</param>
    /// <param name="meter">The product's meter, of this very instance.</param>
    /// <param name="time">The clock.</param>
    public OverviewBoard(RoomBroker broker, CommitQueue commits, UserDirectory users, Meter meter, TimeProvider time)
    {
        (_broker, _commits, _users, _time) = (broker, commits, users, time);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meter) && instrument.Name == MessageWriter.LatencyName) listener.EnableMeasurementEvents(instrument, this);
        };
        // One measurement is one message that was stored.
        _listener.SetMeasurementEventCallback<double>(static (_, seconds, _, board) => ((OverviewBoard)board!).Note(seconds));
        _listener.Start();
        _last = Read();
    }

    /// <summary>The samples, the oldest first; null for members.</summary>
    public IReadOnlyList<OverviewSample>? Samples(Actor actor) => _users.Get(actor).IsModerator ? _samples : null;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _listener.Dispose();
        base.Dispose();
    }

    /// <summary>Takes a sample now.</summary>
    internal void Take()
    {
        var now = Read();
        var seconds = (now.At - _last.At).TotalSeconds;
        if (seconds <= 0) return;
        var sample = new OverviewSample(
            now.At,
            _broker.CountOf(ConnectionKind.Circuit), _broker.CountOf(ConnectionKind.Socket),
            (now.Posts - _last.Posts) / seconds, (now.Deliveries - _last.Deliveries) / seconds,
            LatencyCounts.Quantile(_last.Latencies, now.Latencies, 0.5), LatencyCounts.Quantile(_last.Latencies, now.Latencies, 0.99),
            _commits.Depth, now.Slow - _last.Slow, Environment.WorkingSet);
        _last = now;
        _samples = [.. _samples.Skip(Math.Max(0, _samples.Length + 1 - Kept)), sample];
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) Take();
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private void Note(double seconds)
    {
        Interlocked.Increment(ref _posts);
        _latencies.Add(seconds);
    }

    private Reading Read()
    {
        var figures = _broker.Figures;
        return new Reading(_time.GetUtcNow(), Volatile.Read(ref _posts), figures.Deliveries, figures.Slow, _latencies.Read());
    }

    private sealed record Reading(DateTimeOffset At, long Posts, long Deliveries, long Slow, long[] Latencies);
}
