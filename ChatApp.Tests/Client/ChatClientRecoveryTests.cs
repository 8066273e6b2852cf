using ChatApp.Client;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Client;

/// <summary>A subscription goes on where it was, over cuts, evictions, holes and a program that reads slowly; or it says what is missing.</summary>
public sealed class ChatClientRecoveryTests : ClientTestBase
{
    [Fact]
    public async Task After_a_cut_it_asks_for_what_it_missed_and_hands_it_out_before_what_is_new()
    {
        var (_, session, subscription) = await SubscribedAsync();
        await session.SendAsync(Posted(1));
        await using var events = subscription.GetAsyncEnumerator();
        await ReadAsync(events, 1);
        session.Cut();
        var next = await Server.WelcomeAsync();
        await next.RecoverAsync(await next.ExpectRecoveryAsync(1), 4, Missed(2), Missed(3));
        await next.SendAsync(Posted(4) + "\n" + Posted(5));
        await ReadAsync(events, 2, 3, 4, 5);
    }

    [Fact]
    public async Task What_comes_twice_is_handed_out_once()
    {
        var (_, session, subscription) = await SubscribedAsync();
        await session.SendAsync(Posted(1));
        await using var events = subscription.GetAsyncEnumerator();
        await ReadAsync(events, 1);
        session.Cut();
        var next = await Server.WelcomeAsync();
        await next.RecoverAsync(await next.ExpectRecoveryAsync(1), 2, Missed(1), Missed(2));
        await next.SendAsync(Posted(2) + "\n" + Posted(3));
        await ReadAsync(events, 2, 3);
    }

    [Fact]
    public async Task It_begins_where_the_program_says()
    {
        var (client, session) = await ConnectedAsync();
        var subscribing = client.SubscribeAsync("room:7", new("xyz", 40));
        await session.RecoverAsync(await session.ExpectRecoveryAsync(40), 41, Missed(41));
        await using var events = (await subscribing.Soon()).GetAsyncEnumerator();
        await ReadAsync(events, 41);
    }

    [Theory]
    [InlineData("trimmed", GapReason.Trimmed)]
    [InlineData("epoch", GapReason.Epoch)]
    [InlineData("too_far", GapReason.TooFar)]
    [InlineData("something_new", GapReason.NotKept)]
    public async Task What_cannot_be_given_is_an_item_of_the_stream_and_the_stream_goes_on_behind_it(string word, GapReason reason)
    {
        var (_, session, subscription) = await SubscribedAsync(offset: 5);
        session.Cut();
        var next = await Server.WelcomeAsync();
        var id = await next.ExpectRecoveryAsync(5);
        await next.SendAsync($$$"""{"id":{{{id}}},"subscribe":{"epoch":"new","offset":20,"was_recovering":true,"recovered":false,"gap":{"reason":"{{{word}}}","have":[18,20],"lost":12},"publications":[]}}""");
        await next.SendAsync(Posted(21));
        await using var events = subscription.GetAsyncEnumerator();
        Assert.Equal(new Gap(reason, 12) { Position = new("new", 20) }, await NextAsync(events));
        Assert.Equal(new("new", 21), (await NextAsync(events)).Position);
    }

    [Fact]
    public async Task A_channel_without_history_says_after_a_cut_that_something_may_be_missing()
    {
        var (client, session) = await ConnectedAsync();
        var subscribing = client.SubscribeAsync("topic:prices");
        await session.SendAsync($$$"""{"id":{{{(await session.ExpectAsync("subscribe")).Id}}},"subscribe":{}}""");
        var subscription = await subscribing.Soon();
        session.Cut();
        var next = await Server.WelcomeAsync();
        await next.SendAsync($$$"""{"id":{{{(await next.ExpectAsync("subscribe")).Id}}},"subscribe":{}}""" + "\n"
            + """{"push":{"channel":"topic:prices","pub":{"data":{"price":12.5}}}}""");
        await using var events = subscription.GetAsyncEnumerator();
        Assert.Equal(new Gap(GapReason.NotKept, 0), await NextAsync(events));
        Assert.Equal(12.5, Assert.IsType<RawEvent>(await NextAsync(events)).Data.GetProperty("price").GetDouble());
    }

    [Fact]
    public async Task A_hole_is_asked_for_once_and_filled()
    {
        var (_, session, subscription) = await SubscribedAsync();
        await session.SendAsync(Posted(1) + "\n" + Posted(3));
        await ReleaseAsync(session);
        await session.RecoverAsync(await session.ExpectRecoveryAsync(1), 3, Missed(2), Missed(3));
        await session.SendAsync(Posted(4));
        await using var events = subscription.GetAsyncEnumerator();
        await ReadAsync(events, 1, 2, 3, 4);
    }

