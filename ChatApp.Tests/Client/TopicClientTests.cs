using System.Text.Json;
using ChatApp.Client;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using ChatApp.Topics;
using GapReason = ChatApp.Client.GapReason;

namespace ChatApp.Tests.Client;

/// <summary>Topics as typed channels: the library against the real server.</summary>
public sealed class TopicClientTests(TopicClientTests.Server server) : IClassFixture<TopicClientTests.Server>
{
    [Fact]
    public async Task Values_come_typed_with_their_places_and_what_is_none_comes_as_it_is()
    {
        var topic = NewTopic("kept");
        await using var client = await server.ClientAsync(await server.AddPersonAsync("Ann"));
        await using var prices = await client.SubscribeTopicAsync(topic, PriceJson.Default.Price);
        await using var items = prices.GetAsyncEnumerator();
        var first = await client.PublishTopicAsync(topic, new Price(2345.10m, "茶 \"lme\""), PriceJson.Default.Price);
        Assert.Equal(1, first!.Value.Offset);
        Publish(topic, """["no price"]""");
        Publish(topic, """{"type":"message.posted","bid":1,"venue":"x"}""");
        Publish(topic, "null");

        var value = Assert.IsType<TopicValue<Price>>(await NextAsync(items));
        Assert.Equal((new Price(2345.10m, "茶 \"lme\""), first), (value.Value, value.Position));
        Assert.Equal("""["no price"]""", Assert.IsType<TopicOther<Price>>(await NextAsync(items)).Data.GetRawText());
        Assert.Equal(new Price(1, "x"), Assert.IsType<TopicValue<Price>>(await NextAsync(items)).Value);
        Assert.Equal(JsonValueKind.Null, Assert.IsType<TopicOther<Price>>(await NextAsync(items)).Data.ValueKind);
    }

    [Fact]
    public async Task What_is_published_while_the_network_is_away_comes_afterwards_once_and_in_order()
    {
        var topic = NewTopic("kept");
        await using var proxy = new CuttingProxy(server.Address);
        await using var client = await server.ClientAsync(await server.AddPersonAsync("Ann"), proxy);
        await using var prices = await client.SubscribeTopicAsync(topic, PriceJson.Default.Price);
        await using var items = prices.GetAsyncEnumerator();
        Publish(topic, """{"bid":1,"venue":"x"}""");
        Assert.Equal(1, Assert.IsType<TopicValue<Price>>(await NextAsync(items)).Value.Bid);
        proxy.IsDown = true;
        for (var i = 2; i <= 20; i++) Publish(topic, $$"""{"bid":{{i}},"venue":"x"}""");
        proxy.IsDown = false;
        for (var i = 2; i <= 20; i++) Assert.Equal(i, Assert.IsType<TopicValue<Price>>(await NextAsync(items)).Value.Bid);
    }

    [Fact]
    public async Task A_topic_without_history_tells_of_a_gap_after_a_cut_and_gives_no_places()
    {
        var topic = NewTopic("passing");
        await using var proxy = new CuttingProxy(server.Address);
        var ann = await server.AddPersonAsync("Ann");
        await using var client = await server.ClientAsync(ann, proxy);
        await using var prices = await client.SubscribeTopicAsync(topic, PriceJson.Default.Price);
        await using var items = prices.GetAsyncEnumerator();
        Assert.Null(await client.PublishTopicAsync(topic, new Price(1, "x"), PriceJson.Default.Price));
        Assert.Null(Assert.IsType<TopicValue<Price>>(await NextAsync(items)).Position);
        proxy.Cut();
        Assert.Equal(GapReason.NotKept, Assert.IsType<TopicGap<Price>>(await NextAsync(items)).Reason);
    }

    [Fact]
    public async Task What_a_slow_client_lost_of_a_topic_without_history_stands_there_as_a_gap()
    {
        var topic = NewTopic("passing");
        var ann = await server.AddPersonAsync("Ann");
        await using var client = await server.ClientAsync(ann);
        await using var prices = await client.SubscribeTopicAsync(topic, PriceJson.Default.Price);
        await using var items = prices.GetAsyncEnumerator();
        var broker = server.Get<RoomBroker>();
        Assert.Single(broker.ConnectionsOf(ann.Id)).Send(broker.Wrap(new EventsDropped(ChannelName.OfTopic(topic), 12, null)));
        var gap = Assert.IsType<TopicGap<Price>>(await NextAsync(items));
        Assert.Equal((GapReason.NotKept, 12), (gap.Reason, gap.Lost));
    }

    [Fact]
    public async Task The_same_key_publishes_once_and_who_may_not_is_refused()
    {
        var topic = NewTopic("kept");
        await using var client = await server.ClientAsync(await server.AddPersonAsync("Ann"));
        var first = await client.PublishTopicAsync(topic, new Price(1, "x"), PriceJson.Default.Price, key: "k1");
        Assert.Equal(first, await client.PublishTopicAsync(topic, new Price(1, "x"), PriceJson.Default.Price, key: "k1"));
        Assert.Equal(103, (await Assert.ThrowsAsync<ChatException>(() => client.PublishTopicAsync("closed:1", new Price(1, "x"), PriceJson.Default.Price))).Error.Code);
        Assert.Equal(102, (await Assert.ThrowsAsync<ChatException>(() => client.SubscribeTopicAsync("nowhere", PriceJson.Default.Price))).Error.Code);
    }

    private static string NewTopic(string prefix) => $"{prefix}:{Guid.NewGuid():N}";

    private static async Task<TopicItem<Price>> NextAsync(IAsyncEnumerator<TopicItem<Price>> items)
    {
        Assert.True(await items.MoveNextAsync().AsTask().Soon(), "the subscription ended");
        return items.Current;
    }

    private void Publish(string topic, string json) =>
        Assert.Null(server.Get<TopicPublisher>().Publish(topic, JsonDocument.Parse(json).RootElement).Refusal);

    /// <summary>A server with a topic of each kind.</summary>
    public sealed class Server() : TestServer(
    [
        "Topics:Prefixes:0:Prefix=kept:", "Topics:Prefixes:0:HistorySize=100", "Topics:Prefixes:0:ClientPublish=Members",
        "Topics:Prefixes:1:Prefix=passing:", "Topics:Prefixes:1:ClientPublish=Members",
        "Topics:Prefixes:2:Prefix=closed:",
    ]);
}
