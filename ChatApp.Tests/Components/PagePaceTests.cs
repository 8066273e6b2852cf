using ChatApp.Components;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>How long pages rest between two batches.</summary>
public sealed class PagePaceTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);

    private readonly ManualTime _time = new();
    private readonly PagePace _pace;

    public PagePaceTests() => _pace = new PagePace(_time);

    [Fact]
    public void Nobody_rests_where_the_server_has_time()
    {
        Work(0.04);
        Assert.Equal(TimeSpan.Zero, _pace.Rest);
        Assert.True(_pace.RestAsync(_pace.Begin()).IsCompleted);
    }

    [Fact]
    public void The_rest_grows_with_the_load_and_has_an_end()
    {
        Work(0.09);
        Assert.Equal(125, _pace.Rest.TotalMilliseconds, tolerance: 1);
        Work(0.14);
        Assert.Equal(PagePace.Longest, _pace.Rest);
        Work(3);
        Assert.Equal(PagePace.Longest, _pace.Rest);
    }

    [Fact]
    public void A_load_that_is_over_is_forgotten()
    {
        Work(1);
        Assert.Equal(PagePace.Longest, _pace.Rest);
        _time.Advance(Window);
        Assert.Equal(TimeSpan.Zero, _pace.Rest);
    }

    [Fact]
    public async Task Whoever_was_quiet_for_that_long_is_served_at_once_and_others_wait_for_the_remainder()
    {
        Work(1);
        var begun = _pace.Begin();
        var resting = _pace.RestAsync(begun);
        Assert.False(resting.IsCompleted);
        await _time.PassAsync(PagePace.Longest);
        await resting.Soon();
        Work(1);
        Assert.True(_pace.RestAsync(begun).IsCompleted);
    }

    // So much of all processors for one window.
    private void Work(double share)
    {
        var begun = _pace.Begin();
        _time.Advance(Window);
        // What is worked longer than the window lasts, is worked by several pages.
        var work = Window * share * Environment.ProcessorCount;
        _ = _pace.Rest; // the window before is over
        for (; work > Window; work -= Window) _pace.Worked(begun);
        _pace.Worked(_time.GetTimestamp() - (long)(work.TotalSeconds * _time.TimestampFrequency));
        _time.Advance(Window);
    }
}
