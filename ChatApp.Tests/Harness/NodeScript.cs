using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace ChatApp.Tests.Harness;

/// <summary>What a script left behind.</summary>
/// <param name="ExitCode">Exit code of node; 0 means that the script was content.</param>
/// <param name="Output">All of standard output.</param>
/// <param name="Errors">All of standard error.</param>
internal sealed record NodeResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The last line of the output that is not empty: where our scripts put their JSON.</summary>
    public string LastLine => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault("");

    /// <summary>Everything that a failing assertion wants to show.</summary>
    public override string ToString() => $"exit code {ExitCode}\n--- output\n{Output}\n--- errors\n{Errors}";
}

/// <summary>Runs a script of the checkout with node, as a program of a stranger would run.</summary>
internal static class NodeScript
{
    /// <summary>How long a script may run where the caller does not say: 60 s.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(60);

    /// <summary>Runs the script to its end; kills it, and what it started, when the deadline passes.</summary>
    /// <param name="script">Path from the root of the checkout.</param>
    /// <param name="arguments">Handed over one by one, without a shell.</param>
    /// <param name="deadline">Default <see cref="DefaultDeadline"/>.</param>
    /// <exception cref="InvalidOperationException">Node or the script's packages are not installed; says what mends it.</exception>
    /// <exception cref="TimeoutException">The deadline passed; carries the output so far.</exception>
    public static async Task<NodeResult> RunAsync(string script, IEnumerable<string> arguments, TimeSpan? deadline = null)
    {
        var path = Checkout.PathTo(script);
        var folder = Path.GetDirectoryName(path)!;
        if (File.Exists(Path.Combine(folder, "package.json")) && !Directory.Exists(Path.Combine(folder, "node_modules")))
            throw new InvalidOperationException($"The packages of {script} are not installed. This mends it: npm ci --prefix {Path.GetRelativePath(Checkout.Root, folder)} --ignore-scripts (./test.sh does it by itself)");

        using var node = Start(path, folder, arguments);
        StringBuilder output = new(), errors = new();
        node.OutputDataReceived += (_, line) => Append(output, line.Data);
        node.ErrorDataReceived += (_, line) => Append(errors, line.Data);
        node.BeginOutputReadLine();
        node.BeginErrorReadLine();

        var limit = deadline ?? DefaultDeadline;
        using var late = new CancellationTokenSource(limit);
        try
        {
            await node.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException passed)
        {
            node.Kill(entireProcessTree: true);
            await node.WaitForExitAsync(CancellationToken.None);
            throw new TimeoutException($"{script} ran longer than {limit.TotalSeconds:0} s\n--- output\n{Read(output)}\n--- errors\n{Read(errors)}", passed);
        }
        return new NodeResult(node.ExitCode, Read(output), Read(errors));
    }

    private static Process Start(string path, string folder, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("node")
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add(path);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            var node = Process.Start(start)!;
            node.StandardInput.Close();
            return node;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException("Node is not installed. This mends it: apt-get install -y nodejs npm (./test.sh does it by itself)", missing);
        }
    }

    // The two streams are read by threads of the pool.
    private static void Append(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (text)
            text.Append(line).Append('\n');
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }
}
