using System.Runtime.InteropServices;
using ChatApp.Bench;

using var stopping = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

try
{
    return await Verbs.RunAsync(args, stopping.Token);
}
catch (UsageException usage)
{
    await Console.Error.WriteLineAsync($"{usage.Message}\n\n{Verbs.Help(args)}");
    return ExitCode.BadUsage;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("stopped before the end; nothing was saved");
    return ExitCode.Interrupted;
}

// The verb unwinds by cancellation, so that its sockets close and its child processes end.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopping.Cancel();
}