    [Fact]
    public async Task A_hole_that_the_server_cannot_fill_is_told()
    {
        var (_, session, subscription) = await SubscribedAsync();
        await session.SendAsync(Posted(1) + "\n" + Posted(3));
        await ReleaseAsync(session);
        await session.RecoverAsync(await session.ExpectRecoveryAsync(1), 3, Missed(3));
        await using var events = subscription.GetAsyncEnumerator();
        await ReadAsync(events, 1);
        Assert.Equal(new Gap(GapReason.Trimmed, 1) { Position = new("xyz", 2) }, await NextAsync(events));
        await ReadAsync(events, 3);
    }

    [Fact]
    public async Task An_unsubscribe_push_from_2500_on_subscribes_again_from_where_it_was()
    {
        var (_, session, subscription) = await SubscribedAsync(offset: 6);
        await session.SendAsync(Posted(7) + "\n" + Unsubscribed(2500, "insufficient state"));
        await session.RecoverAsync(await session.ExpectRecoveryAsync(7), 8, Missed(8));
        await using var events = subscription.GetAsyncEnumerator();
        await ReadAsync(events, 7, 8);
    }

    [Fact]
    public async Task A_temporary_refusal_after_a_cut_is_tried_again()
    {
        var (_, session, subscription) = await SubscribedAsync();
        session.Cut();
        var next = await Server.WelcomeAsync();
        await next.RefuseAsync(await next.ExpectRecoveryAsync(0), 111, temporary: true);
        await next.RecoverAsync(await next.ExpectRecoveryAsync(0), 1, Missed(1));
        await using var events = subscription.GetAsyncEnumerator();
        await ReadAsync(events, 1);
    }

    [Fact]
    public async Task A_program_that_reads_slowly_pauses_its_channel_and_fetches_the_rest_when_it_has_read_on()
    {
        var (client, session, subscription) = await SubscribedAsync(Options(eventBuffer: 4));
        await session.SendAsync(string.Join('\n', Enumerable.Range(1, 9).Select(offset => Posted(offset))));
        await ReleaseAsync(session);

        // Everything else goes on: a call is answered, a ping too.
        var posting = client.PostAsync("7", "still there");
        await session.SendAsync($$$"""{"id":{{{(await session.ExpectAsync("publish")).Id}}},"publish":{"offset":10,"epoch":"xyz","id":"10"}}""" + "\n{}");
        await posting.Soon();
        Assert.Equal("{}", await session.LineAsync());

        await using var events = subscription.GetAsyncEnumerator();
        await ReadAsync(events, 1, 2);
        await session.RecoverAsync(await session.ExpectRecoveryAsync(4), 10, Missed(5), Missed(6), Missed(7));
        await ReleaseAsync(session);
        await ReadAsync(events, 3, 4, 5, 6);
        await session.RecoverAsync(await session.ExpectRecoveryAsync(6), 7, Missed(7));
        await ReadAsync(events, 7);
    }

    [Fact]
    public async Task The_own_channel_needs_no_command_and_leaves_a_gap_at_each_cut()
    {
        var client = Client();
        var connecting = client.ConnectAsync();
        var session = await WelcomeAnnAsync();
        await connecting.Soon();
        var own = await client.SubscribeOwnAsync().Soon();
        Assert.Equal("#u1", own.Channel);
        await using var events = own.GetAsyncEnumerator();
        const string joined = """{"push":{"channel":"#u1","pub":{"data":{"type":"room.joined","room":{"id":"7","name":"Seven"}}}}}""";
        await session.SendAsync(joined);
        var room = Assert.IsType<OwnRoomChanged>(await NextAsync(events));
        Assert.Equal(("7", "Seven", true), (room.Room, room.Name, room.Joined));
        session.Cut();
        await WelcomeAnnAsync();
        Assert.Equal(new Gap(GapReason.NotKept, 0), await NextAsync(events));
    }

    private async Task<FakeSession> WelcomeAnnAsync()
    {
        var session = await Server.AcceptAsync();
        var (id, _) = await session.ExpectAsync("connect");
        await session.SendAsync($$$"""{"id":{{{id}}},"connect":{"client":"c1","ping":25,"pong":true,"data":{"user":"u1"} } }""");
        return session;
    }

    private static async Task ReleaseAsync(FakeSession session)
    {
        var (id, unsubscribe) = await session.ExpectAsync("unsubscribe");
        Assert.Equal("room:7", unsubscribe.GetProperty("channel").GetString());
        await session.SendAsync($$$"""{"id":{{{id}}},"unsubscribe":{}}""");
    }

    private static async Task ReadAsync(IAsyncEnumerator<ChatEvent> events, params long[] offsets)
    {
        foreach (var offset in offsets)
            Assert.Equal(offset, (await NextAsync(events)).Position?.Offset);
    }

    private static string Missed(long offset) =>
        $$$$"""{"data":{"type":"member.changed","member":{"id":"u2","name":"Bob"},"joined":true,"at":1767225600000},"offset":{{{{offset}}}}}""";
}
