using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using ChatApp.Messages;
using ChatApp.Tests.Harness;
using Xunit.Sdk;

namespace ChatApp.Tests.Commands;

public sealed class DrainTests : ProcessTest
{
    private const int Programs = 8;
    private static readonly string[] Limits = ["--Messages:PostsPerSecond=100000", "--Messages:PostBurst=100000", "--Push:CommandsPerSecond=100000", "--Push:CommandBurst=100000"];

    [Fact]
    public async Task A_stop_says_not_ready_first_serves_on_sends_everybody_away_one_after_the_other_and_loses_no_acknowledged_post()
    {
        var (ann, token) = await SomebodyAsync();
        await using var product = await ProductProcess.ServeAsync(Folder, ["--Push:NoticeSeconds=3", "--Push:ReturnSeconds=60", .. Limits]);
        var stored = new ConcurrentQueue<string>();
        var programs = await Task.WhenAll(Enumerable.Range(0, Programs).Select(_ => ConnectAsync(product, token)));
        var posting = programs.Select((socket, number) => PostUntilClosedAsync(socket, number, stored)).ToList();
        await Eventually.BecomesAsync(() => stored.Count > Programs);
        using var http = new HttpClient { BaseAddress = new Uri(product.Address) };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/ready")).StatusCode);

        await product.SignalAsync("TERM");
        await Eventually.BecomesAsync(async () => (await http.GetAsync("/health/ready")).StatusCode == HttpStatusCode.ServiceUnavailable);
        var before = stored.Count;
        await Eventually.BecomesAsync(() => stored.Count > before + Programs, "it serves on while it is not ready");
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live")).StatusCode);

        var waits = (await Task.WhenAll(posting)).ToList();
        Assert.All(waits, wait => Assert.InRange(wait, 0, 60_000));
        Assert.True(waits.Distinct().Count() > Programs / 2, $"they are spread: {string.Join(", ", waits)}");
        Assert.Equal(0, await product.EndedAsync());
        Assert.Empty(product.Errors);
        foreach (var socket in programs) await socket.DisposeAsync();

        // The same key again is answered as a duplicate only where the message is there.
        await using var again = await TestServer.StartAsync(folder: Folder);
        foreach (var key in stored)
            Assert.True(Assert.IsType<PostResult.Accepted>(await again.Get<MessageWriter>().PostAsync(ann.Id, RoomId.General, key, key)).IsDuplicate, key);
    }

    [Fact]
    public async Task Whoever_does_not_go_is_cut_off_and_the_stop_ends_in_time()
    {
        var (_, token) = await SomebodyAsync();
        await using var product = await ProductProcess.ServeAsync(Folder, ["--Push:DrainSeconds=1", .. Limits]);
        await using var deaf = await ConnectAsync(product, token);
        using var half = new System.Net.Sockets.TcpClient();
        var address = new Uri(product.Address);
        await half.ConnectAsync(address.Host, address.Port);
        await half.GetStream().WriteAsync("POST /api/account/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"u8.ToArray());
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await product.SignalAsync("TERM");
        Assert.Equal(0, await product.EndedAsync());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.Equal(3001, await deaf.ClosedAsync());
    }

    [Fact]
    public async Task A_second_signal_does_not_wait()
    {
        await using var product = await ProductProcess.ServeAsync(Folder, "--Push:NoticeSeconds=600");
        using var http = new HttpClient { BaseAddress = new Uri(product.Address) };
        await product.SignalAsync("TERM");
        await Eventually.BecomesAsync(async () => (await http.GetAsync("/health/ready")).StatusCode == HttpStatusCode.ServiceUnavailable);
        await product.SignalAsync("TERM");
        Assert.Equal(0, await product.EndedAsync());
    }

    private static async Task<long> PostUntilClosedAsync(TestSocket socket, int number, ConcurrentQueue<string> stored)
    {
        for (var i = 0; ; i++)
        {
            var key = $"{number}:{i}";
            try
            {
                var reply = await socket.AskAsync(new { publish = new { channel = "room:general", data = new { text = key, key } } });
                Assert.True(reply.TryGetProperty("publish", out _), reply.ToString());
                stored.Enqueue(key);
            }
            catch (Exception closed) when (closed is XunitException or WebSocketException or ObjectDisposedException or InvalidOperationException)
            {
                Assert.Equal(3001, await socket.ClosedAsync());
                var last = socket.Rest()[^1].GetProperty("push").GetProperty("disconnect");
                Assert.True(last.GetProperty("reconnect").GetBoolean());
                return last.GetProperty("retry_ms").GetInt64();
            }
        }
    }

    private async Task<(TestPerson Person, string Token)> SomebodyAsync()
    {
        await using var server = await TestServer.StartAsync(folder: Folder);
        var ann = await server.AddPersonAsync("Ann");
        return (ann, await server.TokenOfAsync(ann));
    }

    private static async Task<TestSocket> ConnectAsync(ProductProcess product, string token)
    {
        var socket = await TestSocket.OpenAsync(new Uri(product.Address.Replace("http", "ws", StringComparison.Ordinal) + "/ws"));
        await socket.SendTextAsync(Sockets.ConnectTests.ConnectFrame(token));
        Assert.True((await socket.ReplyAsync(1)).TryGetProperty("connect", out _));
        return socket;
    }
}
