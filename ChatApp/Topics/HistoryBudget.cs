using ChatApp.Push;

namespace ChatApp.Topics;

/// <summary>What the histories of all topics hold together, in order of publishing; knows what has to go where that is too much.</summary>
/// <param name="maxBytes">Bytes that may be held.</param>
internal sealed class HistoryBudget(long maxBytes)
{
    // What an entry costs besides its bytes: the objects around it, generously.
    private const int Overhead = 512;

    private readonly Lock _gate = new();
    private readonly LinkedList<HistoryEntry> _entries = [];
    private long _bytes;

    /// <summary>Bytes that are held now.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public void Add(HistoryEntry entry)
    {
        lock (_gate)
        {
            _entries.AddLast(entry.Node);
            Volatile.Write(ref _bytes, _bytes + entry.Bytes);
        }
    }

    public void Remove(HistoryEntry entry)
    {
        lock (_gate)
        {
            _entries.Remove(entry.Node);
            Volatile.Write(ref _bytes, _bytes - entry.Bytes);
        }
    }

    /// <summary>The oldest entry where too much is held; null where all is well.</summary>
    public HistoryEntry? Surplus()
    {
        lock (_gate) return _bytes > maxBytes ? _entries.First?.Value : null;
    }

    /// <summary>One publication that is kept.</summary>
    internal sealed class HistoryEntry
    {
        public HistoryEntry(TopicStream stream, Envelope envelope, TopicData data, long kept)
        {
            (Stream, Envelope, Kept) = (stream, envelope, kept);
            // Once as it came, and once as it goes over the wire.
            Bytes = (2L * data.Json.Length) + Overhead;
            Node = new LinkedListNode<HistoryEntry>(this);
        }

        public TopicStream Stream { get; }

        public Envelope Envelope { get; }

        public long Kept { get; }

        public long Bytes { get; }

        public LinkedListNode<HistoryEntry> Node { get; }
    }
}
