using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Api.Server;

/// <summary>What a key of a moderator does to live connections.</summary>
public sealed class ServerConnectionTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_program_is_subscribed_and_unsubscribed_without_having_asked()
    {
        var (ann, key) = (await server.AddPersonAsync("Ann"), await server.KeyOfAsync(await server.AddPersonAsync("Mod", Rank.Moderator)));
        var room = await server.MakeRoomAsync(ann);
        await using var first = await server.ConnectAsync(ann);
        await using var second = await server.ConnectAsync(ann);
        var body = new { user = ann.Id.Value, channel = $"room:{room.Id}" };
        (await server.AskAsync(key, "subscribe", body)).Result();
        foreach (var socket in new[] { first, second })
        {
            var told = (await socket.PushAsync(push => push.TryGetProperty("subscribe", out _))).GetProperty("subscribe");
            Assert.Equal((room.Epoch, room.Head.Value), (told.GetProperty("epoch").GetString(), told.GetProperty("offset").GetInt64()));
        }

        // Twice is no error, and tells nothing twice.
        (await server.AskAsync(key, "subscribe", body)).Result();
        await server.PostAsync(ann, room.Id, "heard");
        foreach (var socket in new[] { first, second }) Assert.Equal(room.Head.Value + 1, (await socket.EventAsync("message.posted")).GetProperty("offset").GetInt64());

        (await server.AskAsync(key, "unsubscribe", body)).Result();
        foreach (var socket in new[] { first, second })
            Assert.Equal(2000, (await socket.PushAsync(push => push.TryGetProperty("unsubscribe", out _))).GetProperty("unsubscribe").GetProperty("code").GetInt32());
        await server.PostAsync(ann, room.Id, "not heard");
        await first.AskAsync(new { rpc = new { method = "room.list" } });
        Assert.DoesNotContain(first.Rest(), frame => frame.ToString().Contains("not heard", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_is_subscribed_to_what_they_may_not_read()
    {
        var (ann, owner, key) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Owner"), await server.KeyOfAsync(await server.AddPersonAsync("Admin", Rank.Administrator)));
        var hidden = await server.MakeRoomAsync(owner, RoomVisibility.Private);
        await using var socket = await server.ConnectAsync(ann);
        Assert.Equal(102, (await server.AskAsync(key, "subscribe", new { user = ann.Id.Value, channel = $"room:{hidden.Id}" })).Error());
        await server.PostAsync(owner, hidden.Id, "secret");
        await socket.AskAsync(new { rpc = new { method = "room.list" } });
        Assert.DoesNotContain(socket.Rest(), frame => frame.ToString().Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connections_end_with_the_code_that_is_asked_for_one_or_all_but_some()
    {
        var (ann, key) = (await server.AddPersonAsync("Ann"), await server.KeyOfAsync(await server.AddPersonAsync("Mod", Rank.Moderator)));
        var user = ann.Id.Value;
        var (first, client) = await ConnectAsync(ann);
        var (second, spared) = await ConnectAsync(ann);
        var (third, _) = await ConnectAsync(ann);
        await using var one = first;
        await using var two = second;
        await using var three = third;
        (await server.AskAsync(key, "disconnect", new { user, client })).Result();
        Assert.Equal(3503, await first.ClosedAsync());
        (await server.AskAsync(key, "disconnect", new { user, whitelist = new[] { spared }, disconnect = new { code = 4321, reason = "maintenance of rooms" } })).Result();
        var word = (await third.PushAsync(push => push.TryGetProperty("disconnect", out _))).GetProperty("disconnect");
        Assert.Equal((4321, "maintenance of rooms", true), (word.GetProperty("code").GetInt32(), word.GetProperty("reason").GetString(), word.GetProperty("reconnect").GetBoolean()));
        Assert.Equal(4321, await third.ClosedAsync());
        await second.AskAsync(new { rpc = new { method = "room.list" } });
        (await server.AskAsync(key, "refresh", new { user, expired = true })).Result();
        Assert.Equal(3005, await second.ClosedAsync());

        // Of one person a connection of another is none, and not every code is to be had.
        Assert.Equal(107, (await server.AskAsync(key, "disconnect", new { user, client })).Error());
        Assert.Equal(107, (await server.AskAsync(key, "disconnect", new { user, client = "x" })).Error());
        foreach (var code in new[] { 0, 1000, 3000, 3500, 3999, 5000 }) Assert.Equal(107, (await server.AskAsync(key, "disconnect", new { user, disconnect = new { code } })).Error());
        Assert.Equal(107, (await server.AskAsync(key, "disconnect", new { user, disconnect = new { code = 4000, reason = new string('x', 101) } })).Error());
        Assert.Equal(107, (await server.AskAsync(key, "refresh", new { user })).Error());
        using var db = server.Get<ChatDatabase>().OpenRead();
        Assert.Equal(3, db.Audit.Count(entry => entry.Action == "connection.disconnect" && entry.Details.StartsWith(ann.Name)));
    }

    [Fact]
    public async Task Only_moderators_act_and_only_on_those_below_them()
    {
        var (ann, mod, admin) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Admin", Rank.Administrator));
        var (member, moderator) = (await server.KeyOfAsync(await server.AddPersonAsync("Bot")), await server.KeyOfAsync(mod));
        await using var socket = await server.ConnectAsync(admin);
        foreach (var (key, target) in new[] { (member, ann), (member, admin), (moderator, admin) })
        {
            var user = target.Id.Value;
            foreach (var (command, body) in new (string, object)[]
            {
                ("subscribe", new { user, channel = "room:general" }), ("unsubscribe", new { user, channel = "room:general" }), ("disconnect", new { user }), ("refresh", new { user, expired = true }),
            })
                Assert.Equal(103, (await server.AskAsync(key, command, body)).Error());
        }

        Assert.True((await socket.AskAsync(new { rpc = new { method = "room.list" } })).TryGetProperty("rpc", out _));
    }

    private async Task<(TestSocket Socket, string Client)> ConnectAsync(TestPerson person)
    {
        var socket = await server.OpenSocketAsync();
        await socket.SendAsync(new { id = 1, connect = new { token = await server.TokenOfAsync(person) } });
        return (socket, (await socket.ReplyAsync(1)).GetProperty("connect").GetProperty("client").GetString()!);
    }
}
