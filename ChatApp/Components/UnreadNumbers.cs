using ChatApp.Messages;

namespace ChatApp.Components;

/// <summary>
/// The unread numbers of one open page: those of its person, without the room that they are reading at this moment, where
/// what is new is read as it comes. One for the page, whoever shows numbers in it.
/// </summary>
/// <param name="board">Keeps the numbers live.</param>
/// <param name="markers">For a page that is only fetched.</param>
/// <param name="threads">The same.</param>
public sealed class UnreadNumbers(UnreadBoard board, ReadMarkers markers, Threads threads) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Action> _listeners = [];
    private IReadOnlyDictionary<RoomId, Unread> _fetched = new Dictionary<RoomId, Unread>();
    private int _fetchedThreads;
    private UnreadWatch? _watch;
    private RoomId? _read;
    private bool _disposed;

    /// <summary>All unread messages, at least where one of the rooms has <see cref="ReadMarkers.MaxCount"/>.</summary>
    public int Total => Numbers.Values.Sum(unread => Shown(unread));

    /// <summary>Threads that the person follows and that have answers they have not read.</summary>
    public int Threads => _watch?.UnreadThreads ?? _fetchedThreads;

    private IReadOnlyDictionary<RoomId, Unread> Numbers => _watch?.Numbers ?? _fetched;

    /// <summary>A number as it is shown; beyond 99 it is "99+".</summary>
    public static string Label(int count) =>
        count < ReadMarkers.MaxCount ? count.ToString(System.Globalization.CultureInfo.CurrentCulture) : $"{ReadMarkers.MaxCount - 1}+";

    /// <summary>Reads the numbers, and keeps them live in a live page.</summary>
    public void Open(UserId user, bool isLive)
    {
        if (!isLive)
        {
            _fetched = markers.Of(user).ToDictionary(unread => unread.Room);
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

    /// <summary>Unread messages of a room, at most <see cref="ReadMarkers.MaxCount"/>.</summary>
    public int CountOf(RoomId room) => Numbers.TryGetValue(room, out var unread) ? Shown(unread) : 0;

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

    private int Shown(Unread unread) => unread.Room == _read ? 0 : unread.Count;

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
