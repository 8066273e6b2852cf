using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ChatApp.Tests.Accounts;

/// <summary>An authenticator of the tests (WebAuthn, ES256), which can do what no honest one does: other origins, no owner, an old counter.</summary>
internal sealed class SoftKey : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _id = RandomNumberGenerator.GetBytes(32);
    private string _user = "";

    /// <summary>Its next count.</summary>
    public uint Count { get; set; } = 1;

    /// <summary>Whether it has checked its owner.</summary>
    public bool KnowsOwner { get; set; } = true;

    /// <summary>Name of the passkey in addresses of the product.</summary>
    public string Id => Base64Url.EncodeToString(_id);

    /// <summary>A new passkey, as <c>navigator.credentials.create</c> gives it.</summary>
    public string Create(JsonElement options, string origin)
    {
        _user = options.GetProperty("user").GetProperty("id").GetString()!;
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        byte[] cose = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, .. point.X!, 0x22, 0x58, 0x20, .. point.Y!];
        byte[] data = [.. Data(options.GetProperty("rp").GetProperty("id").GetString()!, attested: true), .. new byte[16], 0, (byte)_id.Length, .. _id, .. cose];
        byte[] attestation =
        [
            0xa3, 0x63, .. "fmt"u8, 0x64, .. "none"u8, 0x67, .. "attStmt"u8, 0xa0, 0x68, .. "authData"u8, 0x58, (byte)data.Length, .. data,
        ];
        return Credential(new { clientDataJSON = Client("webauthn.create", options, origin), attestationObject = Base64Url.EncodeToString(attestation), transports = new[] { "internal" } });
    }

    /// <summary>A sign-in, as <c>navigator.credentials.get</c> gives it.</summary>
    public string Get(JsonElement options, string origin)
    {
        var data = Data(options.GetProperty("rpId").GetString()!, attested: false);
        var client = Client("webauthn.get", options, origin);
        var signature = _key.SignData([.. data, .. SHA256.HashData(Base64Url.DecodeFromChars(client))], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Credential(new { clientDataJSON = client, authenticatorData = Base64Url.EncodeToString(data), signature = Base64Url.EncodeToString(signature), userHandle = _user });
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static string Client(string type, JsonElement options, string origin) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(
        new { type, challenge = options.GetProperty("challenge").GetString(), origin, crossOrigin = false }));

    private byte[] Data(string site, bool attested)
    {
        var data = new byte[37];
        SHA256.HashData(Encoding.UTF8.GetBytes(site), data);
        data[32] = (byte)(0x01 | (KnowsOwner ? 0x04 : 0) | (attested ? 0x40 : 0));
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(33), Count++);
        return data;
    }

    private string Credential(object response) => JsonSerializer.Serialize(new { id = Id, rawId = Id, type = "public-key", response, clientExtensionResults = new { } });
}
