using ChatApp.Sockets;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatApp.Tests.Sockets;

public sealed class TimingWheelTests : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private readonly ManualTime _time = new();
    private readonly TimingWheel _wheel;

    public TimingWheelTests() => _wheel = new TimingWheel(_time, NullLogger<TimingWheel>.Instance);

    public void Dispose() => _wheel.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(1234)]
    [InlineData(51_200)]
    [InlineData(51_201)]
    [InlineData(3_600_000)]
    public void A_deadline_rings_once_not_early_and_at_most_a_tick_late(int milliseconds)
    {
        var bell = new Bell();
        var wait = TimeSpan.FromMilliseconds(milliseconds);
        var set = _time.GetUtcNow();
        _wheel.Set(bell, wait);
        while (bell.Rung == 0)
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            var passed = _time.GetUtcNow() - set;
            if (passed < wait) Assert.Equal(0, bell.Rung);
            if (passed >= wait + Tick) Assert.Equal(1, bell.Rung);
        }

        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(1, bell.Rung);
    }

    [Fact]
    public void Ten_thousand_deadlines_at_any_time_ring_each_at_its_own_however_far_the_clock_jumps()
    {
        var dice = new Random(1);
        var bells = Enumerable.Range(0, 10_000).Select(_ => (Bell: new Bell(), Wait: TimeSpan.FromMilliseconds(dice.Next(200_000)))).ToList();
        foreach (var (bell, wait) in bells) _wheel.Set(bell, wait);
        Assert.Equal(10_000, _wheel.Count);
        var passed = TimeSpan.Zero;
        while (passed < TimeSpan.FromSeconds(201))
        {
            var jump = TimeSpan.FromMilliseconds(dice.Next(1, 20_000));
            _time.Advance(jump);
            passed += jump;
            Assert.All(bells, one => Assert.Equal(one.Wait <= passed ? 1 : 0, one.Bell.Rung));
        }

        Assert.Equal(0, _wheel.Count);
    }

    [Fact]
    public void A_deadline_that_is_set_stays_where_it_is_earlier_and_moves_where_it_is_later()
    {
        var bell = new Bell();
        _wheel.Set(bell, TimeSpan.FromSeconds(20));
        _wheel.Set(bell, TimeSpan.FromSeconds(30));
        Assert.Equal(1, _wheel.Count);
        _wheel.Set(bell, TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal(0, bell.Rung);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(1, bell.Rung);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(1, bell.Rung);
    }

    [Fact]
    public void What_is_taken_back_does_not_ring_and_an_empty_wheel_has_no_timer()
    {
        var (gone, next) = (new Bell(), new Bell());
        _wheel.Set(gone, TimeSpan.FromSeconds(1));
        _wheel.Clear(gone);
        _wheel.Clear(gone);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(0, gone.Rung);
        Assert.False(_time.IsArmed(Tick));
        _time.Advance(TimeSpan.FromHours(1));
        _wheel.Set(next, TimeSpan.FromSeconds(1));
        Assert.True(_time.IsArmed(Tick));
        _time.Advance(TimeSpan.FromSeconds(1.1));
        Assert.Equal(1, next.Rung);
    }

    [Fact]
    public void Who_rings_may_set_the_next_deadline_and_one_that_fails_keeps_nobody_from_ringing()
    {
        var again = new Bell();
        again.OnRing = () => _wheel.Set(again, TimeSpan.FromSeconds(1));
        var broken = new Bell { OnRing = static () => throw new InvalidOperationException("a fault of one") };
        _wheel.Set(broken, TimeSpan.FromSeconds(0.5));
        _wheel.Set(again, TimeSpan.FromSeconds(0.5));
        for (var i = 0; i < 100; i++) _time.Advance(Tick);
        Assert.Equal(1, broken.Rung);
        Assert.InRange(again.Rung, 8, 10);
    }

    [Fact]
    public async Task Threads_that_set_and_take_back_at_once_leave_the_wheel_whole()
    {
        var bells = Enumerable.Range(0, 64).Select(_ => new Bell()).ToArray();
        await Push.Engine.OnThreadsAsync(4, number =>
        {
            var dice = new Random(number);
            for (var i = 0; i < 20_000; i++)
            {
                var bell = bells[dice.Next(bells.Length)];
                if (dice.Next(3) == 0) _wheel.Clear(bell);
                else _wheel.Set(bell, TimeSpan.FromMilliseconds(dice.Next(5000)));
                if (number == 0 && i % 100 == 0) _time.Advance(TimeSpan.FromMilliseconds(dice.Next(500)));
            }
        });
        foreach (var bell in bells) _wheel.Clear(bell);
        Assert.Equal(0, _wheel.Count);
        var last = new Bell();
        _wheel.Set(last, TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1.1));
        _time.Advance(Tick);
        Assert.Equal(1, last.Rung);
    }

    private sealed class Bell : TimingWheel.Deadline
    {
        private int _rung;

        public int Rung => Volatile.Read(ref _rung);

        public Action? OnRing { get; set; }

        protected internal override void Ring()
        {
            Interlocked.Increment(ref _rung);
            OnRing?.Invoke();
        }
    }
}
