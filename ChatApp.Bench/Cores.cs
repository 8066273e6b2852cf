using System.Globalization;
using System.Runtime.InteropServices;

namespace ChatApp.Bench;

/// <summary>
/// Which core runs what. The server under test gets the first core and the load client the second, so that
/// neither takes time from the other; with a single core nothing is pinned and the figures say so.
/// </summary>
internal static partial class Cores
{
    private const int MaskBytes = 128;

    private static readonly int[] Allowed = ReadAllowed();
    private static bool _isShared;

    /// <summary>How many cores this process may use.</summary>
    public static int Count => Allowed.Length;

    /// <summary>The core of the server under test, null where there is only one core, or nothing is pinned.</summary>
    public static int? Server => _isShared || Allowed.Length < 2 ? null : Allowed[0];

    /// <summary>The core of the load client, null where there is only one core, or nothing is pinned.</summary>
    public static int? Client => _isShared || Allowed.Length < 2 ? null : Allowed[1];

    /// <summary>Pins nothing: for what is measured as it runs in life, its threads side by side.</summary>
    public static void Share() => _isShared = true;

    /// <summary>Moves every thread of this process to the client's core; later threads inherit it.</summary>
    public static void PinThisProcess()
    {
        if (Client is not { } core) return;
        foreach (var task in Directory.EnumerateDirectories("/proc/self/task"))
            Pin(int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture), core);
    }

    /// <summary>
    /// Runs <paramref name="start"/> with the calling thread on the server's core. A child process inherits the
    /// mask of the thread that forks it, so its runtime sees one core from its first instruction.
    /// </summary>
    public static T OnServerCore<T>(Func<T> start)
    {
        if (Server is not { } server || Client is not { } client) return start();
        Pin(0, server);
        try
        {
            return start();
        }
        finally
        {
            Pin(0, client);
        }
    }

    private static void Pin(int thread, int core)
    {
        Span<byte> mask = stackalloc byte[MaskBytes];
        mask.Clear();
        mask[core / 8] = (byte)(1 << (core % 8));
        // A thread that has ended meanwhile is no fault; a mask that is refused shows in the printed figures only.
        _ = SetAffinity(thread, MaskBytes, mask);
    }

    private static int[] ReadAllowed()
    {
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException("The bench reads /proc and uses epoll: run it on Linux.");
        Span<byte> mask = stackalloc byte[MaskBytes];
        mask.Clear();
        if (GetAffinity(0, MaskBytes, mask) < 0) return [];
        var cores = new List<int>();
        for (var core = 0; core < MaskBytes * 8; core++)
            if ((mask[core / 8] & (1 << (core % 8))) != 0) cores.Add(core);
        return [.. cores];
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint size, ReadOnlySpan<byte> mask);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nuint size, Span<byte> mask);
}
