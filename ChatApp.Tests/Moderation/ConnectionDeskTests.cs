using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Tokens;

namespace ChatApp.Tests.Moderation;

/// <summary>Ending all live connections of a person at once.</summary>
public sealed class ConnectionDeskTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Pages_and_programs_of_a_person_end_those_of_others_and_of_their_bots_stay_and_the_log_has_the_count()
    {
        var (mod, ann, bob) = (await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var page = server.Get<RoomBroker>().Connect(new ConnectionDescription(ann.Id, ConnectionKind.Circuit, "192.0.2.1"))!;
        await using var first = await server.ConnectAsync(ann);
        await using var second = await server.ConnectAsync(ann);
        await using var other = await server.ConnectAsync(bob);
        await using var bot = await server.ConnectByAsync((await server.AddTokenAsync(ann, bot: await server.AddBotAsync(ann))).Secret);
        Assert.Equal((ModerationOutcome.Done, 3), await server.Get<ConnectionDesk>().DisconnectAllAsync(mod.Id, ann.Id, "too loud"));
        Assert.Equal(EndReason.ForceDisconnect, page.EndReason);
        foreach (var socket in new[] { first, second })
        {
            var told = (await socket.PushAsync(push => push.TryGetProperty("disconnect", out _))).GetProperty("disconnect");
            Assert.Equal((3503, false), (told.GetProperty("code").GetInt32(), told.GetProperty("reconnect").GetBoolean()));
            Assert.Equal(3503, await socket.ClosedAsync());
        }

        foreach (var alive in new[] { other, bot }) Assert.True((await alive.AskAsync(new { ping = new { } })).TryGetProperty("ping", out _));
        var entry = server.Get<ModerationDesk>().Audit(mod.Id)!.First(line => line.Action == "connection.disconnect_all");
        Assert.Equal((mod.Name, ann.Id.Value, $"{ann.Name}: 3", "too loud"), (entry.Actor, entry.Target, entry.Details, entry.Reason));
        // Nothing keeps them away, which the dialog says.
        await using var again = await server.ConnectAsync(ann);
        Assert.Equal((ModerationOutcome.Done, 1), await server.Get<ConnectionDesk>().DisconnectAllAsync(mod.Id, ann.Id, "again"));
        Assert.Equal((ModerationOutcome.NotFound, 0), await server.Get<ConnectionDesk>().DisconnectAllAsync(mod.Id, ann.Id, "and again"));
    }

    [Fact]
    public async Task It_needs_a_reason_and_a_lower_rank()
    {
        var (mod, other, ann) = (await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Other", Rank.Moderator), await server.AddPersonAsync("Ann"));
        var open = new[] { mod, other, ann }.Select(person => server.Get<RoomBroker>().Connect(new ConnectionDescription(person.Id, ConnectionKind.Circuit, "192.0.2.1"))!).ToList();
        var desk = server.Get<ConnectionDesk>();
        Assert.Equal(ModerationOutcome.ReasonMissing, (await desk.DisconnectAllAsync(mod.Id, ann.Id, " ")).Outcome);
        Assert.Equal(ModerationOutcome.NotAllowed, (await desk.DisconnectAllAsync(mod.Id, other.Id, "why")).Outcome);
        Assert.Equal(ModerationOutcome.NotAllowed, (await desk.DisconnectAllAsync(ann.Id, ann.Id, "why")).Outcome);
        Assert.All(open, connection => Assert.Null(connection.EndReason));
        Assert.Equal((ModerationOutcome.Done, 1), await desk.DisconnectAllAsync(mod.Id, mod.Id, "my own pages"));
    }

    [Fact]
    public async Task A_program_ends_them_and_is_told_how_many_there_were()
    {
        var (mod, ann) = (await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Ann"));
        await using var desk = await server.ConnectAsync(mod);
        await using var target = await server.ConnectAsync(ann);
        var reply = await desk.AskAsync(new { rpc = new { method = "moderation.disconnect_all", data = new { user = ann.Id.Value, reason = "too loud" } } });
        Assert.Equal("""{"ended":1}""", reply.GetProperty("rpc").GetProperty("data").GetRawText());
        Assert.Equal(3503, await target.ClosedAsync());
        Assert.Equal(107, TestSocket.ErrorOf(await desk.AskAsync(new { rpc = new { method = "moderation.disconnect_all", data = new { user = ann.Id.Value, reason = "again" } } })));
    }

    [Fact]
    public async Task The_lists_say_how_many_a_person_has()
    {
        var (mod, ann) = (await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Ann"));
        var broker = server.Get<RoomBroker>();
        foreach (var kind in new[] { ConnectionKind.Circuit, ConnectionKind.Socket }) broker.Connect(new ConnectionDescription(ann.Id, kind, "192.0.2.1"));
        Assert.Equal([2, 2], server.Get<ModerationDesk>().ConnectionPage(mod.Id, new ConnectionQuery(ann.Name), default)!.Lines.Select(line => line.OfUser));
        Assert.Equal(2, Assert.Single(server.Get<ModerationDesk>().AccountPage(mod.Id, new AccountQuery(ann.Name), default)!.Lines).Connections);
        broker.EndAll(ann.Id, EndReason.Closed);
        Assert.Equal(0, Assert.Single(server.Get<ModerationDesk>().AccountPage(mod.Id, new AccountQuery(ann.Name), default)!.Lines).Connections);
    }
}
