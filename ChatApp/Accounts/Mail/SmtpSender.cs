using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace ChatApp.Accounts.Mail;

/// <summary>
/// Hands mails to a mail server (RFC 5321), one connection for each. Strict: where the settings ask for TLS, nothing is said before it
/// stands, the certificate must be good, and bytes that a stranger put before the handshake are refused; a password is only sent
/// under TLS.
/// </summary>
/// <param name="options">Server, name, password.</param>
public sealed class SmtpSender(MailOptions options)
{
    private const int MaxLine = 4096;
    private const int MaxLines = 100;

    /// <summary>Delivers a mail.</summary>
    /// <param name="to">Address of the receiver, as <see cref="MailFormat.Address"/> gives it.</param>
    /// <param name="mail">The mail as <see cref="MailFormat"/> writes it.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="MailException">The server did not take it.</exception>
    public async Task SendAsync(string to, ReadOnlyMemory<byte> mail, CancellationToken cancellation)
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            using (var patience = Patience(cancellation)) await socket.ConnectAsync(options.SmtpHost, options.SmtpPort, patience.Token);
            await using var talk = new Conversation(new NetworkStream(socket), options.SmtpSeconds, cancellation);
            if (options.SmtpTls == SmtpTls.Implicit) await talk.ProtectAsync(options.SmtpHost);
            await talk.ExpectAsync(220);
            var offers = await GreetAsync(talk);
            if (options.SmtpTls == SmtpTls.StartTls)
            {
                if (!offers.Contains("STARTTLS")) throw new MailException("the mail server offers no STARTTLS (setting Mail:SmtpTls)", isFinal: false);
                await talk.AskAsync("STARTTLS", 220);
                await talk.ProtectAsync(options.SmtpHost);
                offers = await GreetAsync(talk);
            }

            if (options.SmtpUser.Length > 0) await SignInAsync(talk, offers);
            var unicode = "";
            if (MailFormat.NeedsUnicode(to))
            {
                if (!offers.Contains("SMTPUTF8")) throw new MailException("the mail server takes no addresses beyond ASCII", isFinal: true);
                unicode = " SMTPUTF8";
            }

