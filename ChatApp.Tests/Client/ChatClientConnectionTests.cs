using System.Net.WebSockets;
using ChatApp.Client;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Client;

/// <summary>Connecting, staying connected, and knowing when to stop.</summary>
public sealed class ChatClientConnectionTests : ClientTestBase
{
    [Fact]
    public async Task It_connects_with_its_token_and_name()
    {
        var client = Client();
        var connecting = client.ConnectAsync();
        var session = await Server.AcceptAsync();
        var connect = await session.WelcomeAsync();
        await connecting.Soon();
        Assert.Equal("secret", connect.GetProperty("token").GetString());
        Assert.Equal("test", connect.GetProperty("name").GetString());
    }

    [Fact]
    public async Task It_asks_for_a_fresh_token_at_every_reconnection()
    {
        var asked = 0;
        var options = Options();
        var client = Client(new()
        {
            Endpoint = options.Endpoint,
            BackoffMin = options.BackoffMin,
            BackoffMax = options.BackoffMax,
            Token = (_, _) => ValueTask.FromResult($"token {++asked}"),
        });
        var connecting = client.ConnectAsync();
        var first = await Server.WelcomeAsync();
        await connecting.Soon();
        first.Cut();
        var second = await Server.AcceptAsync();
        Assert.Equal("token 2", (await second.WelcomeAsync()).GetProperty("token").GetString());
    }

    [Fact]
    public async Task It_answers_each_ping_with_a_pong_where_the_server_wants_pongs()
    {
        var (_, session) = await ConnectedAsync();
        await session.SendAsync("{}");
        Assert.Equal("{}", await session.LineAsync());
        await session.SendAsync("{}");
        Assert.Equal("{}", await session.LineAsync());
    }

    [Fact]
    public async Task It_leaves_pings_unanswered_where_the_server_wants_no_pongs()
    {
        var client = Client();
        var connecting = client.ConnectAsync();
        var session = await Server.WelcomeAsync(pong: false);
        await connecting.Soon();
        var subscribing = client.SubscribeAsync("room:7");
        var (id, _) = await session.ExpectAsync("subscribe");
        await session.SendAsync("{}\n" + $$$"""{"id":{{{id}}},"subscribe":{}}""");
        await (await subscribing.Soon()).DisposeAsync();
        await session.ExpectAsync("unsubscribe");
    }

    [Fact]
    public async Task It_waits_through_failures_until_it_is_connected()
    {
        var connecting = Client().ConnectAsync();
        (await Server.AcceptAsync()).Cut();
        await (await Server.AcceptAsync()).CloseAsync(3001, "shutdown");
        await Server.WelcomeAsync();
        await connecting.Soon();
        Assert.Equal(3001, (await LossAsync(2)).Code);
    }

    [Theory]
    [InlineData(3500, "invalid token", EndKind.SignedOut)]
    [InlineData(4501, "signed out", EndKind.SignedOut)]
    [InlineData(3503, "force disconnect", EndKind.Expelled)]
    [InlineData(4500, "banned", EndKind.Expelled)]
    [InlineData(3504, "connection limit", EndKind.TooManyConnections)]
    [InlineData(3501, "bad request", EndKind.ProtocolFault)]
    [InlineData(3502, "stale", EndKind.ProtocolFault)]
    [InlineData(3506, "bad protocol", EndKind.ProtocolFault)]
    [InlineData(3509, "too many errors", EndKind.ProtocolFault)]
    [InlineData(3999, "something new", EndKind.Disconnected)]
    public async Task It_stops_on_a_terminal_closing_code_and_says_why(int code, string reason, EndKind kind)
    {
        var (client, session, subscription) = await SubscribedAsync();
        await session.CloseAsync(code, reason);
        var expected = new EndReason(kind, code, reason);
        Assert.Equal(expected, await client.Completion.Soon());
        Assert.Equal(expected, await subscription.Completion.Soon());
        var refused = await Assert.ThrowsAsync<ChatException>(() => client.PostAsync("7", "anyone?")).Soon();
        Assert.Equal(code, refused.Error.Code);
    }

    [Fact]
    public async Task A_terminal_code_at_the_first_connect_reaches_the_caller()
    {
        var connecting = Client().ConnectAsync();
        var session = await Server.AcceptAsync();
        await session.ExpectAsync("connect");
        await session.CloseAsync(3500, "invalid token");
        var refused = await Assert.ThrowsAsync<ChatException>(() => connecting).Soon();
        Assert.Equal(3500, refused.Error.Code);
    }

    [Fact]
    public async Task A_lasting_error_in_place_of_the_connect_reply_ends_the_client()
    {
        var client = Client();
        var connecting = client.ConnectAsync();
        var session = await Server.AcceptAsync();
        await session.RefuseAsync((await session.ExpectAsync("connect")).Id, 101);
        await Assert.ThrowsAsync<ChatException>(() => connecting).Soon();
        Assert.Equal(new(EndKind.SignedOut, 101, "no"), await client.Completion.Soon());
    }

    [Fact]
    public async Task An_expired_token_is_replaced_and_tried_again()
    {
        var connecting = Client().ConnectAsync();
        var session = await Server.AcceptAsync();
        await session.RefuseAsync((await session.ExpectAsync("connect")).Id, 109);
        await Server.WelcomeAsync();
        await connecting.Soon();
    }

