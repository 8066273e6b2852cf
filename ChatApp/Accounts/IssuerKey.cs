using System.Security.Cryptography;

namespace ChatApp.Accounts;

/// <summary>A key that says whether a signature is right. It knows its one algorithm: what a token claims to be signed by cannot make another use of it.</summary>
internal abstract class IssuerKey
{
    /// <summary>The algorithm, as tokens name it.</summary>
    public abstract string Algorithm { get; }

    /// <summary>True where the signature is by this key and of this text.</summary>
    public abstract bool Verifies(byte[] text, byte[] signature);

    /// <summary>A secret that issuer and server share.</summary>
    public sealed class Shared(byte[] secret) : IssuerKey
    {
        /// <summary>Fewest bytes: as many as the hash has.</summary>
        public const int MinBytes = 32;

        /// <summary>Most bytes.</summary>
        public const int MaxBytes = 1024;

        public override string Algorithm => "HS256";

        public override bool Verifies(byte[] text, byte[] signature) => CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(secret, text), signature);
    }

    /// <summary>A public RSA key, with PKCS #1 signatures.</summary>
    public sealed class Rsa(RSA key) : IssuerKey
    {
        /// <summary>Fewest bits.</summary>
        public const int MinBits = 2048;

        private readonly Lock _gate = new();

        public override string Algorithm => "RS256";

        public override bool Verifies(byte[] text, byte[] signature)
        {
            // The framework says nothing of one object on two threads.
            lock (_gate) return key.VerifyData(text, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
    }

    /// <summary>A public key on P-256; the signature is two numbers of 32 bytes, and not DER.</summary>
    public sealed class Elliptic(ECDsa key) : IssuerKey
    {
        private const int SignatureBytes = 64;

        private readonly Lock _gate = new();

        public override string Algorithm => "ES256";

        public override bool Verifies(byte[] text, byte[] signature)
        {
            if (signature.Length != SignatureBytes) return false;
            lock (_gate) return key.VerifyData(text, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }
}
