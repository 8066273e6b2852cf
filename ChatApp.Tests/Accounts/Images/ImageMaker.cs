using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ChatApp.Tests.Accounts.Images;

/// <summary>Pictures made by hand: real ones, with whatever a test wants in them.</summary>
internal static class ImageMaker
{
    /// <summary>A PNG of one colour, with further chunks before its data.</summary>
    public static byte[] Png(int width = 32, int height = 32, params (string Type, byte[] Data)[] extra)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var row = 0; row < Math.Min(height, 64); row++) zlib.Write(new byte[1 + (3 * Math.Min(width, 64))]);
        }

        byte[] header = [.. Big(width), .. Big(height), 8, 2, 0, 0, 0];
        return [0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", header), .. extra.SelectMany(chunk => Chunk(chunk.Type, chunk.Data)), .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", [])];
    }

    public static byte[] Chunk(string type, byte[] data)
    {
        byte[] typed = [.. Encoding.ASCII.GetBytes(type), .. data];
        return [.. Big(data.Length), .. typed, .. Big(unchecked((int)Crc(typed)))];
    }

    /// <summary>The bones of a JPEG: what a check reads, with further segments after its start.</summary>
    public static byte[] Jpeg(int width = 32, int height = 32, params (byte Marker, byte[] Data)[] extra) =>
    [
        0xFF, 0xD8, .. Segment(0xE0, [.. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0]), .. extra.SelectMany(segment => Segment(segment.Marker, segment.Data)),
        .. Segment(0xDB, new byte[65]), .. Segment(0xC0, [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0]),
        .. Segment(0xC4, new byte[20]), .. Segment(0xDA, [1, 1, 0, 0, 63, 0]), 0x12, 0x34, 0xFF, 0x00, 0xFF, 0xD0, 0x56, 0xFF, 0xD9,
    ];

    public static byte[] Segment(byte marker, byte[] data) => [0xFF, marker, (byte)((data.Length + 2) >> 8), (byte)(data.Length + 2), .. data];

    /// <summary>A camera's note that says how it was held, and where.</summary>
    public static byte[] Exif(int orientation, bool isLittle = false)
    {
        byte[] directory = isLittle
            ? [.. "II*\0"u8, 8, 0, 0, 0, 2, 0, 0x0F, 0x01, 2, 0, 4, 0, 0, 0, .. "Cam\0"u8, 0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0]
            : [.. "MM\0*"u8, 0, 0, 0, 8, 0, 2, 0x01, 0x0F, 0, 2, 0, 0, 0, 4, .. "Cam\0"u8, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];
        return [.. "Exif\0\0"u8, .. directory, .. "GPS 52.5 13.4"u8];
    }

    /// <summary>A lossless WebP inside the extended form, with further chunks at its end.</summary>
    public static byte[] Webp(int width = 32, int height = 32, byte flags = 0, params (string Name, byte[] Data)[] extra)
    {
        byte[] canvas = [flags, 0, 0, 0, .. Little24(width - 1), .. Little24(height - 1)];
        return Riff([("VP8X", canvas), ("VP8L", Lossless(width, height)), .. extra]);
    }

    public static byte[] Lossless(int width, int height) => [0x2F, .. Little((width - 1) | ((height - 1) << 14)), 0x88, 0x88, 0x08];

    public static byte[] Riff(params (string Name, byte[] Data)[] chunks)
    {
        byte[] body = [.. "WEBP"u8, .. chunks.SelectMany(chunk => (byte[])[.. Encoding.ASCII.GetBytes(chunk.Name), .. Little(chunk.Data.Length), .. chunk.Data, .. chunk.Data.Length % 2 == 1 ? new byte[1] : []])];
        return [.. "RIFF"u8, .. Little(body.Length), .. body];
    }

    /// <summary>A GIF of one frame with blocks before it.</summary>
    public static byte[] Gif(int width = 32, int height = 32, params byte[][] extra) =>
    [
        .. "GIF89a"u8, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 0x80, 0, 0, 0, 0, 0, 255, 255, 255, .. extra.SelectMany(block => block),
        0x2C, 0, 0, 0, 0, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 0, 2, 2, 0x4C, 0x01, 0, 0x3B,
    ];

    public static byte[] GifExtension(byte label, params byte[][] blocks) => [0x21, label, .. blocks.SelectMany(block => (byte[])[(byte)block.Length, .. block]), 0];

    public static byte[] Big(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    public static byte[] Little(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }

    private static byte[] Little24(int number) => Little(number)[..3];

    private static uint Crc(byte[] bytes)
    {
        var sum = uint.MaxValue;
        foreach (var one in bytes)
        {
            sum ^= one;
            for (var bit = 0; bit < 8; bit++) sum = (sum >> 1) ^ ((sum & 1) * 0xEDB88320);
        }

        return ~sum;
    }
}
