using ChatApp.Push;

namespace ChatApp.Topics;

/// <summary>What the histories of all topics hold together, in order of publishing; knows what has to go where that is too much.</summary>
/// <param name="maxBytes">Bytes that may be held.</param>
internal sealed class HistoryBudget(long maxBytes)
{
    // What an entry costs besides its bytes: the objects around it, generously.
    private const int Overhead = 512;

    private readonly Lock _gate = new();
    // A list through the entries themselves: each publication that is kept is as few objects as can be.
    private HistoryEntry? _oldest;
    private HistoryEntry? _newest;
    private long _bytes;

    /// <summary>Bytes that are held now.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public void Add(HistoryEntry entry)
    {
        lock (_gate)
        {
            entry.Older = _newest;
            if (_newest is null) _oldest = entry;
            else _newest.Newer = entry;
            _newest = entry;
            Volatile.Write(ref _bytes, _bytes + entry.Bytes);
        }
    }

    public void Remove(HistoryEntry entry)
    {
        lock (_gate)
        {
            if (entry.Older is null) _oldest = entry.Newer;
            else entry.Older.Newer = entry.Newer;
            if (entry.Newer is null) _newest = entry.Older;
            else entry.Newer.Older = entry.Older;
            (entry.Older, entry.Newer) = (null, null);
            Volatile.Write(ref _bytes, _bytes - entry.Bytes);
        }
    }

    /// <summary>The oldest entry where too much is held; null where all is well.</summary>
    public HistoryEntry? Surplus()
    {
        lock (_gate) return _bytes > maxBytes ? _oldest : null;
    }

    /// <summary>One publication that is kept.</summary>
    internal sealed class HistoryEntry(TopicStream stream, Envelope envelope, TopicData data, long kept)
    {
        public TopicStream Stream => stream;

        public Envelope Envelope => envelope;

        public long Kept => kept;

        // Once as it came, and once as it goes over the wire.
        public long Bytes { get; } = (2L * data.Json.Length) + Overhead;

        /// <summary>The one before it, of whichever topic. Under the lock of the budget.</summary>
        public HistoryEntry? Older { get; set; }

        /// <summary>The one after it.</summary>
        public HistoryEntry? Newer { get; set; }
    }
}
