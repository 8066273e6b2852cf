using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ChatApp.Tests.Harness;

/// <summary>
/// The product as operators run it: a process of its own with a command line, standard input and lines of output. It is
/// ended by its own id, at the latest when the test disposes it.
/// </summary>
internal sealed partial class ProductProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();

    private ProductProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
    }

    /// <summary>Lines on standard output so far.</summary>
    public IReadOnlyList<string> Output => [.. _output];

    /// <summary>Lines on standard error so far.</summary>
    public IReadOnlyList<string> Errors => [.. _errors];

    /// <summary>Where a server listens, without a slash at the end; known after <see cref="ServeAsync(string, string[])"/>.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Starts the product with these words on its command line.</summary>
    /// <param name="arguments">The words.</param>
    /// <param name="input">All that it finds on standard input.</param>
    /// <param name="environment">Variables besides those of the tests.</param>
    /// <param name="under">A program that starts it and becomes it, with its own words; see <see cref="Strace"/>.</param>
    public static async Task<ProductProcess> StartAsync(
        string[] arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null, IReadOnlyList<string>? under = null)
    {
        string[] words = [.. under ?? [], "dotnet", ProgramFile(), .. arguments];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal)) start.Environment[name] = value;
        var product = new ProductProcess(Process.Start(start)!);
        product._process.BeginOutputReadLine();
        product._process.BeginErrorReadLine();
        try
        {
            await product._process.StandardInput.WriteAsync(input);
            product._process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading.
        }

        return product;
    }

    /// <summary>Starts a server on a free port of 127.0.0.1 and waits until it listens.</summary>
    public static Task<ProductProcess> ServeAsync(string folder, params string[] arguments) => ServeAsync(folder, under: null, arguments);

    /// <inheritdoc cref="ServeAsync(string, string[])"/>
    public static async Task<ProductProcess> ServeAsync(string folder, IReadOnlyList<string>? under, params string[] arguments)
    {
        var product = await StartAsync(["--Urls=http://127.0.0.1:0", $"--Data:Folder={folder}", .. arguments], under: under);
        product.Address = await Eventually.GivesAsync(
            () => product._process.HasExited ? product.Complain() : product.Output.Select(line => Listening().Match(line)).FirstOrDefault(found => found.Success)?.Value,
            "The server did not say where it listens");
        return product;
    }

    /// <summary>Runs the product to its end.</summary>
    public static async Task<ProductResult> RunAsync(string[] arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null)
    {
        await using var product = await StartAsync(arguments, input, environment);
        return new ProductResult(await product.EndedAsync(), product.Output, product.Errors);
    }

    /// <summary>What Ctrl+C does: SIGINT, and then its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync("INT");
        return await EndedAsync();
    }

    /// <summary>Sends it a signal, such as <c>TERM</c>.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>SIGKILL: the process has no moment left to do anything.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndedAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    /// <summary>The program, of the build that the tests were built with: Debug or Release.</summary>
    public static string ProgramFile()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return Checkout.PathTo($"ChatApp/bin/{configuration}/net10.0/ChatApp.dll");
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null) lines.Enqueue(line);
    }

    private string Complain() =>
        throw new InvalidOperationException($"It ended with {_process.ExitCode}: {string.Join("\n", Output)} {string.Join("\n", Errors)}");

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Listening();
}

/// <summary>What a run of the product left.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Output">Lines on standard output.</param>
/// <param name="Errors">Lines on standard error.</param>
internal sealed record ProductResult(int Code, IReadOnlyList<string> Output, IReadOnlyList<string> Errors);
