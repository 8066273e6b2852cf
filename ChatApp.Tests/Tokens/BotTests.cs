using System.Net;
using System.Net.Http.Json;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Tokens;

/// <summary>A bot may do what its token, its own place and its owner's rights at that moment have in common.</summary>
public sealed class BotTests(TokenRankTests.Server server) : IClassFixture<TokenRankTests.Server>
{
    private Bots Bots => server.Get<Bots>();

    private RoomWriter Rooms => server.Get<RoomWriter>();

    [Fact]
    public async Task A_bot_is_made_under_the_rules_for_names_and_at_most_20_of_an_owner()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        Assert.Equal(BotOutcome.BadName, (await Bots.MakeAsync(ann.Id, " ")).Outcome);
        Assert.Equal(BotOutcome.BadName, (await Bots.MakeAsync(ann.Id, "a\u202Eb")).Outcome);
        Assert.Equal(BotOutcome.NameTaken, (await Bots.MakeAsync(ann.Id, bob.Name.ToUpperInvariant())).Outcome);
        var first = await server.AddBotAsync(ann);
        Assert.Equal(BotOutcome.NotAllowed, (await Bots.MakeAsync(first, "Bot of a bot")).Outcome);
        for (var i = 1; i < Bots.MaxBots; i++) await server.AddBotAsync(ann);
        Assert.Equal(BotOutcome.TooMany, (await Bots.MakeAsync(ann.Id, "One more")).Outcome);
        Assert.Equal(Bots.MaxBots, Bots.Of(ann.Id).Count);
        Assert.Empty(Bots.Of(bob.Id));
        var card = server.Get<UserDirectory>().Get(first);
        Assert.Equal((true, ann.Id, Rank.Member), (card.IsBot, card.Owner!.Value, card.Rank));
    }

    [Fact]
    public async Task A_bot_comes_only_by_its_token_even_where_somebody_gave_it_an_address_and_a_password()
    {
        var ann = await server.AddPersonAsync("Ann");
        var bot = await server.AddBotAsync(ann);
        var email = $"{bot.Value}@example.org";
        await using (var scope = server.Services.CreateAsyncScope())
        {
            var accounts = scope.ServiceProvider.GetRequiredService<UserManager<ChatUser>>();
            var account = (await accounts.FindByIdAsync(bot.Value))!;
            Assert.Null(account.PasswordHash);
            Assert.Null(account.Email);
            await accounts.SetEmailAsync(account, email);
            Assert.True((await accounts.AddPasswordAsync(account, "correct horse battery")).Succeeded);
        }

        using var response = await server.Http.PostAsJsonAsync("/api/account/login", new { email, password = "correct horse battery" });
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        var token = await server.AddTokenAsync(ann, bot: bot);
        Assert.StartsWith("chatbot_", token.Secret, StringComparison.Ordinal);
        await using var socket = await server.ConnectByAsync(token.Secret);
        Assert.Equal(ann.Id, server.ConnectionOf(bot).Description.Owner);
    }

    [Fact]
    public async Task Tokens_of_a_bot_are_its_owners_affair()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var bot = await server.AddBotAsync(ann);
        var token = await server.AddTokenAsync(ann, bot: bot);
        var tokens = server.Get<PersonalTokens>();
        foreach (var other in new[] { bob.Id, bot })
        {
            Assert.Null(tokens.List(other, bot));
            Assert.Equal(TokenOutcome.NotFound, (await tokens.MakeAsync(other, bot, new TokenWish("x", TokenScopes.Read))).Outcome);
            Assert.Equal(TokenOutcome.NotFound, await tokens.RevokeAsync(other, token.Id));
            Assert.Equal(BotOutcome.NotFound, (await Bots.DeleteAsync(other, bot)).Outcome);
        }

        await using var socket = await server.ConnectByAsync(token.Secret);
        var rotated = await tokens.RotateAsync(ann.Id, token.Id);
        Assert.Equal(3500, await socket.ClosedAsync());
        await (await server.ConnectByAsync(rotated.Secret!)).DisposeAsync();
    }

    [Fact]
    public async Task A_bot_is_only_where_its_owner_is()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var bot = await server.AddBotAsync(ann);
        var (others, shared) = ((await server.MakeRoomAsync(bob)).Id, (await server.MakeRoomAsync(bob, RoomVisibility.Private, members: ann)).Id);
        Assert.Equal(RoomOutcome.NotAllowed, (await Rooms.JoinAsync(bot, others)).Outcome);
        Assert.Equal(RoomOutcome.NotPossible, (await Rooms.InviteAsync(bob.Id, others, bot)).Outcome);
        Assert.Equal(RoomOutcome.NotFound, (await Rooms.JoinAsync(bot, shared)).Outcome);
        Assert.Equal(RoomOutcome.NotAllowed, (await Rooms.CreateAsync(bot, "Mine", "", RoomVisibility.Public)).Outcome);
        Assert.True((await Rooms.InviteAsync(bob.Id, shared, bot)).IsDone);
        Assert.True(server.Get<RoomDirectory>().Find(shared, bot)!.IsMember);
        Assert.Equal(RoomOutcome.NotPossible, (await server.Get<RoomRoles>().SetAsync(bob.Id, shared, bot, RoomRole.Moderator)).Outcome);
    }

    [Fact]
    public async Task Where_the_owner_leaves_a_room_the_bot_is_out_too_at_once()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var bot = await server.AddBotAsync(ann);
        var room = (await server.MakeRoomAsync(bob, RoomVisibility.Private, members: ann)).Id;
        await Rooms.InviteAsync(bob.Id, room, bot);
        await using var socket = await server.ConnectByAsync((await server.AddTokenAsync(ann, bot: bot)).Secret);
        await using var reader = await server.SubscribeAsync(bob, room);
        Assert.True((await socket.AskAsync(new { subscribe = new { channel = $"room:{room}" } })).TryGetProperty("subscribe", out _));
        Assert.True((await Rooms.LeaveAsync(ann.Id, room)).IsDone);
        await server.PostAsync(bob, room, "not for the bot");
        Assert.Equal(2000, (await socket.PushAsync(push => push.TryGetProperty("unsubscribe", out _))).GetProperty("unsubscribe").GetProperty("code").GetInt32());
        Assert.Equal(102, TestSocket.ErrorOf(await socket.AskAsync(new { publish = new { channel = $"room:{room}", data = new { text = "still here?" } } })));
        Assert.DoesNotContain(socket.Rest(), frame => frame.ToString().Contains("not for the bot", StringComparison.Ordinal));
        // The room hears of both.
        var left = new[] { await reader.EventAsync("member.changed"), await reader.EventAsync("member.changed") }.Select(pub => pub.GetProperty("data").GetProperty("member").GetProperty("id").GetString());
        Assert.Equal([bot.Value, ann.Id.Value], left);
        // And coming back does not bring it along.
        await Rooms.InviteAsync(bob.Id, room, ann.Id);
        Assert.Null(server.Get<RoomDirectory>().Find(room, bot));
    }

    [Fact]
    public async Task A_membership_of_the_owner_that_went_in_another_way_counts_for_the_bot_at_the_next_action()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var bot = await server.AddBotAsync(ann);
        var room = (await server.MakeRoomAsync(bob, RoomVisibility.Private, members: ann)).Id;
        await Rooms.InviteAsync(bob.Id, room, bot);
        Assert.True(server.Get<RoomDirectory>().Find(room, bot)!.IsMember);
        await server.PostAsync(bob, room, "canary");
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Memberships.Remove(commit.Db.Memberships.Single(m => m.RoomId == room.Value && m.UserId == ann.Id.Value)));
        Assert.Null(server.Get<RoomDirectory>().Find(room, bot));
        Assert.DoesNotContain(server.Get<RoomDirectory>().RoomsOf(bot), view => view.Id == room);
        Assert.Null(server.Get<MessageHistory>().Latest(bot, room, 10));
        Assert.IsType<PostResult.Rejected>(await server.Get<MessageWriter>().PostAsync(bot, room, "x", null));
        Assert.DoesNotContain(server.Get<ReadMarkers>().Of(bot), unread => unread.Room == room);
    }

    [Fact]
    public async Task A_bot_has_at_most_the_rank_of_its_owner_whatever_stands_in_the_database()
    {
        var (boss, ann) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Ann", Rank.Moderator));
        var bot = await server.AddBotAsync(ann);
        var desk = server.Get<ModerationDesk>();
        Assert.Equal(TokenOutcome.ScopesNotHeld, (await server.Get<PersonalTokens>().MakeAsync(ann.Id, bot, new TokenWish("x", TokenScopes.Moderate))).Outcome);
        Assert.Equal(ModerationOutcome.NotAllowed, await desk.SetRankAsync(boss.Id, bot, Rank.Administrator));
        Assert.Equal(ModerationOutcome.Done, await desk.SetRankAsync(boss.Id, bot, Rank.Moderator));
        await using var socket = await server.ConnectByAsync((await server.AddTokenAsync(ann, TokenKit.ReadAndPost | TokenScopes.Moderate, bot: bot)).Secret);
        Assert.True((await socket.AskAsync(new { rpc = new { method = "moderation.audit", data = new { } } })).TryGetProperty("rpc", out _));
        Assert.True((await socket.AskAsync(new { subscribe = new { channel = "topic:mods:c" } })).TryGetProperty("subscribe", out _));

        // The owner falls, and the bot with them: at once where it listens, at the next command where it acts.
        Assert.Equal(ModerationOutcome.Done, await desk.SetRankAsync(boss.Id, ann.Id, Rank.Member));
        Assert.Equal(2000, (await socket.PushAsync(push => push.TryGetProperty("unsubscribe", out _))).GetProperty("unsubscribe").GetProperty("code").GetInt32());
        Assert.Equal(103, TestSocket.ErrorOf(await socket.AskAsync(new { rpc = new { method = "moderation.audit", data = new { } } })));
        Assert.Equal(Rank.Member, server.Get<UserDirectory>().Get(bot).Rank);
        await server.ChangeAccountAsync(bot, account => account.Rank = Rank.Administrator);
        Assert.Equal(ModerationOutcome.NotAllowed, await desk.SetRankAsync(bot, ann.Id, Rank.Administrator));
    }

    [Fact]
    public async Task A_bot_does_not_count_as_the_last_administrator()
    {
        await using var other = await TestServer.StartAsync();
        var boss = await other.AddPersonAsync("Boss", Rank.Administrator);
        var bot = await other.AddBotAsync(boss);
        Assert.Equal(ModerationOutcome.Done, await other.Get<ModerationDesk>().SetRankAsync(boss.Id, bot, Rank.Administrator));
        Assert.Equal(ModerationOutcome.LastAdministrator, await other.Get<ModerationDesk>().SetRankAsync(boss.Id, boss.Id, Rank.Member));
    }

    [Fact]
    public async Task Everything_that_ends_the_owners_connections_ends_those_of_the_bots()
    {
        var ann = await server.AddPersonAsync("Ann");
        var bot = await server.AddBotAsync(ann);
        var token = await server.AddTokenAsync(ann, bot: bot);
        await using var socket = await server.ConnectByAsync(token.Secret);
        await server.ChangeAccountAsync(ann.Id, account => account.LockoutEnd = DateTimeOffset.MaxValue);
        Assert.Equal(4501, await socket.ClosedAsync());
        Assert.Equal(3500, await server.RefusedAsync(token.Secret));
    }

    [Fact]
    public async Task A_deleted_bot_is_gone_its_name_is_free_and_what_it_said_stays_without_it()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var bot = await server.AddBotAsync(ann);
        var name = server.Get<UserDirectory>().Get(bot).Name;
        var room = (await server.MakeRoomAsync(bob, members: ann)).Id;
        await Rooms.InviteAsync(bob.Id, room, bot);
        var token = await server.AddTokenAsync(ann, bot: bot);
        await using var socket = await server.ConnectByAsync(token.Secret);
        Assert.True((await socket.AskAsync(new { publish = new { channel = $"room:{room}", data = new { text = "of the bot" } } })).TryGetProperty("publish", out _));
        Assert.Equal(BotOutcome.Done, (await Bots.DeleteAsync(ann.Id, bot)).Outcome);
        Assert.Equal(4501, await socket.ClosedAsync());
        Assert.Equal(3500, await server.RefusedAsync(token.Secret));
        Assert.Empty(Bots.Of(ann.Id));
        Assert.DoesNotContain(server.Get<RoomDirectory>().MembersOf(room, bob.Id)!.Value.Members, member => member.User.Id == bot);
        var message = server.Get<MessageHistory>().Latest(bob.Id, room, 10)!.Messages.Single(message => message.Text == "of the bot");
        Assert.True(message.Author.IsBot);
        Assert.NotEqual(name, message.Author.Name);
        Assert.Equal(BotOutcome.Done, (await Bots.MakeAsync(bob.Id, name)).Outcome);
        Assert.Equal(BotOutcome.NotFound, (await Bots.DeleteAsync(ann.Id, bot)).Outcome);
    }

    [Fact]
    public async Task Nobody_finds_a_bot_that_was_deleted_by_its_name_or_by_the_one_that_it_has_now()
    {
        var ann = await server.AddPersonAsync("Ann");
        var bots = new[] { await server.AddBotAsync(ann), await server.AddBotAsync(ann) };
        var names = bots.Select(bot => server.Get<UserDirectory>().Get(bot).Name).ToList();
        Assert.All(names, name => Assert.Single(server.Get<UserDirectory>().Search(name, 5)));
        foreach (var bot in bots) Assert.True((await Bots.DeleteAsync(ann.Id, bot)).Outcome == BotOutcome.Done);
        Assert.Empty(Bots.Of(ann.Id));
        Assert.All(names, name => Assert.Empty(server.Get<UserDirectory>().Search(name, 5)));
        Assert.Empty(server.Get<UserDirectory>().Search("Deleted bot", 5));
    }

    [Fact]
    public async Task Programs_and_people_see_that_it_is_a_bot()
    {
        var ann = await server.AddPersonAsync("Ann");
        var bot = await server.AddBotAsync(ann);
        await using var reader = await server.SubscribeAsync(ann, RoomId.General);
        await using var socket = await server.ConnectByAsync((await server.AddTokenAsync(ann, bot: bot)).Secret);
        Assert.True((await socket.AskAsync(new { publish = new { channel = "room:general", data = new { text = "beep" } } })).TryGetProperty("publish", out _));
        var author = (await reader.EventAsync("message.posted")).GetProperty("data").GetProperty("message").GetProperty("author");
        Assert.Equal((bot.Value, true), (author.GetProperty("id").GetString(), author.GetProperty("bot").GetBoolean()));
        await server.PostAsync(ann, RoomId.General, "a person");
        author = (await reader.EventAsync("message.posted")).GetProperty("data").GetProperty("message").GetProperty("author");
        Assert.False(author.TryGetProperty("bot", out _));
    }
}
