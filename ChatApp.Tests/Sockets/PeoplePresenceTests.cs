using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Presence;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Api.Server;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

/// <summary>How people are seen by programs, and what they choose about it.</summary>
public sealed class PeoplePresenceTests(TopicServer server) : IClassFixture<TopicServer>
{
    [Fact]
    public async Task Members_are_listed_and_changes_told_without_offset_to_those_who_asked()
    {
        var (ann, bob, eve) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"), await server.AddPersonAsync("Eve"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        await using var listener = await server.ConnectAsync(ann);
        await using var silent = await server.SubscribeAsync(ann, room.Id);
        await listener.AskAsync(new { subscribe = new { channel = $"room:{room.Id}", join_leave = true } });
        await using var writer = await server.ConnectAsync(bob);
        await using var other = await server.ConnectAsync(eve);
        Assert.Equal("online", await SeenAsync(listener, bob));

        var until = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds();
        Assert.Equal($$"""{"mode":"do_not_disturb","until":{{until}}}""", (await DataAsync(writer, "presence.set", new { mode = "do_not_disturb", until })).GetRawText());
        Assert.Equal("do_not_disturb", await SeenAsync(listener, bob));
        Assert.Equal($$"""{"type":"presence.chosen","mode":"do_not_disturb","until":{{until}}}""", (await writer.EventAsync("presence.chosen")).GetProperty("data").GetRawText());
        Assert.Equal([(ann.Id.Value, "online"), (bob.Id.Value, "do_not_disturb")], await ListAsync(listener, room.Id));
        Assert.Equal(103, TestSocket.ErrorOf(await CallAsync(other, "presence.list", new { room = room.Id.Value })));
        // Nobody hears of strangers, and who did not ask hears nothing.
        Assert.DoesNotContain(silent.Rest(), frame => frame.GetRawText().Contains("presence.changed", StringComparison.Ordinal));
        Assert.DoesNotContain(listener.Rest(), frame => frame.GetRawText().Contains(eve.Id.Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whoever_is_invisible_is_offline_everywhere_but_for_themselves()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        var channel = $"room:{room.Id}";
        await using var listener = await server.ConnectAsync(ann);
        await listener.AskAsync(new { subscribe = new { channel, join_leave = true } });
        await using var hidden = await server.ConnectAsync(bob);
        await hidden.AskAsync(new { subscribe = new { channel, join_leave = true } });
        await listener.PushAsync(push => push.TryGetProperty("join", out var join) && UserOf(join) == bob.Id.Value);
        Assert.Equal("online", await SeenAsync(listener, bob));

        await DataAsync(hidden, "presence.set", new { mode = "invisible" });
        // Told as leaving the room, and as going offline.
        var leave = (await listener.PushAsync(push => push.TryGetProperty("leave", out var left) && UserOf(left) == bob.Id.Value)).GetProperty("leave");
        Assert.Equal(1, leave.GetProperty("num_clients").GetInt32());
        Assert.Equal("offline", await SeenAsync(listener, bob));
        await IsNotSeenAsync(ann, bob, listener, room.Id);
        listener.TakeRest();

        // Nor do those see anything who look when the person comes anew, or types.
        await using var again = await server.ConnectAsync(bob);
        await again.AskAsync(new { subscribe = new { channel } });
        await DataAsync(again, "typing", new { room = room.Id.Value });
        await IsNotSeenAsync(ann, bob, listener, room.Id);
        Assert.DoesNotContain(listener.Rest(), frame => frame.GetRawText().Contains(bob.Id.Value, StringComparison.Ordinal));
        // They hear all that is said.
        await server.PostAsync(ann, room.Id, "is anybody there?");
        await hidden.EventAsync("message.posted");

        await DataAsync(hidden, "presence.set", new { mode = "automatic" });
        Assert.Equal(bob.Id.Value, UserOf((await listener.PushAsync(push => push.TryGetProperty("join", out _))).GetProperty("join")));
        Assert.Equal("online", await SeenAsync(listener, bob));
        Assert.Contains((bob.Id.Value, "online"), await ListAsync(listener, room.Id));
    }

    [Fact]
    public async Task A_choice_is_stored_and_holds_after_a_restart_until_its_end()
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-").FullName;
        try
        {
            TestPerson ann, bob;
            var until = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds());
            await using (var first = await TestServer.StartAsync(folder: folder))
            {
                (ann, bob) = (await first.AddPersonAsync("Ann"), await first.AddPersonAsync("Bob"));
                Assert.Equal(PresenceOutcome.Done, await first.Get<PresenceChoices>().SetAsync(ann.Id, PresenceMode.Invisible, until: null));
                Assert.Equal(PresenceOutcome.Done, await first.Get<PresenceChoices>().SetAsync(bob.Id, PresenceMode.DoNotDisturb, until));
            }

            await using var second = await TestServer.StartAsync(folder: folder);
            Assert.Equal((new PresenceChoice(PresenceMode.Invisible, Until: null), new PresenceChoice(PresenceMode.DoNotDisturb, until)), (second.Get<PresenceBoard>().ChoiceOf(ann.Id), second.Get<PresenceBoard>().ChoiceOf(bob.Id)));
            await using var socket = await second.ConnectAsync(ann);
            Assert.Equal(PresenceState.Offline, second.Get<PresenceBoard>().StateOf(ann.Id));
            Assert.True(second.Get<RoomBroker>().ConnectionsOf(ann.Id).Single().IsHidden);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("""{"mode":"busy"}""")]
    [InlineData("""{}""")]
    [InlineData("""{"mode":"invisible","until":1000}""")]
    [InlineData("""{"mode":"invisible","until":99999999999999}""")]
    [InlineData("""{"mode":"invisible","until":9223372036854775807}""")]
    [InlineData("""{"mode":"invisible","until":"tomorrow"}""")]
    public async Task What_cannot_be_chosen_is_refused(string data)
    {
        await using var socket = await server.ConnectAsync(await server.AddPersonAsync("Ann"));
        Assert.Equal(107, TestSocket.ErrorOf(await CallAsync(socket, "presence.set", JsonDocument.Parse(data).RootElement)));
    }

    [Fact]
    public async Task A_crowd_is_told_neither_who_types_nor_who_is_there()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        await server.Get<CommitQueue>().CommitAsync(commit =>
        {
            for (var i = 0; i < RoomCrowds.Most; i++)
            {
                var id = $"{room.Id}{i}";
                commit.Db.Users.Add(new ChatUser { Id = id, DisplayName = id, NormalizedDisplayName = id, UserName = id, NormalizedUserName = id });
                commit.Db.Memberships.Add(new Membership { RoomId = room.Id.Value, UserId = id });
            }

            return true;
        });
        await using var listener = await server.ConnectAsync(ann);
        await listener.AskAsync(new { subscribe = new { channel = $"room:{room.Id}", join_leave = true } });
        await using var writer = await server.ConnectAsync(bob);
        await DataAsync(writer, "typing", new { room = room.Id.Value });
        Assert.Equal(108, TestSocket.ErrorOf(await CallAsync(listener, "presence.list", new { room = room.Id.Value })));
        // A small room of the same two tells when a round is over: that of the first change is when the second is told.
        var small = await server.MakeRoomAsync(ann, members: [bob]);
        await listener.AskAsync(new { subscribe = new { channel = $"room:{small.Id}", join_leave = true } });
        foreach (var (mode, state) in new[] { ("do_not_disturb", "do_not_disturb"), ("invisible", "offline") })
        {
            await DataAsync(writer, "presence.set", new { mode });
            await listener.PushAsync(push => push.TryGetProperty("pub", out var pub) && pub.GetRawText() is var text && text.Contains("presence.changed", StringComparison.Ordinal) && text.Contains(state, StringComparison.Ordinal) && push.GetProperty("channel").GetString() == $"room:{small.Id}");
        }

        Assert.DoesNotContain(listener.Rest(), frame => frame.GetRawText() is var text && text.Contains($"room:{room.Id}", StringComparison.Ordinal) && (text.Contains("presence.changed", StringComparison.Ordinal) || text.Contains("typing", StringComparison.Ordinal)));
    }

