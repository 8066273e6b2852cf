using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using ChatApp.Client.Wire;

namespace ChatApp.Client;

/// <summary>
/// One open socket: its read loop, the requests that wait for a reply, and the watch for silence.
/// It never comes back to life; the client opens another one.
/// </summary>
internal sealed class Link : IDisposable
{
    /// <summary>A page of history with the longest messages stays below it; more in one frame is not our server.</summary>
    private const int MaxFrameIn = 32 * 1024 * 1024;

    /// <summary>A receive buffer that grew beyond this for one frame is given back.</summary>
    private const int KeptBuffer = 256 * 1024;

    private const int ServerFault = 3004;
    private const int Slow = 3008;

    private static readonly TimeSpan PongGrace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly WebSocket _socket;
    private readonly TimeProvider _time;
    private readonly TimeSpan _replyTimeout;
    private readonly Pacer _pacer;
    private readonly Action<Link, Push> _onPush;
    private readonly FrameWriter _outgoing;
    private readonly Dictionary<long, PendingReply> _pending = [];
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cut;
    private readonly ITimer _silence;
    private TimeSpan _silenceLimit = Timeout.InfiniteTimeSpan;
    private bool _answersPings;
    private Loss? _loss;
    private long _lastId;

    public Link(WebSocket socket, ChatClientOptions options, Action<Link, Push> onPush)
    {
        _socket = socket;
        _time = options.Time;
        _replyTimeout = options.ReplyTimeout;
        _pacer = new(options.Commands, options.Time);
        _onPush = onPush;
        _outgoing = new(socket);
        _cut = new(Timeout.InfiniteTimeSpan, _time);
        _silence = _time.CreateTimer(
            _ => Break(Loss.Local($"nothing came from the server for {_silenceLimit.TotalSeconds:0.#} s")),
            null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Id of the account that is connected; null before, and where the server does not say.</summary>
    public string? User { get; private set; }

    /// <summary>
    /// True where what was asked may have ended the link: the server failed, or its answer was too much for what it lets
    /// wait. Known when <see cref="Lost"/> completes.
    /// </summary>
    public bool EndedByAnswer { get; private set; }

    /// <summary>Completes when the link is over and every waiting request has been told so.</summary>
    public Task Lost => _lost.Task;

    /// <summary>Reads and writes until the socket ends; returns why. Call once.</summary>
    public async Task<Loss> RunAsync()
    {
        var writing = WriteAsync();
        try
        {
            var loss = await ReadLoopAsync();
            EndedByAnswer = loss.Code is ServerFault or Slow;
            return loss;
        }
        finally
        {
            Close();
            await writing;
            lock (_pending)
            {
                _lost.TrySetResult();
                foreach (var waiting in _pending.Values)
                    waiting.TrySetResult(null);
            }
        }
    }

    /// <summary>
    /// Sends a request and waits for its reply. Returns null when the link was lost first: whether the server acted on
    /// it is then unknown.
    /// </summary>
    /// <param name="command">The request; its id is set here.</param>
    /// <param name="onReply">Runs inside the read loop, before the next frame is looked at.</param>
    /// <param name="cancel">Stops the waiting, not the request.</param>
    public async Task<Incoming?> RequestAsync(Command command, Action<Incoming>? onReply, CancellationToken cancel)
    {
        var (id, frame) = Encode(command);
        // The server does not count the first one, and nothing can be before it.
        if (command.Connect is null && !await TurnAsync(cancel))
            return null;
        var reply = new PendingReply(onReply);
        lock (_pending)
        {
            if (_lost.Task.IsCompleted)
                return null;
            _pending.Add(id, reply);
        }
        try
        {
            await _outgoing.EnqueueAsync(frame, cancel);
            var answer = await reply.Task.WaitAsync(_replyTimeout, _time, cancel);
            if (answer?.Error is { Code: ChatError.TooManyRequests } error)
                _pacer.Hold(Wait.From(error.RetryMs) ?? TimeSpan.Zero);
            return answer;
        }
        catch (TimeoutException)
        {
            Break(Loss.Local($"no reply within {_replyTimeout.TotalSeconds:0.#} s"));
            return await reply.Task.WaitAsync(cancel);
        }
        finally
        {
            lock (_pending)
                _pending.Remove(id);
        }
    }

    /// <summary>Sends a request whose reply nobody waits for.</summary>
    public async ValueTask SendAsync(Command command)
    {
        if (await TurnAsync(CancellationToken.None))
            await _outgoing.EnqueueAsync(Encode(command).Frame, CancellationToken.None);
    }

    /// <summary>Ends politely: what is queued still goes out, then a close frame, and the peer has 2 s to answer.</summary>
    public void Close()
    {
        _outgoing.Complete();
        _cut.CancelAfter(CloseTimeout);
    }

    public void Dispose()
    {
        _silence.Dispose();
        _cut.Dispose();
        _socket.Dispose();
    }

    /// <summary>Ends at once; only the first reason counts.</summary>
    public void Break(Loss loss)
    {
        Interlocked.CompareExchange(ref _loss, loss, null);
        try
        {
            _cut.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The silence timer may fire while the link is being disposed; there is nothing left to end.
        }
    }

    /// <summary>False where the link was lost first.</summary>
    private async ValueTask<bool> TurnAsync(CancellationToken cancel)
    {
        var turn = _pacer.WaitAsync(cancel);
        if (!turn.IsCompleted)
        {
            var waiting = turn.AsTask();
            if (await Task.WhenAny(waiting, Lost) == waiting)
                await waiting;
        }
        return !Lost.IsCompleted;
    }

    private (long Id, byte[] Frame) Encode(Command command)
    {
        var id = Interlocked.Increment(ref _lastId);
        var frame = JsonSerializer.SerializeToUtf8Bytes(command with { Id = id }, WireFormat.Json.Command);
        if (frame.Length > FrameWriter.MaxFrame)
            throw new ChatException(new(ChatError.TooLong, $"{frame.Length} bytes do not fit into a frame of {FrameWriter.MaxFrame}", Temporary: false));
        return (id, frame);
    }

    /// <summary>The only reader of the socket. It calls nothing that waits, so a slow program cannot stall pings.</summary>
    private async Task<Loss> ReadLoopAsync()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        try
        {
            while (true)
            {
                var got = await _socket.ReceiveAsync(buffer.GetMemory(4096), _cut.Token);
                if (got.MessageType is WebSocketMessageType.Close)
                    return Loss.Closed((int)(_socket.CloseStatus ?? WebSocketCloseStatus.Empty), _socket.CloseStatusDescription);
                if (got.MessageType is WebSocketMessageType.Binary)
                    return Loss.Local("the server sent a binary frame");
                buffer.Advance(got.Count);
                if (buffer.WrittenCount > MaxFrameIn)
                    return Loss.Local($"the server sent a frame of more than {MaxFrameIn} bytes");
                if (!got.EndOfMessage)
                    continue;
                _silence.Change(_silenceLimit, Timeout.InfiniteTimeSpan);
                if (TakeFrame(buffer.WrittenSpan) is { } loss)
                    return loss;
                if (buffer.Capacity > KeptBuffer)
                    buffer = new(4096);
                else
                    buffer.ResetWrittenCount();
            }
        }
        catch (JsonException e)
        {
            return Loss.Local("the server sent something that is not the protocol", e);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            return _loss ?? Loss.Local("the connection broke", e);
        }
    }

    /// <summary>Takes one frame, several objects with a line feed between them; returns the reason to stop, if any.</summary>
    private Loss? TakeFrame(ReadOnlySpan<byte> frame)
    {
        foreach (var range in frame.Split((byte)'\n'))
        {
            var line = frame[range];
            if (line.TrimStart(" \t\r"u8).IsEmpty)
                continue;
            var incoming = JsonSerializer.Deserialize(line, WireFormat.Json.Incoming)
                ?? throw new JsonException("null is not a frame");
            if (incoming.Push?.Disconnect is { } disconnect)
                return disconnect.ToLoss();
            Take(incoming);
        }
        return null;
    }

    private void Take(Incoming incoming)
    {
        if (incoming.IsPing)
        {
            // Where so much waits that there is no room for it, what waits is an answer too.
            if (_answersPings)
                _outgoing.TryEnqueue("{}"u8.ToArray());
            return;
        }
        if (incoming.Push is { } push)
        {
            _onPush(this, push);
            return;
        }
        if (incoming.Connect is { } connected)
        {
            User = connected.Data?.User;
            WatchPings(connected);
        }
        PendingReply? waiting;
        lock (_pending)
            _pending.TryGetValue(incoming.Id, out waiting);
        waiting?.Take(incoming);
    }

    private void WatchPings(ConnectReply connected)
    {
        _answersPings = connected.Pong;
        if (connected.Ping <= 0)
            return;
        _silenceLimit = TimeSpan.FromSeconds(connected.Ping) + PongGrace;
        _silence.Change(_silenceLimit, Timeout.InfiniteTimeSpan);
    }

    private async Task WriteAsync()
    {
        try
        {
            await _outgoing.RunAsync(_cut.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The server's close frame, with its code, may still be on its way to the read loop.
            Interlocked.CompareExchange(ref _loss, Loss.Local("the connection broke while writing", e), null);
            _cut.CancelAfter(CloseTimeout);
        }
    }

    private sealed class PendingReply(Action<Incoming>? onReply)
        : TaskCompletionSource<Incoming?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public void Take(Incoming reply)
        {
            onReply?.Invoke(reply);
            TrySetResult(reply);
        }
    }
}
