using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ChatApp.Bench.Servers;

/// <summary>A certificate for 127.0.0.1 that lives as long as the run, in a file that Kestrel reads.</summary>
internal sealed class Certificate : IDisposable
{
    /// <summary>Makes it.</summary>
    public Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllBytes(FilePath, certificate.Export(X509ContentType.Pfx, Password));
    }

    /// <summary>Where it is.</summary>
    public string FilePath { get; } = Path.Combine(Path.GetTempPath(), $"chatapp-bench-{Guid.NewGuid():N}.pfx");

    /// <summary>What opens it.</summary>
    public string Password { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Kestrel's settings for it.</summary>
    public IReadOnlyList<string> Settings => [$"Kestrel:Certificates:Default:Path={FilePath}", $"Kestrel:Certificates:Default:Password={Password}"];

    public void Dispose() => File.Delete(FilePath);
}
