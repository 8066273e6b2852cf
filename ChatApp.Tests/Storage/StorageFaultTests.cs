using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ChatApp.Bench.Crash;
using ChatApp.Tests.Commands;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Storage;

/// <summary>
/// A server as a process of its own whose flushes to disk fail or take long, by strace. SQLite has written the frames of a
/// batch before it flushes, so what was refused may still be found after a kill: then its retry must not make a second one.
/// </summary>
public sealed class StorageFaultTests : ProcessTest
{
    private const string Email = "ann@example.org";
    private const string Password = "correct horse battery";
    private const int StorageFailed = 100;
    private readonly PostLedger _ledger = new();

    // Beside the data, and gone with it.
    private string Logs => Folder;

    [Fact]
    public async Task Flushes_that_fail_for_a_while_refuse_posts_show_on_health_and_are_survived_without_a_restart()
    {
        await using (var server = await ServeAsync("chat.db-wal", "error=EIO:when=20..39"))
        {
            await using var socket = await ConnectAsync(server);
            var refused = 0;
            for (var i = 0; i < 60; i++)
            {
                var key = _ledger.Begin(sender: 1);
                while (!await TryPostAsync(socket, key))
                {
                    if (refused++ == 0) await AssertHealthAsync(server, HttpStatusCode.ServiceUnavailable, "the disk reports an error");
                }
            }

            Assert.InRange(refused, 1, 20);
            await AssertHealthAsync(server, HttpStatusCode.OK, reason: null);
            await AssertStoredAsync(server);
            await server.KillAsync();
        }

        Assert.InRange(Strace.Count(Logs, "(INJECTED)"), 1, int.MaxValue);
        await AssertSurvivedAsync();
    }

    [Fact]
    public async Task Nothing_is_acknowledged_after_a_failed_flush_and_what_was_refused_is_stored_once_when_sent_again()
    {
        await using (var server = await ServeAsync("chat.db-wal", "error=EIO:when=10+"))
        {
            var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(async sender =>
            {
                await using var socket = await ConnectAsync(server);
                while (!refused.Task.IsCompleted)
                {
                    if (!await TryPostAsync(socket, _ledger.Begin(sender))) refused.TrySetResult();
                }

                // Whoever begins after the first refusal comes after the failed flush.
                for (var i = 0; i < 5; i++) Assert.False(await TryPostAsync(socket, _ledger.Open(sender)[0]));
            }));
            await AssertHealthAsync(server, HttpStatusCode.ServiceUnavailable, "the disk reports an error");
            await server.KillAsync();
        }

