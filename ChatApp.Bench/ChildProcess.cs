using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ChatApp.Bench;

/// <summary>
/// A program in a process of its own, on the server's core, ended when disposed. The last lines it printed
/// are kept for the message that explains a failure.
/// </summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private const int TailLines = 15;
    private const int Terminate = 15;

    private readonly Process _process;
    private readonly Queue<string> _tail = new();
    private readonly string _name;

    private ChildProcess(string name, Process process)
    {
        _name = name;
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The system's id of the process.</summary>
    public int Id => _process.Id;

    /// <summary>Starts <c>dotnet assembly arguments...</c>.</summary>
    /// <param name="name">What the program is called in messages.</param>
    /// <param name="assembly">Path of its dll.</param>
    /// <param name="arguments">Its arguments, unquoted.</param>
    /// <param name="wrapper">A program, with its arguments, that turns itself into this one; null for none.</param>
    /// <param name="pinned">False where nothing is timed: it may use all cores.</param>
    /// <exception cref="BenchException">The dll is missing.</exception>
    /// <param name="environment">Variables for it besides those of this process; null for none.</param>
    public static ChildProcess Start(
        string name, string assembly, IEnumerable<string> arguments, IReadOnlyList<string>? wrapper = null, bool pinned = true, IReadOnlyDictionary<string, string>? environment = null)
    {
        if (!File.Exists(assembly)) throw new BenchException($"{name} is not built: there is no {Path.GetFileName(assembly)} where it should be");
        string[] command = [.. wrapper ?? [], Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", assembly, .. arguments];
        return Start(name, command, Path.GetDirectoryName(assembly)!, environment, pinned);
    }

    /// <summary>Starts any program.</summary>
    /// <param name="name">What the program is called in messages.</param>
    /// <param name="command">The program, found as the shell finds it, and its arguments, unquoted.</param>
    /// <param name="folder">Where it works.</param>
    /// <param name="environment">Variables for it besides those of this process; null for none.</param>
    /// <param name="pinned">False where nothing is timed: it may use all cores.</param>
    /// <exception cref="BenchException">There is no such program.</exception>
    public static ChildProcess Start(string name, IReadOnlyList<string> command, string folder, IReadOnlyDictionary<string, string>? environment = null, bool pinned = true)
    {
        var start = new ProcessStartInfo(command[0])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (var argument in command.Skip(1)) start.ArgumentList.Add(argument);
        // Settings of the shell that runs the bench must not change what is measured.
        foreach (var key in start.Environment.Keys.Where(key => key.StartsWith("ASPNETCORE_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(key);
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        foreach (var (key, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal)) start.Environment[key] = value;
        try
        {
            return new ChildProcess(name, pinned ? Cores.OnServerCore(() => Process.Start(start)!) : Process.Start(start)!);
        }
        catch (Win32Exception missing)
        {
            throw new BenchException($"{name} could not be started: {missing.Message}", missing);
        }
    }

    /// <summary>A TCP port of the loopback address that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    /// <summary>Waits until the program accepts connections.</summary>
    /// <exception cref="BenchException">It ended first, or did not within 120 s.</exception>
    public async Task ListensAsync(int port, CancellationToken cancellation)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_process.HasExited) throw Failed($"ended with code {_process.ExitCode} instead of listening");
            try
            {
                using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await probe.ConnectAsync(IPAddress.Loopback, port, cancellation);
                return;
            }
            catch (SocketException) when (Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(120))
            {
                await Task.Delay(25, cancellation);
            }
            catch (SocketException refused)
            {
                throw Failed($"did not listen on port {port} within 120 s", refused);
            }
        }
    }

    /// <summary>Gives the program its whole input and waits for its end.</summary>
    /// <exception cref="BenchException">It ended with another code than 0.</exception>
    public async Task CompleteAsync(string input, CancellationToken cancellation)
    {
        await _process.StandardInput.WriteLineAsync(input.AsMemory(), cancellation);
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(cancellation);
        if (_process.ExitCode != 0) throw Failed($"ended with code {_process.ExitCode}");
    }

    /// <summary>The last line that it printed; empty where there is none.</summary>
    public string LastLine
    {
        get
        {
            lock (_tail) return _tail.LastOrDefault() ?? "";
        }
    }

    /// <summary>SIGKILL: the program has no moment left to do anything.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>A failure of this program, with the last lines that it printed.</summary>
    public BenchException Failed(string what, Exception? cause = null)
    {
        string tail;
        lock (_tail) tail = string.Join("\n  ", _tail);
        var message = tail.Length == 0 ? $"{_name} {what}" : $"{_name} {what}; it last printed\n  {tail}";
        return cause is null ? new BenchException(message) : new BenchException(message, cause);
    }

    /// <summary>Asks the program to end, and ends it after 5 s.</summary>
    public async ValueTask DisposeAsync()
    {
        using (_process)
        {
            if (_process.HasExited) return;
            _ = Signal(_process.Id, Terminate);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_tail)
        {
            _tail.Enqueue(line);
            if (_tail.Count > TailLines) _tail.Dequeue();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
