using System.Text;
using System.Text.RegularExpressions;

namespace ChatApp.Tests.Harness;

/// <summary>A mail as its receiver reads it.</summary>
/// <param name="To">Address of the receiver.</param>
/// <param name="Subject">Decoded.</param>
/// <param name="Text">The plain text, decoded.</param>
/// <param name="Html">The HTML, decoded.</param>
/// <param name="Raw">As it was sent.</param>
internal sealed partial record ReceivedMail(string To, string Subject, string Text, string Html, string Raw)
{
    /// <summary>The link in it, as path and query.</summary>
    public string Link => new Uri(Address).PathAndQuery;

    /// <summary>The link in it, whole.</summary>
    public string Address => Links().Match(Text).Value;

    /// <summary>Reads what was sent, the way mail programs do.</summary>
    public static ReceivedMail Read(string raw)
    {
        var split = raw.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var head = raw[..split].Replace("\r\n ", " ", StringComparison.Ordinal);
        var boundary = Boundary().Match(head).Groups["name"].Value;
        var parts = raw[split..].Split("--" + boundary).Where(part => part.Contains("base64", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, parts.Count);
        return new ReceivedMail(Field("To").Trim('<', '>'), Words().Replace(Field("Subject"), word => Decode(word.Groups["text"].Value)).Replace("\0", "", StringComparison.Ordinal), Body(parts[0]), Body(parts[1]), raw);

        string Field(string name) => head.Split("\r\n").Single(line => line.StartsWith(name + ": ", StringComparison.Ordinal))[(name.Length + 2)..];
    }

    private static string Body(string part) => Decode(part[part.IndexOf("\r\n\r\n", StringComparison.Ordinal)..].Replace("\r\n", "", StringComparison.Ordinal));

    private static string Decode(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));

    [GeneratedRegex(@"https?://\S+", RegexOptions.None, 1000)]
    private static partial Regex Links();

    [GeneratedRegex("boundary=\"(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Boundary();

    // Encoded words; the space between two of them is none.
    [GeneratedRegex(@"=\?utf-8\?B\?(?<text>[^?]+)\?=( (?==\?))?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Words();
}

/// <summary>The mails that a server has written into its pickup folder.</summary>
internal static class Mailbox
{
    /// <summary>Where they lie.</summary>
    public static string MailFolder(this TestServer server) => Path.Combine(server.Folder, "mail");

    /// <summary>All mails to an address, the oldest first.</summary>
    public static IReadOnlyList<ReceivedMail> MailsTo(this TestServer server, string email) => Directory.Exists(server.MailFolder())
        ? [.. Directory.GetFiles(server.MailFolder(), "*.eml").Order(StringComparer.Ordinal).Select(file => ReceivedMail.Read(File.ReadAllText(file))).Where(mail => mail.To == email)]
        : [];

    /// <summary>Waits for the newest mail to an address, where there are so many.</summary>
    public static Task<ReceivedMail> MailToAsync(this TestServer server, string email, int count = 1) => Eventually.GivesAsync(
        () => server.MailsTo(email) is var mails && mails.Count >= count ? mails[^1] : null, $"no mail number {count} came to {email}");

    /// <summary>Waits until everything that was ordered is done with.</summary>
    public static Task MailIsQuietAsync(this TestServer server) =>
        Eventually.BecomesAsync(() => server.Get<ChatApp.Accounts.Mail.MailQueue>().Waiting == 0, "mails still wait");
}
