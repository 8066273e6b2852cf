using System.Buffers;
using System.Runtime.InteropServices;

namespace ChatApp.Push;

/// <summary>What waits in an <see cref="Outbox"/>, in order and within its limits. Not safe for many threads; the outbox locks.</summary>
/// <param name="maxEvents">Events that may wait.</param>
/// <param name="maxBytes">Bytes that may wait, those that the reader took last included.</param>
internal sealed partial class Backlog(int maxEvents, long maxBytes)
{
    private const int UsualCapacity = 1024;
    // From the head on: what is before it has been taken.
    private readonly List<Delivery> _waiting = [];
    private int _head;
    // The end of a frame whose beginning is on the network already: it has to follow, whatever becomes of the rest.
    private ReadOnlyMemory<byte> _cut;
    private long _waitingBytes;
    private long _takenBytes;

    public int Count => _waiting.Count - _head;

    public long Bytes => _waitingBytes + _takenBytes + _cut.Length;

    public bool IsEmpty => Count == 0 && _cut.IsEmpty;

    public bool IsHalfEmpty => Count <= maxEvents / 2 && Bytes <= maxBytes / 2;

    public bool HasPlenty => Count <= maxEvents / 4 && Bytes <= maxBytes / 4;

    /// <summary>True where so little waits that its reader keeps up again.</summary>
    public bool HasCaughtUp => Bytes <= maxBytes / 4;

    /// <summary>Keeps an event. False where it does not fit.</summary>
    /// <param name="delivery">The event.</param>
    /// <param name="sent">Bytes of its frame that the network has taken: such a one always fits, and only as the first.</param>
    public bool TryAdd(Delivery delivery, int sent = 0)
    {
        if (sent > 0)
        {
            _cut = delivery.Frame[sent..];
            return true;
        }

        if (TryReplace(delivery)) return true;
        // A page is not slow by bytes, and collapses as a whole.
        if (!Fits(delivery) && maxBytes < long.MaxValue) MakeRoom(delivery);
        if (!Fits(delivery)) return maxBytes < long.MaxValue && TryLeaveOut(delivery);
        if (delivery.Subscription is { WhenSlow: SlowPolicy.LatestOnly } latest) latest.Waiting = new LatestEvent(delivery.Envelope, delivery.Bytes);
        _waiting.Add(delivery);
        _waitingBytes += delivery.Bytes;
        return true;
    }

    /// <summary>Takes all events whose subscription has not been revoked.</summary>
    public void Take(List<Envelope> into)
    {
        foreach (var delivery in CollectionsMarshal.AsSpan(_waiting)[_head..])
        {
            if (delivery is { Envelope: not null, IsRevoked: false }) into.Add(delivery.Newest);
        }

        var bytes = _waitingBytes;
        Clear();
        _takenBytes = bytes;
    }

    /// <summary>Takes as many frames as fit, at least one; those of revoked subscriptions are left out.</summary>
    public ReadOnlyMemory<byte> TakeFrames(ArrayBufferWriter<byte> buffer, int most)
    {
        var frames = Join(buffer, most, out var count);
        _cut = default;
        for (; count > 0; count--) Dequeue();
        return Taken(frames);
    }

    /// <summary>
    /// Writes as many frames as fit, at least one, and takes no more than the rest of the frame that the network stopped
    /// at: the others can still be dropped.
    /// </summary>
    public ReadOnlyMemory<byte> WriteFrames(DirectWrite direct, ArrayBufferWriter<byte> buffer, int most)
    {
        var frames = Join(buffer, most, out var count);
        var sent = frames.IsEmpty ? 0 : direct(frames.Span);
        var next = _cut;
        _cut = default;
        for (; sent >= next.Length && count > 0; count--)
        {
            sent -= next.Length;
            next = Dequeue().Frame;
        }

        return Taken(next[sent..]);
    }

    /// <summary>What was taken last is written.</summary>
    public void ForgetTaken()
    {
        _takenBytes = 0;
        ShrinkIfEmpty();
    }

    /// <summary>Keeps no more memory than usual where nothing waits.</summary>
    public void ShrinkIfEmpty()
    {
        if (Count == 0 && _waiting.Capacity > UsualCapacity) _waiting.TrimExcess();
    }

