using ChatApp.Accounts;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Accounts;

public sealed class AccountPaceTests
{
    private static readonly UserId Ann = new("ann");
    private static readonly UserId Bob = new("bob");
    private readonly ManualTime _time = new();
    private readonly AccountPace _accounts;
    private Pace _pace = new(PerSecond: 2, Burst: 3);

    public AccountPaceTests() => _accounts = new AccountPace(_time, () => _pace);

    [Fact]
    public void So_many_at_once_and_so_many_more_with_each_second_for_each_account()
    {
        Assert.Equal(3, Take(Ann));
        Assert.Equal(3, Take(Bob));
        Assert.False(_accounts.TryTake(Ann, out var wait));
        Assert.Equal(TimeSpan.FromSeconds(0.5), wait);
        _time.Advance(wait - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, Take(Ann));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, Take(Ann));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3, Take(Ann));
    }

    [Fact]
    public void Another_pace_holds_at_once_for_those_who_are_known_already()
    {
        Assert.Equal(3, Take(Ann));
        _pace = new Pace(PerSecond: 10, Burst: 20);
        Assert.Equal(0, Take(Ann));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, Take(Ann));
        _time.Advance(TimeSpan.FromHours(1));
        _pace = new Pace(PerSecond: 1, Burst: 1);
        Assert.Equal(1, Take(Ann));
    }

    [Fact]
    public async Task Of_many_at_the_same_time_no_more_pass_than_may()
    {
        _pace = new Pace(PerSecond: 1, Burst: 100);
        var passed = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                if (_accounts.TryTake(Ann, out TimeSpan _)) Interlocked.Increment(ref passed);
            }
        })));
        Assert.Equal(100, passed);
    }

    [Fact]
    public void Whoever_is_not_back_to_quiet_is_kept_when_others_are_forgotten()
    {
        Assert.Equal(3, Take(Ann));
        for (var i = 0; i < 5000; i++) _accounts.TryTake(new UserId($"u{i}"), out TimeSpan _);
        Assert.Equal(0, Take(Ann));
        _time.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < 5000; i++) _accounts.TryTake(new UserId($"v{i}"), out TimeSpan _);
        Assert.InRange(_accounts.Count, 1, 5100);
    }

    private int Take(UserId user)
    {
        var taken = 0;
        while (_accounts.TryTake(user, out TimeSpan _)) taken++;
        return taken;
    }
}
