using System.Net.Sockets;
using ChatApp.Push;

namespace ChatApp.Sockets;

/// <summary>How bytes leave for one client. One way for the life of the connection: the two must never mix.</summary>
internal abstract class SocketTransport
{
    /// <summary>The way that never waits; null where there is none.</summary>
    public virtual DirectWrite? Direct => null;

    /// <summary>Completes when the network, or the web server, has taken all of it.</summary>
    /// <exception cref="IOException">The connection is broken.</exception>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>Says that nothing more comes, after all that was written; what the client sends still arrives. Nothing where the way cannot say it.</summary>
    public virtual void EndOutput()
    {
    }
}

/// <summary>Through the web server: under TLS, inside HTTP/2, behind a server that is not Kestrel.</summary>
/// <param name="stream">The upgraded connection.</param>
internal sealed class StreamTransport(Stream stream) : SocketTransport
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => stream.WriteAsync(bytes, cancellation);
}

/// <summary>To the connection's own socket, past the web server's pipe, which costs as much as the network itself.</summary>
internal sealed class DirectTransport : SocketTransport
{
    private readonly Socket _socket;

    /// <param name="socket">The socket; whoever reads from it asynchronously is not disturbed.</param>
    public DirectTransport(Socket socket)
    {
        _socket = socket;
        _socket.Blocking = false;
        Direct = Write;
    }

    public override DirectWrite Direct { get; }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            // Usually the network takes it at once, and what the system call needs to wait for it is never made.
            bytes = bytes[Write(bytes.Span)..];
            while (!bytes.IsEmpty) bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, cancellation)..];
        }
        catch (SocketException fault)
        {
            throw new IOException(fault.Message, fault);
        }
    }

    public override void EndOutput()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }
    }

    private int Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var sent = _socket.Send(bytes, SocketFlags.None, out var error);
            return error == SocketError.Success ? sent : 0;
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }
}
