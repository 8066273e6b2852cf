using System.Security.Cryptography;

namespace ChatApp;

/// <summary>Identity of a person or bot; the key of ASP.NET Core Identity's user row (a GUID as text).</summary>
/// <param name="Value">The id as stored and as sent on the wire; at most 36 characters.</param>
public readonly record struct UserId(string Value)
{
    /// <summary>The house itself, where nobody in particular acts: a rule that mutes, an alert.</summary>
    public static readonly UserId System = new("system");

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Identity of a room: the last part of its address <c>/rooms/{id}</c> and of its channel <c>room:{id}</c>.</summary>
/// <param name="Value">Lower-case letters and digits; at most 32 characters.</param>
public readonly record struct RoomId(string Value)
{
    /// <summary>The room that everyone is in from the first day.</summary>
    public static readonly RoomId General = new("general");

    /// <summary>A new random id: 12 characters of a 32-letter alphabet (60 bits), so an address cannot be guessed.</summary>
    public static RoomId New() => new(RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 12));

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Identity of a message, unique over all rooms; sent on the wire as a decimal string.</summary>
/// <param name="Value">Positive, growing with the order of storage.</param>
public readonly record struct MessageId(long Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Identity of one live connection (a browser circuit or a socket), unguessable and never used twice.</summary>
/// <param name="Value">128 random bits.</param>
public readonly record struct ConnectionId(Guid Value)
{
    /// <summary>A new id from the operating system's random source.</summary>
    public static ConnectionId New()
    {
        Span<byte> bits = stackalloc byte[16];
        RandomNumberGenerator.Fill(bits);
        return new(new Guid(bits));
    }

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("N");
}

/// <summary>
/// Position of a durable change in its room's log: consecutive, the first change has 1; 0 means "before everything".
/// </summary>
/// <param name="Value">The position.</param>
public readonly record struct Offset(long Value) : IComparable<Offset>
{
    /// <summary>The position before the first change.</summary>
    public static readonly Offset Zero;

    /// <inheritdoc/>
    public int CompareTo(Offset other) => Value.CompareTo(other.Value);

    /// <summary>True where <paramref name="left"/> comes earlier in the log.</summary>
    public static bool operator <(Offset left, Offset right) => left.Value < right.Value;

    /// <summary>True where <paramref name="left"/> comes later in the log.</summary>
    public static bool operator >(Offset left, Offset right) => left.Value > right.Value;

    /// <summary>True where <paramref name="left"/> is not later.</summary>
    public static bool operator <=(Offset left, Offset right) => left.Value <= right.Value;

    /// <summary>True where <paramref name="left"/> is not earlier.</summary>
    public static bool operator >=(Offset left, Offset right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
