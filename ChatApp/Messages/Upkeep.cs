using System.Diagnostics.CodeAnalysis;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Moderation.Held;

namespace ChatApp.Messages;

/// <summary>
/// What is stored needs from time to time, one after the other, at the start and then every ten minutes: old messages
/// go, HTML of older rules is made anew, sweeps that nobody can undo any more are purged, what was deleted goes from the files too, and sessions that ended go.
/// </summary>
/// <param name="retention">Lets old messages go.</param>
/// <param name="renewal">Makes HTML anew.</param>
/// <param name="erasure">Makes deleted texts go from the files.</param>
/// <param name="sweeps">Purges what nobody can bring back any more.</param>
/// <param name="sessions">Removes sessions that ended.</param>
/// <param name="held">Forgets what nobody has looked at.</param>
/// <param name="lifetime">When the server has started: a start that fails leaves everything as it is.</param>
/// <param name="time">The clock.</param>
/// <param name="log">What was done, and faults.</param>
public sealed partial class Upkeep(
    Retention retention, HtmlRenewal renewal, Erasure erasure, Sweeps sweeps, SessionUpkeep sessions, HeldMessages held, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<Upkeep> log) : BackgroundService
{
    /// <summary>Time between two rounds: 10 minutes.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await HasStartedAsync(stoppingToken)) return;
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await TryAsync("retention", retention.TrimAsync, stoppingToken);
            await TryAsync("renewal of HTML", renewal.RunAsync, stoppingToken);
            await TryAsync("sweeps", sweeps.UpkeepAsync, stoppingToken);
            await TryAsync("sessions", sessions.RunAsync, stoppingToken);
            await TryAsync("held messages", held.ForgetAsync, stoppingToken);
            await TryAsync("erasure", erasure.RunAsync, stoppingToken);
        }
        while (await WaitAsync(timer, stoppingToken));
    }

    private async Task<bool> HasStartedAsync(CancellationToken stop)
    {
        var started = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var onStart = lifetime.ApplicationStarted.Register(() => started.TrySetResult(result: true));
        await using var onStop = stop.Register(() => started.TrySetResult(result: false));
        return await started.Task;
    }

    [SuppressMessage("Design", "CA1031", Justification = "one failing round must not end the service")]
    private async Task TryAsync(string what, Func<CancellationToken, Task<int>> work, CancellationToken stop)
    {
        try
        {
            if (await work(stop) is > 0 and var count) LogDone(log, what, count);
        }
        catch (OperationCanceledException)
        {
            // The server stops; what is left is done after the next start.
        }
        catch (Exception fault)
        {
            LogFailed(log, what, fault);
        }
    }

    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(400, LogLevel.Information, "Upkeep, {What}: {Count} done")]
    private static partial void LogDone(ILogger logger, string what, int count);

    [LoggerMessage(401, LogLevel.Warning, "Upkeep, {What}: not done; it will be tried again")]
    private static partial void LogFailed(ILogger logger, string what, Exception fault);
}
