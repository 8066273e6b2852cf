using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Moderation.Held;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Sockets;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using ChatApp.Wire;

namespace ChatApp.Tests.Tokens;

/// <summary>A token that is limited to rooms: nothing of others comes in or out by it.</summary>
public sealed class TokenRoomTests(TokenRankTests.Server server) : IClassFixture<TokenRankTests.Server>
{
    [Fact]
    public async Task Every_command_and_method_about_another_room_its_messages_or_the_whole_instance_is_refused()
    {
        var scene = await SceneAsync();
        var frames = new List<(string Name, object Frame)>
        {
            ("subscribe", new { subscribe = new { channel = $"room:{scene.Outside}" } }),
            ("subscribe to a topic", new { subscribe = new { channel = "topic:members:x" } }),
            ("subscribe to nothing", new { subscribe = new { channel = "room:nowhere" } }),
            ("subscribe to oneself", new { subscribe = new { channel = "#" + scene.Ann.Id } }),
            ("history", new { history = new { channel = $"room:{scene.Outside}", limit = 1 } }),
            ("history of a topic", new { history = new { channel = "topic:members:x", limit = 1 } }),
            ("presence", new { presence = new { channel = $"room:{scene.Outside}" } }),
            ("publish", new { publish = new { channel = $"room:{scene.Outside}", data = new { text = "no" } } }),
            ("publish to a topic", new { publish = new { channel = "topic:members:x", data = 1 } }),
        };
        foreach (var (method, needs) in CommandScopes.Methods)
        {
            object? data = needs.Rooms switch
            {
                RoomsOf.Room => new { room = scene.Outside.Value },
                RoomsOf.Channel => new { channel = $"room:{scene.Outside}" },
                RoomsOf.Message => new { id = scene.Message },
                RoomsOf.Held => new { id = scene.Held },
                RoomsOf.Instance => new { },
                RoomsOf.Filtered when method == "search" => new { text = "canary", room = scene.Outside.Value },
                _ => null,
            };
            if (data is not null) frames.Add((method, new { rpc = new { method, data } }));
        }

        Assert.All(CommandScopes.Methods.Values, needs => Assert.NotEqual(RoomsOf.None, needs.Rooms));
        foreach (var some in frames.Chunk(8))
        {
            await using var socket = await server.ConnectByAsync(scene.Token);
            foreach (var (name, frame) in some)
            {
                var reply = await socket.AskAsync(frame);
                Assert.True(reply.TryGetProperty("error", out var error) && error.GetProperty("code").GetInt32() == WireError.PermissionDenied.Code, $"{name}: {reply}");
            }
        }
    }

