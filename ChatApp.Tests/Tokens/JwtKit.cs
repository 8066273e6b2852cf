using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ChatApp.Tests.Tokens;

/// <summary>An issuer as an attacker or an honest site is one: signs whatever it is given.</summary>
internal sealed class JwtKit : IDisposable
{
    public const string Issuer = "https://site.example";
    public const string Audience = "chat";
    public const string Secret = "a shared secret of at least 32 bytes, really";

    /// <summary>The settings that accept it.</summary>
    public string[] Settings =>
    [
        "Accounts:Issuers:0:Name=site", $"Accounts:Issuers:0:Issuer={Issuer}", $"Accounts:Issuers:0:Audience={Audience}",
        "Accounts:Issuers:0:Algorithms=HS256,RS256,ES256", "Accounts:Issuers:0:CreateAccounts=true",
        "Accounts:Issuers:0:Keys:0:Kid=hs", $"Accounts:Issuers:0:Keys:0:Secret={Secret}",
        "Accounts:Issuers:0:Keys:1:Kid=rs", $"Accounts:Issuers:0:Keys:1:PublicKey={Rsa.ExportSubjectPublicKeyInfoPem()}",
        "Accounts:Issuers:0:Keys:2:Kid=es", $"Accounts:Issuers:0:Keys:2:PublicKey={Elliptic.ExportSubjectPublicKeyInfoPem()}",
        "Accounts:Issuers:1:Name=other", "Accounts:Issuers:1:Issuer=https://other.example", $"Accounts:Issuers:1:Audience={Audience}", "Accounts:Issuers:1:Algorithms=HS256",
        "Accounts:Issuers:1:Keys:0:Kid=other", "Accounts:Issuers:1:Keys:0:Secret=the secret of another issuer, which is not ours",
    ];

    public RSA Rsa { get; } = RSA.Create(2048);

    public ECDsa Elliptic { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The claims of a good token.</summary>
    public static Dictionary<string, object?> Claims(DateTimeOffset now, string subject = "u-1") => new(StringComparer.Ordinal)
    {
        ["iss"] = Issuer,
        ["aud"] = Audience,
        ["sub"] = subject,
        ["name"] = "Jo of the site",
        ["exp"] = now.AddMinutes(10).ToUnixTimeSeconds(),
        ["iat"] = now.ToUnixTimeSeconds(),
    };

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    public static string Header(string alg = "HS256", string kid = "hs", string more = "") => $$"""{"alg":"{{alg}}","typ":"JWT","kid":"{{kid}}"{{more}}}""";

    public static string Hs(object claims, string? header = null, string secret = Secret) => Hs(JsonSerializer.Serialize(claims), header ?? Header(), Encoding.UTF8.GetBytes(secret));

    public static string Hs(string claims, string header, byte[] secret)
    {
        var text = $"{Encode(header)}.{Encode(claims)}";
        return $"{text}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(text)))}";
    }

    public string Rs(object claims, string? header = null)
    {
        var text = $"{Encode(header ?? Header("RS256", "rs"))}.{Encode(JsonSerializer.Serialize(claims))}";
        return $"{text}.{Base64Url.EncodeToString(Rsa.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    public string Es(object claims, ECDsa? key = null, DSASignatureFormat format = DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
    {
        var text = $"{Encode(Header("ES256", "es"))}.{Encode(JsonSerializer.Serialize(claims))}";
        return $"{text}.{Base64Url.EncodeToString((key ?? Elliptic).SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, format))}";
    }

    public void Dispose()
    {
        Rsa.Dispose();
        Elliptic.Dispose();
    }
}
