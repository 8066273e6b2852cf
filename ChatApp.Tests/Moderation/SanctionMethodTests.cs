using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Tests.Api.Server;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Moderation;

/// <summary>What programs do and hear of sanctions.</summary>
public sealed class SanctionMethodTests(TestServer server) : IClassFixture<TestServer>
{
    private const int Banned = 4500;

    [Fact]
    public async Task A_mute_reaches_all_devices_refuses_with_its_end_on_every_entrance_and_is_lifted_live()
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, members: ann);
        await using var moderator = await server.SubscribeAsync(owner, room.Id);
        await using var first = await server.SubscribeAsync(ann, room.Id);
        await using var second = await server.ConnectAsync(ann);
        var muted = (await CallAsync(moderator, "sanction.mute", new { user = ann.Id.Value, room = room.Id.Value, reason = "Calm down", seconds = 3600 })).GetProperty("sanction");
        var until = muted.GetProperty("until").GetInt64();
        foreach (var socket in (TestSocket[])[first, second])
        {
            var heard = (await socket.EventAsync("sanction")).GetProperty("data");
            Assert.Equal(("mute", room.Id.Value, "Calm down", until, true, owner.Name), (
                heard.GetProperty("sanction").GetProperty("kind").GetString(), heard.GetProperty("sanction").GetProperty("room").GetString(), heard.GetProperty("sanction").GetProperty("reason").GetString(),
                heard.GetProperty("sanction").GetProperty("until").GetInt64(), heard.GetProperty("holds").GetBoolean(), heard.GetProperty("by").GetProperty("name").GetString()));
        }

        AssertRefused(400, until, (await first.AskAsync(new { publish = new { channel = $"room:{room.Id}", data = new { text = "x" } } })).GetProperty("error"));
        AssertRefused(400, until, (await server.AskAsync(await server.KeyOfAsync(ann), "publish", new { channel = $"room:{room.Id}", data = new { text = "x" } })).GetProperty("error"));
        Assert.Equal(1, (await CallAsync(second, "sanction.own", new { })).GetProperty("sanctions").GetArrayLength());
        Assert.True((await CallAsync(moderator, "sanction.list", new { room = room.Id.Value, holding = true })).GetProperty("sanctions")[0].GetProperty("holds").GetBoolean());

        await CallAsync(moderator, "sanction.lift", new { id = muted.GetProperty("id").GetInt64(), reason = "all is well" });
        Assert.False((await first.EventAsync("sanction")).GetProperty("data").GetProperty("holds").GetBoolean());
        Assert.True((await first.AskAsync(new { publish = new { channel = $"room:{room.Id}", data = new { text = "x" } } })).TryGetProperty("publish", out _));
    }

    [Fact]
    public async Task For_others_a_ban_from_a_room_is_an_ordinary_leave()
    {
        var (owner, ann, bob) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Public, "Room", ann, bob);
        await using var seen = await server.SubscribeAsync(bob, room.Id);
        await using var banned = await server.SubscribeAsync(ann, room.Id);
        var term = await server.ImposeAsync(owner, ann, SanctionKind.Ban, room.Id, TimeSpan.FromHours(1));
        var left = (await seen.EventAsync("member.changed")).GetProperty("data");
        Assert.Equal((ann.Id.Value, false), (left.GetProperty("member").GetProperty("id").GetString(), left.GetProperty("joined").GetBoolean()));
        await server.PostAsync(owner, room.Id, "after");
        await seen.EventAsync("message.posted");
        Assert.DoesNotContain(seen.Rest(), frame => frame.GetRawText().Contains("sanction", StringComparison.Ordinal));

        await banned.EventAsync("sanction");
        Assert.Equal(2000, (await banned.PushAsync(push => push.TryGetProperty("unsubscribe", out _))).GetProperty("unsubscribe").GetProperty("code").GetInt32());
        AssertRefused(401, term.Until!.Value.ToUnixTimeMilliseconds(), (await banned.AskAsync(new { rpc = new { method = "room.join", data = new { room = room.Id.Value } } })).GetProperty("error"));
        AssertRefused(401, term.Until!.Value.ToUnixTimeMilliseconds(), (await banned.AskAsync(new { publish = new { channel = $"room:{room.Id}", data = new { text = "x" } } })).GetProperty("error"));
        Assert.DoesNotContain(banned.Rest(), frame => frame.GetRawText().Contains("after", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ban_from_the_instance_ends_every_connection_and_nothing_is_heard_after_it()
    {
        var (boss, ann) = (await server.AddPersonAsync("Boss", Rank.Moderator), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(boss, members: ann);
        var token = await server.TokenOfAsync(ann);
        var sockets = new List<TestSocket>();
        for (var i = 0; i < 5; i++) sockets.Add(await server.SubscribeAsync(ann, room.Id));
        var next = 0;
        using var stop = new CancellationTokenSource();
        var talking = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await server.PostAsync(boss, room.Id, $"number {Interlocked.Increment(ref next)}.");
        });
        await Eventually.BecomesAsync(() => sockets.TrueForAll(socket => socket.Rest().Count > 10));
        var term = await server.ImposeAsync(boss, ann, SanctionKind.Ban, room: null, TimeSpan.FromHours(1));
        var first = Volatile.Read(ref next) + 1;
        await Eventually.BecomesAsync(() => Volatile.Read(ref next) > first + 20);
        await stop.CancelAsync();
        await talking;
        foreach (var socket in sockets)
        {
            Assert.Equal(Banned, await socket.ClosedAsync());
            for (var number = first; number <= next; number++) Assert.DoesNotContain(socket.Rest(), frame => frame.GetRawText().Contains($"number {number}.", StringComparison.Ordinal));
            await socket.DisposeAsync();
        }

        await using var again = await server.OpenSocketAsync();
        await again.SendAsync(new { id = 1, connect = new { token } });
        AssertRefused(401, term.Until!.Value.ToUnixTimeMilliseconds(), (await again.ReplyAsync(1)).GetProperty("error"));
        Assert.Equal(Banned, await again.ClosedAsync());
    }

    [Fact]
    public async Task A_program_in_slow_mode_hears_how_long_to_wait()
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, members: ann);
        await using var moderator = await server.ConnectAsync(owner);
        await using var socket = await server.ConnectAsync(ann);
        Assert.Equal(21_600, (await CallAsync(moderator, "room.slow", new { room = room.Id.Value, seconds = 21_600 })).GetProperty("room").GetProperty("slow_seconds").GetInt32());
        var post = new { publish = new { channel = $"room:{room.Id}", data = new { text = "x" } } };
        await socket.AskAsync(post);
        var error = (await socket.AskAsync(post)).GetProperty("error");
        Assert.Equal((402, true), (error.GetProperty("code").GetInt32(), error.GetProperty("temporary").GetBoolean()));
        Assert.InRange(error.GetProperty("retry_ms").GetInt64(), 20_000_000, 21_600_000);
        await CallAsync(moderator, "room.slow", new { room = room.Id.Value });
        await CallAsync(moderator, "room.lock", new { room = room.Id.Value });
        Assert.Equal(403, TestSocket.ErrorOf(await socket.AskAsync(post)));
        await CallAsync(moderator, "room.kick", new { room = room.Id.Value, user = ann.Id.Value, reason = "why" });
        Assert.Equal(103, TestSocket.ErrorOf(await socket.AskAsync(post)));
        Assert.True((await socket.AskAsync(new { rpc = new { method = "room.join", data = new { room = room.Id.Value } } })).TryGetProperty("rpc", out _));
    }

    private static async Task<JsonElement> CallAsync(TestSocket socket, string method, object data)
    {
        var reply = await socket.AskAsync(new { rpc = new { method, data } });
        return reply.TryGetProperty("rpc", out var rpc) ? rpc.GetProperty("data") : throw new Xunit.Sdk.XunitException($"{method}: {reply}");
    }

    private static void AssertRefused(int code, long until, JsonElement error) =>
        Assert.Equal((code, until), (error.GetProperty("code").GetInt32(), error.GetProperty("until").GetInt64()));
}