    [Fact]
    public async Task A_login_that_is_over_ends_the_client_and_a_login_server_that_is_down_does_not()
    {
        var failures = new Queue<Exception>(
            [new HttpRequestException("down"), new ChatException(new(101, "session over", Temporary: false))]);
        var client = Client(new()
        {
            Endpoint = Server.Endpoint,
            BackoffMin = TimeSpan.FromMilliseconds(1),
            Token = (_, _) => throw failures.Dequeue(),
        });
        await Assert.ThrowsAsync<ChatException>(() => client.ConnectAsync()).Soon();
        Assert.Equal(new(EndKind.SignedOut, 101, "session over"), await client.Completion.Soon());
        Assert.Empty(failures);
    }

    [Fact]
    public async Task A_disconnect_push_that_forbids_to_return_ends_the_client()
    {
        var (client, session) = await ConnectedAsync();
        await session.SendAsync("""{"push":{"disconnect":{"code":4501,"reason":"signed out","reconnect":false}}}""");
        Assert.Equal(new(EndKind.SignedOut, 4501, "signed out"), await client.Completion.Soon());
    }

    [Fact]
    public async Task A_silent_server_is_noticed_ten_seconds_after_the_missing_ping()
    {
        var time = new ManualTime();
        var (_, session) = await ConnectedAsync(Options(time));
        await time.PassAsync(TimeSpan.FromSeconds(35));
        var loss = await LossAsync();
        Assert.Equal(0, loss.Code);
        Assert.Contains("35 s", loss.Reason, StringComparison.Ordinal);
        await time.PassAsync(loss.RetryIn);
        await Server.WelcomeAsync();
        await session.EndedAsync();
    }

    [Fact]
    public async Task Any_traffic_counts_as_a_sign_of_life()
    {
        var time = new ManualTime();
        var (_, session, subscription) = await SubscribedAsync(Options(time));
        await using var events = subscription.GetAsyncEnumerator();
        for (var offset = 1; offset <= 3; offset++)
        {
            time.Advance(TimeSpan.FromSeconds(34));
            await session.SendAsync(Posted(offset));
            Assert.Equal(offset, (await NextAsync(events)).Position?.Offset);
        }
        Assert.Empty(Losses);
    }

    [Fact]
    public async Task A_reply_that_does_not_come_counts_as_a_broken_connection()
    {
        var time = new ManualTime();
        var connecting = Client(Options(time)).ConnectAsync();
        await (await Server.AcceptAsync()).ExpectAsync("connect");
        await time.PassAsync(TimeSpan.FromSeconds(10));
        await time.PassAsync((await LossAsync()).RetryIn);
        await Server.WelcomeAsync();
        await connecting.Soon();
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("""{"id":"one"}""")]
    public async Task Words_that_are_not_the_protocol_cost_the_connection_but_not_the_client(string frame)
    {
        var (client, session) = await ConnectedAsync();
        await session.SendAsync(frame);
        await Server.WelcomeAsync();
        await client.ConnectAsync().Soon();
    }

    [Fact]
    public async Task A_frame_nested_deeper_than_the_limit_is_not_followed()
    {
        var (_, session) = await ConnectedAsync();
        await session.SendAsync($$$$"""{"push":{"channel":"room:7","pub":{"data":{{{{new string('[', 5000) + new string(']', 5000)}}}}}}}""");
        await Server.WelcomeAsync();
        Assert.Contains("not the protocol", (await LossAsync()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_says_goodbye_and_ends_everything()
    {
        var (client, session, subscription) = await SubscribedAsync();
        await client.DisposeAsync().AsTask().Soon();
        await session.EndedAsync();
        Assert.Equal(WebSocketCloseStatus.NormalClosure, session.ClosedWith);
        Assert.Equal(EndKind.Disposed, (await client.Completion.Soon()).Kind);
        Assert.Equal(EndKind.Disposed, (await subscription.Completion.Soon()).Kind);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.ConnectAsync()).Soon();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.PostAsync("7", "late")).Soon();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.SubscribeAsync("room:8")).Soon();
    }

    [Fact]
    public async Task Disposing_ends_a_client_that_cannot_connect()
    {
        var client = Client();
        var connecting = client.ConnectAsync();
        await Server.AcceptAsync();
        var disposing = client.DisposeAsync().AsTask();
        await Server.DisposeAsync();
        await disposing.Soon();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => connecting).Soon();
    }

    [Fact]
    public async Task A_callback_that_throws_ends_the_client_with_its_words()
    {
        var client = Client(new()
        {
            Endpoint = Server.Endpoint,
            Token = (_, _) => throw new HttpRequestException("down"),
            Lost = _ => throw new InvalidOperationException("my own mistake"),
        });
        await Assert.ThrowsAsync<ChatException>(() => client.ConnectAsync()).Soon();
        var end = await client.Completion.Soon();
        Assert.Equal(EndKind.Faulted, end.Kind);
        Assert.Contains("my own mistake", end.Message, StringComparison.Ordinal);
    }
}
