using System.Buffers;
using System.Text;
using ChatApp.Push;

namespace ChatApp.Tests.Push;

/// <summary>
/// A network in memory for one direct connection: it takes as many bytes as it is told to, and the connection's owner loop
/// writes the rest. It notices where two write at once, and reads what came as strictly as a client does.
/// </summary>
/// <param name="takes">How many of so many bytes are taken at once; all where it is null.</param>
internal sealed class Wire(Func<int, int>? takes = null)
{
    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private int _writers;

    public int Writes { get; private set; }

    public bool HadTwoWriters { get; private set; }

    /// <summary>Bytes that the owner's loop takes at most.</summary>
    public int Most { get; init; } = 64 * 1024;

    /// <summary>Called while the loop writes, before its bytes are there.</summary>
    public Func<Task> OnLoopWrite { get; init; } = () => Task.CompletedTask;

    public int Direct(ReadOnlySpan<byte> bytes)
    {
        Enter();
        var count = takes?.Invoke(bytes.Length) ?? bytes.Length;
        lock (_gate) _bytes.Write(bytes[..count]);
        Interlocked.Decrement(ref _writers);
        return count;
    }

    /// <summary>The owner's loop, as a socket's: it waits for the outbox when this returns.</summary>
    public async Task RunAsync(Connection connection)
    {
        var buffer = new ArrayBufferWriter<byte>();
        while (await connection.Outbox.WaitAsync())
        {
            var frames = connection.Outbox.TakeFrames(buffer, Most);
            if (frames.IsEmpty) continue;
            Enter();
            await OnLoopWrite();
            lock (_gate) _bytes.Write(frames.Span);
            Interlocked.Decrement(ref _writers);
        }
    }

    /// <summary>The texts of all frames; fails where bytes are left that make no frame.</summary>
    public List<string> Frames()
    {
        byte[] bytes;
        lock (_gate) bytes = _bytes.WrittenSpan.ToArray();
        var frames = new List<string>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = BitConverter.ToInt32(bytes, at);
            Assert.InRange(length, 0, bytes.Length - at - 4);
            frames.Add(Encoding.UTF8.GetString(bytes, at + 4, length));
            at += 4 + length;
        }

        return frames;
    }

    /// <summary>How many frames are whole by now; for a look in the middle.</summary>
    public int WholeFrames() => FramesSoFar().Count;

    /// <summary>The texts of the frames that are whole by now; for a look in the middle.</summary>
    public List<string> FramesSoFar()
    {
        byte[] bytes;
        lock (_gate) bytes = _bytes.WrittenSpan.ToArray();
        var (frames, at) = (new List<string>(), 0);
        while (at + 4 <= bytes.Length && at + 4 + BitConverter.ToInt32(bytes, at) is var end && end <= bytes.Length)
        {
            frames.Add(Encoding.UTF8.GetString(bytes, at + 4, end - at - 4));
            at = end;
        }

        return frames;
    }

    private void Enter()
    {
        if (Interlocked.Increment(ref _writers) > 1) HadTwoWriters = true;
        Writes++;
    }
}
