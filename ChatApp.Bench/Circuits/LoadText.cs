using System.Buffers.Text;
using System.Globalization;

namespace ChatApp.Bench.Circuits;

/// <summary>What the messages of the load say: a number that is found again in any bytes, and words.</summary>
internal static class LoadText
{
    private const int Digits = 6;

    /// <summary>Stands before the number.</summary>
    public static ReadOnlySpan<byte> Mark => "zqx"u8;

    /// <summary>A message of usual length.</summary>
    /// <param name="number">From 0 to 999,999.</param>
    public static string Of(int number) => string.Create(CultureInfo.InvariantCulture, $"zqx{number:D6} is a message of usual length, as people write them to each other every day of their lives");

    /// <summary>The number that stands here; null where there is none.</summary>
    public static int? NumberAt(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= Digits && Utf8Parser.TryParse(bytes[..Digits], out int number, out var read) && read == Digits ? number : null;
}
