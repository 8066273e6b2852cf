using System.Buffers.Binary;

namespace ChatApp.Accounts.Images;

/// <summary>Why a picture was refused. The words for people stand in the resource files under these names.</summary>
public enum ImageProblem
{
    /// <summary>Not a PNG, JPEG, WebP or GIF, whatever its name says.</summary>
    UnknownType,

    /// <summary>Begins as one of these and is not: cut off, or lying about its parts.</summary>
    Broken,

    /// <summary>More than <see cref="CleanImage.MaxBytes"/>.</summary>
    TooLarge,

    /// <summary>Less than <see cref="CleanImage.MinSide"/> pixels wide or high.</summary>
    TooSmall,

    /// <summary>More than <see cref="CleanImage.MaxPixels"/>.</summary>
    TooManyPixels,
}

/// <summary>
/// A picture that is what it says it is, without what its maker's camera or program wrote into it and without anything after its end.
/// Pixels are never unpacked here: structure and dimensions are read, the parts that show something are copied, all else is left behind.
/// </summary>
/// <param name="ContentType">Media type, by the content.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Bytes">What may be kept and served.</param>
public sealed record CleanImage(string ContentType, int Width, int Height, byte[] Bytes)
{
    /// <summary>Most bytes: 2 MiB.</summary>
    public const int MaxBytes = 2 * 1024 * 1024;

    /// <summary>Fewest pixels of a side.</summary>
    public const int MinSide = 16;

    /// <summary>Most pixels: what a browser has to unpack.</summary>
    public const long MaxPixels = 40_000_000;

    /// <summary>Checks and cleans a picture.</summary>
    /// <param name="file">The bytes as somebody sent them.</param>
    /// <param name="problem">Why there is none.</param>
    /// <returns>Null where it is refused.</returns>
    public static CleanImage? TryMake(ReadOnlySpan<byte> file, out ImageProblem? problem)
    {
        if (file.Length > MaxBytes)
        {
            problem = ImageProblem.TooLarge;
            return null;
        }

        problem = null;
        try
        {
            if (file.StartsWith(PngImage.Signature)) return PngImage.Clean(file);
            if (file.StartsWith(JpegImage.Signature)) return JpegImage.Clean(file);
            if (file.Length >= 12 && file[..4].SequenceEqual("RIFF"u8) && file[8..12].SequenceEqual("WEBP"u8)) return WebpImage.Clean(file);
            if (file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8)) return GifImage.Clean(file);
            problem = ImageProblem.UnknownType;
        }
        catch (ImageException refused)
        {
            problem = refused.Problem;
        }

        return null;
    }

    /// <summary>Looks at dimensions as soon as they are known, before anything else is.</summary>
    /// <exception cref="ImageException">They are not allowed.</exception>
    internal static void Measure(long width, long height)
    {
        if (width * height > MaxPixels) throw new ImageException(ImageProblem.TooManyPixels);
        if (width < MinSide || height < MinSide) throw new ImageException(ImageProblem.TooSmall);
    }
}

/// <summary>A picture is refused.</summary>
/// <param name="problem">Why.</param>
internal sealed class ImageException(ImageProblem problem) : Exception(problem.ToString())
{
    public ImageProblem Problem => problem;
}

/// <summary>Reads bytes one after the other; reading past the end means that the file lies.</summary>
/// <param name="bytes">The file.</param>
internal ref struct ImageBytes(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int At { get; private set; }

    public readonly int Left => _bytes.Length - At;

    public readonly byte Peek => Left > 0 ? _bytes[At] : throw new ImageException(ImageProblem.Broken);

    public ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > Left) throw new ImageException(ImageProblem.Broken);
        var taken = _bytes.Slice(At, (int)count);
        At += (int)count;
        return taken;
    }

    public byte Byte() => Take(1)[0];

    public int Big16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public uint Big32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public int Little16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint Little32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public readonly ReadOnlySpan<byte> Since(int start) => _bytes[start..At];
}
