namespace ChatApp.Push;

/// <summary>
/// The newest stored events of a room, so that whoever was away for a moment catches up without the database. Empty until
/// something happens: a quiet room costs nothing. Not safe for many threads; its hub locks.
/// </summary>
/// <param name="capacity">Most events that are kept; 0 for a channel whose history is kept elsewhere.</param>
internal sealed class RecentEvents(int capacity)
{
    private readonly Queue<Envelope> _events = new();
    private Offset _before;
    private Offset _last;

    /// <summary>The newest stored event that anybody knows of here; null where nobody does.</summary>
    public Offset? Head => _last > Offset.Zero ? _last : null;

    /// <summary>Takes over what somebody has read of the room. A quiet room is known by that alone.</summary>
    public void Learn(Offset head)
    {
        // Where events are kept the next one is published here anyhow, and must fit the last.
        if (_events.Count == 0 && head > _last) _last = head;
    }

    /// <summary>Another number as soon as what was read before may show something that is no longer so.</summary>
    public int Version { get; private set; }

    /// <summary>
    /// Takes over what somebody has read from the log, where it reaches to the newest event and further back than what is kept: the
    /// next one who comes back need not read it again.
    /// </summary>
    /// <param name="read">Events without a hole, with offsets.</param>
    /// <param name="version">The <see cref="Version"/> before they were read.</param>
    public void Adopt(IReadOnlyList<Envelope> read, int version)
    {
        if (version != Version || Math.Min(read.Count, capacity) <= _events.Count || read[^1].Offset != _last) return;
        _events.Clear();
        foreach (var envelope in read.Skip(Math.Max(0, read.Count - capacity))) _events.Enqueue(envelope);
        _before = new Offset(_last.Value - _events.Count);
    }

    /// <summary>Keeps an event.</summary>
    /// <param name="envelope">The event; one without an offset is not kept, but may rewrite.</param>
    /// <param name="rewrites">True where earlier events would show something that is no longer so: they go.</param>
    public void Add(Envelope envelope, bool rewrites)
    {
        if (rewrites) Version++;
        if (envelope.Offset is not { } offset)
        {
            if (rewrites) _events.Clear();
            return;
        }

        if (capacity == 0) return;
        // What is kept must have no hole, whatever happened before this hub was there.
        if (rewrites || offset.Value != _last.Value + 1) _events.Clear();
        if (_events.Count == 0) _before = new Offset(offset.Value - 1);
        _events.Enqueue(envelope);
        _last = offset;
        if (_events.Count > capacity) _before = _events.Dequeue().Offset!.Value;
    }

    /// <summary>The events after a position; null where not all of them are kept.</summary>
    public IReadOnlyList<Envelope>? After(Offset position, int count)
    {
        if (_events.Count == 0 || position < _before || position > _last) return null;
        return [.. _events.Skip((int)(position.Value - _before.Value)).Take(count)];
    }
}
