using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace ChatApp.Bench.Load;

/// <summary>
/// TLS on a socket that is asked whether it can be read, on one thread: what has come is decrypted as far as whole records
/// are there, and nothing ever waits. TLS 1.2, because in it the server sends no records of its own after the handshake.
/// </summary>
/// <param name="socket">The socket.</param>
internal sealed class TlsLayer(Socket socket) : Stream
{
    private const int HeadBytes = 5;
    private const int LengthAt = 3;

    private SslStream? _plain;
    private byte[] _cipher = new byte[4096];
    private int _start;
    private int _end;
    private int _leftOfRecord;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Shakes hands; the socket still blocks.</summary>
    public void Open()
    {
#pragma warning disable CA5359, CA5398, MA0039, SYSLIB0039 // the certificate was made a moment ago by the bench itself; the version has a reason
        _plain = new SslStream(this, leaveInnerStreamOpen: true, (_, _, _, _) => true);
        _plain.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = "127.0.0.1", EnabledSslProtocols = SslProtocols.Tls12 });
#pragma warning restore CA5359, CA5398, MA0039, SYSLIB0039
    }

    /// <summary>Encrypts and sends.</summary>
    public void Send(byte[] frame) => _plain!.Write(frame);

    /// <summary>Receives once and decrypts the records that are whole.</summary>
    /// <returns>Bytes of plain text; 0 where no record is whole yet, and where the server has closed, which <paramref name="closed"/> tells.</returns>
    public int Receive(Span<byte> plain, out SocketError error, out bool closed)
    {
        MakeRoom(plain.Length / 2);
        var received = socket.Receive(_cipher.AsSpan(_end), SocketFlags.None, out error);
        closed = error == SocketError.Success && received == 0;
        if (error == SocketError.Success) _end += received;
        var decrypted = 0;
        while (HasRecord()) decrypted += _plain!.Read(plain[decrypted..]);
        return decrypted;
    }

    /// <summary>For the layer above: never more than the rest of one record, so that it holds none back.</summary>
    public override int Read(Span<byte> buffer)
    {
        while (_leftOfRecord == 0 && _end - _start < HeadBytes) Await();
        if (_leftOfRecord == 0) _leftOfRecord = RecordBytes();
        while (_start == _end) Await();
        var count = Math.Min(Math.Min(buffer.Length, _leftOfRecord), _end - _start);
        _cipher.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        _leftOfRecord -= count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (socket.Send(buffer, SocketFlags.None, out _) != buffer.Length) throw new BenchException("the server does not read what is sent to it");
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _plain is { } plain)
        {
            _plain = null;
            plain.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool HasRecord() => _end - _start >= HeadBytes && _end - _start >= RecordBytes();

    private int RecordBytes() => HeadBytes + ((_cipher[_start + LengthAt] << 8) | _cipher[_start + LengthAt + 1]);

    // Only while shaking hands: afterwards whole records are asked for.
    private void Await()
    {
        MakeRoom(_cipher.Length);
        var received = socket.Receive(_cipher.AsSpan(_end));
        if (received == 0) throw new BenchException("the server closed the connection");
        _end += received;
    }

    private void MakeRoom(int most)
    {
        if (_start == _end) (_start, _end) = (0, 0);
        if (_start > 0)
        {
            _cipher.AsSpan(_start, _end - _start).CopyTo(_cipher);
            (_start, _end) = (0, _end - _start);
        }

        // A busy connection gets more, up to what its reader has room for.
        if (_end == _cipher.Length && _cipher.Length < most) Array.Resize(ref _cipher, Math.Min(2 * _cipher.Length, most));
    }
}
