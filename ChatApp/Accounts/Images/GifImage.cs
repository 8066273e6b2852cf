namespace ChatApp.Accounts.Images;

/// <summary>GIF: a screen, and blocks up to a trailer. Comments, plain text and the notes of programs go; how often an animation repeats stays.</summary>
internal static class GifImage
{
    private const byte Extension = 0x21;
    private const byte Picture = 0x2C;
    private const byte Trailer = 0x3B;
    private const byte GraphicControl = 0xF9;
    private const byte Application = 0xFF;
    private const int MostFrames = 1000;

    public static CleanImage Clean(ReadOnlySpan<byte> file)
    {
        var bytes = new ImageBytes(file);
        bytes.Take(6);
        var (width, height, flags) = (bytes.Little16(), bytes.Little16(), bytes.Byte());
        CleanImage.Measure(width, height);
        bytes.Take(2);
        bytes.Take(TableLength(flags));
        var clean = new List<byte>(file.Length);
        clean.AddRange(bytes.Since(0));
        var frames = 0;
        while (true)
        {
            var start = bytes.At;
            var kind = bytes.Byte();
            if (kind == Trailer) break;
            if (kind == Picture)
            {
                var (left, top, across, down) = (bytes.Little16(), bytes.Little16(), bytes.Little16(), bytes.Little16());
                // Browsers make the screen larger for a picture that sticks out, and the size that was looked at would not be the true one.
                if (left + across > width || top + down > height || ++frames > MostFrames) throw new ImageException(ImageProblem.Broken);
                bytes.Take(TableLength(bytes.Byte()));
                // Bits of a code of the packing.
                if (bytes.Byte() is < 2 or > 11) throw new ImageException(ImageProblem.Broken);
                Blocks(ref bytes);
                clean.AddRange(bytes.Since(start));
            }
            else if (kind == Extension)
            {
                var label = bytes.Byte();
                var body = bytes.At;
                Blocks(ref bytes);
                if (label == GraphicControl || (label == Application && bytes.Since(body) is { Length: 17 } repeat && repeat[1..].StartsWith("NETSCAPE2.0"u8) && repeat[12] == 3))
                    clean.AddRange(bytes.Since(start));
            }
            else
            {
                throw new ImageException(ImageProblem.Broken);
            }
        }

        clean.Add(Trailer);
        return frames > 0 ? new CleanImage("image/gif", width, height, [.. clean]) : throw new ImageException(ImageProblem.Broken);
    }

    private static int TableLength(byte flags) => (flags & 0x80) == 0 ? 0 : 3 * (2 << (flags & 0x07));

    private static void Blocks(ref ImageBytes bytes)
    {
        int length;
        do
        {
            length = bytes.Byte();
            bytes.Take(length);
        }
        while (length > 0);
    }
}
