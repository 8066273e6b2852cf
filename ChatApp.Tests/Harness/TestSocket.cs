using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using ChatApp.Tests.Wire;

namespace ChatApp.Tests.Harness;

/// <summary>
/// A program on the socket endpoint, as plain as a test wants it: sends what it is told, and hands out what comes, object
/// by object. Pings are answered unless <see cref="AnswersPings"/> is off. At its end all frames are held to docs/asyncapi.yaml.
/// </summary>
public sealed class TestSocket : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    // A handler for each socket would cost more than the socket.
    private static readonly HttpMessageInvoker Invoker = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });
    private readonly ClientWebSocket _socket;
    private readonly Channel<JsonElement> _incoming = Channel.CreateUnbounded<JsonElement>();
    private readonly List<JsonElement> _skipped = [];
    private readonly FrameLedger _ledger = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly Task _reading;
    private long _lastId = 1000;

    private TestSocket(ClientWebSocket socket)
    {
        _socket = socket;
        _reading = ReadAsync();
    }

    /// <summary>Off: the server's pings go unanswered.</summary>
    public bool AnswersPings { get; set; } = true;

    /// <summary>Pings seen so far.</summary>
    public int Pings { get; private set; }

    /// <summary>The socket itself, for what only this test does to it.</summary>
    public ClientWebSocket Raw => _socket;

    /// <summary>Opens a socket.</summary>
    public static async Task<TestSocket> OpenAsync(Uri address, Action<ClientWebSocketOptions>? options = null)
    {
        var socket = new ClientWebSocket();
        options?.Invoke(socket.Options);
        using var deadline = new CancellationTokenSource(Deadline);
        // With options of its own it needs a handler of its own.
        await (options is null ? socket.ConnectAsync(address, Invoker, deadline.Token) : socket.ConnectAsync(address, deadline.Token));
        return new TestSocket(socket);
    }

    /// <summary>Sends an object as JSON.</summary>
    public Task SendAsync(object command) => SendTextAsync(JsonSerializer.Serialize(command));

    /// <summary>Sends a text frame as it is.</summary>
    public Task SendTextAsync(string text)
    {
        _ledger.Sent(text);
        return SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);
    }

    /// <summary>Sends a frame.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> frame, WebSocketMessageType type, bool endOfMessage = true)
    {
        await _sending.WaitAsync();
        try
        {
            using var deadline = new CancellationTokenSource(Deadline);
            await _socket.SendAsync(frame, type, endOfMessage, deadline.Token);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Sends a command (an object without id) and waits for its reply.</summary>
    public async Task<JsonElement> AskAsync(object command)
    {
        var id = Interlocked.Increment(ref _lastId);
        var json = JsonSerializer.Serialize(command);
        await SendTextAsync($"{{\"id\":{id},{json[1..]}");
        return await ReplyAsync(id);
    }

    /// <summary>Waits for whatever comes next.</summary>
    public Task<JsonElement> NextAsync() => NextAsync(static _ => true);

    /// <summary>Waits for the reply to a command; pushes that come before it stay for <see cref="PushAsync"/>.</summary>
    public Task<JsonElement> ReplyAsync(long id) =>
        NextAsync(frame => frame.TryGetProperty("id", out var number) && number.GetInt64() == id);

    /// <summary>Waits for the next push that the test wants to see; replies and other pushes stay for later.</summary>
    public async Task<JsonElement> PushAsync(Func<JsonElement, bool>? wanted = null)
    {
        var frame = await NextAsync(frame => frame.TryGetProperty("push", out var push) && (wanted is null || wanted(push)));
        return frame.GetProperty("push");
    }

    /// <summary>Waits for the data of the next publication of that type, such as <c>message.posted</c>.</summary>
    public async Task<JsonElement> EventAsync(string type)
    {
        var push = await PushAsync(push => TypeOf(push) == type);
        return push.GetProperty("pub");
    }

    /// <summary>The error of a reply.</summary>
    public static int ErrorOf(JsonElement reply) =>
        reply.TryGetProperty("error", out var error) ? error.GetProperty("code").GetInt32() : throw new Xunit.Sdk.XunitException($"no error: {reply}");

    /// <summary>Waits until the server has closed the socket.</summary>
    /// <returns>The close code; 0 where it was cut without one.</returns>
    public async Task<int> ClosedAsync()
    {
        await _reading.WaitAsync(Deadline);
        return _socket.CloseStatus is { } status ? (int)status : 0;
    }

    /// <summary>All that has come and that no test has taken yet.</summary>
    public IReadOnlyList<JsonElement> Rest()
    {
        while (_incoming.Reader.TryRead(out var frame)) _skipped.Add(frame);
        return _skipped;
    }

    /// <summary>The same, which counts as taken then.</summary>
    public IReadOnlyList<JsonElement> TakeRest()
    {
        JsonElement[] rest = [.. Rest()];
        _skipped.Clear();
        return rest;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            if (_socket.State == WebSocketState.Open) await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", deadline.Token);
            await _reading.WaitAsync(deadline.Token);
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException)
        {
            _socket.Abort();
        }

        _socket.Dispose();
        _sending.Dispose();
        await _ledger.VerifyAsync();
    }

    private static string? TypeOf(JsonElement push) =>
        push.TryGetProperty("pub", out var pub) && pub.GetProperty("data").TryGetProperty("type", out var type) ? type.GetString() : null;

    private async Task<JsonElement> NextAsync(Func<JsonElement, bool> wanted)
    {
        var index = _skipped.FindIndex(frame => wanted(frame));
        if (index >= 0)
        {
            var found = _skipped[index];
            _skipped.RemoveAt(index);
            return found;
        }

        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            while (true)
            {
                var frame = await _incoming.Reader.ReadAsync(deadline.Token);
                if (wanted(frame)) return frame;
                _skipped.Add(frame);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or ChannelClosedException)
        {
            throw new Xunit.Sdk.XunitException(
                $"it did not come ({(fault is ChannelClosedException ? $"closed with {_socket.CloseStatus} {_socket.CloseStatusDescription}" : "waited in vain")}); what came: {string.Join(" ", _skipped)}", fault);
        }
    }

    // The one reader.
    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        var message = new MemoryStream();
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    if (_socket.State == WebSocketState.CloseReceived) await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
                    break;
                }

                message.Write(buffer, 0, received.Count);
                if (!received.EndOfMessage) continue;
                foreach (var line in Encoding.UTF8.GetString(message.ToArray()).Split('\n')) await TakeAsync(line);
                message.SetLength(0);
            }
        }
        catch (Exception fault) when (fault is WebSocketException or ObjectDisposedException or IOException)
        {
            // Cut: the test sees it by ClosedAsync.
        }
        finally
        {
            _incoming.Writer.TryComplete();
        }
    }

    private async Task TakeAsync(string line)
    {
        if (line == "{}")
        {
            Pings++;
            if (AnswersPings) await SendTextAsync("{}");
            return;
        }

        using var document = JsonDocument.Parse(line);
        var frame = document.RootElement.Clone();
        _ledger.Received(frame);
        _incoming.Writer.TryWrite(frame);
    }
}
