using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace ChatApp.Commands;

/// <summary>What the program can be told on its command line: to serve, or to do one thing and end.</summary>
public static class CommandLine
{
    // SIGXFSZ, which the framework has no name for.
    private const PosixSignal FileSizeLimitReached = (PosixSignal)25;

    private static readonly Verb[] Verbs =
    [
        new("user", "user add EMAIL --name NAME [--admin] --password-stdin | reset-second-factor EMAIL", "makes an account; lets somebody in without the second factor", UserCommand.RunAsync),
        new("key", "key add --name NAME --scopes SCOPES --user EMAIL | list | revoke NAME", "makes, lists and revokes keys of the server API", KeyCommand.RunAsync),
        new("backup", "backup FILE", "writes database and keys to a new file; the server may run", BackupCommands.BackupAsync),
        new("verify", "verify [FILE]", "checks a backup in a temporary place, or else the data folder where it lies", BackupCommands.VerifyAsync),
        new("restore", "restore FILE", "puts a backup into an empty data folder", BackupCommands.RestoreAsync),
        new("help", "help", "says this", static _ => HelpAsync()),
    ];

    /// <summary>Does what the first word says; without one, or where it is a setting, serves.</summary>
    /// <returns>The exit code: 0 done, 1 not done, 2 wrong words.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        // A file that may not grow further is a write that fails, which is told to whoever wrote; it is no reason to end.
        using var limit = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(FileSizeLimitReached, static signal => signal.Cancel = true);
        return args switch
        {
            ["--help" or "-h", ..] => await HelpAsync(),
            [var first, ..] when !IsSetting(first) => await (Array.Find(Verbs, verb => verb.Name == first) is { } known ? known.RunAsync(args) : RefuseAsync(first)),
            _ => await ServeCommand.RunAsync(args),
        };
    }

    // As the framework takes them: --KEY=VALUE, /KEY=VALUE, KEY=VALUE.
    private static bool IsSetting(string word) => word.StartsWith('-') || word.StartsWith('/') || word.Contains('=', StringComparison.Ordinal);

    [SuppressMessage("ApiDesign", "RS0030", Justification = "a command answers on the console")]
    private static async Task<int> HelpAsync()
    {
        await Console.Out.WriteLineAsync($"{"ChatApp",-64} serves, until Ctrl+C or SIGTERM");
        foreach (var verb in Verbs) await Console.Out.WriteLineAsync($"ChatApp {verb.Usage,-56} {verb.Purpose}");
        await Console.Out.WriteLineAsync("Each takes settings such as --Data:Folder=FOLDER. Exit code: 0 done, 1 not done, 2 wrong words.");
        return 0;
    }

    [SuppressMessage("ApiDesign", "RS0030", Justification = "a command answers on the console")]
    private static async Task<int> RefuseAsync(string word)
    {
        await Console.Error.WriteLineAsync($"there is no command '{word}'; usage: ChatApp [{string.Join(" | ", Verbs.Select(verb => verb.Name))}] [--SETTING=VALUE ...]");
        return 2;
    }

    private sealed record Verb(string Name, string Usage, string Purpose, Func<string[], Task<int>> RunAsync);
}
