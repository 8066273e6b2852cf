using System.Text;
using ChatApp.Accounts.Images;

namespace ChatApp.Tests.Accounts.Images;

/// <summary>Pictures from strangers: what is kept of good ones, and which are refused.</summary>
public sealed class CleanImageTests
{
    private const string Canary = "52.5 13.4 secret place";
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes(Canary);

    public static TheoryData<string, byte[]> Good => new()
    {
        { "image/png", ImageMaker.Png() },
        { "image/jpeg", ImageMaker.Jpeg() },
        { "image/webp", ImageMaker.Webp() },
        { "image/webp", ImageMaker.Riff(("VP8L", ImageMaker.Lossless(32, 32))) },
        { "image/gif", ImageMaker.Gif() },
    };

    /// <summary>Each kind with all that people would not want to be known.</summary>
    public static TheoryData<string, byte[]> Talkative => new()
    {
        { "image/png", ImageMaker.Png(32, 32, ("tEXt", [.. "Comment\0"u8, .. Secret]), ("eXIf", Secret), ("iTXt", Secret), ("zTXt", Secret), ("tIME", Secret), ("prVt", Secret)) },
        { "image/jpeg", ImageMaker.Jpeg(32, 32, (0xE1, [.. ImageMaker.Exif(1), .. Secret]), (0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Secret]), (0xED, Secret), (0xFE, Secret), (0xE2, [.. "MPF\0"u8, .. Secret])) },
        { "image/webp", ImageMaker.Webp(32, 32, 0x0C, ("EXIF", Secret), ("XMP ", Secret), ("WHAT", Secret)) },
        { "image/gif", ImageMaker.Gif(32, 32, ImageMaker.GifExtension(0xFE, Secret), ImageMaker.GifExtension(0xFF, [.. "XMP DataXMP"u8], Secret), ImageMaker.GifExtension(0x01, Secret)) },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void A_good_picture_stays_as_it_is(string type, byte[] file)
    {
        var image = Make(file);
        Assert.Equal((type, 32, 32), (image.ContentType, image.Width, image.Height));
        Assert.Equal(file, image.Bytes);
    }

