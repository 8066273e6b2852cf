using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Settings;
using Microsoft.Extensions.Configuration;

namespace ChatApp.Tests.Tokens;

/// <summary>Forged and broken tokens of issuers: each differs from a good one in one thing, and is worthless for it.</summary>
public sealed class SignedTokenTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private readonly JwtKit _kit = new();
    private readonly TokenIssuers _issuers;

    public SignedTokenTests() => _issuers = IssuersOf(_kit.Settings);

    public void Dispose() => _kit.Dispose();

    [Fact]
    public void Good_tokens_of_each_algorithm_are_read()
    {
        foreach (var token in new[] { JwtKit.Hs(JwtKit.Claims(Now)), _kit.Rs(JwtKit.Claims(Now)), _kit.Es(JwtKit.Claims(Now)) })
        {
            var read = Assert.IsType<SignedToken>(SignedToken.Read(token, _issuers, Now));
            Assert.Equal(("u-1", "Jo of the site", "jwt:site", Now.AddMinutes(10).AddSeconds(30), false), (read.Subject, read.Name, read.Issuer.Provider, read.Expires, read.IsOver));
        }

        Assert.NotNull(Read(JwtKit.Hs(With(("aud", new[] { "else", JwtKit.Audience })))));
        Assert.NotNull(Read(JwtKit.Hs(With(("nbf", Now.AddSeconds(29).ToUnixTimeSeconds()), ("iat", null)))));
        Assert.NotNull(Read(JwtKit.Hs(JwtKit.Claims(Now), """{"alg":"HS256","kid":"hs"}""")));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("hs256")]
    [InlineData("HS512")]
    [InlineData("PS256")]
    [InlineData("")]
    public void Another_algorithm_than_those_that_are_allowed(string algorithm)
    {
        Assert.Null(Read(JwtKit.Hs(JwtKit.Claims(Now), JwtKit.Header(algorithm))));
        // And without a signature, as "none" wants it.
        var parts = JwtKit.Hs(JwtKit.Claims(Now), JwtKit.Header(algorithm)).Split('.');
        Assert.Null(Read($"{parts[0]}.{parts[1]}."));
        Assert.Null(Read($"{parts[0]}.{parts[1]}"));
    }

    [Fact]
    public void A_public_key_is_no_secret()
    {
        foreach (var (pem, der, kid) in new[] { (_kit.Rsa.ExportSubjectPublicKeyInfoPem(), _kit.Rsa.ExportSubjectPublicKeyInfo(), "rs"), (_kit.Elliptic.ExportSubjectPublicKeyInfoPem(), _kit.Elliptic.ExportSubjectPublicKeyInfo(), "es") })
        {
            foreach (var secret in new[] { Encoding.UTF8.GetBytes(pem), Encoding.UTF8.GetBytes(pem + "\n"), der })
                Assert.Null(Read(JwtKit.Hs(JsonSerializer.Serialize(JwtKit.Claims(Now)), JwtKit.Header("HS256", kid), secret)));
        }
    }

    [Theory]
    [InlineData("""{"alg":"HS256","typ":"JWT"}""")]
    [InlineData("""{"alg":"HS256","kid":null}""")]
    [InlineData("""{"alg":"HS256","kid":7}""")]
    [InlineData("""{"alg":"HS256","kid":["hs"]}""")]
    [InlineData("""{"alg":"HS256","kid":""}""")]
    [InlineData("""{"alg":"HS256","kid":"unknown"}""")]
    [InlineData("""{"alg":"HS256","kid":"HS"}""")]
    [InlineData("""{"alg":"HS256","kid":"other"}""")]
    [InlineData("""{"alg":"HS256","kid":"../../../../dev/null"}""")]
    [InlineData("""{"alg":"HS256","kid":"hs' OR '1'='1"}""")]
    [InlineData("""{"alg":"RS256","kid":"hs"}""")]
    [InlineData("""{"alg":["HS256"],"kid":"hs"}""")]
    [InlineData("""{"kid":"hs"}""")]
    [InlineData("""{"alg":"HS256","kid":"hs","crit":["exp"]}""")]
    [InlineData("""{"alg":"HS256","kid":"hs","b64":false}""")]
    [InlineData("""{"alg":"HS256","kid":"hs","zip":"DEF"}""")]
    [InlineData("""{"alg":"HS256","kid":"hs","jku":"https://evil.example/keys"}""")]
    [InlineData("""{"alg":"HS256","kid":"hs","x5u":"https://evil.example/key"}""")]
    [InlineData("""{"alg":"HS256","kid":"hs","jwk":{"kty":"oct","k":"AAAA"}}""")]
    [InlineData("""{"alg":"HS256","kid":"hs","x5c":["AAAA"]}""")]
    [InlineData("""{"alg":"HS256","kid":"hs","typ":"JWE"}""")]
    [InlineData("""{"alg":"HS256","kid":"hs","kid":"hs"}""")]
    [InlineData("""{"alg":"none","alg":"HS256","kid":"hs"}""")]
    [InlineData("""["HS256"]""")]
    [InlineData("""{"alg":"HS256","kid":"hs"} {}""")]
    [InlineData("""{"alg":"HS256","kid":"hs",}""")]
    public void A_header_that_is_not_as_it_should_be(string header) => Assert.Null(Read(JwtKit.Hs(JwtKit.Claims(Now), header)));

    [Theory]
    [InlineData("iss", "\"https://other.example\"")]
    [InlineData("iss", "\"https://site.example/\"")]
    [InlineData("iss", "\"HTTPS://SITE.EXAMPLE\"")]
    [InlineData("iss", "[\"https://site.example\"]")]
    [InlineData("iss", null)]
    [InlineData("aud", "\"other\"")]
    [InlineData("aud", "\"CHAT\"")]
    [InlineData("aud", "[]")]
    [InlineData("aud", "[\"other\"]")]
    [InlineData("aud", "[\"chat\",7]")]
    [InlineData("aud", "[[\"chat\"]]")]
    [InlineData("aud", "{\"chat\":true}")]
    [InlineData("aud", "[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"chat\"]")]
    [InlineData("aud", null)]
    [InlineData("sub", "\"\"")]
    [InlineData("sub", "7")]
    [InlineData("sub", "\"a\\u0000b\"")]
    [InlineData("sub", "\"\\ud800\"")]
    [InlineData("sub", null)]
    [InlineData("exp", null)]
    [InlineData("exp", "1800000600.5")]
    [InlineData("exp", "1.8000006e9")]
    [InlineData("exp", "\"1800000600\"")]
    [InlineData("exp", "-1")]
    [InlineData("exp", "true")]
    [InlineData("exp", "99999999999999999999999")]
    [InlineData("exp", "9223372036854775807")]
    [InlineData("exp", "253402300799")]
    [InlineData("exp", "1800086400")]
    [InlineData("nbf", "1800000031")]
    [InlineData("nbf", "\"1800000000\"")]
    [InlineData("iat", "1800000031")]
    [InlineData("iat", "1799990000")]
    public void A_claim_that_is_not_as_it_should_be(string name, string? json)
    {
        var claims = With((name, json is null ? null : new Raw(json)));
        Assert.Null(Read(JwtKit.Hs(Json(claims), JwtKit.Header(), Encoding.UTF8.GetBytes(JwtKit.Secret))));
    }

    [Fact]
    public void A_subject_that_is_too_long() => Assert.Null(Read(JwtKit.Hs(With(("sub", new string('x', 201))))));

    [Fact]
    public void Claims_that_stand_there_twice_or_too_deep()
    {
        var good = Json(JwtKit.Claims(Now));
        foreach (var claims in new[] { good[..^1] + ",\"sub\":\"admin\"}", good[..^1] + ",\"x\":" + new string('[', 8) + new string(']', 8) + "}", "[" + good + "]", good + good, "", "null" })
            Assert.Null(Read(JwtKit.Hs(claims, JwtKit.Header(), Encoding.UTF8.GetBytes(JwtKit.Secret))));
    }

    [Fact]
    public void A_token_whose_time_is_over_says_so_and_only_where_all_else_is_right()
    {
        var over = With(("iat", Now.AddMinutes(-20).ToUnixTimeSeconds()), ("exp", Now.AddSeconds(-30).ToUnixTimeSeconds()));
        Assert.True(Read(JwtKit.Hs(over))!.IsOver);
        Assert.False(Read(JwtKit.Hs(With(("exp", Now.AddSeconds(-29).ToUnixTimeSeconds()), ("iat", Now.AddMinutes(-20).ToUnixTimeSeconds()))))!.IsOver);
        Assert.Null(Read(JwtKit.Hs(over, secret: "another secret of at least 32 bytes, truly")));
    }

    [Fact]
    public void A_signature_that_is_not_of_this_text_by_this_key()
    {
        var good = JwtKit.Hs(JwtKit.Claims(Now)).Split('.');
        var admin = JwtKit.Hs(JwtKit.Claims(Now, "admin")).Split('.');
        using var stranger = new JwtKit();
        foreach (var token in new[]
        {
            $"{good[0]}.{admin[1]}.{good[2]}", $"{JwtKit.Encode(JwtKit.Header("HS256", "hs", ",\"x\":1"))}.{good[1]}.{good[2]}", $"{good[0]}.{good[1]}.{Flip(good[2])}", $"{good[0]}.{good[1]}.",
            $"{good[0]}.{good[1]}.{good[2][..^4]}", $"{good[0]}.{good[1]}.{good[2]}.{good[2]}", $"{good[0]}.{good[1]}.{good[2]}.", $".{good[1]}.{good[2]}", $"{good[0]}..{good[2]}", "..", ".", "",
            JwtKit.Hs(JwtKit.Claims(Now), secret: ""), stranger.Rs(JwtKit.Claims(Now)), stranger.Es(JwtKit.Claims(Now)),
        })
            Assert.Null(Read(token));
    }

    [Fact]
    public void A_signature_on_another_curve_in_DER_or_of_zeros()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Null(Read(_kit.Es(JwtKit.Claims(Now), other)));
        Assert.Null(Read(_kit.Es(JwtKit.Claims(Now), format: DSASignatureFormat.Rfc3279DerSequence)));
        var parts = _kit.Es(JwtKit.Claims(Now)).Split('.');
        // CVE-2022-21449: r and s of nothing are right for any text.
        Assert.Null(Read($"{parts[0]}.{parts[1]}.{System.Buffers.Text.Base64Url.EncodeToString(new byte[64])}"));
    }

    [Fact]
    public void Another_way_to_write_the_same_bytes()
    {
        var good = JwtKit.Hs(JwtKit.Claims(Now));
        var parts = good.Split('.');
        foreach (var token in new[] { good + "=", good + "==", " " + good, good + " ", good + "\n", good.Replace(".", ". ", StringComparison.Ordinal), $"{parts[0]}.{parts[1]}.{parts[2].Replace('-', '+').Replace('_', '/')}=", $"{parts[0]}.{parts[1]}.{NotCanonical(parts[2])}" })
            Assert.Null(Read(token));
    }

    [Fact]
    public void A_token_of_more_than_8_KiB() => Assert.Null(Read(JwtKit.Hs(With(("name", new string('x', 8192))))));

    [Fact]
    public void Several_keys_count_at_once_and_one_that_is_gone_no_longer()
    {
        using var next = RSA.Create(2048);
        var both = IssuersOf([.. _kit.Settings, "Accounts:Issuers:0:Keys:3:Kid=next", $"Accounts:Issuers:0:Keys:3:PublicKey={next.ExportSubjectPublicKeyInfoPem()}"]);
        Assert.NotNull(SignedToken.Read(_kit.Rs(JwtKit.Claims(Now)), both, Now));
        var text = $"{JwtKit.Encode(JwtKit.Header("RS256", "next"))}.{JwtKit.Encode(Json(JwtKit.Claims(Now)))}";
        var token = $"{text}.{System.Buffers.Text.Base64Url.EncodeToString(next.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
        Assert.NotNull(SignedToken.Read(token, both, Now));
        Assert.Null(Read(token));
    }

    private SignedToken? Read(string token) => SignedToken.Read(token, _issuers, Now);

    private static TokenIssuers IssuersOf(string[] settings) => new(SettingsReader.Read<AccountOptions>(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2)).ToDictionary(part => part[0], part => (string?)part[1], StringComparer.Ordinal)).Build(), "Accounts").Issuers);

    private static Dictionary<string, object?> With(params (string Name, object? Value)[] changes)
    {
        var claims = JwtKit.Claims(Now);
        foreach (var (name, value) in changes)
        {
            if (value is null) claims.Remove(name);
            else claims[name] = value;
        }

        return claims;
    }

    private static string Json(Dictionary<string, object?> claims) =>
        "{" + string.Join(',', claims.Select(claim => $"\"{claim.Key}\":{(claim.Value is Raw raw ? raw.Json : JsonSerializer.Serialize(claim.Value))}")) + "}";

    private static string Flip(string text) => (text[0] == 'A' ? 'B' : 'A') + text[1..];

    // 32 bytes leave two bits of the last letter without a meaning.
    private static string NotCanonical(string text)
    {
        const string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return text[..^1] + letters[letters.IndexOf(text[^1], StringComparison.Ordinal) ^ 1];
    }

    private sealed record Raw(string Json);
}
