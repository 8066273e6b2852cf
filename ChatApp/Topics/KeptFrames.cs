using ChatApp.Push;

namespace ChatApp.Topics;

/// <summary>
/// The newest publications of a topic as the bytes that sockets get, one after the other in blocks. However many there are, they are few
/// objects: a collection of garbage takes as long as there are objects that it has not seen before. Not safe for many threads; the stream locks.
/// </summary>
/// <param name="channel">The topic.</param>
/// <param name="budget">What the blocks are counted in.</param>
/// <param name="broker">Carries them when they are read again.</param>
internal sealed class KeptFrames(ChannelName channel, HistoryBudget budget, RoomBroker broker)
{
    private const int LargestBlock = 16 * 1024;

    private readonly Queue<byte[]> _blocks = new();
    private readonly Queue<KeptFrame> _frames = new();
    // Written to up to _end. What has been written is never changed: readers hold it for as long as they like.
    private byte[] _newest = [];
    private int _end;
    private int _start;
    private int _bytes;

    public int Count => _frames.Count;

    /// <summary>When the oldest was kept; null where there is none.</summary>
    public long? OldestAt => _frames.TryPeek(out var oldest) ? oldest.At : null;

    /// <summary>Keeps a publication that nobody has yet; whoever gets it then reads its bytes here.</summary>
    public void Add(Envelope envelope, long at)
    {
        var frame = envelope.Encode();
        var opens = frame.Length > _newest.Length - _end;
        if (opens) Open(frame.Length);
        frame.CopyTo(_newest.AsSpan(_end));
        envelope.LiesIn(_newest, _end, frame.Length);
        _end += frame.Length;
        _frames.Enqueue(new KeptFrame(frame.Length, frame.Length - envelope.Encoded.Length, opens, at));
    }

    public void RemoveOldest()
    {
        _start += _frames.Dequeue().Length;
        if (_frames.Count == 0) Clear();
        else if (_frames.Peek().OpensBlock) Close();
    }

    public void Clear()
    {
        _frames.Clear();
        _frames.TrimExcess();
        while (_blocks.Count > 0) Close();
        (_newest, _end) = ([], 0);
    }

    /// <summary>Some of them again, as events of the topic.</summary>
    /// <param name="range">Which, counted from the oldest.</param>
    /// <param name="before">The position before the oldest.</param>
    public List<Envelope> Read(Range range, long before)
    {
        var (first, count) = range.GetOffsetAndLength(_frames.Count);
        var envelopes = new List<Envelope>(count);
        if (count == 0) return envelopes;
        using var blocks = _blocks.GetEnumerator();
        blocks.MoveNext();
        var (block, start, number) = (blocks.Current, _start, 0);
        foreach (var frame in _frames)
        {
            if (frame.OpensBlock && number > 0)
            {
                blocks.MoveNext();
                (block, start) = (blocks.Current, 0);
            }

            if (number >= first) envelopes.Add(broker.Wrap(block, start, frame.Length, frame.Header, channel, new Offset(before + number + 1)));
            if (++number == first + count) break;
            start += frame.Length;
        }

        return envelopes;
    }

    // The more is kept, the larger: what waits to be used, and what is used up and waits for its neighbours, stays small beside it.
    private void Open(int atLeast)
    {
        _newest = GC.AllocateUninitializedArray<byte>(Math.Max(atLeast, Math.Min(_bytes / 4, LargestBlock)));
        _end = 0;
        _blocks.Enqueue(_newest);
        Weigh(_newest.Length);
    }

    private void Close()
    {
        Weigh(-_blocks.Dequeue().Length);
        _start = 0;
    }

    private void Weigh(int bytes)
    {
        _bytes += bytes;
        budget.Add(bytes);
    }

    /// <param name="Length">How many bytes it has.</param>
    /// <param name="Header">How many of them come before the JSON object.</param>
    /// <param name="OpensBlock">True where it is the first of its block.</param>
    /// <param name="At">When it was kept, by the clock's timestamp.</param>
    private readonly record struct KeptFrame(int Length, int Header, bool OpensBlock, long At);
}
