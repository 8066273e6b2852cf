using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ChatApp.Bench.Circuits;

/// <summary>
/// The messages of the framework's circuit protocol, as far as a page without a screen needs them: MessagePack arrays, each with
/// its length before it.
/// </summary>
internal static class HubMessage
{
    /// <summary>Names the protocol; the first thing that is sent, as text.</summary>
    public static readonly byte[] Handshake = "{\"protocol\":\"blazorpack\",\"version\":1}\u001e"u8.ToArray();

    /// <summary>Tells the server that the client lives.</summary>
    public static readonly byte[] Ping = [2, 0x91, 6];

    /// <summary>A call of a method of the hub.</summary>
    /// <param name="id">Its answer will bear it; null for none.</param>
    /// <param name="method">Name of the method.</param>
    /// <param name="arguments">Text, numbers, truth values or null.</param>
    public static byte[] Call(string? id, string method, params ReadOnlySpan<object?> arguments)
    {
        var body = new ArrayBufferWriter<byte>(256);
        body.Write<byte>([0x96, 1, 0x80]);
        Write(body, id);
        Write(body, method);
        body.Write<byte>([(byte)(0x90 | arguments.Length)]);
        foreach (var argument in arguments) Write(body, argument);
        body.Write<byte>([0x90]);
        return [.. Length(body.WrittenCount), .. body.WrittenSpan];
    }

    /// <summary>Takes the next message from what came.</summary>
    /// <returns>Its body; empty where it is not complete.</returns>
    public static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> bytes)
    {
        var (length, prefix) = (0, 0);
        while (true)
        {
            if (prefix == bytes.Length) return [];
            var part = bytes[prefix];
            length |= (part & 0x7F) << (7 * prefix++);
            if (part < 0x80) break;
        }

        if (bytes.Length - prefix < length) return [];
        var body = bytes.Slice(prefix, length);
        bytes = bytes[(prefix + length)..];
        return body;
    }

    private static byte[] Length(int length)
    {
        var bytes = new List<byte>();
        for (; length >= 0x80; length >>= 7) bytes.Add((byte)(length | 0x80));
        return [.. bytes, (byte)length];
    }

    private static void Write(ArrayBufferWriter<byte> to, object? value)
    {
        switch (value)
        {
            case null:
                to.Write<byte>([0xC0]);
                break;
            case bool truth:
                to.Write<byte>([truth ? (byte)0xC3 : (byte)0xC2]);
                break;
            case long number:
                to.Write<byte>([0xD3]);
                BinaryPrimitives.WriteInt64BigEndian(to.GetSpan(8), number);
                to.Advance(8);
                break;
            case string text:
                var bytes = Encoding.UTF8.GetBytes(text);
                to.Write<byte>([0xDB]);
                BinaryPrimitives.WriteUInt32BigEndian(to.GetSpan(4), (uint)bytes.Length);
                to.Advance(4);
                to.Write(bytes);
                break;
            default:
                throw new ArgumentException($"no way to write {value.GetType()}", nameof(value));
        }
    }
}

/// <summary>Reads a MessagePack value after another.</summary>
/// <param name="bytes">What is left to read.</param>
internal ref struct PackReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Number of the values of the array that begins here.</summary>
    public int Array()
    {
        var kind = Take(1)[0];
        return kind switch
        {
            >= 0x90 and <= 0x9F => kind & 0x0F,
            0xDC => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            _ => throw Unknown(kind),
        };
    }

    /// <summary>A whole number.</summary>
    public long Number()
    {
        var kind = Take(1)[0];
        return kind switch
        {
            <= 0x7F => kind,
            >= 0xE0 => (sbyte)kind,
            0xCC => Take(1)[0],
            0xCD => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            0xCE => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
            0xCF or 0xD3 => BinaryPrimitives.ReadInt64BigEndian(Take(8)),
            0xD0 => (sbyte)Take(1)[0],
            0xD1 => BinaryPrimitives.ReadInt16BigEndian(Take(2)),
            0xD2 => BinaryPrimitives.ReadInt32BigEndian(Take(4)),
            _ => throw Unknown(kind),
        };
    }

    /// <summary>Text or bytes; empty for nothing.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        var kind = Take(1)[0];
        return kind switch
        {
            >= 0xA0 and <= 0xBF => Take(kind & 0x1F),
            0xD9 or 0xC4 => Take(Take(1)[0]),
            0xDA or 0xC5 => Take(BinaryPrimitives.ReadUInt16BigEndian(Take(2))),
            0xDB or 0xC6 => Take((int)BinaryPrimitives.ReadUInt32BigEndian(Take(4))),
            0xC0 => [],
            _ => throw Unknown(kind),
        };
    }

    /// <summary>The same as text.</summary>
    public string Text() => Encoding.UTF8.GetString(Bytes());

    /// <summary>Passes the empty map of headers by.</summary>
    public void Headers()
    {
        if (Take(1)[0] is not 0x80 and var kind) throw Unknown(kind);
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        var taken = _bytes[..count];
        _bytes = _bytes[count..];
        return taken;
    }

    private static BenchException Unknown(byte kind) => new($"the circuit sent a value of the unknown kind 0x{kind:X2}");
}
