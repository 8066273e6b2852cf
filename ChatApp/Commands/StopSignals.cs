using System.Runtime.InteropServices;
using ChatApp.Api;
using ChatApp.Push;

namespace ChatApp.Commands;

/// <summary>
/// Ctrl+C and SIGTERM. The first one only says that nobody new should come; everybody is served on for
/// <see cref="PushOptions.NoticeSeconds"/>, and then the stop begins. The second one does not wait. (The host's own
/// way would cut every page at the signal.)
/// </summary>
/// <param name="lifetime">Begins the stop.</param>
/// <param name="readiness">Says that it will.</param>
/// <param name="options">How long until then.</param>
/// <param name="time">The clock.</param>
internal sealed class StopSignals(IHostApplicationLifetime lifetime, Readiness readiness, PushOptions options, TimeProvider time) : IHostLifetime, IDisposable
{
    private static readonly PosixSignal[] Signals = [PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGTERM];
    private readonly List<PosixSignalRegistration> _registrations = [];
    private ITimer? _notice;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in Signals) _registrations.Add(PosixSignalRegistration.Create(signal, Stop));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _notice?.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        var isAgain = readiness.IsDraining;
        readiness.BeginDrain();
        if (isAgain || options.NoticeSeconds == 0) lifetime.StopApplication();
        else _notice = time.CreateTimer(_ => lifetime.StopApplication(), state: null, TimeSpan.FromSeconds(options.NoticeSeconds), Timeout.InfiniteTimeSpan);
    }
}
