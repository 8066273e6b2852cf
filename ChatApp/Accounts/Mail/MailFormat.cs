using System.Globalization;
using System.Net.Mail;
using System.Security.Cryptography;
using System.Text;

namespace ChatApp.Accounts.Mail;

/// <summary>
/// Writes a mail as RFC 5322 and MIME say: 7-bit lines of at most 76 characters, everything else encoded. Nothing that a person
/// has typed comes into a header as it is, so that no line end in it can begin a header of its own.
/// </summary>
public static class MailFormat
{
    private const string LineEnd = "\r\n";

    /// <summary>The mail as bytes, each line ended by CR LF.</summary>
    /// <param name="mail">The mail.</param>
    /// <param name="from">Address from which it comes.</param>
    /// <param name="at">When it was made.</param>
    /// <exception cref="MailException">The address is none that a header can hold.</exception>
    public static byte[] Write(OutgoingMail mail, string from, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(mail);
        ArgumentNullException.ThrowIfNull(from);
        var boundary = "=_" + Secret.NewId(24);
        var text = new StringBuilder();
        Header("From", $"ChatApp <{from}>");
        Header("To", $"<{Address(mail.To)}>");
        Header("Subject", Words(mail.Subject));
        Header("Date", at.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture));
        Header("Message-ID", $"<{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}@{from[(from.IndexOf('@', StringComparison.Ordinal) + 1)..]}>");
        Header("MIME-Version", "1.0");
        Header("Content-Language", mail.Language);
        // No holiday notices in answer.
        Header("Auto-Submitted", "auto-generated");
        Header("Content-Type", $"multipart/alternative; boundary=\"{boundary}\"");
        text.Append(LineEnd);
        Part("text/plain", mail.Text);
        Part("text/html", mail.Html);
        text.Append("--").Append(boundary).Append("--").Append(LineEnd);
        return Encoding.UTF8.GetBytes(text.ToString());

        void Header(string name, string value) => text.Append(name).Append(": ").Append(value).Append(LineEnd);

        void Part(string type, string content)
        {
            text.Append("--").Append(boundary).Append(LineEnd);
            Header("Content-Type", type + "; charset=utf-8");
            Header("Content-Transfer-Encoding", "base64");
            text.Append(LineEnd);
            var bytes = Encoding.UTF8.GetBytes(content.ReplaceLineEndings(LineEnd));
            text.Append(Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks)).Append(LineEnd);
        }
    }

    /// <summary>The address as mail servers take it: its host in ASCII.</summary>
    /// <exception cref="MailException">It holds what can stand in no address.</exception>
    public static string Address(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.Length > 254 || address.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '<' or '>' or ',' or ';' or '"' or '\\')
            || !MailAddress.TryCreate(address, out var parsed) || parsed.Address != address)
            throw new MailException("the address cannot be written to", isFinal: true);
        try
        {
            return $"{parsed.User}@{new IdnMapping().GetAscii(parsed.Host)}";
        }
        catch (ArgumentException problem)
        {
            throw new MailException("the address cannot be written to", isFinal: true, problem);
        }
    }

    /// <summary>True where a server must know SMTPUTF8 to take that address.</summary>
    public static bool NeedsUnicode(string address) => address.Any(c => c > '~');

    // RFC 2047: encoded words of at most 75 characters, each with whole characters, on lines of their own.
    private static string Words(string line)
    {
        if (line.All(c => c is >= ' ' and <= '~') && line.Length <= 60) return line;
        var words = new List<string>();
        var word = new List<byte>();
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in line.EnumerateRunes())
        {
            var count = (Rune.IsControl(rune) ? new Rune(' ') : rune).EncodeToUtf8(bytes);
            if (word.Count + count > 42) Close();
            word.AddRange(bytes[..count]);
        }

        Close();
        return string.Join(LineEnd + " ", words);

        void Close()
        {
            words.Add($"=?utf-8?B?{Convert.ToBase64String([.. word])}?=");
            word.Clear();
        }
    }
}
