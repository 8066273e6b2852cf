using System.Diagnostics;
using System.Globalization;

namespace ChatApp.Tests.Harness;

internal sealed partial class ProductProcess
{
    /// <summary>
    /// Lets the kernel refuse what the running process writes past a size in any file (<c>RLIMIT_FSIZE</c>): a disk that
    /// fails, on any machine and without any right.
    /// </summary>
    /// <param name="limit">Bytes; 0 refuses every write; null lifts the limit.</param>
    public async Task LimitFilesAsync(long? limit)
    {
        // Only the soft limit: whoever is not root could never raise the hard one again.
        var size = limit?.ToString(CultureInfo.InvariantCulture) ?? "unlimited";
        using var set = Process.Start("prlimit", ["--pid", _process.Id.ToString(CultureInfo.InvariantCulture), $"--fsize={size}:"]);
        await set.WaitForExitAsync();
        Assert.Equal(0, set.ExitCode);
    }
}
