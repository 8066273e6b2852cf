using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Moderation;

/// <summary>What programs do with reports and sweeps; each frame is held to the schemas too.</summary>
public sealed class ReportMethodTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_program_reports_and_another_one_decides()
    {
        var (owner, ann, bob) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Private, "Room", ann, bob);
        var message = await server.PostAsync(ann, room.Id, "buy this");
        await server.PostAsync(bob, room.Id, "no");
        await server.ImposeAsync(owner, ann, SanctionKind.Warning, room.Id, reason: "before");
        await using var reporter = await server.ConnectAsync(bob);
        await using var moderator = await server.ConnectAsync(owner);
        var report = (await CallAsync(reporter, "report.message", new { id = message.Id.ToString(), category = "spam", comment = "Again" })).GetProperty("report").GetInt64();
        await CallAsync(reporter, "report.user", new { user = ann.Id.Value, room = room.Id.Value, category = "harassment" });
        Assert.Equal(107, await RefusedAsync(reporter, "report.message", new { id = message.Id.ToString(), category = "spam" }));
        Assert.Equal(107, await RefusedAsync(reporter, "report.message", new { id = message.Id.ToString(), category = "taste" }));
        Assert.Equal(103, await RefusedAsync(reporter, "report.list", new { room = room.Id.Value }));
        Assert.Equal(103, await RefusedAsync(moderator, "report.list", new { }));

        var lines = (await CallAsync(moderator, "report.list", new { room = room.Id.Value })).GetProperty("reports");
        Assert.Equal((2, report, "Again"), (lines.GetArrayLength(), lines[0].GetProperty("id").GetInt64(), lines[0].GetProperty("reports")[0].GetProperty("comment").GetString()));
        var view = await CallAsync(moderator, "report.read", new { id = report });
        Assert.Equal(["buy this", "no"], view.GetProperty("context").EnumerateArray().Select(one => one.GetProperty("message").GetProperty("text").GetString()));
        Assert.Equal("before", view.GetProperty("history")[0].GetProperty("reason").GetString());
        Assert.Equal(103, await RefusedAsync(reporter, "report.read", new { id = report }));

        await CallAsync(moderator, "report.resolve", new { id = report, decision = "mute", reason = "Advertising", seconds = 60 });
        Assert.Equal("mute", (await reporter.EventAsync("report.resolved")).GetProperty("data").GetProperty("report").GetProperty("decision").GetString());
        Assert.Equal(107, await RefusedAsync(moderator, "report.resolve", new { id = report, decision = "dismiss", reason = "late" }));
        Assert.Equal(2, (await CallAsync(reporter, "report.own", new { })).GetProperty("reports").GetArrayLength());
        await CallAsync(reporter, "report.seen", new { id = report });
        await reporter.EventAsync("report.seen");
    }

    [Fact]
    public async Task A_program_sweeps_brings_back_and_purges()
    {
        var (boss, ann) = (await server.AddPersonAsync("Boss", Rank.Moderator), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(boss, RoomVisibility.Public, "Room", ann);
        for (var n = 0; n < 3; n++) await server.PostAsync(ann, room.Id, $"flood {n}");
        await using var moderator = await server.SubscribeAsync(boss, room.Id);
        var sweep = (await CallAsync(moderator, "sweep.run", new { user = ann.Id.Value, minutes = 60, rooms = new[] { room.Id.Value }, reason = "Flooding", mute_seconds = 60 })).GetProperty("sweep");
        var id = sweep.GetProperty("id").GetInt64();
        Assert.Equal(("done", 3, 3), (sweep.GetProperty("state").GetString(), sweep.GetProperty("messages").GetInt32(), sweep.GetProperty("left").GetInt32()));
        await moderator.EventAsync("messages.swept");
        Assert.Equal(406, await RefusedAsync(moderator, "sweep.cancel", new { id }));
        Assert.Equal("undone", (await CallAsync(moderator, "sweep.undo", new { id })).GetProperty("sweep").GetProperty("state").GetString());
        await moderator.EventAsync("messages.returned");
        Assert.Equal("flood 2", server.Get<MessageHistory>().Latest(ann.Id, room.Id, 1)!.Messages.Single().Text);

        var again = (await CallAsync(moderator, "sweep.run", new { user = ann.Id.Value, minutes = 60, reason = "Flooding" })).GetProperty("sweep").GetProperty("id").GetInt64();
        Assert.Equal("purged", (await CallAsync(moderator, "sweep.purge", new { id = again, reason = "for good" })).GetProperty("sweep").GetProperty("state").GetString());
        Assert.Equal(406, await RefusedAsync(moderator, "sweep.undo", new { id = again }));
        Assert.Equal([again, id], (await CallAsync(moderator, "sweep.list", new { room = room.Id.Value })).GetProperty("sweeps").EnumerateArray().Select(line => line.GetProperty("id").GetInt64()));
        Assert.Equal(107, await RefusedAsync(moderator, "sweep.run", new { user = ann.Id.Value, minutes = 0, reason = "x" }));
        Assert.Equal(107, await RefusedAsync(moderator, "sweep.run", new { user = ann.Id.Value, minutes = 5, reason = "nothing is left" }));
    }

    private static async Task<JsonElement> CallAsync(TestSocket socket, string method, object data)
    {
        var reply = await socket.AskAsync(new { rpc = new { method, data } });
        Assert.True(reply.TryGetProperty("rpc", out var rpc), reply.ToString());
        return rpc.GetProperty("data");
    }

    private static async Task<int> RefusedAsync(TestSocket socket, string method, object data) => TestSocket.ErrorOf(await socket.AskAsync(new { rpc = new { method, data } }));
}
