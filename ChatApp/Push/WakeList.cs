namespace ChatApp.Push;

/// <summary>
/// The readers that one event has to wake. They are not woken one by one while publishing: a hop between threads for each
/// of a thousand sockets costs more than writing to them. A work item wakes a handful, one after the other, and each runs
/// until it has handed its bytes to the network. A circuit renders, which takes longer, so it gets a work item of its own.
/// </summary>
internal struct WakeList
{
    private Chunk? _chunk;

    /// <summary>Remembers a reader that waits.</summary>
    public void Add(Outbox outbox)
    {
        if (outbox.WakesAlone)
        {
            ThreadPool.UnsafeQueueUserWorkItem(outbox, preferLocal: false);
            return;
        }

        _chunk ??= new Chunk();
        if (_chunk.TryAdd(outbox)) return;
        Flush();
        Add(outbox);
    }

    /// <summary>Wakes those that are left.</summary>
    public void Flush()
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
