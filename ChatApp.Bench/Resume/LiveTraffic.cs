using System.Diagnostics;
using System.Net.WebSockets;
using ChatApp.Bench.Load;

namespace ChatApp.Bench.Resume;

/// <summary>Messages at a steady rate in another room, and how long each takes from when it was due to its receiver.</summary>
/// <param name="publisher">Posts.</param>
/// <param name="receiver">Receives; it is subscribed.</param>
/// <param name="dialect">How a message is posted.</param>
internal sealed class LiveTraffic(ResumeClient publisher, ResumeClient receiver, IDialect dialect)
{
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(10);

    private volatile bool _isBusy;

    /// <summary>Latencies while nobody resumes.</summary>
    public LatencyHistogram Idle { get; } = new();

    /// <summary>Latencies of what was received while somebody did.</summary>
    public LatencyHistogram Busy { get; } = new();

    /// <summary>Whether somebody resumes now.</summary>
    public bool IsBusy
    {
        get => _isBusy;
        set => _isBusy = value;
    }

    /// <summary>Posts and receives until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await Task.WhenAll(PublishAsync(stop), DrainAsync(stop), ReceiveAsync(stop));
        }
        catch (Exception ended) when (stop.IsCancellationRequested && ended is OperationCanceledException or WebSocketException)
        {
            // The wished end.
        }
    }

    private static long Now() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    private async Task PublishAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Gap);
        while (await timer.WaitForNextTickAsync(stop)) await publisher.SendAsync(dialect.Publish(Message.Next(Now())), stop);
    }

    private async Task DrainAsync(CancellationToken stop)
    {
        while (true) await publisher.ReadAsync(stop);
    }

    private async Task ReceiveAsync(CancellationToken stop)
    {
        while (true) Take((await receiver.ReadAsync(stop)).Span);
    }

    private void Take(ReadOnlySpan<byte> message)
    {
        foreach (var range in message.Split(dialect.Separator))
            if (Message.TryReadDue(message[range], out var due)) (_isBusy ? Busy : Idle).Record(Now() - due);
    }
}
