using System.Diagnostics.CodeAnalysis;

namespace ChatApp.Storage;

/// <summary>
/// Rows in memory that nearly every connection asks for. What was read before a change is never kept after it: whoever reads
/// says from which moment on, and a change in between makes that worthless. The least used go where there are too many.
/// </summary>
/// <param name="capacity">Rows that stay in any case; at most twice as many are held.</param>
public sealed class KeptRows<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private Dictionary<TKey, TValue> _young = [];
    private Dictionary<TKey, TValue> _old = [];
    private long _changes;

    /// <summary>The present moment, to be taken before the database is read.</summary>
    public long Moment
    {
        get { lock (_gate) return _changes; }
    }

    /// <summary>The row, as the database has it now; false where it is not in memory.</summary>
    public bool TryFind(TKey key, [MaybeNullWhen(false)] out TValue row)
    {
        lock (_gate)
        {
            if (_young.TryGetValue(key, out row)) return true;
            if (!_old.Remove(key, out row)) return false;
            Add(key, row);
            return true;
        }
    }

    /// <summary>Keeps what was read; nothing where a row has changed since <paramref name="moment"/>.</summary>
    public void Keep(TKey key, TValue row, long moment)
    {
        lock (_gate)
        {
            if (moment == _changes) Add(key, row);
        }
    }

    /// <summary>To be called once a change is committed and before anybody hears of it. Forgetting too much does no harm.</summary>
    public void Forget(TKey key)
    {
        lock (_gate)
        {
            _changes++;
            _young.Remove(key);
            _old.Remove(key);
        }
    }

    // Under the lock.
    private void Add(TKey key, TValue row)
    {
        if (_young.Count >= capacity)
        {
            _old = _young;
            _young = [];
        }

        _young[key] = row;
    }
}
