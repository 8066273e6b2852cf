using ChatApp.Client;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Client;

/// <summary>Posting: stored once, however often the connection breaks.</summary>
public sealed class ChatClientPostTests : ClientTestBase
{
    [Fact]
    public async Task A_post_returns_where_it_was_stored()
    {
        var (client, session) = await ConnectedAsync();
        var posting = client.PostAsync("7", "hello", "my-key");
        var (id, publish) = await session.ExpectAsync("publish");
        Assert.Equal("room:7", publish.GetProperty("channel").GetString());
        Assert.Equal("hello", publish.GetProperty("data").GetProperty("text").GetString());
        Assert.Equal("my-key", publish.GetProperty("data").GetProperty("key").GetString());
        await StoreAsync(session, id);
        Assert.Equal(new PostReceipt(46, "xyz", "99", Duplicate: false), await posting.Soon());
    }

    [Fact]
    public async Task A_post_that_a_cut_left_unanswered_is_sent_again_with_the_same_key()
    {
        var (client, session) = await ConnectedAsync();
        var posting = client.PostAsync("7", "hello");
        var key = await KeyAsync(session);
        session.Cut();
        var second = await Server.WelcomeAsync();
        Assert.Equal(key, await KeyAsync(second));
        await second.CloseAsync(3001, "shutdown");
        var third = await Server.WelcomeAsync();
        var (id, publish) = await third.ExpectAsync("publish");
        Assert.Equal(key, publish.GetProperty("data").GetProperty("key").GetString());
        await StoreAsync(third, id, duplicate: true);
        Assert.True((await posting.Soon()).Duplicate);
    }

