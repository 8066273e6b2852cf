using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using ChatApp.Storage;
using ChatApp.Tests.Commands;
using ChatApp.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Storage;

/// <summary>
/// The server is killed in the middle of its work, again and again, on the same folder: what it acknowledged is there, once
/// and in order, and what it did not acknowledge can be sent again under the same key.
/// </summary>
public sealed class CrashTests : ProcessTest
{
    private const int Rounds = 4;
    private const int Senders = 4;
    private const string Password = "correct horse battery";
    private readonly ConcurrentDictionary<string, long> _acknowledged = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _unanswered = [];
    private int _lastKey;

    [Fact]
    public async Task No_acknowledged_message_is_lost_or_doubled_by_a_kill()
    {
        var seed = new Random(20261120);
        Assert.Equal(0, (await ProductProcess.RunAsync(["user", "add", "ann@example.org", "--name", "Ann", "--password-stdin", $"--Data:Folder={Folder}"], Password)).Code);
        for (var round = 0; round < Rounds; round++)
        {
            await using var server = await ServeAsync();
            var token = await TokenAsync(server);
            await RetryAsync(server, token);
            await CheckAsync(server, token);
            var enough = _acknowledged.Count + seed.Next(20, 120);
            var senders = Enumerable.Range(0, Senders).Select(_ => SendUntilCutAsync(server, token)).ToList();
            await Eventually.BecomesAsync(() => _acknowledged.Count >= enough, "posts were acknowledged");
            await server.KillAsync();
            await Task.WhenAll(senders);
            AssertSound();
        }

        await using var last = await ServeAsync();
        var finalToken = await TokenAsync(last);
        await RetryAsync(last, finalToken);
        await CheckAsync(last, finalToken);
        Assert.Empty(_unanswered);
    }

    private Task<ProductProcess> ServeAsync() => ProductProcess.ServeAsync(
        Folder, "--Messages:PostsPerSecond=1000000", "--Messages:PostBurst=1000000", "--Push:CommandsPerSecond=1000000", "--Push:CommandBurst=1000000");

    private static async Task<string> TokenAsync(ProductProcess server)
    {
        using var http = new HttpClient { BaseAddress = new Uri(server.Address) };
        using var answer = await http.PostAsJsonAsync("/api/account/login", new { email = "ann@example.org", password = Password });
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!;
    }

    private static async Task<TestSocket> ConnectAsync(ProductProcess server, string token)
    {
        var socket = await TestSocket.OpenAsync(new Uri(server.Address.Replace("http", "ws", StringComparison.Ordinal) + "/ws"));
        await socket.SendAsync(new { id = 1, connect = new { token } });
        await socket.ReplyAsync(1);
        return socket;
    }

    private async Task SendUntilCutAsync(ProductProcess server, string token)
    {
        await using var socket = await ConnectAsync(server, token);
        while (true)
        {
            var key = $"key {Interlocked.Increment(ref _lastKey)}";
            try
            {
                await PostAsync(socket, key);
            }
            catch (Exception cut) when (cut is Xunit.Sdk.XunitException or System.Net.WebSockets.WebSocketException or OperationCanceledException or ObjectDisposedException)
            {
                _unanswered.Enqueue(key);
                return;
            }
        }
    }

    private async Task RetryAsync(ProductProcess server, string token)
    {
        await using var socket = await ConnectAsync(server, token);
        while (_unanswered.TryDequeue(out var key)) await PostAsync(socket, key);
    }

    private async Task PostAsync(TestSocket socket, string key)
    {
        var reply = await socket.AskAsync(new { publish = new { channel = "room:general", data = new { text = $"text of {key}", key } } });
        _acknowledged[key] = reply.GetProperty("publish").GetProperty("offset").GetInt64();
    }

    private async Task CheckAsync(ProductProcess server, string token)
    {
        await using var socket = await ConnectAsync(server, token);
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        long after = 0;
        while (true)
        {
            var page = (await socket.AskAsync(new { rpc = new { method = "message.history", data = new { room = "general", after, limit = 200 } } })).GetProperty("rpc").GetProperty("data");
            foreach (var message in page.GetProperty("messages").EnumerateArray())
            {
                var offset = message.GetProperty("offset").GetInt64();
                Assert.True(offset > after, "out of order");
                after = offset;
                // Doubled: Add would throw.
                found.Add(message.GetProperty("key").GetString()!, offset);
                Assert.Equal($"text of {message.GetProperty("key").GetString()}", message.GetProperty("text").GetString());
            }

            if (!page.GetProperty("has_newer").GetBoolean()) break;
        }

        Assert.All(_acknowledged, acknowledged => Assert.Equal(acknowledged.Value, found.GetValueOrDefault(acknowledged.Key)));
    }

    private void AssertSound()
    {
        using var database = new ChatDatabase(DataFolder.Open(new DataOptions { Folder = Folder }));
        using var db = database.OpenWrite();
        Assert.Equal("ok", db.Database.SqlQueryRaw<string>("SELECT integrity_check AS Value FROM pragma_integrity_check").ToList().Single());
        Assert.Empty(StorageAudit.Problems(db));
    }
}