    [Theory]
    [MemberData(nameof(Talkative))]
    public void What_cameras_and_programs_have_written_into_it_is_gone(string type, byte[] file)
    {
        var image = Make(file);
        Assert.Equal(type, image.ContentType);
        Assert.DoesNotContain(Canary, Encoding.Latin1.GetString(image.Bytes), StringComparison.Ordinal);
        // What was cleaned is clean: nothing is left to be taken out.
        Assert.Equal(image.Bytes, Make(image.Bytes).Bytes);
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void What_comes_after_the_end_is_cut_so_that_it_is_nothing_else_besides(string type, byte[] file)
    {
        Assert.NotEmpty(type);
        var image = Make([.. file, .. "<script>alert(1)</script>PK\u0003\u0004"u8]);
        Assert.Equal(file, image.Bytes);
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void Cut_off_anywhere_it_is_refused(string type, byte[] file)
    {
        Assert.NotEmpty(type);
        for (var length = 0; length < file.Length; length++)
            Assert.True(CleanImage.TryMake(file.AsSpan(0, length), out var problem) is null && problem is not null, $"{type} cut at {length}");
    }

    [Theory]
    [MemberData(nameof(Talkative))]
    public void Whatever_is_changed_in_it_nothing_breaks(string type, byte[] file)
    {
        var random = new Random(7);
        for (var round = 0; round < 20_000; round++)
        {
            byte[] mutant = [.. file];
            for (var change = 0; change <= round % 4; change++) mutant[random.Next(mutant.Length)] = (byte)random.Next(256);
            if (CleanImage.TryMake(mutant, out var problem) is not { } image)
            {
                Assert.NotNull(problem);
                continue;
            }

            Assert.InRange((long)image.Width * image.Height, 256, CleanImage.MaxPixels);
            Assert.True(image.Bytes.Length <= mutant.Length + 64, type);
            Assert.NotNull(CleanImage.TryMake(image.Bytes, out _));
        }
    }

    [Theory]
    [InlineData(6, false)]
    [InlineData(8, true)]
    [InlineData(3, false)]
    public void How_a_camera_was_held_is_the_one_thing_that_stays_of_its_note(int orientation, bool isLittle)
    {
        var image = Make(ImageMaker.Jpeg(40, 30, (0xE1, [.. ImageMaker.Exif(orientation, isLittle), .. Secret])));
        var text = Encoding.Latin1.GetString(image.Bytes);
        Assert.DoesNotContain("Cam", text, StringComparison.Ordinal);
        Assert.DoesNotContain("GPS", text, StringComparison.Ordinal);
        var at = text.IndexOf("Exif\0\0MM\0*", StringComparison.Ordinal);
        Assert.True(at > 0);
        Assert.Equal(orientation, image.Bytes[at + 6 + 8 + 2 + 9]);
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")]
    [InlineData("<!DOCTYPE html><script>alert(1)</script>")]
    [InlineData("%PDF-1.7")]
    [InlineData("BM and so on")]
    [InlineData("PK\u0003\u0004")]
    [InlineData("")]
    public void What_is_no_picture_is_refused_whatever_it_is_called(string content)
    {
        Assert.Null(CleanImage.TryMake(Encoding.UTF8.GetBytes(content), out var problem));
        Assert.Equal(ImageProblem.UnknownType, problem);
    }

    public static TheoryData<byte[]> Bombs => new()
    {
        { ImageMaker.Png(60_000, 60_000) },
        { ImageMaker.Png(int.MaxValue, int.MaxValue) },
        { ImageMaker.Jpeg(65_535, 65_535) },
        { ImageMaker.Webp(16_000, 16_000) },
        { ImageMaker.Riff(("VP8X", [0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]), ("VP8L", ImageMaker.Lossless(32, 32))) },
        { ImageMaker.Gif(65_535, 65_535) },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    public void More_pixels_than_a_browser_should_unpack_are_refused_by_their_number_alone(byte[] file)
    {
        Assert.Null(CleanImage.TryMake(file, out var problem));
        Assert.Equal(ImageProblem.TooManyPixels, problem);
    }

    public static TheoryData<byte[]> Liars => new()
    {
        // A frame that sticks out of the screen, which browsers then make larger.
        { [.. ImageMaker.Gif().AsSpan(0, 24), 0xFF, 0xFF, 0xFF, 0xFF, .. ImageMaker.Gif().AsSpan(28)] },
        // The outer size is not that of the picture inside.
        { ImageMaker.Riff(("VP8X", [0, 0, 0, 0, 31, 0, 0, 31, 0, 0]), ("VP8L", ImageMaker.Lossless(4000, 4000))) },
        // Two frames' headers: which one counts?
        { [.. ImageMaker.Jpeg().AsSpan(0, 20), .. ImageMaker.Segment(0xC0, [8, 0, 32, 0, 32, 1, 1, 0x11, 0]), .. ImageMaker.Jpeg().AsSpan(20)] },
        { ImageMaker.Png(32, 32, ("IHDR", new byte[13])) },
        { ImageMaker.Png(32, 32, ("XXXX", [])) },
        { ImageMaker.Png(32, 32, ("fcTL", [0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF, .. new byte[14]])) },
        { [.. ImageMaker.Png().AsSpan(0, 40), 0xFF, .. ImageMaker.Png().AsSpan(41)] },
    };

    [Theory]
    [MemberData(nameof(Liars))]
    public void A_picture_that_lies_about_its_parts_is_refused(byte[] file)
    {
        Assert.Null(CleanImage.TryMake(file, out var problem));
        Assert.Equal(ImageProblem.Broken, problem);
    }

    [Fact]
    public void Too_small_and_too_large_are_said_as_such()
    {
        Assert.Null(CleanImage.TryMake(ImageMaker.Png(15, 32), out var small));
        Assert.Equal(ImageProblem.TooSmall, small);
        Assert.NotNull(CleanImage.TryMake(ImageMaker.Png(16, 16), out _));
        Assert.Null(CleanImage.TryMake(ImageMaker.Png(32, 32, ("tEXt", new byte[CleanImage.MaxBytes])), out var large));
        Assert.Equal(ImageProblem.TooLarge, large);
    }

    [Fact]
    public void An_animation_goes_on_repeating()
    {
        var loop = ImageMaker.GifExtension(0xFF, [.. "NETSCAPE2.0"u8], [1, 0, 0]);
        var control = ImageMaker.GifExtension(0xF9, [4, 10, 0, 0]);
        var file = ImageMaker.Gif(32, 32, loop, control);
        Assert.Equal(file, Make(file).Bytes);
        byte[] frame = [0, 0, 0, 0, 0, 0, 31, 0, 0, 31, 0, 0, 100, 0, 0, 0, .. ImageMaker.Riff(("VP8L", ImageMaker.Lossless(32, 32))).AsSpan(12)];
        var webp = ImageMaker.Riff(("VP8X", [2, 0, 0, 0, 31, 0, 0, 31, 0, 0]), ("ANIM", new byte[6]), ("ANMF", frame));
        Assert.Equal(webp, Make(webp).Bytes);
    }

    private static CleanImage Make(byte[] file)
    {
        var image = CleanImage.TryMake(file, out var problem);
        Assert.True(image is not null, problem.ToString());
        return image;
    }
}
