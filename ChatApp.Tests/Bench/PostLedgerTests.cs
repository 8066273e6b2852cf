using ChatApp.Bench.Crash;

namespace ChatApp.Tests.Bench;

/// <summary>The judge of the crash runs finds each way in which a message can go wrong.</summary>
public sealed class PostLedgerTests
{
    private readonly PostLedger _ledger = new();

    [Fact]
    public void What_is_stored_once_where_it_was_acknowledged_is_in_order()
    {
        var (first, second, open) = (_ledger.Begin(1), _ledger.Begin(1), _ledger.Begin(1));
        Acknowledge(first, 2);
        Acknowledge(second, 4);
        Found((first, 2), (second, 4), (open, 5));
        Assert.Equal((2, 1), (_ledger.Acknowledged, _ledger.StoredUnanswered));
        Assert.Equal([open], _ledger.Open(1));
        // Its sender asks again, twice at once, and the answers are told in any order.
        _ledger.Acknowledge(open, 5, isDuplicate: true);
        _ledger.Acknowledge(open, 5, isDuplicate: true);
        Assert.Equal((3, 2, 0), (_ledger.Acknowledged, _ledger.Duplicates, _ledger.Open(1).Count));
        Assert.Empty(_ledger.Problems);
    }

    [Fact]
    public void An_acknowledged_post_that_is_not_there_is_lost()
    {
        Acknowledge(_ledger.Begin(1), 2);
        Found();
        Assert.Equal(1, _ledger.Lost);
    }

    [Fact]
    public void A_post_that_is_gone_in_a_later_reading_is_lost()
    {
        var key = _ledger.Begin(1);
        Acknowledge(key, 2);
        Found((key, 2));
        Assert.Equal(0, _ledger.Lost);
        _ledger.BeginAgain();
        Found();
        Assert.Equal(1, _ledger.Lost);
    }

    [Fact]
    public void A_post_at_another_place_than_acknowledged_is_lost()
    {
        var key = _ledger.Begin(1);
        Acknowledge(key, 2);
        Found((key, 3));
        Assert.Equal(1, _ledger.Lost);
    }

    [Fact]
    public void A_post_that_is_stored_twice_is_doubled()
    {
        var key = _ledger.Begin(1);
        Acknowledge(key, 2);
        Found((key, 2), (key, 3));
        Assert.Equal(1, _ledger.Doubled);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(2, false)]
    public void A_retry_that_is_stored_anew_is_doubled(long offset, bool isDuplicate)
    {
        var key = _ledger.Begin(1);
        Acknowledge(key, 2);
        _ledger.Acknowledge(key, offset, isDuplicate);
        Assert.Equal(1, _ledger.Doubled);
    }

    [Fact]
    public void A_retry_that_is_acknowledged_elsewhere_than_it_was_found_is_doubled()
    {
        var key = _ledger.Begin(1);
        Found((key, 2));
        Acknowledge(key, 3);
        Assert.Equal(1, _ledger.Doubled);
    }

    [Fact]
    public void A_post_before_an_earlier_one_of_its_sender_is_out_of_order_and_of_another_sender_is_not()
    {
        var (first, second, other) = (_ledger.Begin(1), _ledger.Begin(1), _ledger.Begin(2));
        Found((other, 2), (second, 3), (first, 4));
        Assert.Equal(1, _ledger.Reordered);
    }

    [Fact]
    public void A_message_that_nobody_posted_and_one_with_another_text_are_foreign()
    {
        var key = _ledger.Begin(1);
        _ledger.Found("no such key", "text", 2);
        _ledger.Found(key, "another text", 3);
        Assert.Equal(2, _ledger.Foreign);
    }

    private void Acknowledge(string key, long offset) => _ledger.Acknowledge(key, offset, isDuplicate: false);

    private void Found(params (string Key, long Offset)[] messages)
    {
        foreach (var (key, offset) in messages) _ledger.Found(key, PostLedger.TextOf(key), offset);
        _ledger.FoundAll();
    }
}
