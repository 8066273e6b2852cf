using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ChatApp.Accounts;

/// <summary>Random secrets that are shown once and stored as their hash: keys, tokens, links.</summary>
public static class Secret
{
    /// <summary>UTF-16 units of <see cref="Hash"/>.</summary>
    public const int HashLength = 44;

    private const int Bytes = 32;

    /// <summary>Length of a secret that begins with <paramref name="prefix"/>.</summary>
    public static int LengthWith(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return prefix.Length + Base64Url.GetEncodedLength(Bytes);
    }

    /// <summary>256 random bits behind a prefix, by which people and programs that look for lost secrets know it.</summary>
    public static string Make(string prefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>SHA-256, Base64. Enough for 256 random bits: there is nothing to guess, and looking it up tells nothing by its time.</summary>
    public static string Hash(string secret) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>A short random name that is no secret, in letters that nobody mixes up.</summary>
    public static string NewId(int length = 8) => RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", length);
}