    private static string UserOf(JsonElement change) => change.GetProperty("info").GetProperty("user").GetString()!;

    private static async Task<string> SeenAsync(TestSocket socket, TestPerson person)
    {
        while (true)
        {
            var push = await socket.PushAsync(push => push.TryGetProperty("pub", out var pub) && pub.GetProperty("data").GetProperty("type").GetString() == "presence.changed");
            Assert.False(push.GetProperty("pub").TryGetProperty("offset", out _));
            foreach (var change in push.GetProperty("pub").GetProperty("data").GetProperty("changes").EnumerateArray())
            {
                if (change.GetProperty("user").GetString() == person.Id.Value) return change.GetProperty("state").GetString()!;
            }
        }
    }

    private static async Task<List<(string, string)>> ListAsync(TestSocket socket, RoomId room) =>
        [.. (await DataAsync(socket, "presence.list", new { room = room.Value })).GetProperty("members").EnumerateArray()
            .Select(one => (one.GetProperty("user").GetString()!, one.GetProperty("state").GetString()!)).OrderBy(one => one.Item2 == "online" ? 0 : 1)];

    private async Task IsNotSeenAsync(TestPerson ann, TestPerson bob, TestSocket socket, RoomId room)
    {
        var channel = $"room:{room}";
        Assert.DoesNotContain(await ListAsync(socket, room), one => one.Item1 == bob.Id.Value);
        Assert.DoesNotContain(bob.Id.Value, (await socket.AskAsync(new { presence = new { channel } })).GetRawText(), StringComparison.Ordinal);
        Assert.Equal("""{"num_clients":1,"num_users":1}""", (await socket.AskAsync(new { presence_stats = new { channel } })).GetProperty("presence_stats").GetRawText());
        var key = await server.KeyOfAsync(ann);
        Assert.DoesNotContain(bob.Id.Value, (await server.AskAsync(key, "presence", new { channel })).Result().GetRawText(), StringComparison.Ordinal);
        Assert.Equal("""{"num_clients":1,"num_users":1}""", (await server.AskAsync(key, "presence_stats", new { channel })).Result().GetRawText());
        Assert.Equal(1, (await server.AskAsync(key, "channels", new { })).Result().GetProperty("channels").GetProperty(channel).GetProperty("num_clients").GetInt32());
    }

    private static Task<JsonElement> CallAsync(TestSocket socket, string method, object data) => socket.AskAsync(new { rpc = new { method, data } });

    private static async Task<JsonElement> DataAsync(TestSocket socket, string method, object data)
    {
        var reply = await CallAsync(socket, method, data);
        Assert.True(reply.TryGetProperty("rpc", out var result), reply.ToString());
        return result.GetProperty("data");
    }
}
