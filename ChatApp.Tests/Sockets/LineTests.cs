using System.Text;
using System.Text.Json;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Settings;
using ChatApp.Sockets;
using ChatApp.Tests.Harness;
using ChatApp.Wire;

namespace ChatApp.Tests.Sockets;

/// <summary>The JSON commands over bare TCP, one per line: the same session, limits and ends as on a WebSocket.</summary>
public sealed class LineTests(LineTests.Server server) : IClassFixture<LineTests.Server>
{
    [Fact]
    public async Task Off_by_default()
    {
        await using var other = await TestServer.StartAsync();
        Assert.Null(other.Get<LineServer>().Address);
    }

    [Fact]
    public async Task A_program_connects_listens_and_posts_by_lines()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await using var lines = await ConnectAsync(ann);
        var channel = $"room:{room.Id}";
        Assert.Equal(room.Head.Value, (await lines.AskAsync(new { subscribe = new { channel } })).GetProperty("subscribe").GetProperty("offset").GetInt64());
        var published = (await lines.AskAsync(new { publish = new { channel, data = new { text = "two\nlines 茶", key = "k1" } } })).GetProperty("publish");
        var pub = (await lines.PushAsync(push => push.TryGetProperty("pub", out _))).GetProperty("pub");
        Assert.Equal(published.GetProperty("offset").GetInt64(), pub.GetProperty("offset").GetInt64());
        Assert.Equal("two\nlines 茶", pub.GetProperty("data").GetProperty("message").GetProperty("text").GetString());
        Assert.True((await lines.AskAsync(new { publish = new { channel, data = new { text = "two\nlines 茶", key = "k1" } } })).GetProperty("publish").GetProperty("duplicate").GetBoolean());
        Assert.Equal(102, TestSocket.ErrorOf(await lines.AskAsync(new { subscribe = new { channel = "room:nowhere" } })));
        Assert.Equal(104, TestSocket.ErrorOf(await lines.AskAsync(new { nonsense = new { } })));
        Assert.Equal("127.0.0.1", Assert.Single(server.Get<RoomBroker>().ConnectionsOf(ann.Id)).Description.Address);
    }

    [Fact]
    public async Task Lines_may_come_in_pieces_several_at_once_with_CR_and_blank_ones_between()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var lines = await ConnectAsync(ann);
        await lines.SendTextAsync("\r\n\n{\"id\":5,\"subscribe\":{\"chan");
        await lines.SendTextAsync("nel\":\"room:general\"}}\r\n{\"id\":6,\"unsubscribe\":{\"channel\":\"room:general\"}}\n \n{\"id\":7,\"rpc\":{\"method\":\"room.list\"}}\n{\"id\":8,");
        foreach (var (id, kind) in new[] { (5, "subscribe"), (6, "unsubscribe"), (7, "rpc") })
            Assert.True((await lines.NextAsync(line => line.TryGetProperty("id", out var number) && number.GetInt64() == id)).TryGetProperty(kind, out _));
        // What is no whole line when the program goes is not carried out.
        lines.EndOutput();
        Assert.Equal(0, await lines.ClosedAsync());
        await Eventually.BecomesAsync(() => server.Get<RoomBroker>().ConnectionsOf(ann.Id).Count == 0);
    }

    [Fact]
    public async Task All_lengths_around_those_that_frames_count_differently_arrive_whole()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await using var lines = await ConnectAsync(ann);
        await lines.AskAsync(new { subscribe = new { channel = $"room:{room.Id}" } });
        lines.HearsTheProtocol = false;
        var broker = server.Get<RoomBroker>();
        var connection = Assert.Single(broker.ConnectionsOf(ann.Id));
        foreach (var length in new[] { 10, 124, 125, 126, 127, 128, 65_534, 65_535, 65_536, 65_537, 200_000 })
        {
            var filler = new string('x', length - """{"z":""}""".Length);
            connection.Send(broker.Wrap(new ReadyFrame(Encoding.UTF8.GetBytes($$"""{"z":"{{filler}}"}"""))));
            Assert.Equal(filler.Length, (await lines.NextAsync(line => line.TryGetProperty("z", out _))).GetProperty("z").GetString()!.Length);
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 3501)]
    [InlineData("{}\n[]\n", 3501)]
    [InlineData("{\"id\":1,\"subscribe\":{\"channel\":\"room:general\"}}\n", 3501)]
    [InlineData("{\"id\":1,\"connect\":{\"token\":\"x\"}}\n", 3500)]
    [InlineData("{\"id\":1,\"connect\":{}}\n", 3500)]
    public async Task What_is_not_the_protocol_ends_with_its_code_as_the_last_line(string text, int code)
    {
        await using var lines = await TestLines.OpenAsync(server.Get<LineServer>().Address!);
        await lines.SendTextAsync(text);
        Assert.Equal(code, await lines.ClosedAsync());
    }

    [Fact]
    public async Task A_line_over_the_limit_ends_with_3506_also_without_an_end_and_one_of_the_limit_does_not()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using (var lines = await ConnectAsync(ann))
        {
            var filler = new string(' ', 65_536 - "{\"id\":3,\"ping\":{}}".Length);
            await lines.SendTextAsync("{\"id\":3,\"ping\":{}" + filler + "}\n");
            await lines.NextAsync(line => line.TryGetProperty("id", out _));
            await lines.SendTextAsync(new string(' ', 70_000) + "\n");
            Assert.Equal(3506, await lines.ClosedAsync());
        }

        await using var endless = await TestLines.OpenAsync(server.Get<LineServer>().Address!);
        await endless.SendTextAsync(new string('{', 70_000));
        Assert.Equal(3506, await endless.ClosedAsync());
    }

    [Fact]
    public async Task Bytes_that_are_no_text_end_with_a_code_and_without_a_fault()
    {
        var seed = new Random(7);
        for (var round = 0; round < 20; round++)
        {
            var junk = new byte[seed.Next(1, 3000)];
            seed.NextBytes(junk);
            await using var lines = await TestLines.OpenAsync(server.Get<LineServer>().Address!);
            await lines.SendTextAsync(Encoding.Latin1.GetString(junk) + "\n");
            Assert.Equal(3501, await lines.ClosedAsync());
        }

        Assert.DoesNotContain(server.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_reason_of_an_end_is_the_last_line_after_all_that_was_sent_before()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var lines = await ConnectAsync(ann);
        await lines.AskAsync(new { subscribe = new { channel = "room:general" } });
        await server.PostAsync(ann, RoomId.General, "before the end");
        server.Get<RoomBroker>().EndAll(ann.Id, EndReason.ForceReconnect);
        Assert.Equal(3011, await lines.ClosedAsync());
        await lines.PushAsync(push => push.ToString().Contains("before the end", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_says_nothing_and_who_answers_no_ping_is_ended()
    {
        await using var other = await TestServer.StartAsync([$"Push:TcpPort={TestLines.FreePort()}", "Push:ConnectSeconds=1", "Push:UnauthenticatedSockets=1"]);
        await using var silent = await TestLines.OpenAsync(other.Get<LineServer>().Address!);
        await using var oneTooMany = await TestLines.OpenAsync(other.Get<LineServer>().Address!);
        // Which of the two came first is the system's affair.
        var codes = await Task.WhenAll(silent.ClosedAsync(), oneTooMany.ClosedAsync());
        Assert.Equal([0, 3502], codes.Order());
    }

    [Fact]
    public async Task The_port_of_another_program_is_named_where_it_stops_the_start()
    {
        var port = server.Get<LineServer>().Address!.Port;
        var problem = await Assert.ThrowsAsync<StartException>(() => TestServer.StartAsync([$"Push:TcpPort={port}"]));
        Assert.Contains("Push:TcpPort", problem.Message, StringComparison.Ordinal);
        problem = await Assert.ThrowsAsync<StartException>(() => TestServer.StartAsync([$"Push:TcpPort={port}", "Push:TcpAddress=somewhere"]));
        Assert.Contains("Push:TcpAddress", problem.Message, StringComparison.Ordinal);
    }

    private async Task<TestLines> ConnectAsync(TestPerson person)
    {
        var lines = await TestLines.OpenAsync(server.Get<LineServer>().Address!);
        var reply = await lines.AskAsync(new { connect = new { token = await server.TokenOfAsync(person) } });
        Assert.True(reply.TryGetProperty("connect", out _), reply.ToString());
        return lines;
    }

    /// <summary>A server with the port on.</summary>
    public sealed class Server() : TestServer([$"Push:TcpPort={TestLines.FreePort()}"]);
}
