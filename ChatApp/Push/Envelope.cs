namespace ChatApp.Push;

/// <summary>Turns an envelope into the bytes that sockets receive. The engine does not know the wire format.</summary>
/// <remarks>Implemented by <c>Wire</c> for the product, and by tests and benchmarks for themselves.</remarks>
public interface IEventEncoder
{
    /// <summary>One complete JSON object in UTF-8, without a line end. Must not throw for a body it knows.</summary>
    byte[] Encode(Envelope envelope);
}

/// <summary>
/// One event on its way to many connections. Immutable and shared by all of them: circuits read <see cref="Body"/>,
/// sockets send <see cref="Encoded"/>, which is made at most once however many sockets there are.
/// </summary>
/// <param name="body">The feature's event; immutable.</param>
/// <param name="encoder">Makes the bytes, on first use.</param>
public sealed class Envelope(object body, IEventEncoder encoder)
{
    private readonly Lock _encoding = new();
    private byte[]? _encoded;

    /// <summary>The event as the feature that published it knows it.</summary>
    public object Body { get; } = body;

    /// <summary>The room it belongs to; null for events of a user or of everybody.</summary>
    public RoomId? Room { get; init; }

    /// <summary>The user whose personal channel it belongs to; null for events of a room or of everybody.</summary>
    public UserId? User { get; init; }

    /// <summary>Position in the room's log; null for events that are not stored.</summary>
    public Offset? Offset { get; init; }

    /// <summary>The bytes for sockets.</summary>
    public ReadOnlyMemory<byte> Encoded
    {
        get
        {
            if (Volatile.Read(ref _encoded) is { } ready) return ready;
            lock (_encoding) return _encoded ??= encoder.Encode(this);
        }
    }
}

/// <summary>Tells one connection that a subscription ended by the server's will.</summary>
/// <param name="Room">The room.</param>
/// <param name="Reason">Why, and whether to subscribe again.</param>
public sealed record SubscriptionEnded(RoomId Room, EndReason Reason);

/// <summary>Tells a circuit that events were dropped because it was too slow: load the room's state again.</summary>
public sealed record EventsLost;
