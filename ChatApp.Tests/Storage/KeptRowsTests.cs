using ChatApp.Storage;

namespace ChatApp.Tests.Storage;

/// <summary>What was read before a change is never kept after it, and there is an end to what is kept.</summary>
public sealed class KeptRowsTests
{
    private readonly KeptRows<string, int> _rows = new(capacity: 3);

    [Fact]
    public void What_was_read_is_kept_until_it_changes()
    {
        _rows.Keep("a", 1, _rows.Moment);
        Assert.True(_rows.TryFind("a", out var kept));
        Assert.Equal(1, kept);
        _rows.Forget("a");
        Assert.False(_rows.TryFind("a", out _));
    }

    [Fact]
    public void What_was_read_before_a_change_is_not_kept_after_it()
    {
        var before = _rows.Moment;
        _rows.Forget("a");
        _rows.Keep("a", 1, before);
        Assert.False(_rows.TryFind("a", out _));
    }

    [Fact]
    public void Those_that_nobody_asks_for_go_where_there_are_too_many()
    {
        foreach (var key in (string[])["a", "b", "c", "d", "e"]) _rows.Keep(key, 1, _rows.Moment);
        Assert.True(_rows.TryFind("a", out _));
        foreach (var key in (string[])["f", "g", "h"]) _rows.Keep(key, 1, _rows.Moment);
        Assert.True(_rows.TryFind("a", out _));
        Assert.False(_rows.TryFind("b", out _));
    }

    [Fact]
    public void What_is_forgotten_is_forgotten_however_old_it_is()
    {
        foreach (var key in (string[])["a", "b", "c", "d"]) _rows.Keep(key, 1, _rows.Moment);
        _rows.Forget("a");
        Assert.False(_rows.TryFind("a", out _));
    }
}
