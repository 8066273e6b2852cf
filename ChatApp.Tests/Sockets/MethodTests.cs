using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

/// <summary>What a person does with rooms and people in a browser, a program does by <c>rpc</c>, with the same rights.</summary>
public sealed class MethodTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_room_is_made_found_joined_and_left()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        await using var owner = await server.ConnectAsync(ann);
        await using var guest = await server.ConnectAsync(bob);
        var made = (await DataAsync(owner, "room.create", new { name = "  The lab of Ann ", topic = "science" })).GetProperty("room");
        var room = made.GetProperty("id").GetString()!;
        Assert.Equal(("The lab of Ann", "science"), (made.GetProperty("name").GetString(), made.GetProperty("topic").GetString()));
        var found = (await DataAsync(guest, "room.browse", new { text = "lab of ann" })).GetProperty("rooms").EnumerateArray().Single(line => line.GetProperty("id").GetString() == room);
        Assert.Equal((1, false), (found.GetProperty("members").GetInt32(), found.GetProperty("joined").GetBoolean()));

        Assert.Equal(room, (await DataAsync(guest, "room.join", new { room })).GetProperty("room").GetProperty("id").GetString());
        Assert.Equal(room, (await guest.PushAsync()).GetProperty("pub").GetProperty("data").GetProperty("room").GetProperty("id").GetString());
        Assert.True((await guest.AskAsync(new { subscribe = new { channel = $"room:{room}" } })).TryGetProperty("subscribe", out _));
        await DataAsync(guest, "room.leave", new { room });
        Assert.Equal(2000, (await guest.PushAsync(push => push.TryGetProperty("unsubscribe", out _))).GetProperty("unsubscribe").GetProperty("code").GetInt32());
        Assert.Equal(107, TestSocket.ErrorOf(await CallAsync(owner, "room.leave", new { room })));
    }

    [Fact]
    public async Task Into_a_private_room_one_is_invited_and_nobody_else_knows_of_it()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        await using var owner = await server.ConnectAsync(ann);
        await using var guest = await server.ConnectAsync(bob);
        var room = (await DataAsync(owner, "room.create", new Dictionary<string, object> { ["name"] = "Secret", ["private"] = true })).GetProperty("room").GetProperty("id").GetString()!;
        Assert.Equal(102, TestSocket.ErrorOf(await CallAsync(guest, "room.join", new { room })));
        Assert.Equal(102, TestSocket.ErrorOf(await CallAsync(guest, "room.invite", new { room, user = bob.Id.Value })));
        Assert.Equal(107, TestSocket.ErrorOf(await CallAsync(owner, "room.invite", new { room, user = "nobody" })));
        var person = (await DataAsync(owner, "user.find", new { text = bob.Name })).GetProperty("users").EnumerateArray().Single(found => found.GetProperty("name").GetString() == bob.Name);
        await DataAsync(owner, "room.invite", new { room, user = person.GetProperty("id").GetString() });
        Assert.Equal("room.joined", (await guest.PushAsync()).GetProperty("pub").GetProperty("data").GetProperty("type").GetString());
        Assert.True((await guest.AskAsync(new { subscribe = new { channel = $"room:{room}" } })).TryGetProperty("subscribe", out _));
    }

    [Theory]
    [InlineData("room.create", """{"name":"   "}""", 107)]
    [InlineData("room.create", """{}""", 107)]
    [InlineData("room.create", """{"name":"x","private":"yes"}""", 107)]
    [InlineData("room.join", """{"room":"nowhere"}""", 102)]
    [InlineData("room.leave", """{"room":"general"}""", 107)]
    [InlineData("typing", """{"room":"nowhere"}""", 102)]
    [InlineData("typing", """{}""", 107)]
    [InlineData("moderation.connections", """{}""", 103)]
    [InlineData("moderation.accounts", """{}""", 103)]
    [InlineData("moderation.audit", """{}""", 103)]
    [InlineData("moderation.disconnect", """{"client":"0f7c1e9ab2d34c5e8f60718293a4b5c6"}""", 103)]
    [InlineData("moderation.disconnect", """{"client":"x"}""", 107)]
    [InlineData("moderation.disconnect_all", """{"user":"x","reason":"why"}""", 103)]
    [InlineData("moderation.disconnect_all", """{"user":"x"}""", 107)]
    [InlineData("key.list", """{}""", 103)]
    [InlineData("key.revoke", """{"id":"x","reason":"why"}""", 103)]
    [InlineData("key.restore", """{"id":"x"}""", 107)]
    [InlineData("moderation.rank", """{"user":"x","rank":"administrator"}""", 103)]
    [InlineData("moderation.rank", """{"user":"x","rank":"king"}""", 107)]
    [InlineData("moderation.else", """{}""", 104)]
    public async Task What_a_member_cannot_do_is_refused(string method, string data, int code)
    {
        await using var socket = await server.ConnectAsync(await server.AddPersonAsync());
        Assert.Equal(code, TestSocket.ErrorOf(await CallAsync(socket, method, JsonDocument.Parse(data).RootElement)));
    }

    [Fact]
    public async Task The_others_hear_that_somebody_is_writing_and_not_too_often_and_not_the_writer()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: bob);
        await using var writer = await server.SubscribeAsync(ann, room.Id);
        await using var phone = await server.SubscribeAsync(ann, room.Id);
        await using var reader = await server.SubscribeAsync(bob, room.Id);
        for (var i = 0; i < 5; i++) await DataAsync(writer, "typing", new { room = room.Id.Value });
        var posted = await server.PostAsync(ann, room.Id, "done");

        var push = await reader.NextAsync();
        var pub = push.GetProperty("push").GetProperty("pub");
        Assert.Equal("typing", pub.GetProperty("data").GetProperty("type").GetString());
        Assert.Equal(ann.Id.Value, pub.GetProperty("data").GetProperty("member").GetProperty("id").GetString());
        Assert.False(pub.TryGetProperty("offset", out _));
        // Five calls and one notice: the post is the next thing that comes, for the writer the first.
        foreach (var socket in new[] { reader, writer, phone })
            Assert.Equal(posted.Offset.Value, (await socket.NextAsync()).GetProperty("push").GetProperty("pub").GetProperty("offset").GetInt64());
        // It is no change of the room: there is nothing to catch up with.
        Assert.Equal(posted.Offset, server.Get<RoomDirectory>().Find(room.Id, ann.Id)!.Room.Head);
    }

    [Fact]
    public async Task Who_is_not_in_a_room_does_not_write_there()
    {
        var room = await server.MakeRoomAsync(await server.AddPersonAsync("Ann"));
        await using var socket = await server.ConnectAsync(await server.AddPersonAsync("Bob"));
        Assert.Equal(103, TestSocket.ErrorOf(await CallAsync(socket, "typing", new { room = room.Id.Value })));
    }

    [Fact]
    public async Task A_moderator_sees_the_connections_and_ends_one_and_it_stands_in_the_audit_log()
    {
        var (mod, bob) = (await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Bob"));
        await using var desk = await server.ConnectAsync(mod);
        await using var target = await server.SubscribeAsync(bob, RoomId.General);
        var lines = await DataAsync(desk, "moderation.connections", new { });
        var line = lines.GetProperty("connections").EnumerateArray().Single(each => each.GetProperty("user").GetProperty("id").GetString() == bob.Id.Value);
        Assert.Equal("socket", line.GetProperty("kind").GetString());
        Assert.Equal("General", line.GetProperty("rooms").EnumerateArray().Single().GetString());
        await DataAsync(desk, "moderation.disconnect", new { client = line.GetProperty("client").GetString(), reason = "too loud" });
        Assert.Equal(3503, await target.ClosedAsync());
        var entry = (await DataAsync(desk, "moderation.audit", new { })).GetProperty("entries").EnumerateArray().First(each => each.GetProperty("action").GetString() == "connection.disconnect");
        Assert.Equal("too loud", entry.GetProperty("reason").GetString());
        Assert.False((await DataAsync(desk, "moderation.accounts", new { text = bob.Name })).GetProperty("accounts")[0].TryGetProperty("email", out _));
    }

    [Fact]
    public async Task An_administrator_gives_ranks_and_sees_addresses()
    {
        var (admin, bob) = (await server.AddPersonAsync("Admin", Rank.Administrator), await server.AddPersonAsync("Bob"));
        await using var desk = await server.ConnectAsync(admin);
        await using var target = await server.ConnectAsync(bob);
        await DataAsync(desk, "moderation.rank", new { user = bob.Id.Value, rank = "moderator" });
        Assert.Equal("moderator", (await target.PushAsync()).GetProperty("pub").GetProperty("data").GetProperty("rank").GetString());
        var account = (await DataAsync(desk, "moderation.accounts", new { text = bob.Name })).GetProperty("accounts")[0];
        Assert.Equal(("moderator", bob.Email), (account.GetProperty("rank").GetString(), account.GetProperty("email").GetString()));
        Assert.True((await DataAsync(target, "moderation.connections", new { })).GetProperty("total").GetInt32() >= 2);
    }

    private static Task<JsonElement> CallAsync(TestSocket socket, string method, object data) => socket.AskAsync(new { rpc = new { method, data } });

    private static async Task<JsonElement> DataAsync(TestSocket socket, string method, object data)
    {
        var reply = await CallAsync(socket, method, data);
        return reply.TryGetProperty("rpc", out var rpc) ? rpc.GetProperty("data") : throw new Xunit.Sdk.XunitException(reply.ToString());
    }
}