    /// <summary>Drops what waits from one channel.</summary>
    public void Drop(ChannelName channel)
    {
        foreach (ref var delivery in CollectionsMarshal.AsSpan(_waiting)[_head..])
        {
            if (delivery.Subscription?.Channel == channel) Forget(ref delivery);
        }

        _waiting.RemoveAll(static delivery => delivery.Envelope is null);
        _head = 0;
    }

    /// <summary>Drops all that waits, but not the rest of a frame that was begun.</summary>
    public void Clear()
    {
        foreach (var delivery in CollectionsMarshal.AsSpan(_waiting)[_head..]) delivery.ForgetLatest();
        _waiting.Clear();
        _head = 0;
        _waitingBytes = 0;
    }

    /// <summary>Drops everything: nobody will write it.</summary>
    public void Abandon()
    {
        Clear();
        ShrinkIfEmpty();
        _cut = default;
        _takenBytes = 0;
    }

    // The frames that are next, one after the other; one alone goes as it is.
    private ReadOnlyMemory<byte> Join(ArrayBufferWriter<byte> buffer, int most, out int count)
    {
        buffer.ResetWrittenCount();
        var only = _cut;
        var waiting = CollectionsMarshal.AsSpan(_waiting)[_head..];
        for (count = 0; count < waiting.Length; count++)
        {
            ref var next = ref waiting[count];
            if (next.IsRevoked) Forget(ref next);
            var frame = next.Frame;
            if (frame.IsEmpty) continue;
            var joined = Math.Max(only.Length, buffer.WrittenCount);
            if (joined == 0)
            {
                only = frame;
                continue;
            }

            if (joined + frame.Length > most) break;
            if (buffer.WrittenCount == 0) buffer.Write(only.Span);
            buffer.Write(frame.Span);
        }

        return buffer.WrittenCount > 0 ? buffer.WrittenMemory : only;
    }

    private Delivery Dequeue()
    {
        ref var next = ref CollectionsMarshal.AsSpan(_waiting)[_head];
        var delivery = next with { Envelope = next.Newest };
        Forget(ref next);
        if (++_head == _waiting.Count)
        {
            _waiting.Clear();
            _head = 0;
        }
        else if (_head >= UsualCapacity && _head > _waiting.Count / 2)
        {
            // What is in front goes only now and then: taking costs the same however much waits.
            _waiting.RemoveRange(0, _head);
            _head = 0;
        }

        return delivery;
    }

    private bool Fits(Delivery delivery) => Count < maxEvents && Bytes + delivery.Bytes <= maxBytes;

    private void Forget(ref Delivery delivery)
    {
        _waitingBytes -= delivery.Weight;
        delivery.ForgetLatest();
        delivery = default;
    }

    private ReadOnlyMemory<byte> Taken(ReadOnlyMemory<byte> frames)
    {
        _takenBytes = frames.Length;
        return frames;
    }
}

/// <summary>An event, the subscription by which it reached the connection, so that a lost right is noticed before writing.</summary>
/// <param name="Envelope">The event.</param>
/// <param name="Subscription">Null for what came to the connection itself.</param>
/// <param name="Bytes">What it weighs against the byte limit; 0 for circuits.</param>
internal readonly record struct Delivery(Envelope Envelope, Subscription? Subscription, int Bytes)
{
    public bool IsRevoked => Subscription is { IsRevoked: true };

    /// <summary>Its bytes on the wire; none where it has been dropped.</summary>
    public ReadOnlyMemory<byte> Frame => Envelope is null ? default : Newest.Framed;

    /// <summary>The event, or a newer one of its channel that has taken its place.</summary>
    public Envelope Newest => Latest?.Envelope ?? Envelope;

    /// <summary>What it weighs by now.</summary>
    public int Weight => Envelope is null ? 0 : Latest?.Bytes ?? Bytes;

    private LatestEvent? Latest => Subscription?.Waiting;

    public void ForgetLatest()
    {
        if (Subscription is { } subscription) subscription.Waiting = null;
    }
}
