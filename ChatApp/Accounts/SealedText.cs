using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace ChatApp.Accounts;

/// <summary>Texts that only this server can read and make: for one owner, and where that is wanted, for a time.</summary>
/// <param name="protection">The keys.</param>
/// <param name="purpose">Keeps texts of different use apart.</param>
/// <param name="time">The clock.</param>
internal sealed class SealedText(IDataProtectionProvider protection, string purpose, TimeProvider time)
{
    private const int MaxLength = 16 * 1024;
    private readonly IDataProtector _protector = protection.CreateProtector(purpose);

    /// <summary>Seals a text.</summary>
    /// <param name="owner">Whose it is; holds no space.</param>
    /// <param name="text">What it says.</param>
    /// <param name="life">How long it is good; null for ever.</param>
    public string Seal(string owner, string text, TimeSpan? life = null)
    {
        var expires = life is null ? 0 : (time.GetUtcNow() + life.Value).ToUnixTimeMilliseconds();
        return Base64Url.EncodeToString(_protector.Protect(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{expires} {owner} {text}"))));
    }

    /// <summary>What a sealed text says; null where it is somebody else's, too old, or not of this server.</summary>
    public string? Open(string owner, string? sealedText)
    {
        if (sealedText is null or { Length: 0 or > MaxLength }) return null;
        try
        {
            var parts = Encoding.UTF8.GetString(_protector.Unprotect(Base64Url.DecodeFromChars(sealedText))).Split(' ', 3);
            var expires = long.Parse(parts[0], CultureInfo.InvariantCulture);
            return parts[1] == owner && (expires == 0 || expires > time.GetUtcNow().ToUnixTimeMilliseconds()) ? parts[2] : null;
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException)
        {
            return null;
        }
    }
}
