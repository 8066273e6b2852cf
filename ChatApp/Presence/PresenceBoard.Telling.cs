using System.Diagnostics.CodeAnalysis;
using ChatApp.Accounts;

namespace ChatApp.Presence;

/// <summary>Tells those who show somebody how that person is seen now: the newest state of each, in rounds.</summary>
public sealed partial class PresenceBoard
{
    /// <summary>Time in which changes are collected before they are told together: 250 ms.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>People that one page may show; who are more are told of less: 500.</summary>
    public const int MostWatched = 500;

    private readonly HashSet<UserId> _changed = [];
    private ITimer? _round;
    private bool _isTelling;

    /// <summary>Tells rooms of changes; set once, at the start.</summary>
    internal Action<IReadOnlyList<PresenceChange>>? TellRooms { get; set; }

    /// <summary>People who are kept in memory.</summary>
    internal int Count
    {
        get { lock (_gate) return _people.Count; }
    }

    /// <summary>Follows the people that a page shows until the result is disposed.</summary>
    /// <param name="changed">Called on another thread after each change; must return at once.</param>
    public PresenceWatch Watch(Action changed) => new(this, changed);

    internal void Show(PresenceWatch watch, IEnumerable<UserId> users)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var before = watch.Shown;
            var shown = users.Take(MostWatched).ToHashSet();
            watch.Shown = shown;
            foreach (var user in before)
            {
                if (!shown.Contains(user)) Unwatch(user, watch);
            }

            foreach (var user in shown)
            {
                if (before.Contains(user)) continue;
                var person = Find(user);
                person.Watches.Add(watch);
                // What was not told yet is told in the next round, once more, or taken back.
                var state = StateOf(person, now);
                person.IsShownAhead |= state != person.Told;
                watch.Note(new PresenceChange(user, state));
            }
        }
    }

    internal void Forget(PresenceWatch watch)
    {
        lock (_gate)
        {
            foreach (var user in watch.Shown) Unwatch(user, watch);
            watch.Shown = [];
        }
    }

    private void Unwatch(UserId user, PresenceWatch watch)
    {
        if (!_people.TryGetValue(user, out var person)) return;
        person.Watches.Remove(watch);
        ForgetIfNobody(person, time.GetUtcNow());
    }

    private void HasChanged(Person person)
    {
        _changed.Add(person.User);
        if (_isTelling) return;
        _isTelling = true;
        NextRound();
    }

    private void NextRound()
    {
        _round ??= time.CreateTimer(static board => ((PresenceBoard)board!).Tell(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _round.Change(Pause, Timeout.InfiniteTimeSpan);
    }

    [SuppressMessage("Design", "CA1031", Justification = "a failing disk, or one page's fault, must not end the rounds")]
    private void Tell()
    {
        try
        {
            var news = TakeNews();
            if (news.Count > 0) TellRooms?.Invoke(news);
        }
        catch (Exception fault)
        {
            LogFailed(log, fault);
        }

        lock (_gate)
        {
            _isTelling = _changed.Count > 0;
            if (_isTelling) NextRound();
        }
    }

    private List<PresenceChange> TakeNews()
    {
        var news = new List<PresenceChange>();
        var told = new HashSet<PresenceWatch>();
        lock (_gate)
        {
            var now = time.GetUtcNow();
            foreach (var user in _changed)
            {
                if (!_people.TryGetValue(user, out var person)) continue;
                var change = new PresenceChange(user, StateOf(person, now));
                if (change.State != person.Told) news.Add(change);
                if (change.State != person.Told || person.IsShownAhead)
                {
                    (person.Told, person.IsShownAhead) = (change.State, false);
                    foreach (var watch in person.Watches)
                    {
                        watch.Note(change);
                        told.Add(watch);
                    }
                }

                ForgetIfNobody(person, now);
            }

            _changed.Clear();
        }

        foreach (var watch in told) watch.Changed();
        return news;
    }

    // Whoever has gone, is shown by nobody and has chosen nothing costs no memory.
    private void ForgetIfNobody(Person person, DateTimeOffset now)
    {
        if (person.Watches.Count > 0 || person.Told != PresenceState.Offline || person.Choice.At(now) != PresenceChoice.None) return;
        if (broker.CountOf(person.User) > 0 || now - person.GoneAt < Grace) return;
        _people.Remove(person.User);
    }

    [LoggerMessage(340, LogLevel.Error, "Somebody could not be told who is here")]
    private static partial void LogFailed(ILogger logger, Exception fault);
}
