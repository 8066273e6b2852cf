using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Tokens;

/// <summary>A token as a test has it.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Secret">What is shown.</param>
internal sealed record TestToken(string Id, string Secret);

/// <summary>Makes tokens and bots, and comes in by them.</summary>
internal static class TokenKit
{
    public const TokenScopes All = TokenScopes.Read | TokenScopes.Post | TokenScopes.Moderate | TokenScopes.Admin;

    public const TokenScopes ReadAndPost = TokenScopes.Read | TokenScopes.Post;

    /// <summary>A token of that person, or of a bot of theirs.</summary>
    public static async Task<TestToken> AddTokenAsync(
        this TestServer server, TestPerson owner, TokenScopes scopes = ReadAndPost, RoomId[]? rooms = null, DateTimeOffset? expires = null, UserId? bot = null)
    {
        var account = bot ?? owner.Id;
        var before = server.Get<PersonalTokens>().List(owner.Id, account)!.Select(token => token.Id).ToHashSet(StringComparer.Ordinal);
        var made = await server.Get<PersonalTokens>().MakeAsync(owner.Id, account, new TokenWish("test", scopes) { Rooms = rooms ?? [], Expires = expires });
        Assert.Equal(TokenOutcome.Done, made.Outcome);
        return new TestToken(server.Get<PersonalTokens>().List(owner.Id, account)!.Single(token => !before.Contains(token.Id)).Id, made.Secret!);
    }

    /// <summary>A bot of that person.</summary>
    public static async Task<UserId> AddBotAsync(this TestServer server, TestPerson owner, string name = "Helper")
    {
        var made = await server.Get<Bots>().MakeAsync(owner.Id, $"{name} {Secret.NewId(6)}");
        Assert.Equal(BotOutcome.Done, made.Outcome);
        return made.Bot!.Value;
    }

    /// <summary>A socket that came by a token, connected.</summary>
    public static async Task<TestSocket> ConnectByAsync(this TestServer server, string token)
    {
        var socket = await server.OpenSocketAsync();
        await socket.SendAsync(new { id = 1, connect = new { token } });
        var reply = await socket.ReplyAsync(1);
        Assert.True(reply.TryGetProperty("connect", out _), reply.ToString());
        // Whoever moves the clock now must not meet the server still at its first answer, for which it has a deadline.
        Assert.True((await socket.AskAsync(new { ping = new { } })).TryGetProperty("ping", out _));
        return socket;
    }

    /// <summary>The code with which a token is refused.</summary>
    public static async Task<int> RefusedAsync(this TestServer server, string token)
    {
        await using var socket = await server.OpenSocketAsync();
        await socket.SendAsync(new { id = 1, connect = new { token } });
        return await socket.ClosedAsync();
    }

    /// <summary>Changes an account as stored.</summary>
    public static Task ChangeAccountAsync(this TestServer server, UserId id, Action<ChatUser> change) => server.Get<CommitQueue>().CommitAsync(commit =>
    {
        change(commit.Db.Users.Single(user => user.Id == id.Value));
        return true;
    });

    /// <summary>The one live connection of an account.</summary>
    public static Connection ConnectionOf(this TestServer server, UserId user) => Assert.Single(server.Get<RoomBroker>().ConnectionsOf(user));
}
