using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ChatApp.Moderation.Rules;

/// <summary>A text as rules look at it: each form of it is made once, by the first rule that wants it. One thread at a time.</summary>
/// <param name="text">As written.</param>
/// <param name="html">As it will be shown.</param>
/// <param name="people">How many people it names.</param>
internal sealed class RuleText(string text, string html, int people)
{
    private string? _folded;
    private IReadOnlyList<string>? _hosts;
    private UInt128? _print;

    /// <summary>As written.</summary>
    public string Text => text;

    /// <summary>How many people it names.</summary>
    public int People => people;

    /// <summary>Without case, width, and what nobody sees.</summary>
    public string Folded => _folded ??= Fold(text);

    /// <summary>Where its links lead, in lower case.</summary>
    public IReadOnlyList<string> Hosts => _hosts ??= LinkHosts.In(text, html);

    /// <summary>Tells texts apart that are not the same to a reader.</summary>
    public UInt128 Print => _print ??= PrintOf(Folded);

    /// <summary>A text without case, width, and what nobody sees.</summary>
    public static string Fold(string text) => VisibleText.WithoutIgnorable(text).Normalize(NormalizationForm.FormKC).ToLowerInvariant();

    /// <summary>The print of a folded text; spaces make no difference.</summary>
    public static UInt128 PrintOf(string folded)
    {
        var squeezed = string.Concat(folded.Where(c => !char.IsWhiteSpace(c)));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(squeezed.AsSpan()), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}

/// <summary>Where links lead.</summary>
internal static partial class LinkHosts
{
    private static readonly IdnMapping Idn = new() { AllowUnassigned = true };

    /// <summary>A host of a rule's list in the form in which it is compared; null where it is none. <c>*.</c> before it says what holds anyway: all below it too.</summary>
    public static string? Clean(string host)
    {
        host = host.Trim().ToLowerInvariant();
        if (host.StartsWith("*.", StringComparison.Ordinal)) host = host[2..];
        host = Ascii(host.TrimEnd('.'));
        return Uri.CheckHostName(host) == UriHostNameType.Unknown ? null : host;
    }

    /// <summary>True where a host is the one of a list, or below it.</summary>
    public static bool IsBelow(string host, string listed) =>
        host == listed || (host.Length > listed.Length && host.EndsWith(listed, StringComparison.Ordinal) && host[^(listed.Length + 1)] == '.');

    /// <summary>Where the links of a message lead: those that readers can click, and addresses that are only written. Ways within this site are none.</summary>
    public static IReadOnlyList<string> In(string text, string html)
    {
        var hosts = new HashSet<string>(StringComparer.Ordinal);
        if (html.Contains("href=", StringComparison.Ordinal))
        {
            foreach (Match link in Href().Matches(html)) Add(System.Net.WebUtility.HtmlDecode(link.Groups["url"].Value));
        }

        if (text.Contains("://", StringComparison.Ordinal))
        {
            foreach (Match link in Written().Matches(text)) Add(link.Value);
        }

        return [.. hosts];

        void Add(string url)
        {
            if (HostOf(url) is { } host) hosts.Add(host);
        }
    }

    private static string? HostOf(string url)
    {
        var begin = url.IndexOf("://", StringComparison.Ordinal);
        if (begin < 0) return null;
        if (Uri.TryCreate(url, UriKind.Absolute, out var known) && known.Host.Length > 0) return Ascii(known.Host.ToLowerInvariant().TrimEnd('.'));
        // What no parser takes may still lead a browser somewhere: what stands where the host does.
        var rest = url[(begin + 3)..];
        rest = rest[(rest.LastIndexOf('@') + 1)..];
        var host = new string([.. rest.TakeWhile(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_')]).TrimEnd('.');
        return host.Length == 0 ? null : Ascii(host.ToLowerInvariant());
    }

    private static string Ascii(string host)
    {
        try
        {
            return Idn.GetAscii(host);
        }
        catch (ArgumentException)
        {
            return host;
        }
    }

    [GeneratedRegex("href=\"(?<url>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Href();

    [GeneratedRegex("""https?://[^\s<>"'`()\[\]]+""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Written();
}
