using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Tokens;

/// <summary>What a token lets through of the rank of its account, also in commands that everybody may use.</summary>
public sealed class TokenRankTests(TokenRankTests.Server server) : IClassFixture<TokenRankTests.Server>
{
    [Theory]
    [InlineData(TokenKit.ReadAndPost, 103)]
    [InlineData(TokenKit.ReadAndPost | TokenScopes.Admin, 103)]
    [InlineData(TokenKit.ReadAndPost | TokenScopes.Moderate, null)]
    public async Task Messages_of_others_are_deleted_and_their_earlier_texts_read_only_with_moderate(TokenScopes scopes, int? refused)
    {
        var (ann, admin) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Admin", Rank.Administrator));
        var (theirs, own) = (await server.PostAsync(ann, RoomId.General, "theirs"), await server.PostAsync(admin, RoomId.General, "own"));
        await using var socket = await server.ConnectByAsync((await server.AddTokenAsync(admin, scopes)).Secret);
        Assert.Equal(refused is null ? null : 404, await CodeAsync(socket, "message.earlier", new { id = theirs.Id.ToString() }));
        Assert.Equal(refused, await CodeAsync(socket, "message.delete", new { id = theirs.Id.ToString() }));
        Assert.Null(await CodeAsync(socket, "message.earlier", new { id = own.Id.ToString() }));
        Assert.Null(await CodeAsync(socket, "message.delete", new { id = own.Id.ToString() }));
    }

    [Theory]
    [InlineData(TokenKit.ReadAndPost, 103, 103)]
    [InlineData(TokenKit.ReadAndPost | TokenScopes.Moderate, null, 103)]
    [InlineData(TokenKit.ReadAndPost | TokenScopes.Admin, null, null)]
    public async Task Rooms_of_others_are_described_only_with_moderate_and_governed_only_with_admin(TokenScopes scopes, int? describing, int? governing)
    {
        var (ann, admin) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Admin", Rank.Administrator));
        var room = (await server.MakeRoomAsync(ann, members: admin)).Id.Value;
        await using var socket = await server.ConnectByAsync((await server.AddTokenAsync(admin, scopes)).Secret);
        Assert.Equal(describing, await CodeAsync(socket, "room.edit", new { room, topic = "about" }));
        Assert.Equal(governing, await CodeAsync(socket, "room.edit", new { room, name = "Other" }));
        Assert.Equal(governing, await CodeAsync(socket, "room.retention", new { room, days = 3 }));
        Assert.Equal(governing, await CodeAsync(socket, "room.role", new { room, user = ann.Id.Value, role = "member" }) is 107 ? null : 103);
        Assert.Equal(governing, await CodeAsync(socket, "room.archive", new { room }));
    }

    [Theory]
    [InlineData(TokenKit.ReadAndPost | TokenScopes.Moderate, 103)]
    [InlineData(TokenKit.ReadAndPost | TokenScopes.Admin, null)]
    public async Task Tokens_for_channels_are_made_for_others_only_with_admin(TokenScopes scopes, int? refused)
    {
        var (ann, admin) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Admin", Rank.Administrator));
        await using var socket = await server.ConnectByAsync((await server.AddTokenAsync(admin, scopes)).Secret);
        Assert.Equal(refused, await CodeAsync(socket, "subscription.token", new { channel = "topic:members:x", user = ann.Id.Value }));
    }

