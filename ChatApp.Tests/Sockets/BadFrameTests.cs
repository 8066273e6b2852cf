using System.Net.WebSockets;
using System.Text;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

public sealed class BadFrameTests(TestServer server) : BadFrameTests<TestServer>(server);

/// <summary>The same through the web server.</summary>
public sealed class BadFrameByStreamTests(StreamServer server) : BadFrameTests<StreamServer>(server);

public abstract class BadFrameTests<TServer>(TServer server) : IClassFixture<TServer>
    where TServer : TestServer
{
    private const int Limit = 64 * 1024;

    [Theory]
    [MemberData(nameof(BadFrames.NotTheProtocol), MemberType = typeof(BadFrames))]
    public async Task What_is_not_the_protocol_ends_the_socket_with_3501(string frame)
    {
        await using var socket = await server.ConnectAnybodyAsync();
        await socket.SendTextAsync(frame);
        Assert.Equal(3501, await socket.ClosedAsync());
        Assert.Equal("bad request", socket.Raw.CloseStatusDescription);
        Assert.Equal("""{"code":3501,"reason":"bad request","reconnect":false}""", socket.Rest().Single().GetProperty("push").GetProperty("disconnect").GetRawText());
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public async Task Deep_nesting_ends_the_socket_and_not_the_server(string open, string close)
    {
        foreach (var depth in new[] { 17, 6000 })
        {
            await using var socket = await server.ConnectAnybodyAsync();
            var nested = string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth));
            await socket.SendTextAsync($$"""{"id":2,"x":{{nested}}}""");
            Assert.Equal(3501, await socket.ClosedAsync());
        }
    }

    [Fact]
    public async Task What_came_before_a_broken_line_is_still_done()
    {
        await using var socket = await server.ConnectAnybodyAsync();
        await socket.SendTextAsync("{\"id\":2,\"subscribe\":{\"channel\":\"room:general\"}}\nbroken\n{\"id\":3,\"unsubscribe\":{\"channel\":\"room:general\"}}");
        Assert.True((await socket.ReplyAsync(2)).TryGetProperty("subscribe", out _));
        Assert.Equal(3501, await socket.ClosedAsync());
        Assert.DoesNotContain(socket.Rest(), frame => frame.TryGetProperty("id", out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData(" \t\r\n\n")]
    [InlineData("{}")]
    [InlineData("{}\n{ }\n")]
    public async Task Empty_frames_blank_lines_and_pongs_are_harmless(string frame)
    {
        await using var socket = await server.ConnectAnybodyAsync();
        await socket.SendTextAsync(frame);
        await socket.SendTextAsync(frame + "\n{\"id\":2,\"unsubscribe\":{\"channel\":\"room:general\"}}\r\n");
        await socket.ReplyAsync(2);
        Assert.Empty(socket.Rest());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(200_000)]
    public async Task A_binary_frame_ends_the_socket_with_3506(int length)
    {
        await using var socket = await server.ConnectAnybodyAsync();
        await socket.SendAsync(new byte[length], WebSocketMessageType.Binary);
        Assert.Equal(3506, await socket.ClosedAsync());
        await using var unknown = await server.OpenSocketAsync();
        await unknown.SendAsync(new byte[length], WebSocketMessageType.Binary);
        Assert.Equal(3506, await unknown.ClosedAsync());
    }

    [Fact]
    public async Task A_frame_of_exactly_64_KiB_is_read_also_in_pieces()
    {
        await using var socket = await server.ConnectAnybodyAsync();
        await socket.SendAsync(Padded(2, Limit), WebSocketMessageType.Text);
        await socket.ReplyAsync(2);
        foreach (var piece in Padded(3, Limit).Chunk(1000)) await socket.SendAsync(piece, WebSocketMessageType.Text, endOfMessage: false);
        await socket.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Text);
        await socket.ReplyAsync(3);
    }

    [Theory]
    [InlineData(Limit + 1, Limit + 1)]
    [InlineData(65 * 1024, 65 * 1024)]
    [InlineData(65 * 1024, 33 * 1024)]
    [InlineData(65 * 1024, 1024)]
    [InlineData(4 * 1024 * 1024, 4 * 1024 * 1024)]
    public async Task A_longer_frame_ends_the_socket_with_3506_whole_or_in_pieces(int length, int piece)
    {
        await using var socket = await server.ConnectAnybodyAsync();
        foreach (var part in Padded(2, length).Chunk(piece)) await socket.SendAsync(part, WebSocketMessageType.Text, endOfMessage: false);
        Assert.Equal(3506, await socket.ClosedAsync());
        Assert.Equal("frame too long", socket.Raw.CloseStatusDescription);
    }

    [Fact]
    public async Task Text_that_is_not_UTF_8_ends_the_socket_with_1007()
    {
        await using var socket = await server.ConnectAnybodyAsync();
        await socket.SendAsync((byte[])[(byte)'{', (byte)'"', 0xC3, 0x28, 0xFF, (byte)'"'], WebSocketMessageType.Text);
        Assert.Equal(1007, await socket.ClosedAsync());
    }

    [Theory]
    [InlineData("""{"id":2,"history":{"channel":"room:nowhere"}}""", 102)]
    [InlineData("""{"id":2,"history":{"channel":"room:general","limit":"all"}}""", 107)]
    [InlineData("""{"id":2,"rpc":{"method":"no.such"}}""", 104)]
    [InlineData("""{"id":2,"rpc":{}}""", 107)]
    [InlineData("""{"id":2,"rpc":{"method":"message.edit","data":{"id":"x"}}}""", 107)]
    [InlineData("""{"id":2,"rpc":{"method":"message.edit","data":{"id":"9","text":"x"}}}""", 404)]
    [InlineData("""{"id":2,"refresh":{"token":"x"}}""", 101)]
    [InlineData("""{"id":2,"refresh":{"token":""}}""", 107)]
    [InlineData("""{"id":2,"ping":[]}""", 107)]
    [InlineData("""{"id":2,"Subscribe":{"channel":"room:general"}}""", 104)]
    [InlineData("""{"id":2}""", 104)]
    [InlineData("""{"id":9223372036854775807,"x":{}}""", 104)]
    [InlineData("""{"id":2,"subscribe":null}""", 107)]
    [InlineData("""{"id":2,"subscribe":[]}""", 107)]
    [InlineData("""{"id":2,"subscribe":{}}""", 107)]
    [InlineData("""{"id":2,"subscribe":{"channel":null}}""", 107)]
    [InlineData("""{"id":2,"subscribe":{"channel":7}}""", 107)]
    [InlineData("""{"id":2,"subscribe":{"channel":""}}""", 107)]
    [InlineData("""{"id":2,"unsubscribe":{}}""", 107)]
    [InlineData("""{"id":2,"publish":{"data":{"text":"x"}}}""", 107)]
    [InlineData("""{"id":2,"publish":{"channel":"room:general"}}""", 107)]
    [InlineData("""{"id":2,"connect":7}""", 107)]
    [InlineData("""{"id":2,"subscribe":{"channel":"room:' or 1=1 --"}}""", 102)]
    [InlineData("""{"id":2,"subscribe":{"channel":"room:<script>alert(1)</script>"}}""", 102)]
    public async Task A_command_that_cannot_be_done_gets_its_error_and_the_socket_goes_on(string frame, int code)
    {
        await using var socket = await server.ConnectAnybodyAsync();
        await socket.SendTextAsync(frame);
        var id = System.Text.Json.JsonDocument.Parse(frame).RootElement.GetProperty("id").GetInt64();
        Assert.Equal(code, TestSocket.ErrorOf(await socket.ReplyAsync(id)));
        Assert.True((await socket.AskAsync(new { subscribe = new { channel = "room:general" } })).TryGetProperty("subscribe", out _));
    }

    [Fact]
    public async Task Unknown_fields_are_ignored_at_every_level()
    {
        var ann = await server.AddPersonAsync();
        await using var socket = await server.OpenSocketAsync();
        await socket.SendAsync(new { id = 1, extra = 1, connect = new { token = await server.TokenOfAsync(ann), subs = new { }, headers = new { a = "b" }, extra = new[] { 1.5 } } });
        Assert.True((await socket.ReplyAsync(1)).TryGetProperty("connect", out _));
        Assert.True((await socket.AskAsync(new { flag = 3, subscribe = new { channel = "room:general", recover = false, epoch = 5, offset = 1e300, flag = "x", delta = "fossil" } })).TryGetProperty("subscribe", out _));
        Assert.True((await socket.AskAsync(new { publish = new { channel = "room:general", data = new { text = "x", unknown = new { deep = new[] { 1 } } }, tags = 1 } })).TryGetProperty("publish", out _));
    }

    [Fact]
    public async Task Ten_errors_in_ten_seconds_end_the_socket_with_3509_after_each_was_answered()
    {
        await using var socket = await server.ConnectAnybodyAsync();
        for (var i = 0; i < 10; i++) Assert.Equal(104, TestSocket.ErrorOf(await socket.AskAsync(new { nonsense = new { } })));
        Assert.Equal(3509, (await socket.PushAsync()).GetProperty("disconnect").GetProperty("code").GetInt32());
        Assert.Equal(3509, await socket.ClosedAsync());
    }

    [Fact]
    public async Task Errors_that_are_far_between_are_forgiven()
    {
        var time = new ManualTime();
        await using var other = await TestServer.StartAsync([], services => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<TimeProvider>(services, time));
        await using var socket = await other.ConnectAsync(await other.AddPersonAsync());
        for (var i = 0; i < 30; i++)
        {
            if (i % 9 == 8) time.Advance(TimeSpan.FromSeconds(10.1));
            Assert.Equal(104, TestSocket.ErrorOf(await socket.AskAsync(new { nonsense = new { } })));
        }
    }

    [Fact]
    public async Task Too_many_commands_get_111_with_a_time_to_wait()
    {
        await using var other = await TestServer.StartAsync(["Push:CommandsPerSecond=1", "Push:CommandBurst=5"]);
        await using var socket = await other.ConnectAsync(await other.AddPersonAsync());
        await socket.SendTextAsync(string.Join('\n', Enumerable.Range(10, 9).Select(id => $$$"""{"id":{{{id}}},"unsubscribe":{"channel":"room:general"}}""")));
        var refused = (await socket.ReplyAsync(18)).GetProperty("error");
        Assert.Equal(111, refused.GetProperty("code").GetInt32());
        Assert.True(refused.GetProperty("temporary").GetBoolean());
        Assert.Equal(1000, refused.GetProperty("retry_ms").GetInt64());
        Assert.True((await socket.ReplyAsync(14)).TryGetProperty("unsubscribe", out _));
    }

    [Fact]
    public async Task A_flood_of_commands_in_one_frame_ends_the_socket_and_carries_out_no_more_than_the_burst()
    {
        await using var other = await TestServer.StartAsync(["Push:CommandsPerSecond=1", "Push:CommandBurst=5"]);
        await using var socket = await other.ConnectAsync(await other.AddPersonAsync());
        await socket.SendTextAsync(string.Join('\n', Enumerable.Range(10, 1000).Select(id => $$$"""{"id":{{{id}}},"unsubscribe":{"channel":"room:general"}}""")));
        // It is only too fast: it may come back, after the time that it is told.
        var disconnect = (await socket.PushAsync()).GetProperty("disconnect");
        Assert.True(disconnect.GetProperty("reconnect").GetBoolean());
        Assert.InRange(disconnect.GetProperty("retry_ms").GetInt64(), 0, 5000);
        Assert.Equal(3013, await socket.ClosedAsync());
        var replies = socket.Rest().Where(frame => frame.TryGetProperty("id", out _)).ToList();
        Assert.InRange(replies.Count(reply => reply.TryGetProperty("unsubscribe", out _)), 5, 7);
        Assert.Equal(10, replies.Count(reply => reply.TryGetProperty("error", out _)));
    }

    [Fact]
    public async Task Who_is_too_fast_and_wrong_besides_ends_with_3509()
    {
        await using var other = await TestServer.StartAsync(["Push:CommandsPerSecond=1", "Push:CommandBurst=5"]);
        await using var socket = await other.ConnectAsync(await other.AddPersonAsync());
        await socket.SendTextAsync(string.Join('\n', Enumerable.Range(10, 100).Select(id => $$$"""{"id":{{{id}}},"nonsense":{}}""")));
        Assert.Equal(3509, await socket.ClosedAsync());
    }

    // Spaces after the object are part of the line and mean nothing.
    private static byte[] Padded(int id, int length) =>
        Encoding.UTF8.GetBytes($$$"""{"id":{{{id}}},"unsubscribe":{"channel":"room:general"}}""".PadRight(length));
}

