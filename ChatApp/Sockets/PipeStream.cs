using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace ChatApp.Sockets;

/// <summary>The two directions of a connection as one stream. It ends nothing: the connection is its owner's.</summary>
/// <param name="input">What the client sends.</param>
/// <param name="output">What the client gets.</param>
internal sealed class PipeStream(PipeReader input, PipeWriter output) : DuplexStream
{
    /// <summary>Reads what is there; without a buffer it only waits until there is something. 0 also where the client has closed.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await input.ReadAsync(cancellationToken);
        var bytes = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, buffer.Length));
        // Before the reader goes on: afterwards the bytes' segments belong to others.
        var count = (int)bytes.Length;
        bytes.CopyTo(buffer.Span);
        input.AdvanceTo(bytes.End);
        return count;
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The connection is closed.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var written = await output.WriteAsync(buffer, cancellationToken);
        if (written.IsCompleted) throw new IOException("the connection is closed");
    }
}
