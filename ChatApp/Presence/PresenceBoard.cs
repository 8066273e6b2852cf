using ChatApp.Accounts;
using ChatApp.Push;

namespace ChatApp.Presence;

/// <summary>
/// Who is here: how everybody is seen by the others, from their live connections (pages and programs alike), from what their pages
/// say about idleness, and from what they have chosen. Kept in memory alone; the choice is stored by <see cref="PresenceChoices"/>.
/// </summary>
/// <remarks>
/// A state is worked out when it is asked for, by the clock of that moment, so an end holds to the millisecond. Changes are told by
/// one round at most every <see cref="Pause"/>, to those who show the person: see <see cref="Watch"/>.
/// </remarks>
/// <param name="broker">The live connections.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Faults.</param>
public sealed partial class PresenceBoard(RoomBroker broker, TimeProvider time, ILogger<PresenceBoard> log) : IDisposable
{
    /// <summary>How long somebody is seen as before after their last connection has gone, so that a reload does not flap: 15 s.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly Dictionary<UserId, Person> _people = [];
    private readonly PriorityQueue<UserId, DateTimeOffset> _ends = new();
    private ITimer? _alarm;

    /// <summary>How somebody is seen by others at this moment.</summary>
    public PresenceState StateOf(UserId user)
    {
        lock (_gate) return _people.TryGetValue(user, out var person) ? StateOf(person, time.GetUtcNow()) : PresenceState.Offline;
    }

    /// <summary>Everybody who is seen as connected at this moment, in no order.</summary>
    public IReadOnlyList<UserId> Here()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            return [.. _people.Values.Where(person => StateOf(person, now) != PresenceState.Offline).Select(person => person.User)];
        }
    }

    /// <summary>What somebody has chosen, as far as it counts at this moment.</summary>
    public PresenceChoice ChoiceOf(UserId user)
    {
        lock (_gate) return _people.TryGetValue(user, out var person) ? person.Choice.At(time.GetUtcNow()) : PresenceChoice.None;
    }

    /// <summary>True where nobody else may learn that this person is here.</summary>
    public bool IsInvisible(UserId user) => ChoiceOf(user).Mode == PresenceMode.Invisible;

    /// <summary>Takes over what somebody has chosen, right after it is on disk.</summary>
    public void Choose(UserId user, PresenceChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        lock (_gate)
        {
            var person = Find(user);
            person.Choice = choice;
            if (choice.Until is { } until) RingAt(person, until);
            Hide(person);
            HasChanged(person);
        }
    }

    /// <summary>Says whether somebody is at a window. A person is away only when all of their connections are idle; a program's never is.</summary>
    public void SetIdle(Connection connection, bool isIdle)
    {
        ArgumentNullException.ThrowIfNull(connection);
        lock (_gate)
        {
            // What has ended is looked at once more after this, or was before.
            if (connection.EndReason is not null) return;
            var person = Find(connection.User);
            if (isIdle ? person.Idle.Add(connection.Id) : person.Idle.Remove(connection.Id)) HasChanged(person);
        }
    }

    /// <summary>Looks at a connection that was accepted or has ended; for <see cref="RoomBroker.ConnectionsChanged"/>.</summary>
    public void Look(Connection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        lock (_gate)
        {
            var person = Find(connection.User);
            var wasIdle = connection.EndReason is not null && person.Idle.Remove(connection.Id);
            if (broker.CountOf(connection.User) > 0)
            {
                person.GoneAt = null;
            }
            else if (person.GoneAt is null)
            {
                person.GoneAt = time.GetUtcNow();
                person.WasAway = wasIdle;
                RingAt(person, person.GoneAt.Value + Grace);
            }

            // Before anybody knows of the connection: it is never seen for a moment.
            if (person.Choice.At(time.GetUtcNow()).Mode == PresenceMode.Invisible) connection.Hide(isHidden: true);
            HasChanged(person);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _alarm?.Dispose();
        _round?.Dispose();
    }

    private Person Find(UserId user)
    {
        if (!_people.TryGetValue(user, out var person)) _people.Add(user, person = new Person(user));
        return person;
    }

    private PresenceState StateOf(Person person, DateTimeOffset now)
    {
        var mode = person.Choice.At(now).Mode;
        var count = broker.CountOf(person.User);
        var isHere = count > 0 || now - person.GoneAt < Grace;
        if (!isHere || mode == PresenceMode.Invisible) return PresenceState.Offline;
        if (mode == PresenceMode.DoNotDisturb) return PresenceState.DoNotDisturb;
        return (count > 0 ? person.Idle.Count >= count : person.WasAway) ? PresenceState.Away : PresenceState.Online;
    }

    private void Hide(Person person)
    {
        var isHidden = person.Choice.At(time.GetUtcNow()).Mode == PresenceMode.Invisible;
        foreach (var connection in broker.ConnectionsOf(person.User)) connection.Hide(isHidden);
    }

    private void RingAt(Person person, DateTimeOffset end)
    {
        _ends.Enqueue(person.User, end);
        if (_ends.TryPeek(out _, out var first) && first == end) SetAlarm(end);
    }

    private void SetAlarm(DateTimeOffset end)
    {
        // Longer than a timer takes: it rings early, and is set again.
        var wait = TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling((end - time.GetUtcNow()).TotalMilliseconds), 1, int.MaxValue));
        _alarm ??= time.CreateTimer(static board => ((PresenceBoard)board!).OnEnd(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _alarm.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void OnEnd()
    {
        foreach (var user in TakeEnds()) broker.PublishToUser(user, new OwnPresenceChosen(PresenceChoice.None));
    }

    // Whose choice is over.
    private List<UserId> TakeEnds()
    {
        var over = new List<UserId>();
        lock (_gate)
        {
            var now = time.GetUtcNow();
            while (_ends.TryPeek(out var user, out var end) && end <= now)
            {
                _ends.Dequeue();
                if (!_people.TryGetValue(user, out var person)) continue;
                if (person.Choice.Until <= now)
                {
                    person.Choice = PresenceChoice.None;
                    Hide(person);
                    over.Add(user);
                }

                HasChanged(person);
            }

            if (_ends.TryPeek(out _, out var next)) SetAlarm(next);
        }

        return over;
    }

    private sealed class Person(UserId user)
    {
        public UserId User => user;

        public HashSet<ConnectionId> Idle { get; } = [];

        /// <summary>Since when there is no connection; null while there is one, and before the first.</summary>
        public DateTimeOffset? GoneAt { get; set; }

        public bool WasAway { get; set; }

        public PresenceChoice Choice { get; set; } = PresenceChoice.None;

        /// <summary>What was told last.</summary>
        public PresenceState Told { get; set; }

        /// <summary>True where some have been shown another state already: they have to hear of it even where everybody else need not.</summary>
        public bool IsShownAhead { get; set; }

        public List<PresenceWatch> Watches { get; } = [];
    }
}
