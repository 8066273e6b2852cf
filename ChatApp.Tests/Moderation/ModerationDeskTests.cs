using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Moderation;

public sealed class ModerationDeskTests(TestServer server) : IClassFixture<TestServer>
{
    private ModerationDesk Desk => server.Get<ModerationDesk>();

    [Fact]
    public async Task The_audit_log_does_not_name_a_private_room()
    {
        var owner = await server.AddPersonAsync("Owner");
        var moderator = await server.AddPersonAsync("Mod", Rank.Moderator);
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Private, "Secret merger");
        var message = await server.PostAsync(owner, room.Id, "spam");
        await server.Get<ChatApp.Messages.MessageEditor>().DeleteAsync(moderator.Id, message.Id, "spam");
        var entry = server.Get<ModerationDesk>().Audit(moderator.Id)!.First(line => line.Target == message.Id.ToString());
        Assert.DoesNotContain("merger", entry.Details, StringComparison.Ordinal);
        Assert.Contains(room.Id.Value, entry.Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_see_and_do_nothing_here()
    {
        var (member, other) = (await server.AddPersonAsync(), await server.AddPersonAsync());
        var message = await server.PostAsync(other, RoomId.General, "hello");
        await using var socket = await server.ConnectAsync(other);
        var connection = server.Get<RoomBroker>().Connections.Single(one => one.User == other.Id);
        Assert.Null(Desk.Connections(member.Id));
        Assert.Null(Desk.Accounts(member.Id));
        Assert.Null(Desk.Audit(member.Id));
        Assert.Equal(ModerationOutcome.NotAllowed, await Desk.SetRankAsync(member.Id, member.Id, Rank.Administrator));
        Assert.Equal(ModerationOutcome.NotAllowed, await Desk.DisconnectAsync(member.Id, connection.Id, ""));
        Assert.Equal(ChatApp.Messages.MessageOutcome.NotAllowed, (await server.Get<ChatApp.Messages.MessageEditor>().DeleteAsync(member.Id, message.Id)).Outcome);
        Assert.Null(connection.EndReason);
    }

    [Fact]
    public async Task Only_administrators_change_ranks_and_each_change_is_in_the_audit_log()
    {
        var (administrator, moderator, member) = (
            await server.AddPersonAsync("Admin", Rank.Administrator), await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync());
        Assert.Equal(ModerationOutcome.NotAllowed, await Desk.SetRankAsync(moderator.Id, member.Id, Rank.Moderator));
        Assert.Equal(ModerationOutcome.NotAllowed, await Desk.SetRankAsync(administrator.Id, member.Id, (Rank)99));
        Assert.Equal(ModerationOutcome.NotFound, await Desk.SetRankAsync(administrator.Id, new UserId("nobody"), Rank.Moderator));
        Assert.Equal(ModerationOutcome.Done, await Desk.SetRankAsync(administrator.Id, member.Id, Rank.Moderator, "trusted"));
        Assert.Equal(Rank.Moderator, server.Get<UserDirectory>().Get(member.Id).Rank);
        Assert.NotNull(Desk.Connections(member.Id));
        var entry = Desk.Audit(administrator.Id)!.Single(line => line.Target == member.Id.Value);
        Assert.Equal(("user.rank", administrator.Name, "trusted"), (entry.Action, entry.Actor, entry.Reason));
        Assert.Contains("Member -> Moderator", entry.Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_save_of_an_account_that_was_read_before_its_rank_changed_does_not_bring_the_old_rank_back()
    {
        var (administrator, moderator) = (await server.AddPersonAsync("Admin", Rank.Administrator), await server.AddPersonAsync("Mod", Rank.Moderator));
        await using var scope = server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<ChatUser>>();
        var read = (await users.FindByIdAsync(moderator.Id.Value))!;
        Assert.Equal(ModerationOutcome.Done, await Desk.SetRankAsync(administrator.Id, moderator.Id, Rank.Member));
        // What a wrong password causes, for one.
        Assert.False((await users.AccessFailedAsync(read)).Succeeded);
        using var db = server.Get<ChatDatabase>().OpenRead();
        Assert.Equal(Rank.Member, db.Users.Single(user => user.Id == moderator.Id.Value).Rank);
    }

    [Fact]
    public async Task Nobody_acts_on_an_equal_rank()
    {
        var (one, other) = (await server.AddPersonAsync("Admin", Rank.Administrator), await server.AddPersonAsync("Admin", Rank.Administrator));
        var (first, second) = (await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Mod", Rank.Moderator));
        await using var socket = await server.ConnectAsync(second);
        var connection = server.Get<RoomBroker>().Connections.Single(c => c.User == second.Id);
        Assert.Equal(ModerationOutcome.NotAllowed, await Desk.SetRankAsync(one.Id, other.Id, Rank.Member));
        Assert.Equal(ModerationOutcome.NotAllowed, await Desk.DisconnectAsync(first.Id, connection.Id, ""));
        Assert.Null(connection.EndReason);
    }

    [Fact]
    public async Task The_last_administrator_cannot_step_down_also_when_two_do_at_once()
    {
        await using var alone = await TestServer.StartAsync();
        var (ann, bob) = (await alone.AddPersonAsync("Ann", Rank.Administrator), await alone.AddPersonAsync("Bob", Rank.Administrator));
        var desk = alone.Get<ModerationDesk>();
        var outcomes = await Task.WhenAll(desk.SetRankAsync(ann.Id, ann.Id, Rank.Member), desk.SetRankAsync(bob.Id, bob.Id, Rank.Member));
        Assert.Equal([ModerationOutcome.Done, ModerationOutcome.LastAdministrator], outcomes.Order());
        using var db = alone.Get<ChatDatabase>().OpenRead();
        Assert.Equal(1, db.Users.Count(user => user.Rank == Rank.Administrator));
    }

    [Fact]
    public async Task The_list_of_connections_names_only_rooms_that_the_moderator_may_know()
    {
        var (owner, moderator) = (await server.AddPersonAsync(), await server.AddPersonAsync("Mod", Rank.Moderator));
        var (open, closed) = (await server.MakeRoomAsync(owner, name: "Garden"), await server.MakeRoomAsync(owner, RoomVisibility.Private, "Vault"));
        await using var socket = await server.SubscribeAsync(owner, open.Id, closed.Id);
        var (lines, total) = Desk.Connections(moderator.Id)!.Value;
        var line = Assert.Single(lines, line => line.User.Id == owner.Id);
        Assert.Equal(["Garden"], line.Rooms);
        Assert.Equal(1, line.OtherRooms);
        Assert.Equal((ConnectionKind.Socket, "127.0.0.1"), (line.Description.Kind, line.Description.Address));
        Assert.True(total >= lines.Count);
    }

    [Fact]
    public async Task Disconnecting_ends_the_connection_for_good_and_leaves_an_audit_entry()
    {
        var (member, moderator) = (await server.AddPersonAsync(), await server.AddPersonAsync("Mod", Rank.Moderator));
        await using var socket = await server.ConnectAsync(member);
        var connection = server.Get<RoomBroker>().Connections.Single(c => c.User == member.Id);
        Assert.Equal(ModerationOutcome.Done, await Desk.DisconnectAsync(moderator.Id, connection.Id, "shouting"));
        Assert.Equal(EndReason.ForceDisconnect.Code, await socket.ClosedAsync());
        Assert.Equal(ModerationOutcome.NotFound, await Desk.DisconnectAsync(moderator.Id, connection.Id, "again"));
        var entry = Assert.Single(Desk.Audit(moderator.Id)!, line => line.Target == connection.Id.ToString());
        Assert.Equal(("connection.disconnect", "shouting"), (entry.Action, entry.Reason));
        Assert.Contains(member.Name, entry.Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_administrators_see_addresses_of_people()
    {
        var (administrator, moderator) = (await server.AddPersonAsync("Admin", Rank.Administrator), await server.AddPersonAsync("Mod", Rank.Moderator));
        Assert.All(Desk.Accounts(moderator.Id)!, line => Assert.Equal("", line.Email));
        Assert.Equal(moderator.Email, Assert.Single(Desk.Accounts(administrator.Id, moderator.Name)!).Email);
    }
}