    [Fact]
    public async Task What_looks_through_all_rooms_shows_only_those_of_the_token()
    {
        var scene = await SceneAsync();
        await using var socket = await server.ConnectByAsync(scene.Token);
        foreach (var (method, data) in new (string, object)[] { ("room.list", new { }), ("read.list", new { }), ("room.browse", new { }), ("search", new { text = "canary" }), ("read.mark_all", new { }) })
        {
            var reply = await socket.AskAsync(new { rpc = new { method, data } });
            Assert.True(reply.TryGetProperty("rpc", out _), reply.ToString());
            Assert.DoesNotContain(scene.Outside.Value, reply.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("general", reply.ToString(), StringComparison.Ordinal);
            Assert.Contains(scene.Inside.Value, reply.ToString(), StringComparison.Ordinal);
        }

        // Nor has it changed what is unread there.
        await using var all = await server.ConnectAsync(scene.Ann);
        var unread = (await all.AskAsync(new { rpc = new { method = "read.list", data = new { } } })).GetProperty("rpc").GetProperty("data").GetProperty("rooms").EnumerateArray()
            .ToDictionary(room => room.GetProperty("room").GetString()!, room => room.GetProperty("unread").GetInt32(), StringComparer.Ordinal);
        Assert.Equal((0, 1), (unread[scene.Inside.Value], unread[scene.Outside.Value]));
    }

    [Fact]
    public async Task In_its_rooms_it_reads_posts_and_hears_and_nothing_else_reaches_it()
    {
        var scene = await SceneAsync();
        await using var socket = await server.OpenSocketAsync();
        await socket.SendAsync(new { id = 1, connect = new { token = scene.Token, subs = new Dictionary<string, object> { [$"room:{scene.Inside}"] = new { }, [$"room:{scene.Outside}"] = new { } } } });
        var connected = (await socket.ReplyAsync(1)).GetProperty("connect");
        Assert.Equal([$"room:{scene.Inside}"], connected.GetProperty("subs").EnumerateObject().Select(sub => sub.Name));
        Assert.Equal(103, connected.GetProperty("refused").GetProperty($"room:{scene.Outside}").GetProperty("code").GetInt32());
        Assert.True((await socket.AskAsync(new { publish = new { channel = $"room:{scene.Inside}", data = new { text = "here" } } })).TryGetProperty("publish", out _));
        await socket.EventAsync("message.posted");

        // Personal events could tell of any room; the server API cannot lead it out either.
        await server.MakeRoomAsync(scene.Ann, RoomVisibility.Private, "canary");
        await server.PostAsync(scene.Bob, scene.Outside, "canary");
        Assert.NotNull(server.Get<ServerSubscriptions>().Subscribe(server.ConnectionOf(scene.Ann.Id), scene.Outside));
        Assert.NotNull(server.Get<ServerSubscriptions>().Subscribe(server.ConnectionOf(scene.Ann.Id), ChannelName.OfTopic("members:x")));
        var last = await server.PostAsync(scene.Bob, scene.Inside, "last");
        Assert.Equal(last.Id.ToString(), (await socket.EventAsync("message.posted")).GetProperty("data").GetProperty("message").GetProperty("id").GetString());
        Assert.Empty(socket.Rest());
    }

    [Fact]
    public async Task A_room_of_the_token_that_its_account_has_left_is_closed_like_for_anybody()
    {
        var scene = await SceneAsync();
        await using var socket = await server.ConnectByAsync(scene.Token);
        Assert.True((await socket.AskAsync(new { subscribe = new { channel = $"room:{scene.Inside}" } })).TryGetProperty("subscribe", out _));
        Assert.True((await server.Get<RoomWriter>().LeaveAsync(scene.Ann.Id, scene.Inside)).IsDone);
        Assert.Equal(2000, (await socket.PushAsync()).GetProperty("unsubscribe").GetProperty("code").GetInt32());
        Assert.Equal(103, TestSocket.ErrorOf(await socket.AskAsync(new { publish = new { channel = $"room:{scene.Inside}", data = new { text = "no" } } })));
    }

    private async Task<Scene> SceneAsync()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann", Rank.Administrator), await server.AddPersonAsync("Bob"));
        var (inside, outside) = ((await server.MakeRoomAsync(bob, members: ann)).Id, (await server.MakeRoomAsync(bob, members: ann)).Id);
        await server.PostAsync(bob, inside, "canary inside");
        var message = (await server.PostAsync(bob, outside, "canary outside")).Id.ToString();
        var held = await server.Get<CommitQueue>().CommitAsync(commit =>
        {
            var row = new HeldMessage { AuthorId = ann.Id.Value, RoomId = outside.Value, Key = Guid.NewGuid().ToString("N"), Fingerprint = "x", Text = "canary held", Source = "rule", At = commit.Now };
            commit.Db.Held.Add(row);
            commit.Db.SaveChanges();
            return row.Id;
        });
        return new Scene(ann, bob, inside, outside, message, held, (await server.AddTokenAsync(ann, TokenKit.All, [inside])).Secret);
    }

    private sealed record Scene(TestPerson Ann, TestPerson Bob, RoomId Inside, RoomId Outside, string Message, long Held, string Token);
}
