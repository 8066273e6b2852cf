using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChatApp.Settings;

namespace ChatApp.Accounts;

/// <summary>An issuer with its keys, ready to judge tokens.</summary>
/// <param name="Options">The settings.</param>
/// <param name="Scopes">What its tokens may be used for.</param>
/// <param name="Keys">Its keys, by their names.</param>
internal sealed record TokenIssuer(IssuerOptions Options, TokenScopes Scopes, IReadOnlyDictionary<string, IssuerKey> Keys)
{
    /// <summary>As what accounts are linked to it.</summary>
    public string Provider => "jwt:" + Options.Name;
}

/// <summary>Those who may sign tokens, by the claim <c>iss</c>. Whatever is wrong with their settings is said before the server starts.</summary>
public sealed class TokenIssuers
{
    private static readonly string[] Known = ["HS256", "RS256", "ES256"];
    private readonly Dictionary<string, TokenIssuer> _issuers = new(StringComparer.Ordinal);

    /// <summary>Reads all keys.</summary>
    /// <exception cref="StartException">Something about them is wrong.</exception>
    public TokenIssuers(IReadOnlyList<IssuerOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        for (var place = 0; place < options.Count; place++) Add($"Accounts:Issuers:{place}", options[place]);
    }

    internal TokenIssuer? Find(string issuer) => _issuers.GetValueOrDefault(issuer);

    private void Add(string section, IssuerOptions options)
    {
        if (options.Algorithms.Length == 0 || options.Algorithms.Except(Known, StringComparer.Ordinal).Any())
            throw new StartException($"setting {section}:Algorithms has the value '{string.Join(',', options.Algorithms)}', but must be some of {string.Join(", ", Known)}");
        if (_issuers.Values.Any(other => other.Options.Name == options.Name)) throw new StartException($"setting {section}:Name has the value '{options.Name}', which another issuer has already");
        var keys = new Dictionary<string, IssuerKey>(StringComparer.Ordinal);
        for (var place = 0; place < options.Keys.Length; place++) Add(keys, $"{section}:Keys:{place}", options.Keys[place].Kid, Of($"{section}:Keys:{place}", options.Keys[place]));
        if (options.KeysFile.Length > 0) ReadFile(keys, $"{section}:KeysFile", options.KeysFile);
        foreach (var algorithm in options.Algorithms)
        {
            if (keys.Values.All(key => key.Algorithm != algorithm)) throw new StartException($"setting {section}:Keys has no key for {algorithm}, which {section}:Algorithms names");
        }

        if (!_issuers.TryAdd(options.Issuer, new TokenIssuer(options, ScopesOf(section, options), keys)))
            throw new StartException($"setting {section}:Issuer has the value '{options.Issuer}', which another issuer has already");
    }

    private static TokenScopes ScopesOf(string section, IssuerOptions options)
    {
        var scopes = TokenScopes.None;
        foreach (var name in options.Scopes)
        {
            scopes |= TokenScopeNames.Read(name) ?? throw new StartException($"setting {section}:Scopes has the value '{name}', but must be some of {string.Join(", ", TokenScopeNames.All)}");
        }

        return scopes;
    }

    private static void Add(Dictionary<string, IssuerKey> keys, string section, string kid, IssuerKey key)
    {
        if (!keys.TryAdd(kid, key)) throw new StartException($"setting {section} has a key of the name '{kid}', which another key of the issuer has already");
    }

    private static IssuerKey Of(string section, IssuerKeyOptions options)
    {
        if (options.Secret.Length > 0 == options.PublicKey.Length > 0) throw new StartException($"setting {section} must have either Secret or PublicKey");
        return options.Secret.Length > 0 ? Shared($"{section}:Secret", Encoding.UTF8.GetBytes(options.Secret)) : OfPem($"{section}:PublicKey", options.PublicKey);
    }

    // Never with the value in the message: it ends up on screens and in logs.
    private static IssuerKey.Shared Shared(string section, byte[] secret) => secret.Length is >= IssuerKey.Shared.MinBytes and <= IssuerKey.Shared.MaxBytes
        ? new IssuerKey.Shared(secret)
        : throw new StartException($"setting {section} must be {IssuerKey.Shared.MinBytes} to {IssuerKey.Shared.MaxBytes} bytes long");

    private static IssuerKey OfPem(string section, string pem)
    {
        if (pem.Contains("PRIVATE", StringComparison.Ordinal)) throw new StartException($"setting {section} holds a private key; this server must only have the public one");
        try
        {
            var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return Checked(section, rsa);
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException)
        {
            // Not of this kind.
        }

        try
        {
            var elliptic = ECDsa.Create();
            elliptic.ImportFromPem(pem);
            return Checked(section, elliptic);
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException)
        {
            throw new StartException($"setting {section} is no public key in PEM, of RSA or on P-256");
        }
    }

    private static IssuerKey.Rsa Checked(string section, RSA key) => key.KeySize >= IssuerKey.Rsa.MinBits
        ? new IssuerKey.Rsa(key)
        : throw new StartException($"setting {section} has an RSA key of {key.KeySize} bits, but must have at least {IssuerKey.Rsa.MinBits}");

    private static IssuerKey.Elliptic Checked(string section, ECDsa key) => key.ExportParameters(includePrivateParameters: false).Curve.Oid is { Value: "1.2.840.10045.3.1.7" } or { FriendlyName: "nistP256" }
        ? new IssuerKey.Elliptic(key)
        : throw new StartException($"setting {section} has a key on another curve than P-256");

    private static void ReadFile(Dictionary<string, IssuerKey> keys, string section, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            foreach (var entry in document.RootElement.GetProperty("keys").EnumerateArray())
            {
                // Sets also hold keys for encryption, which are nothing to us.
                if (entry.TryGetProperty("use", out var use) && use.GetString() != "sig") continue;
                Add(keys, section, entry.GetProperty("kid").GetString() ?? "", Of(section, entry));
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException or CryptographicException)
        {
            throw new StartException($"setting {section} has the value '{path}', which is no readable file with a JSON Web Key Set: {fault.Message}");
        }
    }

    private static IssuerKey Of(string section, JsonElement entry)
    {
        if (entry.TryGetProperty("d", out _)) throw new StartException($"setting {section} names a file with a private key; this server must only have the public one");
        switch (entry.GetProperty("kty").GetString())
        {
            case "oct":
                return Shared(section, Bytes("k"));
            case "RSA":
                return Checked(section, RSA.Create(new RSAParameters { Modulus = Bytes("n"), Exponent = Bytes("e") }));
            case "EC" when entry.GetProperty("crv").GetString() == "P-256":
                return Checked(section, ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Bytes("x"), Y = Bytes("y") } }));
            default:
                throw new StartException($"setting {section} names a file with a key that is neither RSA, nor on P-256, nor a secret");
        }

        byte[] Bytes(string member) => Base64Url.DecodeFromChars(entry.GetProperty(member).GetString());
    }
}
