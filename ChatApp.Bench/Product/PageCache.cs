using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace ChatApp.Bench.Product;

/// <summary>Takes a database out of all memory, so that the next look at it reads the disk.</summary>
internal static partial class PageCache
{
    private const int DontNeed = 4;

    /// <summary>Closes the idle connections with their caches, and lets the system forget the file's pages.</summary>
    public static void Drop(string database)
    {
        SqliteConnection.ClearAllPools();
        foreach (var path in (string[])[database, database + "-wal"])
        {
            if (!File.Exists(path)) continue;
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            // Pages that are not on the disk yet would stay.
            RandomAccess.FlushToDisk(file);
            _ = Advise(file, 0, 0, DontNeed);
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
