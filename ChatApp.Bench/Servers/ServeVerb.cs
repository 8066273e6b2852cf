using ChatApp.Bench.Circuits;
using ChatApp.Bench.Revocation;

namespace ChatApp.Bench.Servers;

/// <summary>Runs one of the compared servers in this process.</summary>
internal static class ServeVerb
{
    public const string Help = """
          signalr | bare | levers | barelist   which one
          --port N              where it listens, on 127.0.0.1 (default 5090)
          --certificate FILE --password TEXT   signalr only: ends TLS with it
          --until-input-ends    ends with its standard input, so that it cannot outlive the bench
        """;

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var name = arguments.Word();
        var port = arguments.Number("--port", 5090, 1, 65535);
        var untilInputEnds = arguments.Flag("--until-input-ends");
        var file = arguments.Value("--certificate");
        (string File, string Password)? certificate = file is null ? null : (file, arguments.Value("--password") ?? "");
        arguments.Done();
        Func<int, CancellationToken, Task> serve = name switch
        {
            SignalRServer.Name => (at, end) => SignalRServer.RunAsync(at, certificate, end),
            BareServer.Name => BareServer.RunAsync,
            LeverServer.Name => LeverServer.RunAsync,
            BareListServer.Name => BareListServer.RunAsync,
            _ => throw new UsageException($"serve needs {SignalRServer.Name}, {BareServer.Name}, {LeverServer.Name} or {BareListServer.Name}"),
        };

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (untilInputEnds) CancelWithInput(ending);
        Console.WriteLine($"{name} listens on 127.0.0.1:{port}");
        await serve(port, ending.Token);
        return ExitCode.Ok;
    }

    /// <summary>On a thread of its own: the console's reader blocks whoever asks it, also where it is asked asynchronously.</summary>
    private static void CancelWithInput(CancellationTokenSource ending) =>
        new Thread(() =>
        {
            while (Console.In.ReadLine() is not null)
            {
            }

            try
            {
                ending.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The server has ended first.
            }
        })
        { IsBackground = true, Name = "input" }.Start();
}