            await talk.AskAsync($"MAIL FROM:<{options.From}>{unicode}", 250);
            await talk.AskAsync($"RCPT TO:<{to}>", 250, 251);
            await talk.AskAsync("DATA", 354);
            await talk.SayAsync(Stuffed(mail.Span));
            await talk.AskAsync(".", 250);
            // It is the server's from here on, however the goodbye goes.
            await talk.LeaveAsync();
        }
        catch (Exception problem) when (problem is IOException or SocketException or AuthenticationException)
        {
            throw new MailException($"the mail server {options.SmtpHost}:{options.SmtpPort.ToString(CultureInfo.InvariantCulture)} cannot be used: {problem.Message}", isFinal: false, problem);
        }
        catch (OperationCanceledException problem) when (!cancellation.IsCancellationRequested)
        {
            throw new MailException($"the mail server {options.SmtpHost} takes too long", isFinal: false, problem);
        }
    }

    private static async Task<HashSet<string>> GreetAsync(Conversation talk)
    {
        var lines = await talk.AskAsync("EHLO chatapp", 250);
        return lines.Skip(1).Select(line => line.ToUpperInvariant()).SelectMany(line =>
            line.StartsWith("AUTH ", StringComparison.Ordinal) ? line[5..].Split(' ').Select(way => "AUTH " + way) : [line.Split(' ')[0]]).ToHashSet(StringComparer.Ordinal);
    }

    private async Task SignInAsync(Conversation talk, HashSet<string> offers)
    {
        if (!talk.IsProtected) throw new MailException("a password is not sent without TLS (setting Mail:SmtpTls)", isFinal: true);
        if (offers.Contains("AUTH PLAIN"))
        {
            await talk.AskAsync($"AUTH PLAIN {Base64($"\0{options.SmtpUser}\0{options.SmtpPassword}")}", 235);
        }
        else if (offers.Contains("AUTH LOGIN"))
        {
            await talk.AskAsync("AUTH LOGIN", 334);
            await talk.AskAsync(Base64(options.SmtpUser), 334);
            await talk.AskAsync(Base64(options.SmtpPassword), 235);
        }
        else
        {
            throw new MailException("the mail server takes no name and password", isFinal: false);
        }
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    // A line that begins with a dot gets another one: a single dot ends the mail.
    private static byte[] Stuffed(ReadOnlySpan<byte> mail)
    {
        var bytes = new List<byte>(mail.Length + 64);
        for (var i = 0; i < mail.Length; i++)
        {
            if (mail[i] == '.' && (i == 0 || mail[i - 1] == '\n')) bytes.Add((byte)'.');
            bytes.Add(mail[i]);
        }

        return [.. bytes];
    }

    private CancellationTokenSource Patience(CancellationToken cancellation)
    {
        var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(options.SmtpSeconds));
        return patience;
    }

    /// <summary>Lines that go to and fro; each step has its own deadline.</summary>
    private sealed class Conversation(Stream stream, int seconds, CancellationToken cancellation) : IAsyncDisposable
    {
        private readonly byte[] _buffer = new byte[MaxLine];
        private Stream _stream = stream;
        private int _start;
        private int _end;

        public bool IsProtected => _stream is SslStream;

        public ValueTask DisposeAsync() => _stream.DisposeAsync();

        public Task ProtectAsync(string host) => InTimeAsync(async token =>
        {
            // Said before the handshake, and believed after it, it could be anybody's.
            if (_start != _end) throw new MailException("the mail server speaks before its turn", isFinal: false);
            var protectedStream = new SslStream(_stream);
            _stream = protectedStream;
            await protectedStream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host }, token);
        });

        public Task<List<string>> AskAsync(string line, params int[] expected) => AskAsync(Encoding.UTF8.GetBytes(line + "\r\n"), expected);

        public Task SayAsync(byte[] bytes) => InTimeAsync(async token => await _stream.WriteAsync(bytes, token));

        /// <summary>Says goodbye, and does not mind the answer.</summary>
        public async Task LeaveAsync()
        {
            try
            {
                await SayAsync("QUIT\r\n"u8.ToArray());
            }
            catch (IOException)
            {
                // The server was quicker.
            }
        }

        public async Task<List<string>> ExpectAsync(params int[] expected)
        {
            var lines = new List<string>();
            await InTimeAsync(async token =>
            {
                string line;
                do
                {
                    line = await LineAsync(token);
                    lines.Add(line.Length > 4 ? line[4..] : "");
                    if (lines.Count > MaxLines) throw new MailException("the mail server says too much", isFinal: false);
                }
                while (line is [_, _, _, '-', ..]);

                if (!int.TryParse(line.AsSpan(0, Math.Min(3, line.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out var code))
                    throw new MailException("the mail server speaks another language", isFinal: false);
                // What the server says may name the address; its number is enough for the log.
                if (!expected.Contains(code)) throw new MailException($"the mail server answered {code.ToString(CultureInfo.InvariantCulture)}", isFinal: code is >= 500 and < 600);
            });
            return lines;
        }

        private async Task<List<string>> AskAsync(byte[] line, int[] expected)
        {
            await SayAsync(line);
            return await ExpectAsync(expected);
        }

        private async Task<string> LineAsync(CancellationToken token)
        {
            while (true)
            {
                var at = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
                if (at >= 0)
                {
                    var line = Encoding.UTF8.GetString(_buffer, _start, at).TrimEnd('\r');
                    _start += at + 1;
                    return line;
                }

                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
                if (_end == _buffer.Length) throw new MailException("the mail server says too much", isFinal: false);
                var read = await _stream.ReadAsync(_buffer.AsMemory(_end), token);
                if (read == 0) throw new IOException("it has hung up");
                _end += read;
            }
        }

        private async Task InTimeAsync(Func<CancellationToken, Task> step)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(TimeSpan.FromSeconds(seconds));
            await step(patience.Token);
        }
    }
}
