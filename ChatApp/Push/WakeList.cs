namespace ChatApp.Push;

/// <summary>
/// The readers that one event has to wake. They are not woken one by one while publishing: a hop between threads for each
/// of a thousand sockets costs more than writing to them. A work item wakes a handful, one after the other, and each runs
/// until it has handed its bytes to the network. A circuit renders, which takes longer, so it gets a work item of its own.
/// </summary>
/// <param name="rounds">Who wakes the readers that need not be woken at once; null where all are.</param>
internal struct WakeList(WakeRounds? rounds)
{
    private Chunk? _chunk;

    private readonly bool _wakesAtOnce = rounds is { WakesAtOnce: true };

    /// <summary>True where readers are woken when it is their turn.</summary>
    public readonly bool IsInRounds => rounds is not null;

    /// <summary>True where that is now: a reader that is due in another channel, which rests, need not wait for that.</summary>
    public readonly bool WakesAtOnce => _wakesAtOnce;

    /// <summary>Remembers a reader that waits still, and is due.</summary>
    public readonly void AddDue(Outbox outbox) => rounds!.Add(outbox);

    /// <summary>Remembers a reader that waits no more.</summary>
    public void Add(Outbox outbox)
    {
        if (outbox.WakesAlone)
        {
            ThreadPool.UnsafeQueueUserWorkItem(outbox, preferLocal: false);
            return;
        }

        _chunk ??= new Chunk();
        if (_chunk.TryAdd(outbox)) return;
        FlushChunk();
        Add(outbox);
    }

    /// <summary>Wakes those that are left.</summary>
    public void Flush()
    {
        FlushChunk();
        rounds?.Published();
    }

    private void FlushChunk()
    {
        if (_chunk is { } chunk) ThreadPool.UnsafeQueueUserWorkItem(chunk, preferLocal: false);
        _chunk = null;
    }

    private sealed class Chunk : IThreadPoolWorkItem
    {
        private const int Size = 64;
        private readonly Outbox[] _outboxes = new Outbox[Size];
        private int _count;

        public bool TryAdd(Outbox outbox)
        {
            if (_count == Size) return false;
            _outboxes[_count++] = outbox;
            return true;
        }

        public void Execute()
        {
            foreach (var outbox in _outboxes.AsSpan(0, _count)) outbox.Wake();
        }
    }
}
