using System.Buffers.Binary;

namespace ChatApp.Wire;

/// <summary>A WebSocket text frame as a server sends it (RFC 6455, section 5.2): whole, and without a mask, so that all sockets share it.</summary>
public static class TextFrame
{
    private const byte WholeText = 0x81;

    /// <summary>Bytes of the longest header.</summary>
    public const int LongestHeader = 10;

    /// <summary>Header and text in one.</summary>
    /// <param name="text">UTF-8.</param>
    public static byte[] Of(ReadOnlySpan<byte> text) => Of(text, out _);

    /// <summary>The same, and how long the header is.</summary>
    public static byte[] Of(ReadOnlySpan<byte> text, out int header)
    {
        header = HeaderFor(text.Length);
        var frame = GC.AllocateUninitializedArray<byte>(header + text.Length);
        text.CopyTo(frame.AsSpan(header));
        Before(frame, header, out _);
        return frame;
    }

    /// <summary>Writes the header before a text, and gives both.</summary>
    /// <param name="buffer">Room for a header, and the text.</param>
    /// <param name="room">Where the text begins.</param>
    /// <param name="header">How long the header is; at most <paramref name="room"/>.</param>
    public static Span<byte> Before(Span<byte> buffer, int room, out int header)
    {
        var length = buffer.Length - room;
        header = HeaderFor(length);
        var frame = buffer[(room - header)..];
        frame[0] = WholeText;
        switch (header)
        {
            case 2:
                frame[1] = (byte)length;
                break;
            case 4:
                frame[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)length);
                break;
            default:
                frame[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(frame[2..], (ulong)length);
                break;
        }

        return frame;
    }

    /// <summary>The sizes of the first of such frames: where its text begins, and how long that is. False where it is not whole.</summary>
    public static bool TryMeasure(ReadOnlySpan<byte> frames, out int header, out int length)
    {
        length = 0;
        header = frames.Length < 2 ? int.MaxValue : frames[1] switch { 126 => 4, 127 => 10, _ => 2 };
        if (frames.Length < header) return false;
        length = header switch
        {
            4 => BinaryPrimitives.ReadUInt16BigEndian(frames[2..]),
            10 => (int)BinaryPrimitives.ReadUInt64BigEndian(frames[2..]),
            _ => frames[1],
        };
        return frames.Length - header >= length;
    }

    private static int HeaderFor(int length) => length switch { < 126 => 2, <= ushort.MaxValue => 4, _ => LongestHeader };
}
