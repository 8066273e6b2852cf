using ChatApp.Client;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Client;

/// <summary>Reading a channel over cuts, evictions and slow readers.</summary>
public sealed class ChatClientSubscriptionTests : ClientTestBase
{
    [Fact]
    public async Task It_reads_the_events_of_its_channel_in_order()
    {
        var (_, session, subscription) = await SubscribedAsync();
        for (var offset = 1; offset <= 100; offset++)
            await session.SendAsync(Posted(offset));
        await using var events = subscription.GetAsyncEnumerator();
        for (var offset = 1; offset <= 100; offset++)
            Assert.Equal(offset, (await NextAsync(events)).Offset);
    }

    [Fact]
    public async Task It_reads_events_that_share_a_frame_with_the_subscribe_reply()
    {
        var (client, session) = await ConnectedAsync();
        var subscribing = client.SubscribeAsync("room:7");
        var (id, _) = await session.ExpectAsync("subscribe");
        await session.SendAsync($$$"""{"id":{{{id}}},"subscribe":{}}""" + "\n" + Posted(1) + "\n{}\n" + Posted(2) + "\n");
        await using var events = (await subscribing.Soon()).GetAsyncEnumerator();
        Assert.Equal(1, (await NextAsync(events)).Offset);
        Assert.Equal(2, (await NextAsync(events)).Offset);
        Assert.Equal("{}", await session.LineAsync());
    }

    [Fact]
    public async Task A_chat_event_carries_its_message_and_the_raw_data()
    {
        var (_, session, subscription) = await SubscribedAsync();
        await session.SendAsync(Posted(5, "你好"));
        await using var events = subscription.GetAsyncEnumerator();
        var posted = await NextAsync(events);
        Assert.Equal("message.posted", posted.Type);
        Assert.Equal(
            new ChatMessage("5", "7", new("u1", "Ann"), "你好", "<p>你好</p>", "k5", DateTimeOffset.FromUnixTimeMilliseconds(1767225600000), null, false),
            posted.Message);
        Assert.Equal("k5", posted.Data.GetProperty("message").GetProperty("key").GetString());
    }