    [Theory]
    [InlineData(TokenKit.ReadAndPost, "topic:members:a")]
    [InlineData(TokenKit.ReadAndPost | TokenScopes.Moderate, "topic:members:a topic:mods:a")]
    [InlineData(TokenKit.All, "topic:members:a topic:mods:a topic:admins:a")]
    public async Task Topics_for_a_rank_are_open_only_where_the_token_lets_that_rank_through(TokenScopes scopes, string open)
    {
        var admin = await server.AddPersonAsync("Admin", Rank.Administrator);
        await using var socket = await server.ConnectByAsync((await server.AddTokenAsync(admin, scopes)).Secret);
        var heard = new List<string>();
        foreach (var channel in new[] { "topic:members:a", "topic:mods:a", "topic:admins:a" })
        {
            var isHeard = (await socket.AskAsync(new { subscribe = new { channel } })).TryGetProperty("subscribe", out _);
            Assert.Equal(isHeard, (await socket.AskAsync(new { publish = new { channel, data = 1 } })).TryGetProperty("publish", out _));
            Assert.Equal(isHeard, (await socket.AskAsync(new { history = new { channel, limit = 1 } })).TryGetProperty("history", out _));
            if (isHeard) heard.Add(channel);
        }

        Assert.Equal(open, string.Join(' ', heard));
    }

    [Fact]
    public async Task Addresses_and_administrators_acts_are_not_for_a_moderators_token_of_an_administrator()
    {
        var (ann, admin, mod) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Admin", Rank.Administrator), await server.AddPersonAsync("Mod", Rank.Moderator));
        await using var target = await server.ConnectAsync(mod);
        await using var socket = await server.ConnectByAsync((await server.AddTokenAsync(admin, TokenScopes.Moderate)).Secret);
        var account = (await socket.AskAsync(new { rpc = new { method = "moderation.accounts", data = new { text = ann.Name } } })).GetProperty("rpc").GetProperty("data").GetProperty("accounts")[0];
        Assert.False(account.TryGetProperty("email", out _));
        Assert.Equal(103, await CodeAsync(socket, "moderation.disconnect", new { client = server.ConnectionOf(mod.Id).Id.ToString() }));
        Assert.Equal(103, await CodeAsync(socket, "moderation.rank", new { user = ann.Id.Value, rank = "moderator" }));
    }

    [Fact]
    public async Task Who_loses_the_rank_loses_it_on_the_sockets_of_tokens_too_at_the_next_command()
    {
        var (boss, mod) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Mod", Rank.Moderator));
        await using var socket = await server.ConnectByAsync((await server.AddTokenAsync(mod, TokenKit.ReadAndPost | TokenScopes.Moderate)).Secret);
        Assert.Null(await CodeAsync(socket, "moderation.audit", new { }));
        Assert.True((await socket.AskAsync(new { subscribe = new { channel = "topic:mods:b" } })).TryGetProperty("subscribe", out _));
        Assert.Equal(ModerationOutcome.Done, await server.Get<ModerationDesk>().SetRankAsync(boss.Id, mod.Id, Rank.Member));
        Assert.Equal(2000, (await socket.PushAsync(push => push.TryGetProperty("unsubscribe", out _))).GetProperty("unsubscribe").GetProperty("code").GetInt32());
        Assert.Equal(103, await CodeAsync(socket, "moderation.audit", new { }));
    }

    private static async Task<int?> CodeAsync(TestSocket socket, string method, object data)
    {
        var reply = await socket.AskAsync(new { rpc = new { method, data } });
        return reply.TryGetProperty("error", out var error) ? error.GetProperty("code").GetInt32() : null;
    }

    /// <summary>A server with topics for each rank.</summary>
    public sealed class Server() : TestServer(
    [
        "Topics:Prefixes:0:Prefix=members:", "Topics:Prefixes:0:HistorySize=5", "Topics:Prefixes:0:ClientPublish=Members", "Topics:Prefixes:0:Subscribe=Members",
        "Topics:Prefixes:1:Prefix=mods:", "Topics:Prefixes:1:HistorySize=5", "Topics:Prefixes:1:ClientPublish=Moderators", "Topics:Prefixes:1:Subscribe=Moderators",
        "Topics:Prefixes:2:Prefix=admins:", "Topics:Prefixes:2:HistorySize=5", "Topics:Prefixes:2:ClientPublish=Administrators", "Topics:Prefixes:2:Subscribe=Administrators",
    ]);
}
