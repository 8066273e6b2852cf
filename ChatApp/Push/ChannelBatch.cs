using System.Buffers;

namespace ChatApp.Push;

/// <summary>
/// The events of a channel that go to all its sockets in one write each, in order. Valid for one round of the channel's flusher.
/// </summary>
internal sealed class ChannelBatch : IDisposable
{
    private readonly byte[]? _rented;
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly bool _sparesSomebody;

    /// <param name="events">At least one; must not change while the batch is in use.</param>
    public ChannelBatch(List<Envelope> events)
    {
        Events = events;
        _sparesSomebody = events.Exists(static envelope => envelope.NotFor is not null);
        First = events.Find(static envelope => envelope.Offset is not null)?.Offset;
        Last = events.FindLast(static envelope => envelope.Offset is not null)?.Offset;
        // The usual case in a quiet channel: the bytes that all sockets share go out as they are.
        if (events is [var only])
        {
            _bytes = only.Framed;
            return;
        }

        var length = 0;
        foreach (var envelope in events) length += envelope.Framed.Length;
        _rented = ArrayPool<byte>.Shared.Rent(length);
        var end = 0;
        foreach (var envelope in events)
        {
            envelope.Framed.CopyTo(_rented.AsMemory(end));
            end += envelope.Framed.Length;
        }

        _bytes = _rented.AsMemory(0, end);
    }

    public List<Envelope> Events { get; }

    /// <summary>True where not all of it is for that person.</summary>
    public bool Spares(UserId user)
    {
        // Asked for each socket of a channel: nothing may be allocated here.
        if (!_sparesSomebody) return false;
        foreach (var envelope in Events)
        {
            if (envelope.NotFor == user) return true;
        }

        return false;
    }

    /// <summary>Position of the first stored event; null where there is none.</summary>
    public Offset? First { get; }

    /// <summary>Position of the last stored event; null where there is none.</summary>
    public Offset? Last { get; }

    /// <summary>The frames of all events, one after the other.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.Span;

    public void Dispose()
    {
        if (_rented is not null) ArrayPool<byte>.Shared.Return(_rented);
    }
}