    [Fact]
    public async Task A_deletion_tells_the_message_and_in_the_raw_data_who_did_it()
    {
        var (_, session, subscription) = await SubscribedAsync();
        await session.SendAsync("""{"push":{"channel":"room:7","pub":{"data":{"type":"message.deleted","message":{"id":"5","room":"7","deleted":true},"by":{"id":"u2","name":"Mo"},"at":1767225600000},"offset":9}}}""");
        await using var events = subscription.GetAsyncEnumerator();
        var deleted = await NextAsync(events);
        Assert.Equal("message.deleted", deleted.Type);
        Assert.Equal(new ChatMessage("5", "7", null, null, null, null, null, null, true), deleted.Message);
        Assert.Equal("Mo", deleted.Data.GetProperty("by").GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("""{"price":12.5}""", null)]
    [InlineData("42", null)]
    [InlineData("""{"type":"message.posted","message":{"id":"5","room":"7","at":"noon"}}""", "message.posted")]
    [InlineData("""{"type":"message.posted","message":{"id":"5","room":"7","at":-9223372036854775808}}""", "message.posted")]
    [InlineData("""{"type":"message.posted","message":{"id":5}}""", "message.posted")]
    [InlineData("""{"type":"message.posted","message":"hello"}""", "message.posted")]
    [InlineData("""{"type":"\ud800","message":{}}""", null)]
    [InlineData("""{"type":"a","type":"b"}""", "b")]
    public async Task Data_that_is_no_chat_event_is_handed_over_raw(string data, string? type)
    {
        var (_, session, subscription) = await SubscribedAsync();
        await session.SendAsync("""{"push":{"channel":"room:7","pub":{"data":""" + data + "}}}");
        await using var events = subscription.GetAsyncEnumerator();
        var happened = await NextAsync(events);
        Assert.Equal((type, null, null), (happened.Type, happened.Message, happened.Offset));
        Assert.Equal(data, happened.Data.GetRawText());
        Assert.Empty(Losses);
    }

    [Fact]
    public async Task It_subscribes_again_after_a_cut_and_the_enumeration_goes_on()
    {
        var (_, session, subscription) = await SubscribedAsync();
        await session.SendAsync(Posted(1));
        await using var events = subscription.GetAsyncEnumerator();
        Assert.Equal(1, (await NextAsync(events)).Offset);
        session.Cut();
        var next = await Server.WelcomeAsync();
        await next.AllowAsync("room:7");
        await next.SendAsync(Posted(4));
        Assert.Equal(4, (await NextAsync(events)).Offset);
    }

    [Fact]
    public async Task A_cut_before_the_reply_only_delays_the_subscription()
    {
        var (client, session) = await ConnectedAsync();
        var subscribing = client.SubscribeAsync("room:7");
        await session.ExpectAsync("subscribe");
        session.Cut();
        await (await Server.WelcomeAsync()).AllowAsync("room:7");
        await subscribing.Soon();
    }

    [Fact]
    public async Task A_refused_subscription_throws_its_code_and_leaves_the_channel_free()
    {
        var (client, session) = await ConnectedAsync();
        var subscribing = client.SubscribeAsync("room:7");
        await session.RefuseAsync((await session.ExpectAsync("subscribe")).Id, 103);
        var refused = await Assert.ThrowsAsync<ChatException>(() => subscribing).Soon();
        Assert.Equal(new(103, "no", Temporary: false), refused.Error);
        var again = client.SubscribeAsync("room:7");
        await session.AllowAsync("room:7");
        await again.Soon();
    }

    [Fact]
    public async Task A_room_lost_during_a_cut_ends_the_subscription_with_the_refusal()
    {
        var (_, session, subscription) = await SubscribedAsync();
        session.Cut();
        var next = await Server.WelcomeAsync();
        await next.RefuseAsync((await next.ExpectAsync("subscribe")).Id, 103);
        Assert.Equal(new(EndKind.Refused, 103, "no"), await subscription.Completion.Soon());
    }

    [Fact]
    public async Task A_temporary_refusal_after_a_cut_is_tried_again()
    {
        var (_, session, subscription) = await SubscribedAsync();
        session.Cut();
        var next = await Server.WelcomeAsync();
        await next.RefuseAsync((await next.ExpectAsync("subscribe")).Id, 111, temporary: true);
        await next.AllowAsync("room:7");
        await next.SendAsync(Posted(1));
        await using var events = subscription.GetAsyncEnumerator();
        Assert.Equal(1, (await NextAsync(events)).Offset);
    }

    [Fact]
    public async Task An_unsubscribe_push_below_2500_ends_the_enumeration_with_its_reason()
    {
        var (_, session, subscription) = await SubscribedAsync();
        await session.SendAsync(Posted(1) + "\n" + Unsubscribed(2000, "removed from the room") + "\n" + Posted(2));
        var offsets = await OffsetsAsync(subscription).Soon();
        Assert.Equal([1], offsets);
        Assert.Equal(new(EndKind.Unsubscribed, 2000, "removed from the room"), await subscription.Completion.Soon());
    }

    [Fact]
    public async Task A_subscription_that_is_taken_away_with_its_reply_is_returned_and_over()
    {
        var (client, session) = await ConnectedAsync();
        var subscribing = client.SubscribeAsync("room:7");
        var (id, _) = await session.ExpectAsync("subscribe");
        await session.SendAsync($$$"""{"id":{{{id}}},"subscribe":{}}""" + "\n" + Unsubscribed(2000, "removed"));
        var subscription = await subscribing.Soon();
        Assert.Equal(2000, (await subscription.Completion.Soon()).Code);
        Assert.Empty(await OffsetsAsync(subscription).Soon());
    }

    [Fact]
    public async Task An_unsubscribe_push_from_2500_on_subscribes_again()
    {
        var (_, session, subscription) = await SubscribedAsync();
        await session.SendAsync(Unsubscribed(2500, "insufficient state"));
        await session.AllowAsync("room:7");
        await session.SendAsync(Posted(1));
        await using var events = subscription.GetAsyncEnumerator();
        Assert.Equal(1, (await NextAsync(events)).Offset);
    }

    [Fact]
    public async Task A_reader_that_is_too_slow_keeps_what_it_has_and_is_told()
    {
        var (client, session, subscription) = await SubscribedAsync(Options(eventBuffer: 2));
        await session.SendAsync(Posted(1) + "\n" + Posted(2) + "\n" + Posted(3) + "\n" + Posted(4));
        var (_, unsubscribe) = await session.ExpectAsync("unsubscribe");
        Assert.Equal("room:7", unsubscribe.GetProperty("channel").GetString());
        var offsets = await OffsetsAsync(subscription).Soon();
        Assert.Equal([1, 2], offsets);
        Assert.Equal(EndKind.Overflowed, (await subscription.Completion.Soon()).Kind);

        var again = client.SubscribeAsync("room:7");
        await session.AllowAsync("room:7");
        await again.Soon();
    }

    [Fact]
    public async Task Disposing_unsubscribes_and_late_events_do_not_reach_a_new_subscription()
    {
        var (client, session, subscription) = await SubscribedAsync();
        await subscription.DisposeAsync();
        await session.ExpectAsync("unsubscribe");
        var subscribing = client.SubscribeAsync("room:7");
        var (id, _) = await session.ExpectAsync("subscribe");
        await session.SendAsync(Posted(1) + "\n" + $$$"""{"id":{{{id}}},"subscribe":{}}""" + "\n" + Posted(2));
        await using var events = (await subscribing.Soon()).GetAsyncEnumerator();
        Assert.Equal(2, (await NextAsync(events)).Offset);
        Assert.Equal(EndKind.Disposed, (await subscription.Completion.Soon()).Kind);
    }

    [Fact]
    public async Task Giving_up_on_a_subscription_unsubscribes()
    {
        var (client, session) = await ConnectedAsync();
        using var cancel = new CancellationTokenSource();
        var subscribing = client.SubscribeAsync("room:7", cancel.Token);
        await session.ExpectAsync("subscribe");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => subscribing).Soon();
        await session.ExpectAsync("unsubscribe");
    }

    [Fact]
    public async Task A_channel_has_one_subscription_at_a_time()
    {
        var (client, _, _) = await SubscribedAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.SubscribeAsync("room:7")).Soon();
    }

    [Fact]
    public async Task Nobody_subscribes_before_connecting() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Client().SubscribeAsync("room:7")).Soon();

    private static async Task<List<long?>> OffsetsAsync(ChatSubscription subscription)
    {
        var offsets = new List<long?>();
        await foreach (var happened in subscription)
            offsets.Add(happened.Offset);
        return offsets;
    }
}
