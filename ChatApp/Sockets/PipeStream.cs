using System.Buffers;
using System.IO.Pipelines;

namespace ChatApp.Sockets;

/// <summary>The two directions of a connection as one stream. It ends nothing: the connection is its owner's.</summary>
/// <param name="input">What the client sends.</param>
/// <param name="output">What the client gets.</param>
internal sealed class PipeStream(PipeReader input, PipeWriter output) : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads what is there; without a buffer it only waits until there is something. 0 also where the client has closed.</summary>
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

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
