using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using ChatApp.Settings;
using ChatApp.Storage;
using Microsoft.Data.Sqlite;

namespace ChatApp.Commands;

/// <summary>
/// <c>backup FILE</c>, <c>verify FILE</c> and <c>restore FILE</c>. Progress and what was checked go to standard output; a
/// failure is one line on standard error.
/// </summary>
/// <remarks>All return 0 done, 1 not done, 2 wrong words on the command line. Ctrl+C leaves nothing half made.</remarks>
public static class BackupCommands
{
    /// <summary>Makes a backup, also while the server runs.</summary>
    public static Task<int> BackupAsync(string[] args) => RunAsync(args, "backup FILE [--Data:Folder=FOLDER]", "no backup made", static (file, words, progress) =>
    {
        var manifest = Backup.Make(DataFolder.At(words.Data()), file, TimeProvider.System.GetUtcNow(), progress);
        progress.Say(string.Create(
            CultureInfo.InvariantCulture, $"backup made: {Path.GetFullPath(file)} ({new FileInfo(file).Length:N0} bytes, {manifest.Parts.Count - 1} keys)"));
    });

    /// <summary>Proves that a backup can be relied on; without a file, that the data folder itself is whole.</summary>
    public static Task<int> VerifyAsync(string[] args) => RunAsync(args, "verify [FILE] [--Data:Folder=FOLDER]", "not verified", static (file, words, progress) =>
    {
        if (file.Length == 0)
        {
            var folder = DataFolder.At(words.Data());
            Report($"the database in '{folder.Path}'", BackupCheck.RunInPlace(folder, progress), progress);
            progress.Say($"good: {folder.Path}");
            return;
        }

        var place = Directory.CreateTempSubdirectory("chatapp-verify-").FullName;
        try
        {
            Report($"'{file}'", BackupCheck.Run(file, DataFolder.Open(new DataOptions { Folder = place }), TimeProvider.System, progress), progress);
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }

        progress.Say($"good: {file}");
    }, isFileNeeded: false);

    /// <summary>Puts a backup into an empty or missing data folder.</summary>
    public static Task<int> RestoreAsync(string[] args) => RunAsync(args, "restore FILE [--Data:Folder=FOLDER]", "not restored", static (file, words, progress) =>
    {
        var data = words.Data();
        Restore.Run(file, data, TimeProvider.System, progress);
        progress.Say($"restored into {DataFolder.At(data).Path}");
    });

    [SuppressMessage("ApiDesign", "RS0030", Justification = "a command answers on the console")]
    private static async Task<int> RunAsync(string[] args, string usage, string failure, Action<string, CommandWords, Progress> work, bool isFileNeeded = true)
    {
        if (CommandWords.Parse(args.AsSpan(1)) is not { } words || words.Words.Count > 1 || (isFileNeeded && words.Words.Count == 0)) return await FailAsync($"usage: {usage}", 2);
        var file = words.Words.Count > 0 ? words.Words[0] : "";
        using var stop = new CancellationTokenSource();
        using var interrupt = StopAt(PosixSignal.SIGINT, stop);
        using var terminate = StopAt(PosixSignal.SIGTERM, stop);
        try
        {
            work(file, words, new Progress(Console.Out.WriteLine, stop.Token));
            return 0;
        }
        catch (OperationCanceledException)
        {
            return await FailAsync($"{failure}: stopped", 1);
        }
        catch (Exception problem) when (problem is BackupException or StartException or IOException or UnauthorizedAccessException or SqliteException or ArgumentOutOfRangeException)
        {
            // (The last is what the framework makes of a file that is too long for its disk.)
            return await FailAsync($"{failure}: {problem.Message.ReplaceLineEndings(" ")}", 1);
        }
    }

    private static void Report(string what, IReadOnlyList<string> problems, Progress progress)
    {
        foreach (var problem in problems) progress.Say($"problem: {problem}");
        if (problems.Count > 0) throw new BackupException($"{what} is damaged: {problems[0]}");
    }

    private static PosixSignalRegistration StopAt(PosixSignal signal, CancellationTokenSource stop) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        stop.Cancel();
    });

    [SuppressMessage("ApiDesign", "RS0030", Justification = "a command answers on the console")]
    private static async Task<int> FailAsync(string line, int code)
    {
        await Console.Error.WriteLineAsync(line);
        return code;
    }
}
