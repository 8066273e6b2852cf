using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ChatApp.Accounts;

/// <summary>Codes of authenticator apps, by RFC 6238: SHA-1, six digits, a new one every 30 seconds, which is all that every app can do.</summary>
public static class Totp
{
    /// <summary>Digits of a code.</summary>
    public const int Digits = 6;

    /// <summary>Seconds that a code is shown.</summary>
    public const int StepSeconds = 30;

    /// <summary>Bytes of a key, as RFC 4226 recommends.</summary>
    public const int KeyBytes = 20;

    // A clock may be wrong by half a minute, and typing takes its time.
    private const int Window = 1;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>A new key.</summary>
    public static byte[] MakeKey() => RandomNumberGenerator.GetBytes(KeyBytes);

    /// <summary>The key as people type it: Base32 in groups of four.</summary>
    public static string Grouped(byte[] key) => string.Join(' ', Base32(key).Chunk(4).Select(group => new string(group)));

    /// <summary>The address that a QR code holds, as apps read it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="issuer">Name of the site; a colon in it would begin the account.</param>
    /// <param name="account">What the app shows below it.</param>
    public static string Address(byte[] key, string issuer, string account)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        var name = Uri.EscapeDataString(issuer.Replace(':', ' '));
        return $"otpauth://totp/{name}:{Uri.EscapeDataString(account)}?secret={Base32(key)}&issuer={name}&digits={Digits}&period={StepSeconds}";
    }

    /// <summary>The step of time that a moment is in.</summary>
    public static long StepAt(DateTimeOffset moment) => moment.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>The code of a step.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "RFC 6238 as all apps have it; HMAC does not need SHA-1 to be free of collisions")]
    public static string Code(byte[] key, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> mac = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(key, counter, mac);
        var number = BinaryPrimitives.ReadUInt32BigEndian(mac[(mac[^1] & 15)..]) & 0x7fffffff;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// The step whose code this is: the present one or one beside it, and later than <paramref name="last"/>, for a code is good
    /// once. Null where it is none. Takes the same time for every text of six digits.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="code">What was typed; spaces are left out.</param>
    /// <param name="now">The moment.</param>
    /// <param name="last">The step of the newest code that was taken; 0 for none.</param>
    public static long? Match(byte[] key, string? code, DateTimeOffset now, long last)
    {
        if (Clean(code) is not { } typed) return null;
        long? found = null;
        for (var step = StepAt(now) - Window; step <= StepAt(now) + Window; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Code(key, step)), typed) && step > last) found = step;
        }

        return found;
    }

    private static byte[]? Clean(string? code)
    {
        if (code is null or { Length: > 32 }) return null;
        var digits = string.Concat(code.Where(c => !char.IsWhiteSpace(c)));
        return digits.Length == Digits && digits.All(char.IsAsciiDigit) ? Encoding.ASCII.GetBytes(digits) : null;
    }

    private static string Base32(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        var text = new StringBuilder((bytes.Length * 8 + 4) / 5);
        var (buffer, bits) = (0, 0);
        foreach (var one in bytes)
        {
            (buffer, bits) = (((buffer << 8) | one) & 0xfff, bits + 8);
            for (; bits >= 5; bits -= 5) text.Append(Alphabet[(buffer >> (bits - 5)) & 31]);
        }

        return bits == 0 ? text.ToString() : text.Append(Alphabet[(buffer << (5 - bits)) & 31]).ToString();
    }
}
