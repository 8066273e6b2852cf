using ChatApp.Client;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Client;

/// <summary>A token that ends: renewed in place where the server can do that, and otherwise replaced by the next connection.</summary>
public sealed class TokenRenewalTests : ClientTestBase
{
    private readonly ManualTime _time = new();
    private readonly List<string?> _outworn = [];

    [Fact]
    public async Task Half_a_minute_before_the_token_ends_the_connection_gets_a_new_one()
    {
        var (_, session) = await ConnectedForAsync(3600);
        await _time.PassAsync(TimeSpan.FromSeconds(3570));
        var (id, refresh) = await session.ExpectAsync("refresh");
        Assert.Equal("token 2", refresh.GetProperty("token").GetString());
        await session.SendAsync($$$"""{"id":{{{id}}},"refresh":{"expires":true,"ttl":100}}""");
        await _time.PassAsync(TimeSpan.FromSeconds(70));
        Assert.Equal("token 3", (await session.ExpectAsync("refresh")).Body.GetProperty("token").GetString());
        Assert.Equal([null, "token 1", "token 2"], _outworn);
    }

    [Fact]
    public async Task A_server_that_cannot_renew_ends_the_connection_and_gets_a_token_that_is_not_the_old_one()
    {
        var (_, session) = await ConnectedForAsync(3600);
        await _time.PassAsync(TimeSpan.FromSeconds(3570));
        await session.RefuseAsync((await session.ExpectAsync("refresh")).Id, 104);
        await session.SendAsync("""{"push":{"disconnect":{"code":3005,"reason":"expired","reconnect":true}}}""");
        await _time.PassAsync((await LossAsync()).RetryIn);
        var connect = await (await Server.AcceptAsync()).WelcomeAsync();
        Assert.Equal("token 3", connect.GetProperty("token").GetString());
        Assert.Equal([null, "token 1", "token 1"], _outworn);
    }

    [Fact]
    public async Task An_expired_token_at_connect_is_not_asked_for_again_and_other_losses_keep_it()
    {
        var connecting = Client(WithTokens()).ConnectAsync();
        var first = await Server.AcceptAsync();
        await first.RefuseAsync((await first.ExpectAsync("connect")).Id, 109);
        await _time.PassAsync((await LossAsync()).RetryIn);
        var second = await Server.WelcomeAsync();
        await connecting.Soon();
        second.Cut();
        await _time.PassAsync((await LossAsync(2)).RetryIn);
        await Server.WelcomeAsync();
        Assert.Equal([null, "token 1", null], _outworn);
    }

    [Fact]
    public async Task An_issuer_that_is_down_is_asked_again_while_the_token_lives()
    {
        var failures = 1;
        var (_, session) = await ConnectedForAsync(3600, () => failures-- > 0);
        await _time.PassAsync(TimeSpan.FromSeconds(3570));
        await Eventually.BecomesAsync(
            () =>
            {
                // The wait after the failure is scattered; time passes until it is over.
                _time.Advance(TimeSpan.FromMilliseconds(5));
                return _outworn.Count == 3;
            },
            "the issuer was not asked again");
        Assert.Equal("token 3", (await session.ExpectAsync("refresh")).Body.GetProperty("token").GetString());
    }

    private async Task<(ChatClient Client, FakeSession Session)> ConnectedForAsync(int ttl, Func<bool>? fails = null)
    {
        var client = Client(WithTokens(fails));
        var connecting = client.ConnectAsync();
        var session = await Server.AcceptAsync();
        var (id, _) = await session.ExpectAsync("connect");
        await session.SendAsync($$$"""{"id":{{{id}}},"connect":{"client":"c1","ping":0,"pong":true,"expires":true,"ttl":{{{ttl}}}}}""");
        await connecting.Soon();
        return (client, session);
    }

    private ChatClientOptions WithTokens(Func<bool>? fails = null) => new()
    {
        Endpoint = Server.Endpoint,
        Time = _time,
        BackoffMin = TimeSpan.FromMilliseconds(1),
        BackoffMax = TimeSpan.FromMilliseconds(5),
        Token = (outworn, _) =>
        {
            _outworn.Add(outworn);
            if (_outworn.Count > 1 && fails?.Invoke() is true)
                throw new HttpRequestException("down");
            return ValueTask.FromResult($"token {_outworn.Count}");
        },
        Lost = loss =>
        {
            lock (Losses)
                Losses.Add(loss);
        },
    };
}
