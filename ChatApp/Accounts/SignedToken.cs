using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace ChatApp.Accounts;

/// <summary>What a signed token says, its signature and its claims having been found right.</summary>
/// <param name="Issuer">Who signed it.</param>
/// <param name="Subject">Whom it is about, as the issuer calls them.</param>
/// <param name="Name">What they are called; null where it does not say.</param>
/// <param name="Expires">Until when it counts, the clocks' difference included.</param>
/// <param name="IsOver">True where that is past.</param>
internal sealed record SignedToken(TokenIssuer Issuer, string Subject, string? Name, DateTimeOffset Expires, bool IsOver)
{
    private const int MaxLength = 8192;
    private const int MaxAudiences = 10;
    private const int MaxSubjectLength = 200;
    private const long LastSecond = 253_402_300_799;
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    // They ask for a key, a form or an understanding that the token itself chooses.
    private static readonly string[] Refused = ["crit", "b64", "zip", "enc", "jwk", "jku", "x5u", "x5c"];

    /// <summary>
    /// Reads a token of JWS' compact form as strictly as can be: whatever is not exactly as it should be makes it worthless. The key
    /// is the one of the issuer that the header names, and it knows its algorithm; nothing in the token chooses how it is judged.
    /// </summary>
    public static SignedToken? Read(string token, TokenIssuers issuers, DateTimeOffset now)
    {
        if (token.Length > MaxLength || token.Split('.') is not [var head, var body, var seal]) return null;
        if (Decode(head) is not { } header || Decode(body) is not { } payload || Decode(seal) is not { Length: > 0 } signature) return null;
        try
        {
            using var names = Parse(header);
            using var claims = Parse(payload);
            if (KeyOf(names.RootElement, claims.RootElement, issuers) is not var (issuer, key)) return null;
            return key.Verifies(Encoding.ASCII.GetBytes(token[..(head.Length + 1 + body.Length)]), signature) ? Judge(issuer, claims.RootElement, now) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static (TokenIssuer Issuer, IssuerKey Key)? KeyOf(JsonElement header, JsonElement claims, TokenIssuers issuers)
    {
        if (header.ValueKind != JsonValueKind.Object || claims.ValueKind != JsonValueKind.Object || Refused.Any(name => header.TryGetProperty(name, out _))) return null;
        if (header.TryGetProperty("typ", out var type) && !(type.ValueKind == JsonValueKind.String && type.GetString() is "JWT" or "at+jwt")) return null;
        if (Text(header, "alg") is not { } algorithm || Text(header, "kid") is not { } kid || Text(claims, "iss") is not { } name) return null;
        if (issuers.Find(name) is not { } issuer || !issuer.Options.Algorithms.Contains(algorithm, StringComparer.Ordinal)) return null;
        return issuer.Keys.GetValueOrDefault(kid) is { } key && key.Algorithm == algorithm ? (issuer, key) : null;
    }

    private static SignedToken? Judge(TokenIssuer issuer, JsonElement claims, DateTimeOffset now)
    {
        if (!IsForUs(claims, issuer.Options.Audience)) return null;
        if (Text(claims, "sub") is not { Length: > 0 and <= MaxSubjectLength } subject || subject.Any(char.IsControl)) return null;
        if (!TryMoment(claims, "exp", out var expires) || expires is not { } end) return null;
        if (!TryMoment(claims, "nbf", out var begins) || begins > now + Skew) return null;
        if (!TryMoment(claims, "iat", out var issued) || issued > now + Skew) return null;
        // Whoever finds a token must not have it for ever, whatever its issuer thinks.
        if (end - (issued ?? now) > TimeSpan.FromMinutes(issuer.Options.MaxMinutes) + Skew || end - now > TimeSpan.FromMinutes(issuer.Options.MaxMinutes) + Skew) return null;
        return new SignedToken(issuer, subject, Text(claims, issuer.Options.NameClaim), end + Skew, end + Skew <= now);
    }

    private static bool IsForUs(JsonElement claims, string audience)
    {
        if (!claims.TryGetProperty("aud", out var named)) return false;
        return named.ValueKind switch
        {
            JsonValueKind.String => named.GetString() == audience,
            JsonValueKind.Array => named.GetArrayLength() is > 0 and <= MaxAudiences && named.EnumerateArray().All(static one => one.ValueKind == JsonValueKind.String)
                && named.EnumerateArray().Any(one => one.GetString() == audience),
            _ => false,
        };
    }

    // Whole seconds and nothing else; false where it is something else, true with null where it is not there.
    private static bool TryMoment(JsonElement claims, string name, out DateTimeOffset? moment)
    {
        moment = null;
        if (!claims.TryGetProperty(name, out var value)) return true;
        if (value.ValueKind != JsonValueKind.Number || value.GetRawText().Any(static c => !char.IsAsciiDigit(c)) || !value.TryGetInt64(out var seconds) || seconds > LastSecond - 86_400) return false;
        moment = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? SafeText(value) : null;

    private static string? SafeText(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // half of a surrogate pair
        }
    }

    private static JsonDocument Parse(byte[] json) => JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });

    // Without padding, white space, or bits that mean nothing: one text for one value.
    private static byte[]? Decode(string text)
    {
        if (text.Length == 0 || !text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) return null;
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done) return null;
        bytes = bytes[..length];
        return Base64Url.EncodeToString(bytes) == text ? bytes : null;
    }
}
