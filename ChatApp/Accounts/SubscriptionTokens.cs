using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace ChatApp.Accounts;

/// <summary>What a subscription token says.</summary>
/// <param name="User">Who may use it.</param>
/// <param name="Channel">For which channel, by its name on the wire.</param>
/// <param name="Expires">Until when.</param>
public sealed record SubscriptionToken(UserId User, string Channel, DateTimeOffset Expires);

/// <summary>
/// Tokens for one account, one channel and a limited time, signed by this server. They open topics that are not open to
/// everybody; into a room nobody comes without being a member, and there a token only limits the time.
/// </summary>
/// <param name="protection">Signs them, and hides what they say.</param>
/// <param name="time">The clock.</param>
public sealed class SubscriptionTokens(IDataProtectionProvider protection, TimeProvider time)
{
    /// <summary>Longest life, in seconds: a day.</summary>
    public const int MaxSeconds = 24 * 60 * 60;

    private const int MaxLength = 2048;
    private readonly IDataProtector _protector = protection.CreateProtector("ChatApp.Subscription.v1");

    /// <summary>A new token. Who may have one is the caller's affair.</summary>
    /// <param name="user">Who may use it.</param>
    /// <param name="channel">For which channel.</param>
    /// <param name="seconds">How long; 1 to <see cref="MaxSeconds"/>.</param>
    public string Issue(UserId user, string channel, int seconds)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(Math.Clamp(seconds, 1, MaxSeconds), seconds);
        var expires = time.GetUtcNow().ToUnixTimeMilliseconds() + (seconds * 1000L);
        return Base64Url.EncodeToString(_protector.Protect(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{expires} {user} {channel}"))));
    }

    /// <summary>What a token says, in time or not; null where this server has not made it.</summary>
    public SubscriptionToken? Read(string token)
    {
        if (string.IsNullOrEmpty(token) || token.Length > MaxLength) return null;
        try
        {
            var parts = Encoding.UTF8.GetString(_protector.Unprotect(Base64Url.DecodeFromChars(token))).Split(' ', 3);
            return new SubscriptionToken(new UserId(parts[1]), parts[2], DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(parts[0], CultureInfo.InvariantCulture)));
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException)
        {
            return null;
        }
    }
}
