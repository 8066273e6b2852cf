using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ChatApp.Bench.Load;

/// <summary>One WebSocket of the load client. Used by a single thread.</summary>
/// <param name="rooms">The rooms that it listens to; none for a publisher.</param>
internal sealed class ClientConnection(params IReadOnlyList<string> rooms) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
        ReceiveTimeout = (int)Patience.TotalMilliseconds,
        SendTimeout = (int)Patience.TotalMilliseconds,
    };

    // As in Linux's tcp.h.
    private const int TcpLevel = 6;
    private const int TcpQuickAck = 12;

    private byte[] _carry = [];
    private int _carried;
    private TlsLayer? _tls;

    public IReadOnlyList<string> Rooms => rooms;

    public bool Receives => rooms.Count > 0;

    public Socket Socket => _socket;

    /// <summary>Whether the server has accepted the first frames.</summary>
    public bool Ready { get; set; }

    /// <summary>The parts of a fragmented message that have come so far.</summary>
    public ArrayBufferWriter<byte> Parts { get; } = new();

    /// <summary>Deliveries since the burst began.</summary>
    public int Deliveries { get; set; }

    /// <summary>Opens the connection and sends the upgrade request.</summary>
    public void Open(int port, string path, bool usesTls = false)
    {
        _socket.Connect(IPAddress.Loopback, port);
        if (usesTls)
        {
            _tls = new TlsLayer(_socket);
            _tls.Open();
        }

        Send(WebSocketFrames.UpgradeRequest(path, port));
    }

    /// <summary>Waits for the answer to the upgrade request.</summary>
    /// <exception cref="BenchException">The server refused.</exception>
    public void AwaitUpgrade(byte[] buffer)
    {
        while (!TryTakeUpgrade(buffer))
        {
        }
    }

    /// <summary>Reads once; false where the answer to the upgrade request is not complete.</summary>
    /// <exception cref="BenchException">The server refused.</exception>
    public bool TryTakeUpgrade(byte[] buffer)
    {
        var filled = Fill(buffer);
        var head = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
        if (head >= 0 && !buffer.AsSpan().StartsWith("HTTP/1.1 101"u8))
            throw new BenchException($"the upgrade was refused: {Encoding.UTF8.GetString(buffer, 0, filled).ReplaceLineEndings(" / ")}");
        Carry(head < 0 ? buffer.AsSpan(0, filled) : buffer.AsSpan(head + 4, filled - head - 4));
        return head >= 0;
    }

    /// <summary>
    /// Makes this side's kernel acknowledge what is read when it is read. A socket that has answered lately (a ping, say) waits with that for
    /// data of its own, and its next acknowledgement is then made where the next segment arrives: in the sender's time, on the server's core.
    /// </summary>
    public void AcknowledgeAtOnce() => _socket.SetRawSocketOption(TcpLevel, TcpQuickAck, [1, 0, 0, 0]);

    /// <summary>Writes a whole frame; on a non-blocking socket it must fit into the socket's buffer.</summary>
    public void Send(byte[] frame)
    {
        if (_tls is { } tls)
        {
            tls.Send(frame);
            return;
        }

        var sent = _socket.Send(frame, SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock)) throw new BenchException($"the connection broke ({error})");
        if (sent != frame.Length) throw new BenchException("the server does not read what is sent to it");
    }

    /// <summary>Puts what is left of an earlier read, and then what can be read, into the buffer.</summary>
    /// <returns>How many bytes are in the buffer.</returns>
    /// <exception cref="BenchException">The server has closed the connection, or is silent for 20 s where it owes an answer.</exception>
    public int Fill(byte[] buffer)
    {
        _carry.AsSpan(0, _carried).CopyTo(buffer);
        var filled = _carried;
        _carried = 0;
        return filled + Receive(buffer, filled);
    }

    /// <summary>Keeps an incomplete frame for the next read.</summary>
    public void Carry(ReadOnlySpan<byte> rest)
    {
        if (rest.Length > _carry.Length) _carry = new byte[Math.Max(rest.Length, 512)];
        rest.CopyTo(_carry);
        _carried = rest.Length;
    }

    /// <summary>Closes the connection without ceremony.</summary>
    public void Dispose() => _socket.Dispose();

    private int Receive(byte[] buffer, int offset)
    {
        if (offset == buffer.Length) throw new BenchException("a frame is longer than the load client's buffer");
        if (_tls is { } tls) return ReceiveEncrypted(tls, buffer.AsSpan(offset));
        var received = _socket.Receive(buffer, offset, buffer.Length - offset, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock && !_socket.Blocking) return 0;
        if (error is SocketError.TimedOut or SocketError.WouldBlock) throw new BenchException("the server did not answer within 20 s");
        if (error != SocketError.Success) throw new BenchException($"the connection broke ({error})");
        return received > 0 ? received : throw new BenchException("the server closed the connection");
    }

    private int ReceiveEncrypted(TlsLayer tls, Span<byte> buffer)
    {
        var received = tls.Receive(buffer, out var error, out var closed);
        if (closed) throw new BenchException("the server closed the connection");
        if (error == SocketError.WouldBlock && !_socket.Blocking) return received;
        if (error is SocketError.TimedOut or SocketError.WouldBlock) throw new BenchException("the server did not answer within 20 s");
        return error == SocketError.Success ? received : throw new BenchException($"the connection broke ({error})");
    }
}
