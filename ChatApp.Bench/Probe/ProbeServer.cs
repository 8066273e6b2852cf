using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ChatApp.Bench.Probe;

/// <summary>
/// The probe inside of the measured process: answers each line on a Unix socket with what the runtime knows. Between
/// questions it costs a sleeping thread, and a look at each statement that SQLite carries out.
/// </summary>
internal static class ProbeServer
{
    /// <summary>The environment variable that says where the socket is.</summary>
    public const string PathVariable = "CHATAPP_BENCH_PROBE";

    /// <summary>Asks for the bytes that live objects take, after a full collection.</summary>
    public const string LiveBytes = "live";

    /// <summary>Asks for the bytes that were ever allocated.</summary>
    public const string AllocatedBytes = "allocated";

    /// <summary>Asks for the statements that have read the database; answered -1 where they are not counted.</summary>
    public const string StorageReads = "reads";

    /// <summary>Asks for those of them that read rooms' logs.</summary>
    public const string LogReads = "log reads";

    /// <summary>Listens where the environment says so; a program without that variable is left alone.</summary>
    public static void Start()
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is not { Length: > 0 } path) return;
        StatementCounter.Start();
        new Thread(() => Serve(path)) { IsBackground = true, Name = "probe" }.Start();
    }

    private static void Serve(string path)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        while (true)
        {
            using var stream = new NetworkStream(listener.Accept(), ownsSocket: true);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            while (reader.ReadLine() is { } question)
                stream.Write(Encoding.ASCII.GetBytes(Answer(question).ToString(CultureInfo.InvariantCulture) + "\n"));
        }
    }

    private static long Answer(string question) => question switch
    {
        LiveBytes => Live(),
        AllocatedBytes => GC.GetTotalAllocatedBytes(precise: true),
        StorageReads => StatementCounter.IsOn ? StatementCounter.Reads : -1,
        LogReads => StatementCounter.IsOn ? StatementCounter.LogReads : -1,
        _ => -1,
    };

    private static long Live()
    {
        long bytes = 0;
        // Finalizers and the pools that trim themselves need more than one collection.
        for (var time = 0; time < 3; time++)
        {
            bytes = GC.GetTotalMemory(forceFullCollection: true);
            GC.WaitForPendingFinalizers();
        }

        return bytes;
    }
}