/// <summary>Text frames that are no commands.</summary>
public static class BadFrames
{
    public static TheoryData<string> NotTheProtocol => new(
        "hello", "{", "}", "{\"id\":2", "[]", "[{\"id\":2,\"unsubscribe\":{\"channel\":\"room:general\"}}]", "7", "\"text\"", "null", "true",
        "{\"id\":2,\"unsubscribe\":{\"channel\":\"room:general\"}}{\"id\":3}", "{\"id\":2,}", "{'id':2}", "{\"id\":2} // no", "\ufeff{\"id\":2,\"x\":{}}",
        // Numbers of commands that are none.
        "{\"unsubscribe\":{\"channel\":\"room:general\"}}", "{\"id\":0,\"x\":{}}", "{\"id\":-1,\"x\":{}}", "{\"id\":1.5,\"x\":{}}", "{\"id\":2.0,\"x\":{}}",
        "{\"id\":1e309,\"x\":{}}", "{\"id\":1e2,\"x\":{}}", "{\"id\":9223372036854775808,\"x\":{}}", "{\"id\":-9223372036854775809,\"x\":{}}", "{\"id\":\"2\",\"x\":{}}",
        "{\"id\":null,\"x\":{}}", "{\"id\":[2],\"x\":{}}", "{\"id\":NaN,\"x\":{}}", "{\"id\":Infinity,\"x\":{}}", "{\"id\":02,\"x\":{}}", "{\"ID\":2,\"x\":{}}",
        // Members twice: which one counts would depend on the reader.
        "{\"id\":2,\"id\":3,\"x\":{}}", "{\"id\":2,\"publish\":{\"channel\":\"room:general\",\"channel\":\"room:other\",\"data\":{\"text\":\"x\"}}}",
        "{\"id\":2,\"publish\":{\"channel\":\"room:general\",\"data\":{\"text\":\"x\",\"te\\u0078t\":\"y\"}}}",
        // Halves of surrogate pairs, and NUL where JSON does not allow it.
        "{\"id\":2,\"publish\":{\"channel\":\"room:general\",\"data\":{\"text\":\"\\ud800\"}}}", "{\"id\":2,\"publish\":{\"channel\":\"room:general\",\"data\":{\"text\":\"\\udc00\\ud800\"}}}",
        "{\"id\":2,\"subscribe\":{\"channel\":\"\\udfff\"}}", "{\"id\":2,\"x\\ud800\":{}}", "{\"id\":2,\0\"x\":{}}", "\0");
}
