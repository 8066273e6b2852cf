using System.Buffers;

namespace ChatApp.Push;

/// <summary>What waits in an <see cref="Outbox"/>, in order and within its limits. Not safe for many threads; the outbox locks.</summary>
/// <param name="maxEvents">Events that may wait.</param>
/// <param name="maxBytes">Bytes that may wait, those that the reader took last included.</param>
internal sealed class Backlog(int maxEvents, long maxBytes)
{
    private const int UsualCapacity = 1024;
    private readonly Queue<Delivery> _waiting = new();
    // The end of a frame whose beginning is on the network already: it has to follow, whatever becomes of the rest.
    private ReadOnlyMemory<byte> _cut;
    private long _waitingBytes;
    private long _takenBytes;

    public int Count => _waiting.Count;

    public long Bytes => _waitingBytes + _takenBytes + _cut.Length;

    public bool IsEmpty => _waiting.Count == 0 && _cut.IsEmpty;

    public bool IsHalfEmpty => _waiting.Count <= maxEvents / 2 && Bytes <= maxBytes / 2;

    /// <summary>Keeps an event. False where it does not fit.</summary>
    /// <param name="delivery">The event.</param>
    /// <param name="sent">Bytes of its frame that the network has taken: such a one always fits, and only as the first.</param>
    public bool TryAdd(Delivery delivery, int sent = 0)
    {
        if (sent > 0)
        {
            _cut = delivery.Envelope.Framed[sent..];
            return true;
        }

        if (_waiting.Count >= maxEvents || Bytes + delivery.Bytes > maxBytes) return false;
        _waiting.Enqueue(delivery);
        _waitingBytes += delivery.Bytes;
        return true;
    }

    /// <summary>Takes all events whose subscription has not been revoked.</summary>
    public void Take(List<Envelope> into)
    {
        while (_waiting.TryDequeue(out var delivery))
        {
            if (!delivery.IsRevoked) into.Add(delivery.Envelope);
        }

        (_takenBytes, _waitingBytes) = (_waitingBytes, 0);
    }

    /// <summary>Takes as many frames as fit, at least one; those of revoked subscriptions are left out.</summary>
    public ReadOnlyMemory<byte> TakeFrames(ArrayBufferWriter<byte> buffer, int most)
    {
        buffer.ResetWrittenCount();
        // A frame that goes alone goes as it is.
        var only = _cut;
        _cut = default;
        while (_waiting.TryPeek(out var next))
        {
            var frame = next.IsRevoked ? default : next.Envelope.Framed;
            var taken = Math.Max(only.Length, buffer.WrittenCount);
            if (taken > 0 && taken + frame.Length > most) break;
            _waiting.Dequeue();
            _waitingBytes -= next.Bytes;
            if (frame.IsEmpty) continue;
            if (taken == 0)
            {
                only = frame;
                continue;
            }

            if (buffer.WrittenCount == 0) buffer.Write(only.Span);
            buffer.Write(frame.Span);
        }

        var frames = buffer.WrittenCount > 0 ? buffer.WrittenMemory : only;
        _takenBytes = frames.Length;
        return frames;
    }

    /// <summary>What was taken last is written.</summary>
    public void ForgetTaken()
    {
        _takenBytes = 0;
        if (_waiting.Count == 0 && _waiting.Capacity > UsualCapacity) _waiting.TrimExcess();
    }

    /// <summary>Drops what waits from one room.</summary>
    public void Drop(RoomId room)
    {
        for (var left = _waiting.Count; left > 0; left--)
        {
            var delivery = _waiting.Dequeue();
            if (delivery.Subscription?.Room == room) _waitingBytes -= delivery.Bytes;
            else _waiting.Enqueue(delivery);
        }
    }

    /// <summary>Drops all that waits, but not the rest of a frame that was begun.</summary>
    public void Clear()
    {
        _waiting.Clear();
        _waitingBytes = 0;
    }
}

/// <summary>An event, the subscription by which it reached the connection, so that a lost right is noticed before writing.</summary>
/// <param name="Envelope">The event.</param>
/// <param name="Subscription">Null for what came to the connection itself.</param>
/// <param name="Bytes">What it weighs against the byte limit; 0 for circuits.</param>
internal readonly record struct Delivery(Envelope Envelope, Subscription? Subscription, int Bytes)
{
    public bool IsRevoked => Subscription is { IsRevoked: true };
}
