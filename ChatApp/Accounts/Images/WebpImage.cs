using System.Buffers.Binary;

namespace ChatApp.Accounts.Images;

/// <summary>WebP: chunks in a RIFF file. Notes of cameras and programs (EXIF, XMP) and what nobody knows go, and the header no longer speaks of them.</summary>
internal static class WebpImage
{
    private const byte HasExif = 0x08;
    private const byte HasXmp = 0x04;
    private const int MostFrames = 1000;

    public static CleanImage Clean(ReadOnlySpan<byte> file)
    {
        var bytes = new ImageBytes(file);
        bytes.Take(4);
        var size = bytes.Little32();
        bytes.Take(4);
        // What comes after the size that the file gives itself is cut.
        if (size < 4 || size + 8L > file.Length) throw new ImageException(ImageProblem.Broken);
        bytes = new ImageBytes(file[12..(int)(size + 8)]);
        var clean = new List<byte>(file.Length);
        clean.AddRange("RIFF\0\0\0\0WEBP"u8);
        var (first, canvas, picture, frames) = (true, ((int Width, int Height)?)null, ((int Width, int Height)?)null, 0);
        while (bytes.Left > 0)
        {
            var name = bytes.Take(4);
            var length = bytes.Little32();
            if (length > int.MaxValue) throw new ImageException(ImageProblem.Broken);
            var data = bytes.Take(length);
            if (length % 2 == 1 && bytes.Left > 0) bytes.Byte();
            if (name.SequenceEqual("VP8X"u8))
            {
                if (!first || length != 10) throw new ImageException(ImageProblem.Broken);
                canvas = (1 + Number24(data[4..]), 1 + Number24(data[7..]));
                CleanImage.Measure(canvas.Value.Width, canvas.Value.Height);
                Write(clean, name, [(byte)(data[0] & ~(HasExif | HasXmp)), .. data[1..]]);
            }
            else if (name.SequenceEqual("VP8 "u8) || name.SequenceEqual("VP8L"u8))
            {
                if (picture is not null || (!first && canvas is null)) throw new ImageException(ImageProblem.Broken);
                picture = SizeOf(name, data);
                CleanImage.Measure(picture.Value.Width, picture.Value.Height);
                if (canvas is { } whole && whole != picture) throw new ImageException(ImageProblem.Broken);
                Write(clean, name, data);
            }
            else if (canvas is { } whole && name.SequenceEqual("ANMF"u8))
            {
                if (data.Length < 16 || ++frames > MostFrames) throw new ImageException(ImageProblem.Broken);
                var (left, top, width, height) = (2 * Number24(data), 2 * Number24(data[3..]), 1 + Number24(data[6..]), 1 + Number24(data[9..]));
                if (left + width > whole.Width || top + height > whole.Height) throw new ImageException(ImageProblem.Broken);
                Write(clean, name, [.. data[..16], .. FrameOf(data[16..], (width, height))]);
            }
            else if (canvas is not null && (name.SequenceEqual("ICCP"u8) || name.SequenceEqual("ANIM"u8) || name.SequenceEqual("ALPH"u8)))
            {
                Write(clean, name, data);
            }
            else if (first)
            {
                throw new ImageException(ImageProblem.Broken);
            }

            first = false;
        }

        if ((canvas ?? picture) is not var (shownWidth, shownHeight) || (picture is null && frames == 0)) throw new ImageException(ImageProblem.Broken);
        byte[] written = [.. clean];
        BinaryPrimitives.WriteUInt32LittleEndian(written.AsSpan(4), (uint)(written.Length - 8));
        return new CleanImage("image/webp", shownWidth, shownHeight, written);
    }

    // The pictures of one frame, and nothing else.
    private static List<byte> FrameOf(ReadOnlySpan<byte> data, (int Width, int Height) size)
    {
        var bytes = new ImageBytes(data);
        var clean = new List<byte>(data.Length);
        var hasPicture = false;
        while (bytes.Left > 0)
        {
            var name = bytes.Take(4);
            var length = bytes.Little32();
            if (length > int.MaxValue) throw new ImageException(ImageProblem.Broken);
            var part = bytes.Take(length);
            if (length % 2 == 1 && bytes.Left > 0) bytes.Byte();
            var isPicture = name.SequenceEqual("VP8 "u8) || name.SequenceEqual("VP8L"u8);
            if (isPicture && (hasPicture || SizeOf(name, part) != size)) throw new ImageException(ImageProblem.Broken);
            hasPicture |= isPicture;
            if (isPicture || name.SequenceEqual("ALPH"u8)) Write(clean, name, part);
        }

        return hasPicture ? clean : throw new ImageException(ImageProblem.Broken);
    }

    private static (int Width, int Height) SizeOf(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (name[3] == 'L')
        {
            if (data.Length < 5 || data[0] != 0x2F) throw new ImageException(ImageProblem.Broken);
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
            return (1 + (int)(bits & 0x3FFF), 1 + (int)((bits >> 14) & 0x3FFF));
        }

        // A key frame: its first bit is 0, and a start code follows.
        if (data.Length < 10 || (data[0] & 1) != 0 || data[3] != 0x9D || data[4] != 0x01 || data[5] != 0x2A) throw new ImageException(ImageProblem.Broken);
        return (BinaryPrimitives.ReadUInt16LittleEndian(data[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(data[8..]) & 0x3FFF);
    }

    private static void Write(List<byte> clean, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        clean.AddRange(name);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)data.Length);
        clean.AddRange(length);
        clean.AddRange(data);
        if (data.Length % 2 == 1) clean.Add(0);
    }

    private static int Number24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}
