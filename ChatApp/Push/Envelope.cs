using System.Runtime.CompilerServices;

namespace ChatApp.Push;

/// <summary>Turns an envelope into the bytes that sockets receive. The engine does not know the wire format.</summary>
/// <remarks>Implemented by <c>Wire</c> for the product, and by tests and benchmarks for themselves.</remarks>
public interface IEventEncoder
{
    /// <summary>The event as it goes over the wire to every socket; valid until the same thread calls again. Must not throw for a body it knows.</summary>
    /// <param name="envelope">The event.</param>
    /// <param name="header">How many bytes come before the one complete JSON object in UTF-8, without a line end.</param>
    ReadOnlySpan<byte> Frame(Envelope envelope, out int header);
}

/// <summary>
/// One event on its way to many connections. Immutable and shared by all of them: circuits read <see cref="Body"/>,
/// sockets send <see cref="Framed"/>, which is made at most once however many sockets there are.
/// </summary>
/// <param name="body">The feature's event; immutable.</param>
/// <param name="encoder">Makes the bytes, on first use.</param>
public sealed class Envelope(object body, IEventEncoder encoder)
{
    // A few for all: a lock of its own would be one more object for each event that is kept.
    private static readonly Lock[] Encoding = [new(), new(), new(), new(), new(), new(), new(), new()];
    private const long NoOffset = -1;

    // Kept by the thousand: the nullable forms that everybody reads would take twice the room.
    private readonly ChannelName _channel;
    private readonly string? _user;
    private readonly string? _notFor;
    private readonly long _offset = NoOffset;
    private byte[]? _framed;
    private int _start;
    private int _length;
    private int _header;

    /// <summary>An event of which only the bytes are left, as they went over the wire; they are its body.</summary>
    /// <param name="bytes">Where they are; what is there must not change any more.</param>
    /// <param name="start">Where the frame begins.</param>
    /// <param name="length">Its length.</param>
    /// <param name="header">How many of them come before the JSON object.</param>
    /// <param name="encoder">For other events of the same channel, see <see cref="With"/>.</param>
    internal Envelope(byte[] bytes, int start, int length, int header, IEventEncoder encoder)
        : this(bytes, encoder) => (_framed, _start, _length, _header) = (bytes, start, length, header);

    /// <summary>The event as the feature that published it knows it.</summary>
    public object Body { get; } = body;

    /// <summary>The channel it belongs to; null for events of a user or of everybody.</summary>
    public ChannelName? Channel
    {
        get => _channel.Name is null ? null : _channel;
        init => _channel = value ?? default;
    }

    /// <summary>The room it belongs to; null where it belongs to none.</summary>
    public RoomId? Room => Channel?.Room;

    /// <summary>The user whose personal channel it belongs to; null for events of a channel or of everybody.</summary>
    public UserId? User
    {
        get => _user is null ? null : new UserId(_user);
        init => _user = value?.Value;
    }

    /// <summary>Whose connections do not get it; null where everybody does. Only for events without an offset.</summary>
    public UserId? NotFor
    {
        get => _notFor is null ? null : new UserId(_notFor);
        init => _notFor = value?.Value;
    }

    /// <summary>Position in the channel's sequence; null for events that are not stored.</summary>
    public Offset? Offset
    {
        get => _offset == NoOffset ? null : new Offset(_offset);
        init => _offset = value?.Value ?? NoOffset;
    }

    /// <summary>True for what passes and is gone: it is left out for viewers for whom much waits already. Only for events without an offset.</summary>
    public bool MayBeLost { get; init; }

    /// <summary>The JSON object that sockets get.</summary>
    public ReadOnlyMemory<byte> Encoded => Framed[_header..];

    /// <summary>The bytes that go over the wire: header and JSON object. Shared, never changed.</summary>
    public ReadOnlyMemory<byte> Framed => Bytes().AsMemory(_start, _length);

    /// <summary>An envelope of bytes that are framed already; it has no channel, no user, and no JSON to speak of.</summary>
    /// <param name="framed">One whole frame; must not change any more.</param>
    public static Envelope OfFrame(byte[] framed)
    {
        ArgumentNullException.ThrowIfNull(framed);
        return new Envelope(framed, 0, framed.Length, header: 0, NoEncoder.Instance);
    }

    /// <summary>Its bytes, for whoever keeps them and says then where they are: only before anybody else has the event.</summary>
    internal ReadOnlySpan<byte> Encode() => encoder.Frame(this, out _header);

    /// <summary>Says where the bytes are that <see cref="Encode"/> gave; what is there must not change any more.</summary>
    internal void LiesIn(byte[] bytes, int start, int length) => (_framed, _start, _length) = (bytes, start, length);

    /// <summary>Another event of the same channel, encoded in the same way.</summary>
    internal Envelope With(object other) => new(other, encoder) { Channel = Channel };

    private byte[] Bytes()
    {
        if (Volatile.Read(ref _framed) is { } ready) return ready;
        lock (Encoding[RuntimeHelpers.GetHashCode(this) % Encoding.Length])
        {
            if (_framed is { } other) return other;
            var framed = encoder.Frame(this, out _header).ToArray();
            _length = framed.Length;
            Volatile.Write(ref _framed, framed);
            return framed;
        }
    }

    private sealed class NoEncoder : IEventEncoder
    {
        public static readonly NoEncoder Instance = new();

        // What it is used for has its bytes from the start.
        public ReadOnlySpan<byte> Frame(Envelope envelope, out int header)
        {
            header = 0;
            return (byte[])envelope.Body;
        }
    }
}

/// <summary>
/// Hands bytes to the network as far as it takes them at this moment: never waits, never throws, and is never called by
/// two threads at once. Whoever reads the outbox of the connection gives it to the engine and keeps off the wire while it
/// waits for the outbox.
/// </summary>
/// <param name="bytes">Whole frames.</param>
/// <returns>How many bytes were taken, from the start; 0 also where the connection is broken, which the owner then finds.</returns>
public delegate int DirectWrite(ReadOnlySpan<byte> bytes);

/// <summary>Tells one connection that a subscription ended by the server's will.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Reason">Why, and whether to subscribe again.</param>
public sealed record SubscriptionEnded(ChannelName Channel, EndReason Reason);

/// <summary>Tells a circuit that events were dropped because it was too slow: load the room's state again.</summary>
public sealed record EventsLost;
