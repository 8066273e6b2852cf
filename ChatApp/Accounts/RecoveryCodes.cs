using System.Security.Cryptography;
using System.Text;

namespace ChatApp.Accounts;

/// <summary>Ten codes on paper for the day when the phone is gone, each good once.</summary>
public static class RecoveryCodes
{
    /// <summary>How many an account gets at once.</summary>
    public const int Count = 10;

    private const int Letters = 16;

    /// <summary>A new set, as people read it: 80 random bits in groups of four.</summary>
    public static IReadOnlyList<string> Make() =>
        [.. Enumerable.Range(0, Count).Select(_ => string.Join('-', Secret.NewId(Letters).Chunk(4).Select(group => new string(group))))];

    /// <summary>The set as it is stored: the hash of each. 80 random bits leave nothing to guess, and the account's id keeps sets apart.</summary>
    public static string Store(UserId user, IEnumerable<string> codes) => string.Join(' ', codes.Select(code => Hash(user, code)));

    /// <summary>How many of a stored set are left.</summary>
    public static int Left(string? stored) => string.IsNullOrEmpty(stored) ? 0 : stored.Count(c => c == ' ') + 1;

    /// <summary>The stored set without the code that was typed; null where it is none of them.</summary>
    public static string? Without(UserId user, string? stored, string? typed)
    {
        if (string.IsNullOrEmpty(stored) || typed is null or { Length: > 64 }) return null;
        var hash = Hash(user, typed);
        var left = stored.Split(' ');
        return left.Contains(hash) ? string.Join(' ', left.Where(one => one != hash)) : null;
    }

    /// <summary>True for four groups of four.</summary>
    public static bool LooksLikeOne(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split('-') is { Length: 4 } groups && groups.All(group => group.Length == 4 && group.All(char.IsAsciiLetterOrDigit));
    }

    // Dashes and spaces are for the eye, and some keyboards begin with a capital.
    private static string Hash(UserId user, string code)
    {
        var letters = string.Concat(code.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
        return Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{user}:{letters}")));
    }
}
