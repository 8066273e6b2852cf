using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ChatApp.Tests.Accounts.Mail;

/// <summary>A mail server as small as one can be: it takes mails, notes all that is said, and answers as a test wants.</summary>
internal sealed class TinySmtp : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly X509Certificate2? _certificate;

    public TinySmtp(bool offersTls = false)
    {
        if (offersTls) _certificate = MakeCertificate();
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Lines that came, outside of mails.</summary>
    public ConcurrentQueue<string> Said { get; } = new();

    /// <summary>Mails that came, as they were sent.</summary>
    public ConcurrentQueue<string> Mails { get; } = new();

    /// <summary>Other answers than yes, by the beginning of a line.</summary>
    public ConcurrentDictionary<string, string> Answers { get; } = new(StringComparer.Ordinal);

    /// <summary>Said in the same breath as the answer to STARTTLS.</summary>
    public string BeforeTls { get; set; } = "";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _certificate?.Dispose();
        _stop.Dispose();
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var own = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pfx), password: null);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested) await ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        Stream stream = client.GetStream();
        try
        {
            await SayAsync("220 here");
            while (await LineAsync() is { } line)
            {
                Said.Enqueue(line);
                var answer = Answers.FirstOrDefault(answer => line.StartsWith(answer.Key, StringComparison.Ordinal)).Value;
                if (answer is not null)
                {
                    await SayAsync(answer);
                }
                else if (line.StartsWith("EHLO", StringComparison.Ordinal))
                {
                    await SayAsync($"250-here\r\n{(_certificate is null ? "" : "250-STARTTLS\r\n")}250-8BITMIME\r\n250 AUTH PLAIN LOGIN");
                }
                else if (line == "STARTTLS" && _certificate is not null)
                {
                    await SayAsync("220 go on" + BeforeTls);
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(_certificate);
                    stream = tls;
                }
                else if (line == "DATA")
                {
                    await SayAsync("354 go on");
                    var mail = new StringBuilder();
                    while (await LineAsync() is { } text && text != ".") mail.Append(text.StartsWith('.') ? text[1..] : text).Append("\r\n");
                    Mails.Enqueue(mail.ToString());
                    await SayAsync("250 taken");
                }
                else if (line == "QUIT")
                {
                    return;
                }
                else
                {
                    await SayAsync(line.StartsWith("AUTH", StringComparison.Ordinal) ? "235 yes" : "250 yes");
                }
            }
        }
        catch (Exception end) when (end is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The other side went.
        }

        async Task SayAsync(string line) => await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), _stop.Token);

        async Task<string?> LineAsync()
        {
            var line = new List<byte>();
            var one = new byte[1];
            while (await stream.ReadAsync(one, _stop.Token) == 1)
            {
                if (one[0] == '\n') return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
                line.Add(one[0]);
            }

            return null;
        }
    }
}
