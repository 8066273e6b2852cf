using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Tokens;

/// <summary>What came by a token ends with it, and another token takes its place only with what that may do.</summary>
public sealed class TokenLifeTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private TestServer? _server;

    private TestServer Server => _server!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(["Push:PingSeconds=3600"], services => services.AddSingleton<TimeProvider>(_time));

    public Task DisposeAsync() => Server.DisposeAsync().AsTask();

    [Fact]
    public async Task Revoking_closes_the_sockets_of_that_token_at_once_and_no_others()
    {
        var ann = await Server.AddPersonAsync("Ann");
        var (first, second) = (await Server.AddTokenAsync(ann), await Server.AddTokenAsync(ann));
        await using var gone = await Server.ConnectByAsync(first.Secret);
        await using var stays = await Server.ConnectByAsync(second.Secret);
        await using var signedIn = await Server.ConnectAsync(ann);
        foreach (var socket in new[] { gone, stays, signedIn }) await socket.AskAsync(new { subscribe = new { channel = "room:general" } });
        Assert.Equal(TokenOutcome.Done, await Server.Get<PersonalTokens>().RevokeAsync(ann.Id, first.Id));
        // The moment has passed: nothing that happens now is heard.
        await Server.PostAsync(ann, RoomId.General, "after");
        Assert.Equal(3500, await gone.ClosedAsync());
        Assert.DoesNotContain(gone.Rest(), frame => frame.ToString().Contains("after", StringComparison.Ordinal));
        foreach (var socket in new[] { stays, signedIn }) await socket.EventAsync("message.posted");
        Assert.Equal(3500, await Server.RefusedAsync(first.Secret));
    }

    [Fact]
    public async Task Rotating_gives_another_secret_for_the_same_and_the_old_one_is_dead()
    {
        var ann = await Server.AddPersonAsync("Ann");
        var token = await Server.AddTokenAsync(ann, TokenScopes.Read, [RoomId.General], _time.GetUtcNow().AddDays(1));
        await using var gone = await Server.ConnectByAsync(token.Secret);
        var rotated = await Server.Get<PersonalTokens>().RotateAsync(ann.Id, token.Id);
        Assert.Equal(3500, await gone.ClosedAsync());
        Assert.Equal(3500, await Server.RefusedAsync(token.Secret));
        await using var comes = await Server.ConnectByAsync(rotated.Secret!);
        var line = Assert.Single(Server.Get<PersonalTokens>().List(ann.Id, ann.Id)!);
        Assert.Equal((TokenScopes.Read, RoomId.General, _time.GetUtcNow().AddDays(1).ToUnixTimeMilliseconds()), (line.Scopes, Assert.Single(line.Rooms), line.ExpiresAt!.Value.ToUnixTimeMilliseconds()));
    }

    [Fact]
    public async Task A_token_that_ends_ends_its_sockets_then_and_there_without_a_time_of_grace()
    {
        var ann = await Server.AddPersonAsync("Ann");
        var token = await Server.AddTokenAsync(ann, expires: _time.GetUtcNow().AddSeconds(60));
        await using var socket = await Server.ConnectByAsync(token.Secret);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.True((await socket.AskAsync(new { ping = new { } })).TryGetProperty("ping", out _));
        _time.Advance(TimeSpan.FromSeconds(1.2));
        Assert.Equal(3005, await socket.ClosedAsync());
        await using var late = await Server.OpenSocketAsync();
        await late.SendAsync(new { id = 1, connect = new { token = token.Secret } });
        Assert.Equal(109, TestSocket.ErrorOf(await late.ReplyAsync(1)));
        Assert.Empty(Server.Get<PersonalTokens>().List(ann.Id, ann.Id)!);
    }

    [Fact]
    public async Task A_token_of_an_account_that_is_deleted_or_locked_proves_nothing_and_wrong_passwords_do_not_matter()
    {
        var ann = await Server.AddPersonAsync("Ann");
        var token = await Server.AddTokenAsync(ann);
        await Server.ChangeAccountAsync(ann.Id, account => account.LockoutEnd = _time.GetUtcNow().AddMinutes(5));
        await (await Server.ConnectByAsync(token.Secret)).DisposeAsync();
        await Server.ChangeAccountAsync(ann.Id, account => account.LockoutEnd = DateTimeOffset.MaxValue);
        Assert.Equal(3500, await Server.RefusedAsync(token.Secret));
        await Server.ChangeAccountAsync(ann.Id, account => (account.LockoutEnd, account.DeletedAt) = (null, _time.GetUtcNow()));
        Assert.Equal(3500, await Server.RefusedAsync(token.Secret));
    }

    [Fact]
    public async Task A_token_that_is_revoked_while_its_socket_connects_leaves_nothing_open()
    {
        var ann = await Server.AddPersonAsync("Ann");
        for (var round = 0; round < 20; round++)
        {
            var token = await Server.AddTokenAsync(ann);
            await using var socket = await Server.OpenSocketAsync();
            await socket.SendAsync(new { id = 1, connect = new { token = token.Secret } });
            await Server.Get<PersonalTokens>().RevokeAsync(ann.Id, token.Id);
            Assert.Equal(3500, await socket.ClosedAsync());
        }

        await Eventually.BecomesAsync(() => Server.Get<RoomBroker>().ConnectionsOf(ann.Id).Count == 0);
    }

    [Fact]
    public async Task Refresh_by_another_personal_token_puts_that_in_the_place_of_the_first_with_its_scopes_and_its_end()
    {
        var ann = await Server.AddPersonAsync("Ann");
        var room = await Server.MakeRoomAsync(ann);
        var (wide, narrow) = (await Server.AddTokenAsync(ann), await Server.AddTokenAsync(ann, TokenScopes.Read, [room.Id], _time.GetUtcNow().AddSeconds(60)));
        await using var socket = await Server.ConnectByAsync(wide.Secret);
        foreach (var channel in new[] { "room:general", $"room:{room.Id}" }) await socket.AskAsync(new { subscribe = new { channel } });
        var reply = (await RefreshAsync(socket, narrow.Secret)).GetProperty("refresh");
        Assert.InRange(reply.GetProperty("ttl").GetInt64(), 59, 60);
        // What the other one does not let through ends, and the rest goes on.
        var ended = await socket.PushAsync();
        Assert.Equal(("room:general", 2000), (ended.GetProperty("channel").GetString(), ended.GetProperty("unsubscribe").GetProperty("code").GetInt32()));
        Assert.Equal(103, TestSocket.ErrorOf(await socket.AskAsync(new { publish = new { channel = $"room:{room.Id}", data = new { text = "no" } } })));
        await Server.PostAsync(ann, room.Id, "heard");
        await socket.EventAsync("message.posted");

        // The first one has no say any more, the other one has.
        await Server.Get<PersonalTokens>().RevokeAsync(ann.Id, wide.Id);
        Assert.True((await socket.AskAsync(new { ping = new { } })).TryGetProperty("ping", out _));
        Assert.Equal($"token:{narrow.Id}", Server.ConnectionOf(ann.Id).Credential);
        _time.Advance(TimeSpan.FromSeconds(60.2));
        Assert.Equal(3005, await socket.ClosedAsync());
    }

    [Fact]
    public async Task A_refresh_by_another_kind_of_token_never_adds_to_what_the_connection_may_do()
    {
        var ann = await Server.AddPersonAsync("Ann");
        await using var socket = await Server.ConnectByAsync((await Server.AddTokenAsync(ann, TokenScopes.Read)).Secret);
        Assert.True((await RefreshAsync(socket, await Server.TokenOfAsync(ann))).TryGetProperty("refresh", out _));
        Assert.Equal(103, TestSocket.ErrorOf(await socket.AskAsync(new { publish = new { channel = "room:general", data = new { text = "no" } } })));
        Assert.Equal(103, TestSocket.ErrorOf(await socket.AskAsync(new { rpc = new { method = "room.create", data = new { name = "no" } } })));

        await using var signedIn = await Server.ConnectAsync(ann);
        Assert.True((await RefreshAsync(signedIn, (await Server.AddTokenAsync(ann, TokenScopes.Read)).Secret)).TryGetProperty("refresh", out _));
        Assert.Equal(103, TestSocket.ErrorOf(await signedIn.AskAsync(new { publish = new { channel = "room:general", data = new { text = "no" } } })));
    }

    [Fact]
    public async Task A_refresh_by_a_token_of_somebody_else_of_a_bot_or_of_nobody_changes_nothing()
    {
        var (ann, bob) = (await Server.AddPersonAsync("Ann"), await Server.AddPersonAsync("Bob"));
        var token = await Server.AddTokenAsync(ann);
        await using var socket = await Server.ConnectByAsync(token.Secret);
        var revoked = await Server.AddTokenAsync(ann);
        await Server.Get<PersonalTokens>().RevokeAsync(ann.Id, revoked.Id);
        var ofBot = await Server.AddTokenAsync(ann, bot: await Server.AddBotAsync(ann));
        foreach (var other in new[] { (await Server.AddTokenAsync(bob)).Secret, ofBot.Secret, revoked.Secret, await Server.TokenOfAsync(bob) })
            Assert.Equal(101, TestSocket.ErrorOf(await RefreshAsync(socket, other)));
        Assert.Equal($"token:{token.Id}", Server.ConnectionOf(ann.Id).Credential);
        Assert.True((await socket.AskAsync(new { publish = new { channel = "room:general", data = new { text = "still" } } })).TryGetProperty("publish", out _));
    }

    [Fact]
    public async Task A_cookie_and_a_token_of_one_person_do_not_end_together()
    {
        var ann = await Server.AddPersonAsync("Ann");
        var cookie = await Server.CookieOfAsync(ann);
        await using var page = await Server.OpenSocketAsync(options =>
        {
            options.SetRequestHeader("Cookie", cookie);
            options.SetRequestHeader("Origin", Server.Address);
        });
        await page.SendAsync(new { id = 1, connect = new { } });
        await page.ReplyAsync(1);
        var token = await Server.AddTokenAsync(ann);
        await using var socket = await Server.ConnectByAsync(token.Secret);
        await Server.Get<PersonalTokens>().RevokeAsync(ann.Id, token.Id);
        Assert.Equal(3500, await socket.ClosedAsync());
        Assert.True((await page.AskAsync(new { ping = new { } })).TryGetProperty("ping", out _));
    }

    private static Task<JsonElement> RefreshAsync(TestSocket socket, string token) => socket.AskAsync(new { refresh = new { token } });
}
