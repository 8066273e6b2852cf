using System.Net.Sockets;
using ChatApp.Bench.Load;

namespace ChatApp.Bench.Servers;

/// <summary>A running server in a process of its own; it ends when disposed.</summary>
/// <param name="name">Its name in tables and in the JSON line.</param>
/// <param name="process">The process.</param>
/// <param name="port">Where it listens, on 127.0.0.1.</param>
/// <param name="dialect">How it is spoken to.</param>
/// <param name="folder">A folder to delete afterwards, or null.</param>
internal sealed class ServerUnderTest(string name, ChildProcess process, int port, IDialect dialect, DirectoryInfo? folder = null) : IAsyncDisposable
{
    public string Name => name;

    public int Port => port;

    public IDialect Dialect => dialect;

    /// <summary>The processor time that it has used.</summary>
    public CpuClock Cpu { get; } = new(process.Id);

    /// <summary>The memory that it occupies now.</summary>
    public ProcessMemory Memory => ProcessMemory.Of(process.Id);

    /// <summary>A failure of this server, with the last lines that it printed.</summary>
    public BenchException Failed(BenchException cause) => process.Failed($"failed: {cause.Message}", cause);

    /// <summary>
    /// Does what blocks its thread for long, as load clients do, on a thread of its own; what goes wrong there is a failure
    /// of this server.
    /// </summary>
    public async Task<T> LoadAsync<T>(Func<T> work)
    {
        try
        {
            return await Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (BenchException failed)
        {
            throw Failed(failed);
        }
        catch (SocketException broken)
        {
            throw Failed(new BenchException(broken.Message, broken));
        }
    }

    /// <summary>Starts a server that <see cref="ServeVerb"/> knows, from this very assembly.</summary>
    public static Task<ServerUnderTest> StartOwnAsync(string name, IDialect dialect, CancellationToken cancellation, params string[] options) =>
        StartAsync(
            name,
            dialect,
            port => ChildProcess.Start(name, typeof(ServerUnderTest).Assembly.Location, ["serve", name, "--port", $"{port}", "--until-input-ends", .. options]),
            cancellation);

    /// <summary>Starts a server on a free port and waits until it listens.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="dialect">How it is spoken to.</param>
    /// <param name="launch">Starts the process, told the port.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="folder">A folder to delete afterwards, or null.</param>
    public static async Task<ServerUnderTest> StartAsync(
        string name, IDialect dialect, Func<int, ChildProcess> launch, CancellationToken cancellation, DirectoryInfo? folder = null)
    {
        var port = ChildProcess.FreePort();
        var process = launch(port);
        try
        {
            await process.ListensAsync(port, cancellation);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }

        return new ServerUnderTest(name, process, port, dialect, folder);
    }

    /// <summary>Ends the process and deletes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        folder?.Delete(recursive: true);
    }
}
