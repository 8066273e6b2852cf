using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Settings;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.Configuration;

namespace ChatApp.Tests.Tokens;

/// <summary>What is wrong with the settings of an issuer stops the start with one line that says what.</summary>
public sealed class IssuerSettingsTests : IDisposable
{
    private const string At = "Accounts:Issuers:0:";
    private readonly JwtKit _kit = new();
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"chatapp-{Guid.NewGuid():N}.json");

    public void Dispose()
    {
        _kit.Dispose();
        File.Delete(_file);
    }

    [Theory]
    [InlineData("Name=", "setting Accounts:Issuers:0:Name has the value '', but must be a text like [a-z0-9-]{1,32}")]
    [InlineData("Name=My Site", "setting Accounts:Issuers:0:Name has the value 'My Site', but must be a text like [a-z0-9-]{1,32}")]
    [InlineData("Name=other", "setting Accounts:Issuers:1:Name has the value 'other', which another issuer has already")]
    [InlineData("Issuer=https://other.example", "setting Accounts:Issuers:1:Issuer has the value 'https://other.example', which another issuer has already")]
    [InlineData("Algorithms=", "setting Accounts:Issuers:0:Algorithms has the value '', but must be some of HS256, RS256, ES256")]
    [InlineData("Algorithms=none", "setting Accounts:Issuers:0:Algorithms has the value 'none', but must be some of HS256, RS256, ES256")]
    [InlineData("Algorithms=HS256,HS512", "setting Accounts:Issuers:0:Algorithms has the value 'HS256,HS512', but must be some of HS256, RS256, ES256")]
    [InlineData("Scopes=read,all", "setting Accounts:Issuers:0:Scopes has the value 'all', but must be some of read, post, moderate, admin")]
    [InlineData("MaxMinutes=0", "setting Accounts:Issuers:0:MaxMinutes has the value '0', but must be a whole number from 1 to 1440")]
    [InlineData("Algorithm=HS256", "setting Accounts:Issuers:0:Algorithm is unknown; section Accounts:Issuers:0 has Name, Issuer, Audience, Algorithms, Keys, KeysFile, Scopes, CreateAccounts, NameClaim, MaxMinutes")]
    [InlineData("Keys:0:Secret=too short", "setting Accounts:Issuers:0:Keys:0:Secret must be 32 to 1024 bytes long")]
    [InlineData("Keys:0:Secret=", "setting Accounts:Issuers:0:Keys:0 must have either Secret or PublicKey")]
    [InlineData("Keys:1:Secret=a secret beside a key of at least 32 bytes", "setting Accounts:Issuers:0:Keys:1 must have either Secret or PublicKey")]
    [InlineData("Keys:1:Kid=hs", "setting Accounts:Issuers:0:Keys:1 has a key of the name 'hs', which another key of the issuer has already")]
    [InlineData("Keys:1:PublicKey=nonsense", "setting Accounts:Issuers:0:Keys:1:PublicKey is no public key in PEM, of RSA or on P-256")]
    [InlineData("KeysFile=/nowhere/keys.json", "setting Accounts:Issuers:0:KeysFile has the value '/nowhere/keys.json', which is no readable file with a JSON Web Key Set: ")]
    public void A_wrong_value_is_named(string setting, string problem) =>
        Assert.StartsWith(problem, Assert.Throws<StartException>(() => Read([At + setting])).Message, StringComparison.Ordinal);

    [Fact]
    public void What_must_be_there_is_missed()
    {
        foreach (var name in new[] { "Name", "Issuer", "Audience" })
            Assert.Equal($"setting Accounts:Issuers:0:{name} is missing", Assert.Throws<StartException>(() => Read([], without: At + name)).Message);
        Assert.StartsWith("setting Accounts:Issuers:0:Algorithms", Assert.Throws<StartException>(() => Read([], without: At + "Algorithms")).Message, StringComparison.Ordinal);
        Assert.Equal(
            "setting Accounts:Issuers:1:Keys has no key for RS256, which Accounts:Issuers:1:Algorithms names",
            Assert.Throws<StartException>(() => Read(["Accounts:Issuers:1:Algorithms=HS256,RS256"])).Message);
    }

    [Fact]
    public void Weak_and_private_keys_are_refused_and_never_shown()
    {
        using var weak = RSA.Create(1024);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Contains("1024 bits", Problem(weak.ExportSubjectPublicKeyInfoPem()), StringComparison.Ordinal);
        Assert.Contains("another curve than P-256", Problem(other.ExportSubjectPublicKeyInfoPem()), StringComparison.Ordinal);
        var secret = _kit.Rsa.ExportPkcs8PrivateKeyPem();
        Assert.Contains("private key", Problem(secret), StringComparison.Ordinal);
        Assert.DoesNotContain(secret[100..120], Problem(secret), StringComparison.Ordinal);
        string Problem(string pem) => Assert.Throws<StartException>(() => Read([$"{At}Keys:1:PublicKey={pem}"])).Message;
    }

    [Fact]
    public void A_file_of_keys_is_read_beside_the_others()
    {
        var (rsa, point) = (_kit.Rsa.ExportParameters(includePrivateParameters: false), _kit.Elliptic.ExportParameters(includePrivateParameters: false).Q);
        var file = new
        {
            keys = new object[]
            {
                new { kty = "RSA", kid = "file-rs", use = "sig", n = Base64Url.EncodeToString(rsa.Modulus), e = Base64Url.EncodeToString(rsa.Exponent) },
                new { kty = "EC", kid = "file-es", crv = "P-256", x = Base64Url.EncodeToString(point.X), y = Base64Url.EncodeToString(point.Y) },
                new { kty = "RSA", kid = "for something else", use = "enc", n = "AQAB", e = "AQAB" },
            },
        };
        File.WriteAllText(_file, JsonSerializer.Serialize(file));
        var issuers = Read([$"{At}KeysFile={_file}"]);
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        Assert.NotNull(SignedToken.Read(_kit.Rs(JwtKit.Claims(now), JwtKit.Header("RS256", "file-rs")), issuers, now));
        Assert.Null(SignedToken.Read(_kit.Rs(JwtKit.Claims(now), JwtKit.Header("RS256", "for something else")), issuers, now));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"keys":7}""")]
    [InlineData("""{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}""")]
    [InlineData("""{"keys":[{"kty":"OKP","kid":"x"}]}""")]
    [InlineData("""{"keys":[{"kty":"EC","kid":"x","crv":"P-384","x":"AA","y":"AA"}]}""")]
    [InlineData("""{"keys":[{"kty":"EC","kid":"x","crv":"P-256","x":"AA","y":"AA"}]}""")]
    [InlineData("""{"keys":[{"kty":"oct","kid":"x","k":"AAAA"}]}""")]
    [InlineData("""{"keys":[{"kty":"RSA","kid":"x","n":"***","e":"AQAB"}]}""")]
    [InlineData("""{"keys":[{"kty":"RSA","kid":"x","n":"AQAB","e":"AQAB","d":"AQAB"}]}""")]
    public void A_file_that_is_none_stops_the_start(string text)
    {
        File.WriteAllText(_file, text);
        Assert.StartsWith("setting Accounts:Issuers:0:KeysFile", Assert.Throws<StartException>(() => Read([$"{At}KeysFile={_file}"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_does_not_start_with_them() =>
        Assert.StartsWith("setting Accounts:Issuers:0:Issuer is missing", (await Assert.ThrowsAsync<StartException>(() => TestServer.StartAsync(["Accounts:Issuers:0:Name=site"]))).Message, StringComparison.Ordinal);

    private TokenIssuers Read(string[] changes, string? without = null)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var setting in _kit.Settings.Concat(changes))
        {
            var parts = setting.Split('=', 2);
            settings[parts[0]] = parts[1];
        }

        if (without is not null) settings.Remove(without);
        return new TokenIssuers(SettingsReader.Read<AccountOptions>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), "Accounts").Issuers);
    }
}
