using System.Diagnostics;

namespace ChatApp.Tests.Harness;

/// <summary>
/// Lets the kernel's answers to a program be others than the disk's, by strace: the words to put before a program. The
/// program stays the test's own child; strace looks on from beside it and ends with it.
/// </summary>
internal static class Strace
{
    /// <summary>Where strace notes each call that it looked at; a changed one ends with <c>(INJECTED)</c> or <c>(DELAYED)</c>.</summary>
    public static string LogIn(string folder) => Path.Combine(folder, "strace.log");

    /// <summary>Changes the answers to each <c>fsync</c> and <c>fdatasync</c> of a file.</summary>
    /// <param name="file">Absolute path of the file.</param>
    /// <param name="fault">As strace takes it, such as <c>error=EIO:when=5+</c>; calls are counted for each thread.</param>
    /// <param name="logFolder">Gets <see cref="LogIn"/>.</param>
    /// <exception cref="Xunit.Sdk.XunitException">strace is missing, or this machine forbids tracing.</exception>
    public static async Task<IReadOnlyList<string>> FlushesAsync(string file, string fault, string logFolder)
    {
        string[] words = ["strace", "-D", "-f", "--seccomp-bpf", "-q", "-o", LogIn(logFolder), "-e", "trace=fsync,fdatasync", "-P", file, "-e", $"inject=fsync,fdatasync:{fault}"];
        await AssertWorksAsync([.. words, "true"]);
        return words;
    }

    /// <summary>How often a word stands in the log; strace may still be writing it.</summary>
    public static int Count(string logFolder, string word)
    {
        using var log = new StreamReader(new FileStream(LogIn(logFolder), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var count = 0;
        while (log.ReadLine() is { } line) count += line.Contains(word, StringComparison.Ordinal) ? 1 : 0;
        return count;
    }

    // A test that could not make the fault must not pass, and must say what is in its way.
    private static async Task AssertWorksAsync(string[] words)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardError = true, UseShellExecute = false })!;
            var said = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            if (process.ExitCode == 0 && said.Length == 0) return;
            throw new Xunit.Sdk.XunitException($"strace cannot trace here, so no fault of the disk can be made (in a container it needs --cap-add=SYS_PTRACE, or a seccomp profile that allows ptrace): {said}");
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new Xunit.Sdk.XunitException("strace is missing: ./test.sh installs it", missing);
        }
    }
}
