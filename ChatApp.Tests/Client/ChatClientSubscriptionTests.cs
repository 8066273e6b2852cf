using ChatApp.Client;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Client;

/// <summary>Reading a channel: what arrives, and what ends it.</summary>
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
            Assert.Equal(new("xyz", offset), (await NextAsync(events)).Position);
    }

    [Fact]
    public async Task It_reads_events_that_share_a_frame_with_the_subscribe_reply()
    {
        var (client, session) = await ConnectedAsync();
        var subscribing = client.SubscribeAsync("room:7");
        var (id, _) = await session.ExpectAsync("subscribe");
        await session.SendAsync($$$"""{"id":{{{id}}},"subscribe":{"epoch":"xyz","offset":0}}""" + "\n" + Posted(1) + "\n{}\n" + Posted(2) + "\n");
        await using var events = (await subscribing.Soon()).GetAsyncEnumerator();
        Assert.Equal(1, (await NextAsync(events)).Position?.Offset);
        Assert.Equal(2, (await NextAsync(events)).Position?.Offset);
        Assert.Equal("{}", await session.LineAsync());
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
    public async Task A_subscription_that_the_server_cannot_make_now_is_asked_for_again()
    {
        var (client, session) = await ConnectedAsync();
        var subscribing = client.SubscribeAsync("room:7");
        await session.RefuseAsync((await session.ExpectAsync("subscribe")).Id, 100, temporary: true);
        await session.AllowAsync("room:7");
        await subscribing.Soon();
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
    public async Task Disposing_unsubscribes_and_late_events_do_not_reach_a_new_subscription()
    {
        var (client, session, subscription) = await SubscribedAsync();
        await subscription.DisposeAsync();
        await session.ExpectAsync("unsubscribe");
        var subscribing = client.SubscribeAsync("room:7");
        var (id, _) = await session.ExpectAsync("subscribe");
        await session.SendAsync(Posted(1) + "\n" + $$$"""{"id":{{{id}}},"subscribe":{"epoch":"xyz","offset":1}}""" + "\n" + Posted(2));
        await using var events = (await subscribing.Soon()).GetAsyncEnumerator();
        Assert.Equal(2, (await NextAsync(events)).Position?.Offset);
        Assert.Equal(EndKind.Disposed, (await subscription.Completion.Soon()).Kind);
    }

    [Fact]
    public async Task Giving_up_on_a_subscription_unsubscribes()
    {
        var (client, session) = await ConnectedAsync();
        using var cancel = new CancellationTokenSource();
        var subscribing = client.SubscribeAsync("room:7", cancel: cancel.Token);
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
    public async Task Nobody_subscribes_or_calls_before_connecting()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Client().SubscribeAsync("room:7")).Soon();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Client().SubscribeOwnAsync()).Soon();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Client().RoomsAsync()).Soon();
    }

    private static async Task<List<long?>> OffsetsAsync(ChatSubscription subscription)
    {
        var offsets = new List<long?>();
        await foreach (var happened in subscription)
            offsets.Add(happened.Position?.Offset);
        return offsets;
    }
}
