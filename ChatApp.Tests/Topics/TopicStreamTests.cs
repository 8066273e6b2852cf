using ChatApp.Push;
using ChatApp.Topics;
using static ChatApp.Tests.Topics.TopicKit;

namespace ChatApp.Tests.Topics;

public sealed class TopicStreamTests
{
    [Fact]
    public void Offsets_are_consecutive_from_1_in_each_topic_and_one_epoch_holds_them_together()
    {
        using var kit = new TopicKit();
        var first = kit.Publish(Gold);
        Assert.Equal((first.Epoch, 2L), kit.Publish(Gold));
        Assert.Equal(1, first.Offset);
        var other = kit.Publish(Silver);
        Assert.Equal(1, other.Offset);
        Assert.NotEqual(first.Epoch, other.Epoch);
    }

    [Fact]
    public void Only_the_newest_are_kept()
    {
        using var kit = new TopicKit();
        for (var i = 1; i <= 25; i++) kit.Publish(Gold, $"{i}");
        var (state, missed) = kit.Read(Gold, after: 13);
        Assert.Equal((15L, 25L), (state.Floor.Value, state.Head.Value));
        Assert.Equal(Enumerable.Range(16, 10).Select(i => $"{i}"), missed);
        Assert.Equal(["24", "25"], kit.Read(Gold, after: 23).Missed);
        Assert.Empty(kit.Read(Gold, after: 25).Missed);
        Assert.Empty(kit.Read(Gold, after: 99).Missed);
    }

    [Fact]
    public void What_is_too_old_is_not_given_and_does_not_stay_in_memory()
    {
        using var kit = new TopicKit();
        using var listening = kit.Engine.Join(kit.Engine.Connect("bob"), Gold);
        kit.Publish(Gold, "1");
        kit.Time.Advance(TimeSpan.FromSeconds(40));
        var (epoch, _) = kit.Publish(Gold, "2");

        kit.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(["1", "2"], kit.Read(Gold).Missed);
        kit.Time.Advance(TimeSpan.FromMilliseconds(1));
        var (state, missed) = kit.Read(Gold);
        Assert.Equal(["2"], missed);
        Assert.Equal(new ChannelState(epoch, new Offset(1), new Offset(2)), state);

        Assert.True(kit.Streams.HistoryBytes > 0);
        kit.Time.Advance(TimeSpan.FromSeconds(60));
        // By the clock alone: nobody has read.
        Assert.Equal(0, kit.Streams.HistoryBytes);
        Assert.Equal((epoch, 3L), kit.Publish(Gold));
    }

    [Fact]
    public void A_topic_without_listeners_and_history_goes_and_the_next_one_has_another_epoch()
    {
        using var kit = new TopicKit();
        var first = kit.Publish(Gold);
        kit.Time.Advance(TimeSpan.FromSeconds(62));
        Assert.Equal(0, kit.Streams.Count);
        var second = kit.Publish(Gold);
        Assert.NotEqual(first.Epoch, second.Epoch);
        Assert.Equal(1, second.Offset);
        Assert.Equal(GapReason.Epoch, Gap.Before(kit.Read(Gold).State, first.Epoch, new Offset(1))!.Reason);
    }

    [Fact]
    public void A_listener_keeps_the_sequence_alive()
    {
        using var kit = new TopicKit();
        var first = kit.Publish(Gold);
        var listening = kit.Engine.Join(kit.Engine.Connect(), Gold);
        kit.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((first.Epoch, 2L), kit.Publish(Gold));
        listening.Dispose();
        kit.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, kit.Streams.Count);
    }

    [Fact]
    public void Forgetting_a_history_keeps_the_sequence_and_says_what_is_lost()
    {
        using var kit = new TopicKit();
        for (var i = 1; i <= 5; i++) kit.Publish(Gold);
        var epoch = kit.Read(Gold).State.Epoch;
        kit.Streams.Clear(Gold);
        Assert.Equal(new ChannelState(epoch, new Offset(5), new Offset(5)), kit.Read(Gold).State);
        Assert.Equal(new Gap(GapReason.Trimmed, new Offset(6), new Offset(5), 3), Gap.Before(kit.Read(Gold).State, epoch, new Offset(2)));
        Assert.Equal(0, kit.Streams.HistoryBytes);
    }

    [Fact]
    public void All_histories_together_keep_to_their_bytes_and_the_oldest_go_first()
    {
        using var kit = new TopicKit(new TopicRule { Prefix = "", HistorySize = 100_000, HistorySeconds = 3600 }, historyBytes: 100_000);
        var text = $"\"{new string('x', 1000)}\"";
        for (var i = 0; i < 1000; i++)
        {
            kit.Publish(ChannelName.OfTopic($"t{i % 7}"), text);
            kit.Time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.InRange(kit.Streams.HistoryBytes, 1, 100_000);
        }

        // About 80 fit, where no block is half full: of each of the seven topics the newest, none of the old ones.
        Assert.All(Enumerable.Range(0, 7), i => Assert.InRange(kit.Read(ChannelName.OfTopic($"t{i}")).Missed.Length, 5, 13));
        kit.Publish(Gold, $"\"{new string('y', 120_000)}\"");
        Assert.Equal(0, kit.Streams.HistoryBytes);
    }

    [Fact]
    public async Task The_bound_holds_however_many_publish_at_once()
    {
        using var kit = new TopicKit(new TopicRule { Prefix = "", HistorySize = 1000 }, historyBytes: 200_000);
        var text = $"\"{new string('x', 500)}\"";
        await ChatApp.Tests.Push.Engine.OnThreadsAsync(6, number =>
        {
            for (var i = 0; i < 2000; i++) kit.Publish(ChannelName.OfTopic($"t{(number + i) % 5}"), text);
        });
        Assert.InRange(kit.Streams.HistoryBytes, 150_000, 200_000);
        Assert.Equal(12_000, Enumerable.Range(0, 5).Sum(i => kit.Read(ChannelName.OfTopic($"t{i}")).State.Head.Value));
    }

    [Fact]
    public void Where_nothing_is_kept_there_is_no_sequence_at_all()
    {
        using var kit = new TopicKit(new TopicRule { Prefix = "" });
        var ann = kit.Engine.Connect();
        kit.Engine.Join(ann, Gold).TryRelease(Offset.Zero);
        Assert.Equal((null, null), kit.Streams.Publish(Gold, kit.Rule, Publication("1")));
        Assert.Null(ann.Outbox.Take([]).Single().Offset);
        Assert.Equal(0, kit.Streams.Count);
    }

    [Fact]
    public void What_passes_through_topics_does_not_reach_those_who_overhear_the_rooms()
    {
        using var kit = new TopicKit();
        var heard = kit.Engine.Broker.Overhear(10);
        kit.Publish(Gold);
        Assert.Equal(0, heard.Count);
    }
}