    [Fact]
    public async Task Each_post_has_a_key_of_its_own()
    {
        var (client, session) = await ConnectedAsync();
        var first = client.PostAsync("7", "hello");
        var second = client.PostAsync("7", "hello");
        Assert.NotEqual(await KeyAsync(session), await KeyAsync(session));
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => first).Soon();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => second).Soon();
    }

    [Fact]
    public async Task A_post_waits_while_the_connection_is_down()
    {
        var (client, session) = await ConnectedAsync();
        session.Cut();
        await LossAsync();
        var posting = client.PostAsync("7", "hello");
        var next = await Server.WelcomeAsync();
        await StoreAsync(next, (await next.ExpectAsync("publish")).Id);
        await posting.Soon();
    }

    [Fact]
    public async Task A_post_that_the_server_cannot_take_now_is_sent_again_when_it_says_with_the_same_key()
    {
        var time = new ManualTime();
        var (client, session) = await ConnectedAsync(Options(time));
        var posting = client.PostAsync("7", "hello");
        var (id, publish) = await session.ExpectAsync("publish");
        await session.SendAsync($$$"""{"id":{{{id}}},"error":{"code":111,"message":"too many requests","temporary":true,"retry_ms":1500}}""");
        await time.PassAsync(TimeSpan.FromMilliseconds(1500));
        var (again, second) = await session.ExpectAsync("publish");
        Assert.Equal(publish.ToString(), second.ToString());
        await StoreAsync(session, again, duplicate: true);
        Assert.True((await posting.Soon()).Duplicate);
    }

    [Fact]
    public async Task A_post_that_is_refused_for_good_throws_its_code()
    {
        var (client, session) = await ConnectedAsync();
        var posting = client.PostAsync("7", "hello");
        await session.RefuseAsync((await session.ExpectAsync("publish")).Id, 403);
        Assert.Equal(new(403, "no", Temporary: false), (await Assert.ThrowsAsync<ChatException>(() => posting).Soon()).Error);
    }

    [Theory]
    [InlineData(3004)]
    [InlineData(3008)]
    public async Task A_call_that_ends_the_connection_three_times_is_given_up_and_the_client_lives(int code)
    {
        var (client, session) = await ConnectedAsync();
        var asking = client.RoomsAsync();
        for (var time = 0; time < 3; time++)
        {
            await session.ExpectAsync("rpc");
            await session.SendAsync($$$$"""{"push":{"disconnect":{"code":{{{{code}}}},"reason":"over","reconnect":true}}}""");
            session = await Server.WelcomeAsync();
        }

        Assert.Equal(100, (await Assert.ThrowsAsync<ChatException>(() => asking).Soon()).Error.Code);
        var posting = client.PostAsync("7", "hello");
        await StoreAsync(session, (await session.ExpectAsync("publish")).Id);
        await posting.Soon();
    }

    [Fact]
    public async Task Posts_keep_to_their_pace()
    {
        var time = new ManualTime();
        var (client, session) = await ConnectedAsync(new()
        {
            Endpoint = Server.Endpoint,
            Token = (_, _) => ValueTask.FromResult("secret"),
            Time = time,
            Posts = new(2, 3),
        });
        var posting = Enumerable.Range(0, 4).Select(number => client.PostAsync("7", $"{number}")).ToArray();
        for (var number = 0; number < 3; number++)
            await StoreAsync(session, (await session.ExpectAsync("publish")).Id);
        await Task.WhenAll(posting[..3]).Soon();
        await time.PassAsync(TimeSpan.FromMilliseconds(500));
        await StoreAsync(session, (await session.ExpectAsync("publish")).Id);
        await posting[3].Soon();
    }

    [Theory]
    [InlineData("𝒳")]
    [InlineData("汉")]
    public async Task The_longest_text_fits_into_a_frame_in_whatever_script(string letter)
    {
        var (client, session) = await ConnectedAsync();
        var text = string.Concat(Enumerable.Repeat(letter, 8000));
        var posting = client.PostAsync("7", text, replyTo: "41");
        var (id, publish) = await session.ExpectAsync("publish");
        Assert.Equal(text, publish.GetProperty("data").GetProperty("text").GetString());
        Assert.Equal("41", publish.GetProperty("data").GetProperty("reply_to").GetString());
        await StoreAsync(session, id);
        await posting.Soon();
    }

    [Fact]
    public async Task Replies_find_their_requests_in_whatever_order_they_come()
    {
        var (client, session) = await ConnectedAsync();
        var first = client.PostAsync("7", "one");
        var (firstId, _) = await session.ExpectAsync("publish");
        var second = client.PostAsync("7", "two");
        var (secondId, _) = await session.ExpectAsync("publish");
        await session.RefuseAsync(secondId, 400);
        await Assert.ThrowsAsync<ChatException>(() => second).Soon();
        await StoreAsync(session, firstId);
        await first.Soon();
    }

    [Fact]
    public async Task A_post_that_fits_into_no_frame_is_refused_here_and_the_connection_lives()
    {
        var (client, session) = await ConnectedAsync();
        var refused = await Assert.ThrowsAsync<ChatException>(() => client.PostAsync("7", new string('x', 65_536))).Soon();
        Assert.Equal(407, refused.Error.Code);
        var posting = client.PostAsync("7", "short");
        await StoreAsync(session, (await session.ExpectAsync("publish")).Id);
        await posting.Soon();
    }

    [Fact]
    public async Task Many_posts_at_once_all_arrive_and_no_frame_passes_the_limit()
    {
        var (client, session) = await ConnectedAsync();
        var text = new string('x', 8000);
        var posting = Enumerable.Range(0, 50).Select(_ => client.PostAsync("7", text)).ToArray();
        for (var i = 0; i < posting.Length; i++)
            await StoreAsync(session, (await session.ExpectAsync("publish")).Id);
        await Task.WhenAll(posting).Soon();
        Assert.InRange(session.LargestFrame, 8000, 65_536);
    }

    [Fact]
    public async Task Giving_up_stops_the_waiting()
    {
        var (client, session) = await ConnectedAsync();
        using var cancel = new CancellationTokenSource();
        var posting = client.PostAsync("7", "hello", cancel: cancel.Token);
        await session.ExpectAsync("publish");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => posting).Soon();
    }

    private static async Task<string?> KeyAsync(FakeSession session) =>
        (await session.ExpectAsync("publish")).Body.GetProperty("data").GetProperty("key").GetString();

    private static Task StoreAsync(FakeSession session, int id, bool duplicate = false) =>
        session.SendAsync($$$"""{"id":{{{id}}},"publish":{"offset":46,"epoch":"xyz","id":"99","duplicate":{{{(duplicate ? "true" : "false")}}}}}""");
}
