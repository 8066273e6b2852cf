using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ChatApp.Bench.Probe;

/// <summary>
/// The probe inside of the measured process: answers each line on a Unix socket with what the runtime knows. Between
/// questions it costs a sleeping thread and, for each counter that is read, an addition.
/// </summary>
internal static class ProbeServer
{
    /// <summary>The environment variable that says where the socket is.</summary>
    public const string PathVariable = "CHATAPP_BENCH_PROBE";

    /// <summary>Asks for the bytes that live objects take, after a full collection.</summary>
    public const string LiveBytes = "live";

    /// <summary>Asks for the bytes that were ever allocated.</summary>
    public const string AllocatedBytes = "allocated";

    /// <summary>Asks for the statements that have read the database; answered -1 where the product does not count them.</summary>
    public const string StorageReads = "reads";

    /// <summary>The product's counter of those.</summary>
    public const string StorageReadsCounter = "chatapp.storage.reads";

    private static long _reads;
    private static bool _countsReads;

    /// <summary>Listens where the environment says so; a program without that variable is left alone.</summary>
    public static void Start()
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is not { Length: > 0 } path) return;
        CountReads();
        new Thread(() => Serve(path)) { IsBackground = true, Name = "probe" }.Start();
    }

    private static void CountReads()
    {
        // Not disposed: it counts as long as the process lives.
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name != StorageReadsCounter) return;
                Volatile.Write(ref _countsReads, true);
                listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>(static (_, count, _, _) => Interlocked.Add(ref _reads, count));
        listener.SetMeasurementEventCallback<int>(static (_, count, _, _) => Interlocked.Add(ref _reads, count));
        listener.Start();
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
        StorageReads => Volatile.Read(ref _countsReads) ? Interlocked.Read(ref _reads) : -1,
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
