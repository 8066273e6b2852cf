using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ChatApp.Bench.Probe;

/// <summary>
/// Counts the statements by which this process reads SQLite databases, in the library itself: whoever opens a connection, and
/// by whatever layer, is counted. Nothing is counted where the process brings a library of its own.
/// </summary>
internal static unsafe partial class StatementCounter
{
    private const uint TraceStatements = 1;

    private static long _reads;
    private static long _logReads;

    /// <summary>Whether statements are counted.</summary>
    public static bool IsOn { get; private set; }

    /// <summary>Statements that read.</summary>
    public static long Reads => Interlocked.Read(ref _reads);

    /// <summary>Those of them that read rooms' logs.</summary>
    public static long LogReads => Interlocked.Read(ref _logReads);

    /// <summary>Counts on every connection that is opened from now on.</summary>
    public static void Start()
    {
        try
        {
            IsOn = AutoExtension(&Opened) == 0;
        }
        catch (DllNotFoundException)
        {
            // The system has no SQLite: the product brings its own.
        }
    }

    /// <summary>Whether a statement reads, and whether it reads rooms' logs; what the library adds by itself is neither.</summary>
    public static (bool Reads, bool ReadsLog) Classify(ReadOnlySpan<byte> sql)
    {
        sql = sql.TrimStart(" \r\n\t"u8);
        if (!sql.StartsWith("SELECT"u8) && !sql.StartsWith("WITH"u8)) return (false, false);
        return (true, sql.IndexOf("FROM log "u8) >= 0 || sql.IndexOf("FROM \"log\""u8) >= 0);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Opened(nint connection, nint error, nint api) => Trace(connection, TraceStatements, &Begun, 0);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Begun(uint what, nint context, nint statement, byte* sql)
    {
        var (reads, readsLog) = Classify(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(sql));
        if (reads) Interlocked.Increment(ref _reads);
        if (readsLog) Interlocked.Increment(ref _logReads);
        return 0;
    }

    [LibraryImport("libsqlite3.so.0", EntryPoint = "sqlite3_auto_extension")]
    private static partial int AutoExtension(delegate* unmanaged[Cdecl]<nint, nint, nint, int> entry);

    [LibraryImport("libsqlite3.so.0", EntryPoint = "sqlite3_trace_v2")]
    private static partial int Trace(nint connection, uint what, delegate* unmanaged[Cdecl]<uint, nint, nint, byte*, int> callback, nint context);
}
