using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ChatApp.Bench.Load;

/// <summary>
/// Which of many sockets can be read, asked of the kernel directly: one thread and one receive per delivery, so
/// that the load client stays cheaper than any server it measures. The sockets stay managed ones.
/// </summary>
internal sealed partial class Epoll : IDisposable
{
    private const int Batch = 256;
    private const int Add = 1;
    private const int Remove = 2;
    private const int Change = 3;
    private const uint Readable = 1;
    private const uint Writable = 4;
    private const int Interrupted = 4;

    // struct epoll_event is packed on x86 and naturally aligned elsewhere.
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 12 : 16;
    private static readonly int DataAt = Stride - 8;

    private readonly int _set;
    private readonly byte[] _events = new byte[Batch * Stride];

    /// <summary>An empty set.</summary>
    public Epoll()
    {
        _set = Create(0);
        if (_set < 0) throw new BenchException($"epoll_create1 failed with {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>Watches a socket; <see cref="Tag"/> will give <paramref name="tag"/> for it.</summary>
    public void Watch(Socket socket, int tag) => Control(Add, socket, tag, Readable);

    /// <summary>Watches a socket that is being connected: it counts as readable when that is over.</summary>
    public void WatchOpening(Socket socket, int tag) => Control(Add, socket, tag, Writable);

    /// <summary>Watches it from now on as any other.</summary>
    public void WatchOpened(Socket socket, int tag) => Control(Change, socket, tag, Readable);

    /// <summary>Forgets a socket.</summary>
    public void Forget(Socket socket) => Control(Remove, socket, 0, Readable);

    /// <summary>Waits for readable sockets.</summary>
    /// <param name="milliseconds">How long at most; 0 asks without waiting.</param>
    /// <returns>How many there are, up to 256.</returns>
    public int Wait(int milliseconds)
    {
        var ready = Wait(_set, _events, Batch, milliseconds);
        if (ready >= 0) return ready;
        var error = Marshal.GetLastPInvokeError();
        return error == Interrupted ? 0 : throw new BenchException($"epoll_wait failed with {error}");
    }

    /// <summary>The tag of the readable socket at a place below the last count.</summary>
    public int Tag(int place) => MemoryMarshal.Read<int>(_events.AsSpan((place * Stride) + DataAt));

    /// <summary>Closes the set, not the sockets.</summary>
    public void Dispose() => _ = Close(_set);

    private void Control(int operation, Socket socket, int tag, uint when)
    {
        Span<byte> change = stackalloc byte[Stride];
        change.Clear();
        MemoryMarshal.Write(change, when);
        MemoryMarshal.Write(change[DataAt..], tag);
        if (Control(_set, operation, (int)socket.Handle, change) < 0)
            throw new BenchException($"epoll_ctl failed with {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int set, int operation, int file, Span<byte> change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int Wait(int set, Span<byte> events, int most, int milliseconds);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
