using System.Buffers.Binary;

namespace ChatApp.Accounts.Images;

/// <summary>PNG: chunks of a length, a type, data and a checksum. Those that show something are kept.</summary>
internal static class PngImage
{
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    // The critical ones, transparency, colour, density, animation. Text, time, EXIF and what nobody knows go.
    private static readonly HashSet<uint> Kept = [.. ((string[])["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "pHYs", "acTL", "fcTL", "fdAT"]).Select(Name)];
    private static readonly uint[] Sums = [.. Enumerable.Range(0, 256).Select(SumOf)];
    private static readonly (uint Header, uint Data, uint End, uint Frame) Known = (Name("IHDR"), Name("IDAT"), Name("IEND"), Name("fcTL"));

    public static CleanImage Clean(ReadOnlySpan<byte> file)
    {
        var bytes = new ImageBytes(file);
        var clean = new List<byte>(file.Length);
        clean.AddRange(bytes.Take(Signature.Length));
        var (width, height, hasData) = (0L, 0L, false);
        while (true)
        {
            var start = bytes.At;
            var length = bytes.Big32();
            var typed = bytes.Take(4);
            var type = BinaryPrimitives.ReadUInt32BigEndian(typed);
            if (length > int.MaxValue) throw new ImageException(ImageProblem.Broken);
            var data = bytes.Take(length);
            if ((type == Known.Header) != (start == Signature.Length)) throw new ImageException(ImageProblem.Broken);
            if (type == Known.Header)
            {
                if (length != 13) throw new ImageException(ImageProblem.Broken);
                (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(data), BinaryPrimitives.ReadUInt32BigEndian(data[4..]));
                CleanImage.Measure(width, height);
            }

            // A frame of an animation lies inside the picture.
            if (type == Known.Frame && (length != 26 || !Fits(data, width, height))) throw new ImageException(ImageProblem.Broken);
            if (bytes.Big32() != Checksum(typed, data)) throw new ImageException(ImageProblem.Broken);
            // A critical chunk that nobody knows, by its capital letter: without it the picture would be another one.
            if (!Kept.Contains(type) && (typed[0] & 0x20) == 0) throw new ImageException(ImageProblem.Broken);
            hasData |= type == Known.Data && length > 0;
            if (Kept.Contains(type)) clean.AddRange(bytes.Since(start));
            if (type == Known.End) break;
        }

        return hasData ? new CleanImage("image/png", (int)width, (int)height, [.. clean]) : throw new ImageException(ImageProblem.Broken);
    }

    private static bool Fits(ReadOnlySpan<byte> frame, long width, long height)
    {
        long Number(int at, ReadOnlySpan<byte> from) => BinaryPrimitives.ReadUInt32BigEndian(from[at..]);
        return Number(4, frame) + Number(12, frame) <= width && Number(8, frame) + Number(16, frame) <= height;
    }

    private static uint Name(string name) => ((uint)name[0] << 24) | ((uint)name[1] << 16) | ((uint)name[2] << 8) | name[3];

    // CRC-32 as the format has it; the framework has one for itself only.
    private static uint Checksum(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var sum = uint.MaxValue;
        foreach (var one in type) sum = Sums[(byte)(sum ^ one)] ^ (sum >> 8);
        foreach (var one in data) sum = Sums[(byte)(sum ^ one)] ^ (sum >> 8);
        return ~sum;
    }

    private static uint SumOf(int value)
    {
        var sum = (uint)value;
        for (var bit = 0; bit < 8; bit++) sum = (sum & 1) == 0 ? sum >> 1 : 0xEDB88320 ^ (sum >> 1);
        return sum;
    }
}
