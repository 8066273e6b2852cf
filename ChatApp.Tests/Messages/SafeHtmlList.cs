using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Xunit;

namespace ChatApp.Tests.Messages;

/// <summary>
/// The list of what a rendered message may hold, written apart from the renderer's own and asked of a real HTML parser.
/// </summary>
internal static partial class SafeHtmlList
{
    private static readonly string[] Elements =
        ["A", "BLOCKQUOTE", "BR", "CODE", "DEL", "EM", "HR", "LI", "OL", "P", "PRE", "SPAN", "STRONG", "UL"];

    /// <summary>Fails where a browser would see anything but listed elements, attributes, schemes and text.</summary>
    internal static void Check(string html)
    {
        CheckBalance(html);
        Assert.Equal(html, string.Concat(html.EnumerateRunes()));
        var parser = new HtmlParser();
        var body = parser.ParseDocument("").Body!;
        foreach (var node in parser.ParseFragment(html, body).SelectMany(root => root.DescendantsAndSelf()))
        {
            Assert.True(node is IElement or IText, $"a node of type {node.NodeType}");
            if (node is IElement element && element != body && element.LocalName != "html")
                CheckElement(element);
        }
    }

    private static void CheckElement(IElement element)
    {
        Assert.Contains(element.TagName, Elements);
        Assert.Equal("http://www.w3.org/1999/xhtml", element.NamespaceUri);
        foreach (var attribute in element.Attributes)
            Assert.True(IsListed(element.LocalName, attribute), $"{element.LocalName} has {attribute.Name}=\"{attribute.Value}\"");
        if (element.LocalName == "a" && element.ClassName is null)
        {
            Assert.NotNull(element.GetAttribute("href"));
            Assert.Equal("noopener nofollow ugc", element.GetAttribute("rel"));
            Assert.Equal("_blank", element.GetAttribute("target"));
            Assert.Null(element.ParentElement!.Closest("a"));
        }
        if (element.LocalName is "p" or "a" or "strong" or "blockquote")
            Assert.False(string.IsNullOrWhiteSpace(element.TextContent) && element.QuerySelector("hr,li") is null, $"an empty {element.LocalName}");
        if (element.LocalName == "pre")
            Assert.Equal("0", Assert.Single(element.Children).GetAttribute("tabindex"));
        if (element.LocalName is "a" or "span" && element.ClassName is "mention" or "room-name" or "permalink")
            CheckName(element);
        else if (element.LocalName == "span")
            Assert.Equal(("code", "pre", 0), (element.ParentElement!.LocalName, element.ParentElement.ParentElement!.LocalName, element.ChildElementCount));
    }

    // One address or one person, made of an id; nothing of what was typed but the text.
    private static void CheckName(IElement element)
    {
        Assert.Equal((2, 0), (element.Attributes.Length, element.ChildElementCount));
        Assert.Null(element.ParentElement!.Closest("a"));
        if (element.ClassName == "mention") Assert.Matches("^(?:data-user|data-group)$", Assert.Single(element.Attributes, attribute => attribute.Name != "class").Name);
        else Assert.Matches(element.ClassName == "room-name" ? "^/rooms/[a-z0-9]{1,32}$" : "^/rooms/[a-z0-9]{1,32}\\?at=[0-9]{1,18}$", element.GetAttribute("href"));
    }

    private static bool IsListed(string element, IAttr attribute) => (element, attribute.Name) switch
    {
        ("a", "href") => Address().IsMatch(attribute.Value) || attribute.Value.StartsWith("/rooms/", StringComparison.Ordinal),
        ("a", "class") => attribute.Value is "room-name" or "permalink",
        ("span", "data-user") => attribute.Value.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'),
        ("span", "data-group") => attribute.Value is "all" or "here",
        ("a", "rel" or "target") => true,
        ("ol", "start") => Start().IsMatch(attribute.Value),
        ("code", "class") => Language().IsMatch(attribute.Value),
        ("code", "tabindex") => attribute.Value == "0",
        ("pre", "data-language") => LanguageName().IsMatch(attribute.Value),
        ("span", "class") => Token().IsMatch(attribute.Value) || attribute.Value == "mention",
        _ => false,
    };

    /// <summary>A parser mends what is crossed or left open, in its own way; the renderer must leave it nothing to mend.</summary>
    private static void CheckBalance(string html)
    {
        var open = new Stack<string>();
        foreach (Match tag in Tag().Matches(html))
        {
            var name = tag.Groups["name"].Value;
            if (tag.Groups["end"].Length > 0)
                Assert.Equal(open.Pop(), name);
            else if (name is not ("br" or "hr"))
                open.Push(name);
            Assert.InRange(open.Count, 0, 48);
        }
        Assert.Empty(open);
        var text = Tag().Replace(html, "");
        Assert.False(text.Contains('<', StringComparison.Ordinal) || text.Contains('>', StringComparison.Ordinal), "a bare angle bracket");
    }

    [GeneratedRegex("^(?:https?://[^/\\\\?#]|mailto:[^/?#])[^\\p{Cc}\\p{Cf}\\s\"<>`]*\\z", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Address();

    [GeneratedRegex("^language-[a-z0-9+#-]{1,20}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex Language();

    [GeneratedRegex("^[A-Za-z0-9+#-]{1,20}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex LanguageName();

    [GeneratedRegex("^tok-[ksncaid]\\z", RegexOptions.NonBacktracking)]
    private static partial Regex Token();

    [GeneratedRegex("^[0-9]{1,9}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex Start();

    [GeneratedRegex("<(?<end>/?)(?<name>[a-z]+)(?: [a-z-]+=\"[^\"<>]*\")*>", RegexOptions.NonBacktracking)]
    private static partial Regex Tag();
}
