using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Tokens;

/// <summary>People of a site into which the chat is built come by tokens that the site signs.</summary>
public sealed class IssuedTokenTests : IAsyncLifetime, IDisposable
{
    private readonly ManualTime _time = new();
    private readonly JwtKit _kit = new();
    private TestServer? _server;

    private TestServer Server => _server!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(
        [.. _kit.Settings, "Push:PingSeconds=3600"], services => services.AddSingleton<TimeProvider>(_time));

    public Task DisposeAsync() => Server.DisposeAsync().AsTask();

    public void Dispose() => _kit.Dispose();

    [Fact]
    public async Task A_subject_gets_an_account_with_its_first_token_and_the_same_with_every_other()
    {
        await using var first = await Server.ConnectByAsync(_kit.Rs(JwtKit.Claims(_time.GetUtcNow(), "u-7")));
        await using var again = await Server.ConnectByAsync(_kit.Es(JwtKit.Claims(_time.GetUtcNow(), "u-7")));
        await using var other = await Server.ConnectByAsync(JwtKit.Hs(JwtKit.Claims(_time.GetUtcNow(), "u-8")));
        var users = Server.Get<RoomBroker>().Connections.GroupBy(connection => connection.User).ToDictionary(of => of.Key, of => of.Count());
        Assert.Equal([1, 2], users.Values.Order());
        using var db = Server.Get<ChatDatabase>().OpenRead();
        Assert.Equal([("jwt:site", "u-7"), ("jwt:site", "u-8")], db.UserLogins.OrderBy(login => login.ProviderKey).AsEnumerable().Select(login => (login.LoginProvider, login.ProviderKey)));
        Assert.Equal(["Jo of the site", "Jo of the site 2"], db.Users.OrderBy(user => user.DisplayName).Select(user => user.DisplayName));
        Assert.All(db.Users.ToList(), user => Assert.Equal((Rank.Member, null, null), (user.Rank, user.PasswordHash, user.Email)));
    }

    [Fact]
    public async Task Twenty_first_tokens_at_once_make_one_account()
    {
        var token = JwtKit.Hs(JwtKit.Claims(_time.GetUtcNow()));
        var sockets = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Server.ConnectByAsync(token)));
        foreach (var socket in sockets) await socket.DisposeAsync();
        using var db = Server.Get<ChatDatabase>().OpenRead();
        Assert.Single(db.Users);
    }

    [Fact]
    public async Task Without_the_setting_a_subject_without_an_account_stays_out_and_one_that_is_linked_comes_in()
    {
        await using var other = await TestServer.StartAsync([.. _kit.Settings, "Accounts:Issuers:0:CreateAccounts=false"], services => services.AddSingleton<TimeProvider>(_time));
        var token = JwtKit.Hs(JwtKit.Claims(_time.GetUtcNow()));
        Assert.Equal(3500, await other.RefusedAsync(token));
        var ann = await other.AddPersonAsync("Ann");
        await other.Get<CommitQueue>().CommitAsync(commit => commit.Db.UserLogins.Add(new IdentityUserLogin<string> { LoginProvider = "jwt:site", ProviderKey = "u-1", UserId = ann.Id.Value }));
        await using var socket = await other.ConnectByAsync(token);
        Assert.Equal("jwt:site", other.ConnectionOf(ann.Id).Credential);
    }

    [Fact]
    public async Task Its_scopes_are_those_that_the_operator_gave_the_issuer()
    {
        await using var socket = await Server.ConnectByAsync(JwtKit.Hs(JwtKit.Claims(_time.GetUtcNow())));
        Assert.True((await socket.AskAsync(new { publish = new { channel = "room:general", data = new { text = "hello" } } })).TryGetProperty("publish", out _));
        await Server.ChangeAccountAsync(Assert.Single(Server.Get<RoomBroker>().Connections).User, account => account.Rank = Rank.Administrator);
        Assert.Equal(103, TestSocket.ErrorOf(await socket.AskAsync(new { rpc = new { method = "moderation.audit", data = new { } } })));
    }

    [Fact]
    public async Task The_connection_ends_with_the_token_and_goes_on_with_another_one()
    {
        var claims = JwtKit.Claims(_time.GetUtcNow());
        claims["exp"] = _time.GetUtcNow().AddSeconds(60).ToUnixTimeSeconds();
        await using var socket = await Server.ConnectByAsync(JwtKit.Hs(claims));
        // The clocks' difference belongs to the token.
        _time.Advance(TimeSpan.FromSeconds(89));
        Assert.True((await socket.AskAsync(new { ping = new { } })).TryGetProperty("ping", out _));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True((await socket.PushAsync()).TryGetProperty("refresh", out _));
        Assert.Equal(101, TestSocket.ErrorOf(await RefreshAsync(socket, JwtKit.Hs(JwtKit.Claims(_time.GetUtcNow(), "somebody-else")))));
        Assert.Equal(109, TestSocket.ErrorOf(await RefreshAsync(socket, JwtKit.Hs(claims))));
        Assert.InRange((await RefreshAsync(socket, JwtKit.Hs(JwtKit.Claims(_time.GetUtcNow())))).GetProperty("refresh").GetProperty("ttl").GetInt64(), 620, 630);
        _time.Advance(TimeSpan.FromSeconds(660));
        Assert.Equal(3005, await socket.ClosedAsync());
    }

    [Fact]
    public async Task An_account_that_is_locked_or_deleted_stays_out()
    {
        var token = JwtKit.Hs(JwtKit.Claims(_time.GetUtcNow()));
        await using (await Server.ConnectByAsync(token))
            await Server.ChangeAccountAsync(Assert.Single(Server.Get<RoomBroker>().Connections).User, account => account.LockoutEnd = DateTimeOffset.MaxValue);
        Assert.Equal(3500, await Server.RefusedAsync(token));
    }

    [Fact]
    public async Task It_leads_in_by_the_header_too()
    {
        await using var byHeader = await Server.OpenSocketAsync(options => options.SetRequestHeader("Authorization", "Bearer " + _kit.Es(JwtKit.Claims(_time.GetUtcNow()))));
        await byHeader.SendTextAsync("""{"id":1,"connect":{}}""");
        Assert.True((await byHeader.ReplyAsync(1)).TryGetProperty("connect", out _));
    }

    private static Task<JsonElement> RefreshAsync(TestSocket socket, string token) => socket.AskAsync(new { refresh = new { token } });
}
