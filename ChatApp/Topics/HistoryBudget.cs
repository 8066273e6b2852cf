namespace ChatApp.Topics;

/// <summary>The bytes that the histories of all topics take together.</summary>
/// <param name="maxBytes">Bytes that they may take.</param>
internal sealed class HistoryBudget(long maxBytes)
{
    // Where too much is kept, some more than that goes: finding the oldest of all topics is work.
    private readonly long _enough = maxBytes - (maxBytes / 16);
    private long _bytes;

    /// <summary>Bytes that are taken now.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>True where that is too much.</summary>
    public bool IsSpent => Bytes > maxBytes;

    /// <summary>True where, once it was too much, nothing more has to go.</summary>
    public bool IsEased => Bytes <= _enough;

    /// <summary>Takes that many bytes, or gives them back.</summary>
    public void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);
}
