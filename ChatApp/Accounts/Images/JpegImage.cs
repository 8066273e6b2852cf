namespace ChatApp.Accounts.Images;

/// <summary>
/// JPEG: segments behind markers, and after "start of scan" the coded picture. Kept is what a decoder needs, and the colour profile; of the
/// camera's notes (EXIF: place, time, owner, a preview) only how the picture was held is written anew.
/// </summary>
internal static class JpegImage
{
    public static ReadOnlySpan<byte> Signature => [0xFF, 0xD8, 0xFF];

    private const byte End = 0xD9;
    private const byte Scan = 0xDA;
    private const byte App0 = 0xE0;
    private const byte App1 = 0xE1;
    private const byte App2 = 0xE2;
    private const byte App14 = 0xEE;

    public static CleanImage Clean(ReadOnlySpan<byte> file)
    {
        var bytes = new ImageBytes(file);
        var clean = new List<byte>(file.Length);
        clean.AddRange(bytes.Take(2));
        var (width, height, hasScan) = (0, 0, false);
        while (true)
        {
            var marker = Marker(ref bytes);
            if (marker == End) break;
            // Those without a length stand inside a scan only.
            if (marker is 0x00 or 0x01 or (>= 0xD0 and <= 0xD8)) throw new ImageException(ImageProblem.Broken);
            var length = bytes.Big16();
            if (length < 2) throw new ImageException(ImageProblem.Broken);
            var data = bytes.Take(length - 2);
            if (IsFrame(marker))
            {
                if (width > 0 || data.Length < 6) throw new ImageException(ImageProblem.Broken);
                (height, width) = ((data[1] << 8) | data[2], (data[3] << 8) | data[4]);
                CleanImage.Measure(width, height);
                if (data.Length != 6 + (3 * data[5])) throw new ImageException(ImageProblem.Broken);
            }

            if (marker == App1 && OrientationOf(data) is { } orientation) clean.AddRange(NoteOf(orientation));
            else if (IsKept(marker, data)) Write(clean, marker, data);
            if (marker != Scan) continue;
            if (width == 0) throw new ImageException(ImageProblem.Broken);
            hasScan = true;
            clean.AddRange(Coded(ref bytes));
        }

        clean.AddRange([0xFF, End]);
        return hasScan ? new CleanImage("image/jpeg", width, height, [.. clean]) : throw new ImageException(ImageProblem.Broken);
    }

    private static byte Marker(ref ImageBytes bytes)
    {
        if (bytes.Byte() != 0xFF) throw new ImageException(ImageProblem.Broken);
        byte marker;
        // Any number of these may fill the space before a marker.
        do marker = bytes.Byte();
        while (marker == 0xFF);
        return marker;
    }

    // Start of frame; the other three of that row are tables.
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static bool IsKept(byte marker, ReadOnlySpan<byte> data) => marker switch
    {
        App0 => data.StartsWith("JFIF\0"u8),
        App2 => data.StartsWith("ICC_PROFILE\0"u8),
        // How the colours are coded.
        App14 => data.StartsWith("Adobe"u8),
        (>= App0 and <= 0xEF) or 0xFE => false,
        // Tables of the coding, frame, scan, restart interval. What is left is of extensions that nobody uses, or would change the height.
        (>= 0xC0 and <= 0xCF) or Scan or 0xDB or 0xDD => true,
        _ => throw new ImageException(ImageProblem.Broken),
    };

    private static void Write(List<byte> clean, byte marker, ReadOnlySpan<byte> data)
    {
        clean.AddRange([0xFF, marker, (byte)((data.Length + 2) >> 8), (byte)(data.Length + 2)]);
        clean.AddRange(data);
    }

    // Up to the next marker that ends it: a stuffed zero and the eight restarts belong to it.
    private static ReadOnlySpan<byte> Coded(ref ImageBytes bytes)
    {
        var start = bytes.At;
        while (true)
        {
            if (bytes.Peek != 0xFF)
            {
                bytes.Byte();
                continue;
            }

            var ahead = bytes;
            ahead.Byte();
            if (ahead.Peek is not (0x00 or (>= 0xD0 and <= 0xD7) or 0xFF)) return bytes.Since(start);
            bytes.Byte();
            if (bytes.Peek != 0xFF) bytes.Byte();
        }
    }

    // 2 to 8: turned or mirrored. 1, and what cannot be read, is how pictures are shown anyway.
    private static int? OrientationOf(ReadOnlySpan<byte> data)
    {
        if (!data.StartsWith("Exif\0\0"u8)) return null;
        var tiff = data[6..];
        var isLittle = tiff.StartsWith("II*\0"u8);
        if (!isLittle && !tiff.StartsWith("MM\0*"u8)) return null;
        if (Number(tiff, 4, 4, isLittle) is not { } directory || Number(tiff, directory, 2, isLittle) is not { } count) return null;
        for (var entry = 0; entry < Math.Min(count, 512); entry++)
        {
            var at = directory + 2 + (12L * entry);
            if (Number(tiff, at, 2, isLittle) is not { } tag) return null;
            if (tag == 0x0112) return Number(tiff, at + 8, 2, isLittle) is { } value and >= 2 and <= 8 ? (int)value : null;
        }

        return null;
    }

    private static long? Number(ReadOnlySpan<byte> bytes, long at, int size, bool isLittle)
    {
        if (at < 0 || at + size > bytes.Length) return null;
        var number = 0L;
        for (var i = 0; i < size; i++) number |= (long)bytes[(int)at + i] << (8 * (isLittle ? i : size - 1 - i));
        return number;
    }

    // A note with one entry: tag 0x0112, one short.
    private static byte[] NoteOf(int orientation) =>
    [
        0xFF, App1, 0, 34, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8,
        0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0,
        0, 0, 0, 0,
    ];
}
