using System.IO.Pipelines;
using ChatApp.Sockets;

namespace ChatApp.Tests.Sockets;

/// <summary>A connection's two directions as one stream.</summary>
public sealed class PipeStreamTests
{
    private readonly Pipe _toServer = new(new PipeOptions(minimumSegmentSize: 16, pauseWriterThreshold: 0));
    private readonly Pipe _toClient = new();

    [Theory]
    [InlineData(7)]
    [InlineData(40_000)]
    [InlineData(100_000)]
    public async Task What_lies_in_many_pieces_is_read_whole_with_any_buffer(int buffer)
    {
        using var stream = new PipeStream(_toServer.Reader, _toClient.Writer);
        var sent = Enumerable.Range(0, 40_000).Select(i => (byte)(i * 31 % 251)).ToArray();
        foreach (var piece in sent.Chunk(1000)) await _toServer.Writer.WriteAsync(piece);
        await _toServer.Writer.CompleteAsync();

        var read = new List<byte>();
        while (read.Count < sent.Length)
        {
            Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty));
            var piece = new byte[buffer];
            var count = await stream.ReadAsync(piece);
            Assert.InRange(count, 1, buffer);
            read.AddRange(piece[..count]);
        }

        Assert.Equal(sent, read);
        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task A_write_to_a_client_that_is_gone_fails()
    {
        using var stream = new PipeStream(_toServer.Reader, _toClient.Writer);
        await stream.WriteAsync(new byte[] { 1 });
        await _toClient.Reader.CompleteAsync();
        await Assert.ThrowsAsync<IOException>(async () => await stream.WriteAsync(new byte[] { 2 }));
    }
}
