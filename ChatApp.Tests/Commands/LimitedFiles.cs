using System.Diagnostics;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Commands;

/// <summary>
/// Commands of the product in a process whose files cannot grow past a size (<c>RLIMIT_FSIZE</c>): writes really fail, on
/// any machine and without any right.
/// </summary>
internal static class LimitedFiles
{
    /// <summary>Runs the product to its end.</summary>
    /// <param name="bytes">Largest file that it may write.</param>
    /// <param name="arguments">Its command line.</param>
    public static async Task<ProductResult> RunAsync(long bytes, string[] arguments)
    {
        var program = Checkout.PathTo($"ChatApp/bin/{new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name}/net10.0/ChatApp.dll");
        var start = new ProcessStartInfo("prlimit", [$"--fsize={bytes}", "dotnet", program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        // The runtime's own shared memory is a file too.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(deadline.Token);
        return new ProductResult(process.ExitCode, Lines(await output), Lines(await errors));
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