        Assert.InRange(_ledger.Acknowledged, 1, int.MaxValue);
        Assert.InRange(Enumerable.Range(0, 4).Sum(sender => _ledger.Open(sender).Count), 1, int.MaxValue);
        await AssertSurvivedAsync();
    }

    [Fact]
    public async Task Slow_flushes_cost_time_and_nothing_else()
    {
        const int senders = 6;
        await using (var server = await ServeAsync("chat.db-wal", "delay_exit=20000"))
        {
            await Task.WhenAll(Enumerable.Range(0, senders).Select(async sender =>
            {
                await using var socket = await ConnectAsync(server);
                Assert.All(await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => TryPostAsync(socket, _ledger.Begin(sender)))), Assert.True);
            }));
            await AssertHealthAsync(server, HttpStatusCode.OK, reason: null);
            await AssertStoredAsync(server);
            await server.KillAsync();
        }

        // One flush for all that wait, however long it takes.
        Assert.Equal(senders * 30, _ledger.Acknowledged);
        Assert.InRange(Strace.Count(Logs, "(DELAYED)"), 1, _ledger.Acknowledged - 1);
        await AssertSurvivedAsync();
    }

    [Fact]
    public async Task A_message_that_is_alone_costs_one_flush()
    {
        const int posts = 25;
        await using (var server = await ServeAsync("chat.db-wal", "delay_exit=1"))
        {
            await using var socket = await ConnectAsync(server);
            Assert.True(await TryPostAsync(socket, _ledger.Begin(sender: 0)));
            var before = Strace.Count(Logs, "(DELAYED)");
            for (var i = 0; i < posts; i++) Assert.True(await TryPostAsync(socket, _ledger.Begin(sender: 0)));
            // A line may be written a moment after the call.
            await Eventually.BecomesAsync(() => Strace.Count(Logs, "(DELAYED)") >= before + posts);
            Assert.Equal(before + posts, Strace.Count(Logs, "(DELAYED)"));
            await server.KillAsync();
        }

        await AssertSurvivedAsync();
    }

    [Fact]
    public async Task A_checkpoint_whose_flush_fails_costs_no_message()
    {
        await using (var server = await ServeAsync("chat.db", "error=EIO:when=1+"))
        {
            await Task.WhenAll(Enumerable.Range(0, 6).Select(async sender =>
            {
                await using var socket = await ConnectAsync(server);
                while (Strace.Count(Logs, "(INJECTED)") < 2)
                    Assert.All(await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => TryPostAsync(socket, _ledger.Begin(sender)))), Assert.True);
            }));
            await AssertHealthAsync(server, HttpStatusCode.OK, reason: null);
            await server.KillAsync();
        }

        await AssertSurvivedAsync();
    }

    private async Task<ProductProcess> ServeAsync(string file, string fault)
    {
        Assert.Equal(0, (await ProductProcess.RunAsync(["user", "add", Email, "--name", "Ann", "--password-stdin", $"--Data:Folder={Folder}"], Password)).Code);
        return await ServeAsync(await Strace.FlushesAsync(Path.Combine(Folder, file), fault, Logs));
    }

    private Task<ProductProcess> ServeAsync(IReadOnlyList<string>? under) => ProductProcess.ServeAsync(
        Folder, under, "--Messages:PostsPerSecond=1000000", "--Messages:PostBurst=1000000", "--Push:CommandsPerSecond=1000000", "--Push:CommandBurst=1000000");

    private static async Task<PostingSocket> ConnectAsync(ProductProcess server)
    {
        using var http = new HttpClient { BaseAddress = new Uri(server.Address) };
        using var answer = await http.PostAsJsonAsync("/api/account/login", new { email = Email, password = Password });
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!;
        return await PostingSocket.ConnectAsync(new Uri(server.Address).Port, token, CancellationToken.None);
    }

    // False: refused as the protocol says of a storage that fails.
    private async Task<bool> TryPostAsync(PostingSocket socket, string key)
    {
        var reply = await socket.PostAsync(key).Soon();
        if (reply.Offset is { } offset)
        {
            _ledger.Acknowledge(key, offset, reply.IsDuplicate);
            return true;
        }

        Assert.Equal((StorageFailed, true), (reply.Error, reply.IsTemporary));
        return false;
    }

    private static async Task AssertHealthAsync(ProductProcess server, HttpStatusCode code, string? reason)
    {
        using var http = new HttpClient { BaseAddress = new Uri(server.Address) };
        using var answer = await http.GetAsync(new Uri("/health", UriKind.Relative));
        var report = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((code, reason), (answer.StatusCode, report.TryGetProperty("reason", out var said) ? said.GetString() : null));
    }

    private async Task AssertStoredAsync(ProductProcess server)
    {
        await using var socket = await ConnectAsync(server);
        _ledger.BeginAgain();
        await socket.ReadAllAsync(_ledger, after: 0);
        Assert.Empty(_ledger.Problems);
    }

    // After the kill, on a disk that is well: what was acknowledged is there, and what was refused is stored once when it
    // is sent again, whether the kill left it there or not.
    private async Task AssertSurvivedAsync()
    {
        SoundFolder.Assert(Folder);
        await using (var server = await ServeAsync(under: null))
        {
            await AssertStoredAsync(server);
            await using var socket = await ConnectAsync(server);
            for (var sender = 0; sender < 6; sender++)
            {
                foreach (var key in _ledger.Open(sender))
                    Assert.All(await Task.WhenAll(TryPostAsync(socket, key), TryPostAsync(socket, key)), Assert.True);
            }

            await AssertStoredAsync(server);
            Assert.Equal(0, await server.StopAsync());
        }

        SoundFolder.Assert(Folder);
    }
}
