namespace ChatApp.Storage;

/// <summary>A name and what it stands for.</summary>
/// <param name="Id">What it stands for.</param>
/// <param name="Folded">The name as it is compared.</param>
/// <param name="Shown">The name as it is shown; null where nobody asks for that.</param>
public sealed record BookedName(string Id, string Folded, string? Shown = null);

/// <summary>
/// Which id a name stands for, in memory: each message with a sign for names asks, and must not read the database for that. Read
/// when the first one asks; what has changed since is read again, by its id, before the next answer.
/// </summary>
/// <param name="isSmall">True where everything is read again after a change: for few rows, whose names need not be unique.</param>
public sealed class NameBook(bool isSmall)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BookedName> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _changed = new(StringComparer.Ordinal);
    private long _changes;
    private long _readAt;
    private bool _isWanted;
    private bool _isRead;

    /// <summary>To be called once a change is committed, also for what is new. Calling it too often does no harm.</summary>
    public void Forget(string id)
    {
        lock (_gate)
        {
            _changes++;
            if (_isWanted) _changed[id] = _changes;
        }
    }

    /// <summary>Brings the book up to date; without a change there is nothing to do.</summary>
    /// <param name="read">Reads names, of one name the one first that it stands for: those of the given ids, or all where they are null.</param>
    public void Refresh(Func<IReadOnlyCollection<string>?, IReadOnlyList<BookedName>> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        while (Stale(out var ids, out var moment)) Take(ids, read(ids), moment);
    }

    /// <summary>What the name stands for; null where it is nobody's.</summary>
    public string? Find(ReadOnlySpan<char> folded)
    {
        lock (_gate) return _ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(folded, out var id) ? id : null;
    }

    /// <summary>The name of that id as it is shown; null where it has none.</summary>
    public string? ShownOf(string id)
    {
        lock (_gate) return _names.GetValueOrDefault(id)?.Shown;
    }

    private bool Stale(out string[]? ids, out long moment)
    {
        lock (_gate)
        {
            moment = _changes;
            ids = _isRead && !isSmall ? [.. _changed.Keys] : null;
            _isWanted = true;
            return !_isRead || _changed.Count > 0;
        }
    }

    private void Take(string[]? ids, IReadOnlyList<BookedName> rows, long moment)
    {
        lock (_gate)
        {
            // Somebody has read later, and more.
            if (moment < _readAt) return;
            if (ids is null)
            {
                _ids.Clear();
                _names.Clear();
            }

            foreach (var id in ids ?? [])
            {
                if (_names.Remove(id, out var old) && _ids.GetValueOrDefault(old.Folded) == id) _ids.Remove(old.Folded);
            }

            foreach (var row in rows)
            {
                _names[row.Id] = row;
                _ids.TryAdd(row.Folded, row.Id);
            }

            foreach (var id in _changed.Where(changed => changed.Value <= moment).Select(changed => changed.Key).ToList()) _changed.Remove(id);
            (_isRead, _readAt) = (true, moment);
        }
    }
}
