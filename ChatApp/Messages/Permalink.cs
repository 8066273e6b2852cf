using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace ChatApp.Messages;

/// <summary>The address of a message: the page of its room, opened around it.</summary>
/// <param name="Room">The room.</param>
/// <param name="Place">The message's place in it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly partial record struct Permalink(RoomId Room, Offset Place)
{
    /// <summary>What stands in the HTML of a message that has such a link.</summary>
    internal const string Class = "permalink";

    /// <summary>The link of an address without its host, such as <c>/rooms/general?at=42</c>; null where it is none.</summary>
    public static Permalink? Parse(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Whole().Match(path) is { Success: true } match ? Of(match) : null;
    }

    /// <summary>The first links in the HTML of a message, in their order; nearly always none.</summary>
    /// <param name="html">The HTML.</param>
    /// <param name="most">How many.</param>
    public static IReadOnlyList<Permalink> In(string html, int most = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(html);
        if (!html.Contains($"\"{Class}\"", StringComparison.Ordinal)) return [];
        return [.. Written().Matches(html).Select(Of).Distinct().Take(most)];
    }

    /// <summary>The length of an address at the beginning of a text; 0 where there is none.</summary>
    internal static int LengthAt(ReadOnlySpan<char> text)
    {
        foreach (var match in Leading().EnumerateMatches(text.Length > 80 ? text[..80] : text)) return match.Length;
        return 0;
    }

    /// <inheritdoc/>
    public override string ToString() => $"/rooms/{Room}?at={Place}";

    private static Permalink Of(Match match) =>
        new(new RoomId(match.Groups["room"].Value), new Offset(long.Parse(match.Groups["place"].Value, CultureInfo.InvariantCulture)));

    [GeneratedRegex("""^/rooms/(?<room>[a-z0-9]{1,32})\?at=(?<place>[0-9]{1,18})\z""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Whole();

    [GeneratedRegex("""^/rooms/[a-z0-9]{1,32}\?at=[0-9]{1,18}""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Leading();

    [GeneratedRegex("""<a class="permalink" href="/rooms/(?<room>[a-z0-9]{1,32})\?at=(?<place>[0-9]{1,18})">""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Written();
}
