using System.Text;
using ChatApp.Bench.Load;
using ChatApp.Bench.Revocation;

namespace ChatApp.Tests.Bench;

/// <summary>What the bench says of a lost right.</summary>
public sealed class RevocationTests
{
    [Fact]
    public void The_slowest_connection_is_in_the_99th_percentile_of_a_few_and_one_that_was_never_told_counts_for_ever()
    {
        double[] noticed = [.. Enumerable.Range(1, 100).Select(number => (double)number)];
        var round = new RevocationRound(noticed, Call: 1, After: 0, Heard: 0, WronglyEnded: 0);
        Assert.Equal((50, 99, 100), (round.At(0.5), round.At(0.99), round.At(1)));
        var row = new RevocationRow(Lever.Lock);
        row.Rounds.Add(round);
        row.Rounds.Add(round with { Noticed = [1, double.PositiveInfinity], After = 3, WronglyEnded = 1 });
        Assert.Equal((double.PositiveInfinity, 3, 1), (row.Worst(0.99), row.After, row.WronglyEnded));
    }

    [Fact]
    public void The_speaker_speaks_in_the_room_and_in_the_topic_with_the_time_of_saying()
    {
        var dialect = new RevocationDialect { Token = "abc" };
        foreach (var channel in (string[])["room:xyz", "topic:mods.x"])
        {
            var frame = dialect.Publish(Message.Next(77) with { Room = channel });
            Assert.True(Message.TryReadDue(frame, out var due));
            Assert.Equal(77, due);
            Assert.Contains($"\"channel\":\"{channel}\"", Encoding.UTF8.GetString(frame), StringComparison.Ordinal);
        }

        Assert.Contains("\"token\":\"abc\"", Encoding.UTF8.GetString(dialect.Hello(["room:xyz"])), StringComparison.Ordinal);
        Assert.Equal(RecordKind.Ready, dialect.Classify("{\"id\":2,\"subscribe\":{}}"u8, ["room:xyz"]));
    }
}
