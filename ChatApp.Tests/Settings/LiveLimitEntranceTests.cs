using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Search;
using ChatApp.Sockets;
using ChatApp.Tests.Entrances;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using static ChatApp.Tests.Settings.LiveLimitTests;
using Entrance = ChatApp.Tests.Entrances.Entrance;

namespace ChatApp.Tests.Settings;

/// <summary>A limit that an administrator has set holds for whatever comes next, by every entrance alike.</summary>
public sealed class LiveLimitEntranceTests
{
    public static TheoryData<string> Posting() => ["page", "socket", "lines", "http"];

    public static TheoryData<string> Connecting() => ["page", "socket", "lines", "events"];

    [Theory]
    [MemberData(nameof(Posting))]
    public async Task The_next_message_may_be_as_long_as_was_just_set_by_every_entrance(string kind)
    {
        await using var server = await StartAsync();
        var author = await server.AddPersonAsync();
        await using var door = Door(server, kind, author);
        await door.ListenAsync(RoomId.General);
        await SetAsync(server, limits => limits with { Text = 10 });
        Assert.Equal("done", (await door.PostAsync(RoomId.General, "ten chars!", "k1"))!.Value.Outcome);
        Assert.Equal("407", (await door.PostAsync(RoomId.General, "eleven char", "k2"))!.Value.Outcome);
        await SetAsync(server, limits => limits with { Text = 11 });
        var (outcome, message) = (await door.PostAsync(RoomId.General, "eleven char", "k3"))!.Value;
        Assert.Equal("done", outcome);
        Assert.Equal(kind switch { "page" => "TooLong", "http" => null, _ => "407" }, await door.EditAsync(message!.Value, "twelve chars"));
        // What is longer than is allowed since stays as it is.
        await SetAsync(server, limits => limits with { Text = 5 });
        Assert.Contains("eleven char", (await door.HistoryAsync(RoomId.General))!, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Posting))]
    public async Task The_pace_that_was_just_set_holds_for_the_next_message_by_every_entrance(string kind)
    {
        var time = new ManualTime();
        await using var server = await StartAsync(services => services.AddSingleton<TimeProvider>(time));
        var author = await server.AddPersonAsync();
        await using var door = Door(server, kind, author);
        await door.ListenAsync(RoomId.General);
        await PostAsync("k1", "done");
        await SetAsync(server, limits => limits with { PostsPerSecond = 1, PostBurst = 2 });
        await PostAsync("k2", "done");
        await PostAsync("k3", "done");
        await PostAsync("k4", "111");
        time.Advance(TimeSpan.FromMilliseconds(999));
        await PostAsync("k5", "111");
        time.Advance(TimeSpan.FromMilliseconds(1));
        await PostAsync("k6", "done");
        await PostAsync("k7", "111");

        async Task PostAsync(string key, string expected) => Assert.Equal($"{key} {expected}", $"{key} {(await door.PostAsync(RoomId.General, "hello", key))!.Value.Outcome}");
    }

    [Fact]
    public async Task The_kinds_of_reactions_that_were_just_set_hold_for_the_next_one()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.AddPersonAsync();
        var message = await server.PostAsync(ann, RoomId.General, "hello");
        await SetAsync(server, limits => limits with { ReactionKinds = 1 });
        Assert.Equal(MessageOutcome.Done, await ReactAsync("👍"));
        Assert.Equal(MessageOutcome.BadReaction, await ReactAsync("🎉"));
        await using var socket = await server.ConnectAsync(ann);
        Assert.Equal(107, TestSocket.ErrorOf(await socket.AskAsync(new { rpc = new { method = "message.react", data = new { id = message.Id.ToString(), emoji = "🎉" } } })));
        await SetAsync(server, limits => limits with { ReactionKinds = 2 });
        Assert.Equal(MessageOutcome.Done, await ReactAsync("🎉"));

        async Task<MessageOutcome> ReactAsync(string emoji) => (await server.Get<MessageMarks>().ReactAsync(ann.Id, message.Id, emoji, isOn: true)).Outcome;
    }

    [Fact]
    public async Task The_pace_of_searches_that_was_just_set_holds_for_the_next_one()
    {
        var time = new ManualTime();
        await using var server = await TestServer.StartAsync(replace: services => services.AddSingleton<TimeProvider>(time));
        var ann = await server.AddPersonAsync();
        await SetAsync(server, limits => limits with { SearchesPerSecond = 1, SearchBurst = 2 });
        Assert.Equal(SearchOutcome.Done, await SearchAsync());
        Assert.Equal(SearchOutcome.Done, await SearchAsync());
        Assert.Equal(SearchOutcome.TooFast, await SearchAsync());
        await using var socket = await server.ConnectAsync(ann);
        Assert.Equal(111, TestSocket.ErrorOf(await socket.AskAsync(new { rpc = new { method = "search", data = new { text = "hello" } } })));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(SearchOutcome.Done, await SearchAsync());

        async Task<SearchOutcome> SearchAsync() => (await server.Get<MessageSearch>().SearchAsync(ann.Id, SearchQuery.Parse("hello"))).Outcome;
    }

    [Theory]
    [MemberData(nameof(Connecting))]
    public async Task The_next_connection_of_a_person_meets_the_limit_that_was_just_set_by_every_entrance(string kind)
    {
        await using var server = await StartAsync();
        var ann = await server.AddPersonAsync();
        var (broker, which) = (server.Get<RoomBroker>(), kind == "page" ? ConnectionKind.Circuit : ConnectionKind.Socket);
        await SetAsync(server, limits => limits with { ConnectionsPerUser = 1 });
        var open = new List<Connection> { broker.Connect(new ConnectionDescription(ann.Id, which, "192.0.2.1"))! };
        Assert.Equal(EndReason.ConnectionLimit.Code, await ComeAsync());
        await SetAsync(server, limits => limits with { ConnectionsPerUser = 2 });
        Assert.Equal(0, await ComeAsync());
        Assert.Null(open[0].EndReason);

        // 0 where it was let in.
        async Task<int> ComeAsync()
        {
            switch (kind)
            {
                case "page":
                    return broker.Connect(new ConnectionDescription(ann.Id, which, "192.0.2.1")) is null ? EndReason.ConnectionLimit.Code : 0;
                case "socket":
                    await using (var socket = await server.OpenSocketAsync())
                    {
                        await socket.SendAsync(new { id = 1, connect = new { token = await server.TokenOfAsync(ann) } });
                        var frame = await socket.NextAsync();
                        return frame.TryGetProperty("push", out var push) ? push.GetProperty("disconnect").GetProperty("code").GetInt32() : 0;
                    }

                case "lines":
                    await using (var lines = await TestLines.OpenAsync(server.Get<LineServer>().Address!))
                    {
                        await lines.SendTextAsync(JsonSerializer.Serialize(new { id = 1, connect = new { token = await server.TokenOfAsync(ann) } }) + "\n");
                        var line = await lines.NextAsync(_ => true);
                        return line.TryGetProperty("push", out var told) ? told.GetProperty("disconnect").GetProperty("code").GetInt32() : 0;
                    }

                default:
                    await using (var events = await TestEvents.OpenAsync(server, ann, "channel=room:general"))
                    {
                        var data = (await events.NextAsync()).Data;
                        return data.TryGetProperty("code", out var code) ? code.GetInt32() : 0;
                    }
            }
        }
    }

    [Fact]
    public async Task The_next_socket_of_an_address_meets_the_limit_that_was_just_set()
    {
        await using var server = await TestServer.StartAsync(["Proxy:Addresses=127.0.0.1"]);
        await SetAsync(server, limits => limits with { ConnectionsPerAddress = 1 });
        await using var first = await OpenAsync();
        Assert.Contains("429", (await Assert.ThrowsAsync<WebSocketException>(OpenAsync)).Message, StringComparison.Ordinal);
        using var listener = new HttpRequestMessage(HttpMethod.Get, "/connection/sse?channel=room:general");
        listener.Headers.Add("X-Forwarded-For", "192.0.2.1");
        using var refused = await server.Http.SendAsync(listener).Soon();
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        await SetAsync(server, limits => limits with { ConnectionsPerAddress = 2 });
        await using var second = await OpenAsync();
        Assert.Contains("429", (await Assert.ThrowsAsync<WebSocketException>(OpenAsync)).Message, StringComparison.Ordinal);

        Task<TestSocket> OpenAsync() => server.OpenSocketAsync(options => options.SetRequestHeader("X-Forwarded-For", "192.0.2.1"));
    }

    [Fact]
    public void The_gate_of_all_sockets_reads_the_limit_of_an_address_where_the_engine_keeps_it()
    {
        var options = new PushOptions { ConnectionsPerAddress = 1 };
        var engine = new ChatApp.Tests.Push.Engine(options);
        var (gate, address) = (new ConnectionGate(options, engine.Broker, PushMetrics.None), IPAddress.Parse("192.0.2.1"));
        using var first = gate.TryEnter(address, out _);
        Assert.Null(gate.TryEnter(address, out var status));
        Assert.Equal(429, status);
        engine.Broker.Limits.PerAddress = 2;
        using var second = gate.TryEnter(address, out _);
        Assert.NotNull(second);
    }

    private static Task<TestServer> StartAsync(Action<IServiceCollection>? replace = null) => TestServer.StartAsync([$"Push:TcpPort={TestLines.FreePort()}"], replace);

    private static Entrance Door(TestServer server, string kind, TestPerson person) => kind switch
    {
        "page" => new PageEntrance(server, person),
        "socket" => new SocketEntrance(server, person),
        "lines" => new LineEntrance(server, person),
        _ => new HttpEntrance(server, person),
    };
}
