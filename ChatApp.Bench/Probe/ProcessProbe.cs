using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ChatApp.Bench.Probe;

/// <summary>Asks a .NET process that was started with <see cref="Environment"/> what only it knows.</summary>
internal sealed class ProcessProbe : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"chatapp-bench-{Guid.NewGuid():N}.socket");
    private NetworkStream? _stream;
    private StreamReader? _reader;

    /// <summary>What the process must be started with.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["DOTNET_STARTUP_HOOKS"] = typeof(ProcessProbe).Assembly.Location,
        [ProbeServer.PathVariable] = _path,
    };

    /// <summary>Bytes that live objects take, after a full collection.</summary>
    public long LiveBytes => Ask(ProbeServer.LiveBytes);

    /// <summary>Bytes that were allocated since the process began.</summary>
    public long AllocatedBytes => Ask(ProbeServer.AllocatedBytes);

    /// <summary>Statements that have read the database; null where they cannot be counted.</summary>
    public long? StorageReads => Count(ProbeServer.StorageReads);

    /// <summary>Those of them that read rooms' logs.</summary>
    public long? LogReads => Count(ProbeServer.LogReads);

    public void Dispose()
    {
        _reader?.Dispose();
        _stream?.Dispose();
        File.Delete(_path);
    }

    private long? Count(string question) => Ask(question) is >= 0 and var count ? count : null;

    private long Ask(string question)
    {
        if (_stream is null)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(_path));
            _stream = new NetworkStream(socket, ownsSocket: true);
            _reader = new StreamReader(_stream, Encoding.ASCII);
        }

        _stream.Write(Encoding.ASCII.GetBytes(question + "\n"));
        return long.Parse(_reader!.ReadLine() ?? throw new BenchException("the probe in the server has ended"), CultureInfo.InvariantCulture);
    }
}
