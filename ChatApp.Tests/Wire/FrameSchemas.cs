using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Wire;

/// <summary>
/// The schemas of docs/asyncapi.yaml, in a validator (node, ajv) that all tests share. It starts with the first frame and
/// ends with the test run, when its input does.
/// </summary>
internal sealed class FrameSchemas
{
    private static readonly Task<FrameSchemas> Shared = StartAsync();

    private readonly ConcurrentDictionary<long, TaskCompletionSource<string>> _waiting = new();
    private readonly Process _validator;
    private readonly Lock _writing = new();
    private long _last;

    private FrameSchemas(Process validator, IReadOnlySet<string> names)
    {
        _validator = validator;
        Names = names;
    }

    /// <summary>The names of all schemas.</summary>
    public IReadOnlySet<string> Names { get; }

    /// <summary>The validator of this run.</summary>
    public static Task<FrameSchemas> GetAsync() => Shared;

    /// <summary>What is wrong with a JSON text without line ends by the schema of that name; empty where nothing is.</summary>
    public Task<string> ProblemAsync(string schema, string json)
    {
        var number = Interlocked.Increment(ref _last);
        var answer = _waiting.GetOrAdd(number, static _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_writing)
        {
            _validator.StandardInput.Write(string.Create(CultureInfo.InvariantCulture, $"{number}\t{schema}\t{json}\n"));
            _validator.StandardInput.Flush();
        }

        return answer.Task.WaitAsync(Eventually.DefaultDeadline);
    }

    private static async Task<FrameSchemas> StartAsync()
    {
        var folder = Checkout.PathTo("ChatApp.Tests/Wire/asyncapi");
        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add("validate.mjs");
        start.ArgumentList.Add(Checkout.PathTo("docs/asyncapi.yaml"));
        var validator = Process.Start(start)!;
        if (await validator.StandardOutput.ReadLineAsync() is not { } first || !first.StartsWith("ready\t", StringComparison.Ordinal))
            throw new InvalidOperationException("the validator of frames did not start; npm ci --prefix ChatApp.Tests/Wire/asyncapi --ignore-scripts installs what it needs (./test.sh does it by itself)");
        var schemas = new FrameSchemas(validator, first["ready\t".Length..].Split(' ').ToHashSet(StringComparer.Ordinal));
        _ = Task.Run(schemas.ReadAnswersAsync);
        return schemas;
    }

    private async Task ReadAnswersAsync()
    {
        while (await _validator.StandardOutput.ReadLineAsync() is { } line)
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            if (_waiting.TryRemove(long.Parse(line.AsSpan(0, tab), CultureInfo.InvariantCulture), out var answer)) answer.SetResult(line[(tab + 1)..]);
        }
    }
}
