using System.Net;
using System.Text.RegularExpressions;

namespace ChatApp.Messages;

/// <summary>
/// The names of a text as they were understood when its HTML was made: that HTML itself says whom each of them meant. So a message
/// that is rendered by newer rules means the same people for ever, whoever has another name or has left since.
/// </summary>
internal sealed partial class KeptNames : TextNames
{
    private readonly Dictionary<(char Sign, string Folded), TextName> _names = [];
    private readonly Dictionary<Permalink, string> _links = [];

    private KeptNames(string html)
    {
        foreach (Match match in Written().Matches(html))
        {
            var shown = WebUtility.HtmlDecode(match.Groups["shown"].Value);
            if (shown.Length < 2) continue;
            if (match.Groups["place"].Success)
            {
                if (Permalink.Parse($"/rooms/{match.Groups["room"].Value}?at={match.Groups["place"].Value}") is { } link) _links[link] = shown;
                continue;
            }

            TextName name = match.Groups["user"] is { Success: true, Value: var user } ? new(NameKind.Person, user)
                : match.Groups["group"] is { Success: true, Value: var group } ? new(group == "here" ? NameKind.Here : NameKind.Everybody, "")
                : new(NameKind.Room, match.Groups["room"].Value);
            _names[(shown[0], Fold(shown.AsSpan(1)))] = name;
        }
    }

    /// <summary>The names in the HTML; null where there are none, as in nearly every message.</summary>
    public static KeptNames? In(string html) =>
        html.Contains(SafeHtmlWriter.NameMark, StringComparison.Ordinal) || html.Contains(SafeHtmlWriter.RoomMark, StringComparison.Ordinal) || html.Contains(SafeHtmlWriter.LinkMark, StringComparison.Ordinal)
            ? new KeptNames(html) : null;

    /// <summary>True where the text was for everybody who was connected.</summary>
    public bool MeantHere => _names.Values.Any(name => name.Kind == NameKind.Here);

    /// <inheritdoc/>
    public override Permalink? PermalinkAt(string address) =>
        address.IndexOf("/rooms/", StringComparison.Ordinal) is >= 0 and var start && Permalink.Parse(address[start..]) is { } link && _links.ContainsKey(link) ? link : null;

    /// <inheritdoc/>
    public override string WordsOf(Permalink link) => _links.GetValueOrDefault(link) ?? base.WordsOf(link);

    /// <inheritdoc/>
    protected override TextName? Of(char sign, string folded) => _names.GetValueOrDefault((sign, folded));

    /// <summary>What a name stood for; null where it stood for nobody.</summary>
    internal TextName? Meant(char sign, string folded) => Of(sign, folded);

    [GeneratedRegex(
        """<(?:span class="mention" data-(?:user="(?<user>[^"<>]+)"|group="(?<group>all|here)")|a class="room-name" href="/rooms/(?<room>[a-z0-9]+)"|a class="permalink" href="/rooms/(?<room>[a-z0-9]+)\?at=(?<place>[0-9]+)")>(?<shown>[^<>]+)<""",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Written();
}
