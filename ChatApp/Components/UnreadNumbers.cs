using ChatApp.Messages;
using ChatApp.Rooms;

namespace ChatApp.Components;

/// <summary>
/// The unread numbers of one open page: those of its person, without the room that they are reading at this moment, where
/// what is new is read as it comes. A room counts as much as its person wants to hear of it. One for the page, whoever shows
/// numbers in it.
/// </summary>
/// <param name="board">Keeps the numbers live.</param>
/// <param name="markers">For a page that is only fetched.</param>
/// <param name="preferences">Of what the person wants to hear.</param>
/// <param name="threads">Reads the threads that they follow.</param>
public sealed class UnreadNumbers(UnreadBoard board, ReadMarkers markers, RoomPreferences preferences, Threads threads) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Action> _listeners = [];
    private volatile IReadOnlyDictionary<RoomId, RoomChoice> _choices = new Dictionary<RoomId, RoomChoice>();
    private IReadOnlyDictionary<RoomId, Unread> _fetched = new Dictionary<RoomId, Unread>();
    private int _fetchedThreads;
    private UnreadWatch? _watch;
    private RoomId? _read;
    private bool _disposed;

    /// <summary>All unread messages that count, at least where one of the rooms has <see cref="ReadMarkers.MaxCount"/>.</summary>
    public int Total => Numbers.Values.Sum(unread => Math.Max(Shown(unread), ShownMentions(unread)));

    /// <summary>True where a room has unread messages, whether they count or not: then there is something to mark as read.</summary>
    public bool HasUnread => Numbers.Values.Any(unread => unread.Count > 0 && unread.Room != _read);

    /// <summary>Threads that the person follows and that have answers they have not read.</summary>
    public int Threads => _watch?.UnreadThreads ?? _fetchedThreads;

    private IReadOnlyDictionary<RoomId, Unread> Numbers => _watch?.Numbers ?? _fetched;

    /// <summary>A number as it is shown; beyond 99 it is "99+".</summary>
    public static string Label(int count) =>
        count < ReadMarkers.MaxCount ? count.ToString(System.Globalization.CultureInfo.CurrentCulture) : $"{ReadMarkers.MaxCount - 1}+";

    /// <summary>Reads the numbers, and keeps them live in a live page.</summary>
    public void Open(UserId user, bool isLive)
    {
        _choices = preferences.Of(user);
        if (!isLive)
        {
            Show(markers.Of(user));
            _fetchedThreads = threads.NumbersOf(user).Unread;
            return;
        }

        if (_watch is not null) return;
        var watch = board.Watch(user, Tell);
        lock (_gate)
        {
            if (!_disposed) _watch = watch;
        }

        if (_watch is null) watch.Dispose();
        else Tell();
    }

    /// <summary>Shows these numbers until live ones come.</summary>
    internal void Show(IEnumerable<Unread> unread) => _fetched = unread.ToDictionary(one => one.Room);

    /// <summary>Takes over what the person has chosen for their rooms now.</summary>
    /// <param name="choices">All that differs from the defaults.</param>
    public void Choose(IReadOnlyDictionary<RoomId, RoomChoice> choices)
    {
        var before = _choices;
        _choices = choices;
        if (before.Count != choices.Count || choices.Any(pair => before.GetValueOrDefault(pair.Key) != pair.Value)) Tell();
    }

    /// <summary>Unread messages of a room that count, at most <see cref="ReadMarkers.MaxCount"/>: none where the person wants to hear of mentions at most.</summary>
    public int CountOf(RoomId room) => Numbers.TryGetValue(room, out var unread) ? Shown(unread) : 0;

    /// <summary>Unread messages of a room that mention the person: none where they want to hear nothing of it.</summary>
    public int MentionsOf(RoomId room) => Numbers.TryGetValue(room, out var unread) ? ShownMentions(unread) : 0;

    /// <summary>What is unread of a room whether it counts or not; null where nothing is known of it.</summary>
    public Unread? Of(RoomId room) => Numbers.GetValueOrDefault(room);

    /// <summary>All unread messages that mention the person, in all rooms.</summary>
    public int Mentions => Numbers.Values.Sum(ShownMentions);

    /// <summary>Says whether the person is reading the end of a room now.</summary>
    public void SetReading(RoomId room, bool isReading)
    {
        if (isReading == (_read == room)) return;
        _read = isReading ? room : null;
        Tell();
    }

    /// <summary>Calls <paramref name="changed"/>, on any thread, after each change until the result is disposed.</summary>
    public IDisposable Listen(Action changed)
    {
        lock (_gate) _listeners.Add(changed);
        return new Listening(this, changed);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        UnreadWatch? watch;
        lock (_gate)
        {
            _disposed = true;
            _listeners.Clear();
            watch = _watch;
        }

        watch?.Dispose();
    }

    private int Shown(Unread unread) => unread.Room == _read || LevelOf(unread.Room) != NoticeLevel.All ? 0 : unread.Count;

    private int ShownMentions(Unread unread) => unread.Room == _read || LevelOf(unread.Room) == NoticeLevel.Nothing ? 0 : unread.Mentions;

    private NoticeLevel LevelOf(RoomId room) => _choices.GetValueOrDefault(room)?.Level ?? NoticeLevel.All;

    private void Tell()
    {
        Action[] listeners;
        lock (_gate) listeners = [.. _listeners];
        foreach (var listener in listeners) listener();
    }

    private sealed class Listening(UnreadNumbers numbers, Action changed) : IDisposable
    {
        public void Dispose()
        {
            lock (numbers._gate) numbers._listeners.Remove(changed);
        }
    }
}
