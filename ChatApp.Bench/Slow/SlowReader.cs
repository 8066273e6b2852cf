using System.Net.Sockets;
using System.Text;
using ChatApp.Bench.Load;

namespace ChatApp.Bench.Slow;

/// <summary>How one reader among many behaves.</summary>
internal enum Reading
{
    /// <summary>It reads what comes, as the others do.</summary>
    Well,

    /// <summary>It reads nothing.</summary>
    Nothing,

    /// <summary>It reads one byte every 10 ms.</summary>
    ByteByByte,
}

/// <summary>
/// One more listener, on a thread of its own, that behaves badly for a time and then reads what there is. It never fails to
/// answer: what it is ended for is its slowness.
/// </summary>
/// <param name="dialect">How the server is spoken to.</param>
/// <param name="port">Where it listens, on 127.0.0.1.</param>
/// <param name="rooms">What it listens to.</param>
internal sealed class SlowReader(IDialect dialect, int port, params IReadOnlyList<string> rooms) : IDisposable
{
    private static readonly TimeSpan ByteGap = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan AnswerGap = TimeSpan.FromSeconds(3);

    private readonly ClientConnection _connection = new(rooms);
    private readonly CancellationTokenSource _ending = new();
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _filled;
    private Task<string> _life = Task.FromResult("");

    /// <summary>Connects and waits until the server has accepted it.</summary>
    public void Connect()
    {
        // Set before it connects: the network must not take what the reader does not.
        _connection.Socket.ReceiveBufferSize = 4096;
        _connection.Open(port, dialect.Path(rooms));
        _connection.AwaitUpgrade(_buffer);
        _connection.Send(WebSocketFrames.FromClient(WebSocketFrames.Text, dialect.Hello(rooms)));
        while (!IsReady())
        {
        }
    }

    /// <summary>Begins to read in a way.</summary>
    /// <param name="reading">The way.</param>
    /// <param name="time">For how long; then it reads all that there is.</param>
    public void Begin(Reading reading, TimeSpan time) => _life = Task.Run(async () =>
    {
        using var misbehaving = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        misbehaving.CancelAfter(time);
        var answering = AnswerAsync();
        try
        {
            if (reading == Reading.Nothing) await Task.Delay(Timeout.Infinite, misbehaving.Token);
            if (reading == Reading.ByteByByte) await ReadBytesAsync(misbehaving.Token);
        }
        catch (OperationCanceledException)
        {
            // From now on it reads well.
        }

        var end = await ReadToEndAsync();
        await _ending.CancelAsync();
        await answering;
        return end;
    });

    /// <summary>Leaves, where it has not been ended.</summary>
    /// <returns>How it ended: the close code with its text, "cut", or "left" by itself.</returns>
    public async Task<string> EndAsync()
    {
        await _ending.CancelAsync();
        return await _life;
    }

    public void Dispose()
    {
        _connection.Dispose();
        _ending.Dispose();
    }

    private bool IsReady()
    {
        _filled += _connection.Socket.Receive(_buffer.AsSpan(_filled));
        var bytes = _buffer.AsSpan(0, _filled);
        while (WebSocketFrames.TryRead(bytes, out var frame))
        {
            var payload = bytes[frame.Start..frame.End];
            foreach (var range in payload.Split(dialect.Separator))
            {
                var kind = dialect.Classify(payload[range], rooms);
                if (kind == RecordKind.Refusal) throw new BenchException($"the server refused: {Encoding.UTF8.GetString(payload[range])}");
                _connection.Ready |= kind == RecordKind.Ready;
            }

            bytes = bytes[frame.End..];
        }

        bytes.CopyTo(_buffer);
        _filled = bytes.Length;
        return _connection.Ready;
    }

    // Answers that nobody asked for count as well.
    private async Task AnswerAsync()
    {
        var answer = WebSocketFrames.FromClient(WebSocketFrames.Text, dialect.PingAnswer);
        try
        {
            while (true)
            {
                await Task.Delay(AnswerGap, _ending.Token);
                await _connection.Socket.SendAsync(answer, SocketFlags.None, _ending.Token);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException)
        {
            // It left, or was ended.
        }
    }

    private async Task ReadBytesAsync(CancellationToken stop)
    {
        try
        {
            while (await _connection.Socket.ReceiveAsync(_buffer.AsMemory(_filled, 1), SocketFlags.None, stop) > 0)
            {
                _filled++;
                await Task.Delay(ByteGap, stop);
            }
        }
        catch (SocketException)
        {
            // What follows says how it ended.
        }
    }

    private async Task<string> ReadToEndAsync()
    {
        try
        {
            while (true)
            {
                var received = await _connection.Socket.ReceiveAsync(_buffer.AsMemory(_filled), SocketFlags.None, _ending.Token);
                if (received == 0) return "cut";
                _filled += received;
                if (TakeFrames() is { } end) return end;
            }
        }
        catch (OperationCanceledException)
        {
            return "left";
        }
        catch (SocketException)
        {
            return "cut";
        }
    }

    private string? TakeFrames()
    {
        var bytes = _buffer.AsSpan(0, _filled);
        while (WebSocketFrames.TryRead(bytes, out var frame))
        {
            var payload = bytes[frame.Start..frame.End];
            if (frame.Opcode == WebSocketFrames.Close && payload.Length >= 2)
                return $"{(payload[0] << 8) | payload[1]} {Encoding.UTF8.GetString(payload[2..])}";
            bytes = bytes[frame.End..];
        }

        bytes.CopyTo(_buffer);
        _filled = bytes.Length;
        return null;
    }
}
