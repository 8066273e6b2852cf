using ChatApp.Push;
using ChatApp.Tests.Harness;
using ChatApp.Topics;
using Microsoft.Extensions.DependencyInjection;
using static ChatApp.Tests.Topics.TopicKit;

namespace ChatApp.Tests.Topics;

public sealed class TopicPublisherTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private TestServer _server = null!;

    private TopicPublisher Topics => _server.Get<TopicPublisher>();

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(
        ["Topics:Prefixes:0:Prefix=p:", "Topics:Prefixes:0:HistorySize=5", "Topics:Prefixes:1:Prefix=p:plain", "Topics:DataBytes=2000"], services => services.AddSingleton<TimeProvider>(_time));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public void What_no_prefix_fits_is_unknown_and_the_longest_that_fits_counts()
    {
        Assert.Equal(TopicRefusal.UnknownTopic, Topics.Publish("q:x", Json("1")).Refusal);
        Assert.Equal(TopicRefusal.UnknownTopic, Topics.History("q:x", 1).Refusal);
        Assert.Equal(TopicRefusal.UnknownTopic, Topics.Remove("q:x"));
        Assert.Equal(1, Topics.Publish("p:x", Json("1")).Offset!.Value.Value);
        Assert.Equal(new TopicPublished(Refusal: null), Topics.Publish("p:plain", Json("1")));
        Assert.Equal(TopicRefusal.NotKept, Topics.History("p:plain", 1).Refusal);
        Assert.Equal(TopicRefusal.NotKept, Topics.Remove("p:plain"));
    }

    [Fact]
    public void The_same_key_publishes_once_for_five_minutes_and_each_user_has_their_own()
    {
        var ann = new TopicClient(new UserId("ann"), ConnectionId.New());
        var first = Topics.Publish("p:keys", Json("1"), "k");
        Assert.Equal(first with { IsDuplicate = true }, Topics.Publish("p:keys", Json("1"), "k"));
        Assert.Equal((2L, false), Of(Topics.Publish("p:keys", Json("2"), "k", ann)));
        Assert.Equal((2L, true), Of(Topics.Publish("p:keys", Json("2"), "k", ann with { Client = ConnectionId.New() })));
        Assert.Equal((3L, false), Of(Topics.Publish("p:keys", Json("3"), "other")));
        Assert.Equal((1L, false), Of(Topics.Publish("p:elsewhere", Json("4"), "k")));
        _time.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromTicks(1));
        Assert.False(Topics.Publish("p:keys", Json("5"), "k").IsDuplicate);
        static (long, bool) Of(TopicPublished published) => (published.Offset!.Value.Value, published.IsDuplicate);
    }

    [Fact]
    public async Task Many_at_once_with_one_key_publish_once()
    {
        var results = new System.Collections.Concurrent.ConcurrentBag<TopicPublished>();
        await ChatApp.Tests.Push.Engine.OnThreadsAsync(8, _ =>
        {
            for (var i = 0; i < 200; i++) results.Add(Topics.Publish("p:once", Json("1"), $"key {i}"));
        });
        Assert.Equal(200, results.Count(result => !result.IsDuplicate));
        Assert.Equal(200, Topics.History("p:once", 0).State.Head.Value);
    }

    [Fact]
    public void Looking_back_gives_what_was_asked_for()
    {
        for (var i = 1; i <= 7; i++) Topics.Publish("p:back", Json($"{i}"));
        var epoch = Topics.History("p:back", 0).State.Epoch;
        Assert.Equal("", Back(0));
        Assert.Equal("34567", Back(100));
        Assert.Equal("34", Back(2));
        Assert.Equal("76", Back(2, reverse: true));
        Assert.Equal("67", Back(100, since: 5));
        Assert.Equal("6", Back(1, since: 5));
        Assert.Equal("43", Back(100, since: 5, reverse: true));
        Assert.Equal("", Back(100, since: 99));
        Assert.Equal("67", Back(100, since: 5, epoch: epoch));
        Assert.Equal(TopicRefusal.OtherEpoch, Topics.History("p:back", 100, new Offset(5), "other").Refusal);
        string Back(int limit, long? since = null, string? epoch = null, bool reverse = false) =>
            string.Concat(Texts(Topics.History("p:back", limit, since is { } offset ? new Offset(offset) : null, epoch, reverse).Publications!));
    }

    [Theory]
    [InlineData("""{"a":1.50,"b":1e400,"c":"\u00e4ä","d":[],"e":12345678901234567890}""")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    public void Data_is_passed_on_as_it_came(string json)
    {
        Topics.Publish("p:data", Json(json));
        Assert.Equal(json, Texts(Topics.History("p:data", 1, reverse: true).Publications!).Single());
    }

    [Fact]
    public void Line_breaks_between_the_parts_of_data_do_not_break_the_frame()
    {
        Topics.Publish("p:lines", Json("{\r\n \"a\": \"b\\nc\"\n}"));
        Assert.Equal("{   \"a\": \"b\\nc\" }", Texts(Topics.History("p:lines", 1).Publications!).Single());
    }

    [Fact]
    public void Data_that_not_everybody_can_read_is_refused()
    {
        Assert.Equal(TopicRefusal.BadData, Topics.Publish("p:bad", Json("\"\\ud800\"")).Refusal);
        Assert.Equal(TopicRefusal.BadData, Topics.Publish("p:bad", Json("{\"\\udc00\":1}")).Refusal);
        Assert.Equal(TopicRefusal.BadData, Topics.Publish("p:bad", Json(new string('[', 33) + new string(']', 33))).Refusal);
        Assert.Equal(TopicRefusal.TooLong, Topics.Publish("p:bad", Json($"\"{new string('x', 1999)}\"")).Refusal);
        Assert.Equal(TopicRefusal.BadKey, Topics.Publish("p:bad", Json("1"), "").Refusal);
        Assert.Equal(TopicRefusal.BadKey, Topics.Publish("p:bad", Json("1"), new string('k', 129)).Refusal);
        Assert.Equal(0, Topics.History("p:bad", 0).State.Head.Value);
        Assert.Null(Topics.Publish("p:bad", Json($"\"{new string('x', 1998)}\"")).Refusal);
    }
}
