namespace ChatApp.Presence;

/// <summary>One page's interest in the people that it shows.</summary>
public sealed class PresenceWatch : IDisposable
{
    private readonly PresenceBoard _board;
    private readonly Lock _gate = new();
    private Dictionary<UserId, PresenceState> _news = [];

    internal PresenceWatch(PresenceBoard board, Action changed)
    {
        _board = board;
        Changed = changed;
    }

    /// <summary>Who is shown. Under the board's lock.</summary>
    internal HashSet<UserId> Shown { get; set; } = [];

    internal Action Changed { get; }

    /// <summary>Says whom the page shows now, at most <see cref="PresenceBoard.MostWatched"/>; how those are seen who are new among them is there at once.</summary>
    public void Show(IEnumerable<UserId> users) => _board.Show(this, users);

    /// <summary>What is new since the last call: the newest state of each.</summary>
    public IReadOnlyDictionary<UserId, PresenceState> Take()
    {
        lock (_gate)
        {
            var news = _news;
            _news = [];
            return news;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _board.Forget(this);

    internal void Note(PresenceChange change)
    {
        lock (_gate) _news[change.User] = change.State;
    }
}
