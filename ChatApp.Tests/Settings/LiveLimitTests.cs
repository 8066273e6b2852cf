using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Search;
using ChatApp.Settings;
using ChatApp.Sockets;
using ChatApp.Tests.Entrances;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Entrance = ChatApp.Tests.Entrances.Entrance;

namespace ChatApp.Tests.Settings;

/// <summary>Limits that administrators set hold at once, by every entrance, and not beyond what the operator has set.</summary>
public sealed class LiveLimitTests
{
    private static readonly LiveLimits Plain = new(new MessageOptions(), new SearchOptions(), new PushOptions());

    public static TheoryData<string> Limits() => [.. Plain.All.Select(limit => limit.Id)];

    public static TheoryData<string> Posting() => ["page", "socket", "lines", "http"];

    public static TheoryData<string> Connecting() => ["page", "socket", "lines", "events"];

    [Fact]
    public async Task The_operators_settings_hold_until_an_administrator_sets_others_which_survive_a_restart()
    {
        string[] settings = ["Messages:MaxLength=100", "Messages:PostsPerSecond=3", "Messages:PostBurst=4", "Messages:MaxReactionKinds=5", "Search:SearchesPerSecond=6", "Search:SearchBurst=7", "Push:ConnectionsPerUser=8", "Push:ConnectionsPerAddress=9"];
        var folder = Path.Combine(Path.GetTempPath(), "chatapp-" + Guid.NewGuid().ToString("N"));
        try
        {
            await using (var server = await TestServer.StartAsync(settings, folder: folder))
            {
                Assert.Equal(new InstanceLimits(100, 3, 4, 5, 6, 7, 8, 9), server.Get<InstanceSettings>().Current.Limits);
                await SetAsync(server, limits => limits with { Text = 50, ConnectionsPerUser = 2, ConnectionsPerAddress = 3 });
            }

            await using var again = await TestServer.StartAsync(settings, folder: folder);
            // Before anybody has asked for the settings.
            Assert.Equal((2, 3), (again.Get<RoomBroker>().Limits.PerUser, again.Get<RoomBroker>().Limits.PerAddress));
            Assert.Equal(new InstanceLimits(50, 3, 4, 5, 6, 7, 2, 3), again.Get<InstanceSettings>().Current.Limits);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public async Task A_limit_is_taken_at_its_bounds_refused_beyond_them_and_each_change_stands_in_the_log_with_before_and_after(string id)
    {
        await using var server = await TestServer.StartAsync(["Push:Connections=500", "Push:ConnectionsPerAddress=400"]);
        var (boss, settings) = (await server.AddPersonAsync("Boss", Rank.Administrator), server.Get<InstanceSettings>());
        var limit = server.Get<LiveLimits>().All.Single(one => one.Id == id);
        var begun = limit.Read(settings.Current.Limits);
        Assert.Equal(SettingOutcome.OutOfRange, await ChangeAsync(limit.Least - 1));
        Assert.Equal(SettingOutcome.OutOfRange, await ChangeAsync(limit.Most + 1));
        Assert.Equal(SettingOutcome.OutOfRange, await ChangeAsync(-1));
        Assert.Equal(begun, limit.Read(settings.Current.Limits));
        Assert.DoesNotContain(server.Get<ModerationDesk>().Audit(boss.Id)!, entry => entry.Action == "setting.change");
        Assert.Equal(SettingOutcome.Done, await ChangeAsync(limit.Least));
        Assert.Equal(limit.Least, limit.Read(settings.Current.Limits));
        Assert.Equal(SettingOutcome.Done, await ChangeAsync(limit.Most));
        Assert.Equal(limit.Most, limit.Read(settings.Current.Limits));
        var entries = server.Get<ModerationDesk>().Audit(boss.Id)!.Where(entry => entry.Action == "setting.change").Reverse().ToList();
        Assert.All(entries, entry => Assert.Equal(("limits." + id, "why"), (entry.Target, entry.Reason)));
        Assert.Equal([Text(begun), Text(limit.Least)], entries.Select(entry => entry.Before));
        Assert.Equal([Text(limit.Least), Text(limit.Most)], entries.Select(entry => entry.After));

        Task<SettingOutcome> ChangeAsync(int number) => settings.ChangeAsync(boss.Id, values => values with { Limits = limit.Write(values.Limits, number) }, "why");

        static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Nobody_sets_what_no_frame_carries_or_more_connections_than_there_may_be_and_the_operator_is_always_right()
    {
        Assert.Equal((8000, 100_000, 100_000), (Most(Plain, "text"), Most(Plain, "connections_user"), Most(Plain, "connections_address")));
        var small = new LiveLimits(new MessageOptions { MaxLength = 10 }, new SearchOptions(), new PushOptions { FrameBytes = 5024, Connections = 7, ConnectionsPerUser = 5, ConnectionsPerAddress = 6 });
        Assert.Equal((1000, 7, 7), (Most(small, "text"), Most(small, "connections_user"), Most(small, "connections_address")));
        var large = new LiveLimits(new MessageOptions { PostsPerSecond = 100_000 }, new SearchOptions { SearchBurst = 5000 }, new PushOptions { FrameBytes = 1024 });
        Assert.Equal((8000, 100_000, 1000, 5000), (Most(large, "text"), Most(large, "posts"), Most(large, "searches"), Most(large, "search_burst")));

        static int Most(LiveLimits limits, string id) => limits.All.Single(limit => limit.Id == id).Most;
    }

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

    [Fact]
    public async Task Open_pages_of_everybody_hear_how_long_a_message_may_be_and_programs_do_not()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.AddPersonAsync();
        var page = server.Get<RoomBroker>().Connect(new ConnectionDescription(ann.Id, ConnectionKind.Circuit, "192.0.2.1"))!;
        await using var program = await server.ConnectAsync(ann);
        await SetAsync(server, limits => limits with { PostBurst = 30 });
        await SetAsync(server, limits => limits with { Text = 77 });
        await page.Outbox.WaitAsync().AsTask().Soon();
        var batch = new List<Envelope>();
        page.Outbox.Take(batch);
        Assert.Equal(77, Assert.IsType<TextLimitChanged>(Assert.Single(batch).Body).Most);
        Assert.True((await program.AskAsync(new { rpc = new { method = "room.list", data = new { } } })).TryGetProperty("rpc", out _));
        Assert.Empty(program.Rest());
    }

    [Fact]
    public async Task What_one_changes_on_an_older_page_is_theirs_and_all_else_stays_as_others_have_set_it()
    {
        await using var server = await TestServer.StartAsync();
        var settings = server.Get<InstanceSettings>();
        var known = settings.Current;
        var now = known with { Contact = "them", RetentionDays = 9, Limits = known.Limits with { Text = 100, PostBurst = 5 } };
        var wanted = known with { EditHours = 7, Limits = known.Limits with { Text = 200, SearchBurst = -1 } };
        var merged = settings.Merge(wanted, known, now);
        Assert.Equal(now with { EditHours = 7, Limits = now.Limits with { Text = 200, SearchBurst = -1 } }, merged);
    }

    [Fact]
    public void What_is_said_to_need_a_restart_is_none_of_what_holds_at_once()
    {
        var names = new StartLimits(new PushOptions(), new SearchOptions(), new AccountOptions()).All.Select(limit => limit.Name).ToList();
        foreach (var live in new[] { "Messages:MaxLength", "Messages:PostsPerSecond", "Messages:PostBurst", "Messages:MaxReactionKinds", "Search:SearchesPerSecond", "Search:SearchBurst", "Push:ConnectionsPerUser", "Push:ConnectionsPerAddress" })
            Assert.DoesNotContain(live, names);
    }

    private static Task<TestServer> StartAsync(Action<IServiceCollection>? replace = null) => TestServer.StartAsync([$"Push:TcpPort={TestLines.FreePort()}"], replace);

    private static Entrance Door(TestServer server, string kind, TestPerson person) => kind switch
    {
        "page" => new PageEntrance(server, person),
        "socket" => new SocketEntrance(server, person),
        "lines" => new LineEntrance(server, person),
        _ => new HttpEntrance(server, person),
    };

    private static async Task SetAsync(TestServer server, Func<InstanceLimits, InstanceLimits> change)
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        Assert.Equal(SettingOutcome.Done, await server.Get<InstanceSettings>().ChangeAsync(boss.Id, values => values with { Limits = change(values.Limits) }));
    }
}
