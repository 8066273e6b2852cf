using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace ChatApp.Bench.Crash;

/// <summary>The socket was cut before the answer came.</summary>
internal sealed class CutException() : Exception("the connection was cut before the answer came");

/// <summary>What came back for a post.</summary>
/// <param name="Offset">Where it is stored; null where it was refused.</param>
/// <param name="IsDuplicate">True where the key was stored before.</param>
/// <param name="Error">The code of the refusal; 0 where there is none.</param>
/// <param name="IsTemporary">True where the refusal says that trying again makes sense.</param>
internal sealed record PostReply(long? Offset, bool IsDuplicate, int Error, bool IsTemporary);

/// <summary>A program's socket that asks without waiting for earlier answers, and knows which questions stayed open when it is cut.</summary>
internal sealed class PostingSocket : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement>> _asked = [];
    private readonly SemaphoreSlim _sending = new(1, 1);
    private Task _reading = Task.CompletedTask;
    private long _lastId;
    private volatile bool _isCut;

    private PostingSocket()
    {
    }

    /// <summary>True once nothing can be asked any more.</summary>
    public bool IsCut => _isCut;

    /// <summary>Opens a socket and signs in on it.</summary>
    /// <exception cref="CutException">The server went away meanwhile.</exception>
    public static async Task<PostingSocket> ConnectAsync(int port, string token, CancellationToken cancellation)
    {
        var socket = new PostingSocket();
        try
        {
            await socket._socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/connection/websocket"), cancellation);
            socket._reading = socket.ReadAsync();
            await socket.AskAsync(new { connect = new { token } });
            return socket;
        }
        catch (WebSocketException)
        {
            await socket.DisposeAsync();
            throw new CutException();
        }
        catch
        {
            await socket.DisposeAsync();
            throw;
        }
    }

    /// <summary>Posts the text of a key to the room that everybody is in.</summary>
    /// <exception cref="CutException">No answer: it may be stored or not.</exception>
    public async Task<PostReply> PostAsync(string key)
    {
        var reply = await AskAsync(new { publish = new { channel = "room:general", data = new { text = PostLedger.TextOf(key), key } } });
        return reply.TryGetProperty("publish", out var published)
            ? new PostReply(published.GetProperty("offset").GetInt64(), published.TryGetProperty("duplicate", out var duplicate) && duplicate.GetBoolean(), 0, IsTemporary: false)
            : new PostReply(null, IsDuplicate: false, reply.GetProperty("error").GetProperty("code").GetInt32(), reply.GetProperty("error").GetProperty("temporary").GetBoolean());
    }

    /// <summary>Tells the ledger of every message that is stored after an offset, in order.</summary>
    /// <returns>The offset of the last one.</returns>
    /// <exception cref="CutException">The server went away meanwhile.</exception>
    public async Task<long> ReadAllAsync(PostLedger ledger, long after)
    {
        while (true)
        {
            var reply = await AskAsync(new { rpc = new { method = "message.history", data = new { room = "general", after, limit = 200 } } });
            var page = reply.GetProperty("rpc").GetProperty("data");
            foreach (var message in page.GetProperty("messages").EnumerateArray())
            {
                var offset = message.GetProperty("offset").GetInt64();
                if (offset <= after) ledger.Complain($"the history gives {offset} after {after}");
                after = offset;
                ledger.Found(message.GetProperty("key").GetString()!, message.GetProperty("text").GetString()!, offset);
            }

            if (!page.GetProperty("has_newer").GetBoolean()) break;
        }

        ledger.FoundAll();
        return after;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
        _sending.Dispose();
    }

    /// <summary>Sends a command (an object without id); its reply.</summary>
    /// <exception cref="CutException">No answer: it may have been carried out or not.</exception>
    public async Task<JsonElement> AskAsync<T>(T command)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[id] = answer;
        var json = JsonSerializer.Serialize(command);
        await SendAsync(string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{id},{json.AsSpan(1)}"));
        // The reader may have ended between the two lines above and seen nothing to answer.
        if (_isCut) answer.TrySetException(new CutException());
        return await answer.Task;
    }

    private async Task SendAsync(string text)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        catch (Exception cut) when (cut is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            throw new CutException();
        }
        finally
        {
            _sending.Release();
        }
    }

    // The one reader.
    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        using var message = new MemoryStream();
        try
        {
            while (await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None) is var received && received.MessageType != WebSocketMessageType.Close)
            {
                message.Write(buffer, 0, received.Count);
                if (!received.EndOfMessage) continue;
                foreach (var line in Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length).Split('\n')) await TakeAsync(line);
                message.SetLength(0);
            }
        }
        catch (Exception cut) when (cut is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException or CutException)
        {
            // Those who asked are told below.
        }
        finally
        {
            _isCut = true;
            foreach (var asked in _asked.Values) asked.TrySetException(new CutException());
        }
    }

    private async Task TakeAsync(string line)
    {
        if (line == "{}")
        {
            await SendAsync("{}");
            return;
        }

        using var document = JsonDocument.Parse(line);
        if (document.RootElement.TryGetProperty("id", out var id) && _asked.TryRemove(id.GetInt64(), out var answer))
            answer.TrySetResult(document.RootElement.Clone());
    }
}
