using ChatApp.Accounts;
using ChatApp.Presence;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Push;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatApp.Tests.Presence;

/// <summary>How people are seen, by a clock that the test moves.</summary>
public sealed class PresenceBoardTests : IDisposable
{
    private static readonly UserId Ann = new("ann");
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);
    private readonly ManualTime _time = new();
    private readonly Engine _engine;
    private readonly PresenceBoard _board;

    public PresenceBoardTests()
    {
        _engine = new Engine(time: _time);
        _board = new PresenceBoard(_engine.Broker, _time, NullLogger<PresenceBoard>.Instance);
        _engine.Broker.ConnectionsChanged = _board.Look;
    }

    [Fact]
    public void Whoever_is_connected_is_online_by_page_or_program_and_offline_fifteen_seconds_after_the_last_has_gone()
    {
        Assert.Equal(PresenceState.Offline, _board.StateOf(Ann));
        var page = _engine.Connect("ann", ConnectionKind.Circuit);
        var socket = _engine.Connect("ann");
        page.End(EndReason.Closed);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(PresenceState.Online, _board.StateOf(Ann));
        socket.End(EndReason.Closed);
        _time.Advance(PresenceBoard.Grace - Millisecond);
        Assert.Equal(PresenceState.Online, _board.StateOf(Ann));
        _time.Advance(Millisecond);
        Assert.Equal(PresenceState.Offline, _board.StateOf(Ann));
    }

    [Fact]
    public void A_reload_is_not_told_to_anybody()
    {
        var page = _engine.Connect("ann", ConnectionKind.Circuit);
        using var watch = Watch(out var told, Ann);
        Assert.Equal([PresenceState.Online], watch.Take().Values);
        _time.Advance(PresenceBoard.Pause);
        _ = watch.Take();
        var before = told.Count;
        for (var again = 0; again < 5; again++)
        {
            page.End(EndReason.Closed);
            _time.Advance(TimeSpan.FromSeconds(14));
            page = _engine.Connect("ann", ConnectionKind.Circuit);
            _time.Advance(TimeSpan.FromSeconds(20));
        }

        Assert.Equal(before, told.Count);
        Assert.Empty(watch.Take());
        page.End(EndReason.Closed);
        _time.Advance(PresenceBoard.Grace);
        _time.Advance(PresenceBoard.Pause);
        Assert.Equal([PresenceState.Offline], watch.Take().Values);
    }

    [Fact]
    public void What_somebody_was_shown_before_all_were_told_is_taken_back_where_it_does_not_last()
    {
        _engine.Connect("ann");
        _time.Advance(PresenceBoard.Pause);
        _board.Choose(Ann, new PresenceChoice(PresenceMode.DoNotDisturb, Until: null));
        using var watch = Watch(out var told, Ann);
        Assert.Equal([PresenceState.DoNotDisturb], watch.Take().Values);
        _board.Choose(Ann, PresenceChoice.None);
        _time.Advance(PresenceBoard.Pause);
        Assert.Equal([PresenceState.Online], watch.Take().Values);
        Assert.NotEmpty(told);
    }

    [Fact]
    public void A_person_is_away_only_when_all_their_connections_are_idle()
    {
        var (one, two) = (_engine.Connect("ann", ConnectionKind.Circuit), _engine.Connect("ann", ConnectionKind.Circuit));
        _board.SetIdle(one, isIdle: true);
        Assert.Equal(PresenceState.Online, _board.StateOf(Ann));
        _board.SetIdle(two, isIdle: true);
        _board.SetIdle(two, isIdle: true);
        Assert.Equal(PresenceState.Away, _board.StateOf(Ann));
        var third = _engine.Connect("ann", ConnectionKind.Circuit);
        Assert.Equal(PresenceState.Online, _board.StateOf(Ann));
        third.End(EndReason.Closed);
        Assert.Equal(PresenceState.Away, _board.StateOf(Ann));
        _board.SetIdle(one, isIdle: false);
        Assert.Equal(PresenceState.Online, _board.StateOf(Ann));
        one.End(EndReason.Closed);
        // What ended while it was idle does not count as idle for ever.
        two.End(EndReason.Closed);
        Assert.Equal(PresenceState.Away, _board.StateOf(Ann));
        _board.SetIdle(two, isIdle: true);
        _engine.Connect("ann", ConnectionKind.Circuit);
        Assert.Equal(PresenceState.Online, _board.StateOf(Ann));
    }

    [Theory]
    [InlineData(PresenceMode.DoNotDisturb, PresenceState.DoNotDisturb)]
    [InlineData(PresenceMode.Invisible, PresenceState.Offline)]
    public void A_choice_ends_to_the_millisecond_and_is_told(PresenceMode mode, PresenceState meanwhile)
    {
        var page = _engine.Connect("ann", ConnectionKind.Circuit);
        var until = _time.GetUtcNow() + TimeSpan.FromMinutes(30);
        _board.Choose(Ann, new PresenceChoice(mode, until));
        using var watch = Watch(out _, Ann);
        Assert.Equal([meanwhile], watch.Take().Values);
        _time.Advance(TimeSpan.FromMinutes(30) - Millisecond);
        Assert.Equal((meanwhile, mode), (_board.StateOf(Ann), _board.ChoiceOf(Ann).Mode));
        Assert.Equal(mode == PresenceMode.Invisible, page.IsHidden);
        _ = Engine.Taken(page);
        _time.Advance(Millisecond);
        Assert.Equal((PresenceState.Online, PresenceChoice.None), (_board.StateOf(Ann), _board.ChoiceOf(Ann)));
        Assert.False(page.IsHidden);
        Assert.Equal([new OwnPresenceChosen(PresenceChoice.None)], Engine.Taken(page));
        _time.Advance(PresenceBoard.Pause);
        Assert.Equal([PresenceState.Online], watch.Take().Values);
    }

    [Fact]
    public void A_choice_without_end_outlives_every_connection()
    {
        _board.Choose(Ann, new PresenceChoice(PresenceMode.DoNotDisturb, Until: null));
        Assert.Equal(PresenceState.Offline, _board.StateOf(Ann));
        _engine.Connect("ann").End(EndReason.Closed);
        _time.Advance(TimeSpan.FromDays(400));
        _time.Advance(PresenceBoard.Pause);
        _board.SetIdle(_engine.Connect("ann", ConnectionKind.Circuit), isIdle: true);
        Assert.Equal(PresenceState.DoNotDisturb, _board.StateOf(Ann));
    }

    [Fact]
    public void Whoever_is_invisible_is_hidden_from_the_first_moment_of_each_connection()
    {
        _board.Choose(Ann, new PresenceChoice(PresenceMode.Invisible, Until: null));
        Assert.True(_engine.Connect("ann").IsHidden);
        _board.Choose(Ann, PresenceChoice.None);
        Assert.All(_engine.Broker.ConnectionsOf(Ann), connection => Assert.False(connection.IsHidden));
        _board.Choose(Ann, new PresenceChoice(PresenceMode.Invisible, Until: null));
        Assert.All(_engine.Broker.ConnectionsOf(Ann), connection => Assert.True(connection.IsHidden));
        Assert.True(_board.IsInvisible(Ann));
    }

    [Fact]
    public void What_changes_often_is_told_once_in_a_round_with_its_newest_state()
    {
        var page = _engine.Connect("ann", ConnectionKind.Circuit);
        _engine.Connect("bob", ConnectionKind.Circuit);
        using var watch = Watch(out var told, Ann, new UserId("bob"));
        _time.Advance(PresenceBoard.Pause);
        _ = watch.Take();
        var before = told.Count;
        for (var change = 0; change < 101; change++) _board.SetIdle(page, isIdle: change % 2 == 0);
        Assert.Equal(before, told.Count);
        _time.Advance(PresenceBoard.Pause);
        Assert.Equal(before + 1, told.Count);
        Assert.Equal([(Ann, PresenceState.Away)], watch.Take().Select(one => (one.Key, one.Value)));
    }

    [Fact]
    public void A_page_hears_of_those_whom_it_shows_and_of_nobody_else()
    {
        using var watch = Watch(out var told, Ann);
        _ = watch.Take();
        _engine.Connect("bob");
        _time.Advance(PresenceBoard.Pause);
        Assert.Empty(told);
        watch.Show([new UserId("bob")]);
        Assert.Equal([(new UserId("bob"), PresenceState.Online)], watch.Take().Select(one => (one.Key, one.Value)));
        _engine.Connect("ann");
        _time.Advance(PresenceBoard.Pause);
        Assert.Empty(told);
        watch.Show(Enumerable.Range(0, 10_000).Select(number => new UserId($"user{number}")));
        Assert.Equal(PresenceBoard.MostWatched, watch.Take().Count);
    }

    [Fact]
    public async Task Nobody_is_kept_in_memory_who_has_gone()
    {
        await Engine.OnThreadsAsync(4, number =>
        {
            for (var i = 0; i < 200; i++)
            {
                var connection = _engine.Connect($"user{(number * 50) + (i % 50)}", ConnectionKind.Circuit);
                _board.SetIdle(connection, isIdle: true);
                connection.End(EndReason.Closed);
            }
        });
        using (var watch = Watch(out _, Ann, new UserId("user1"))) Assert.Equal(201, _board.Count);
        _time.Advance(PresenceBoard.Grace);
        _time.Advance(PresenceBoard.Pause);
        Assert.Equal(0, _board.Count);
    }

    public void Dispose() => _board.Dispose();

    private PresenceWatch Watch(out List<int> told, params UserId[] users)
    {
        var calls = new List<int>();
        told = calls;
        var watch = _board.Watch(() => calls.Add(1));
        watch.Show(users);
        return watch;
    }
}
