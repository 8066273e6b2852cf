using System.Globalization;
using System.Text;
using Markdig.Helpers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ChatApp.Messages;

/// <summary>
/// Writes a parsed message as HTML of a fixed list of elements: p, br, strong, em, del, code, pre, span, blockquote, ul, ol,
/// li, a, hr. Nothing of the message reaches the output but through <see cref="AppendEscaped"/>, and a node that is not
/// named here is written as the text that it was made from. One instance writes one message.
/// </summary>
internal sealed partial class SafeHtmlWriter
{
    /// <summary>Elements inside each other, at most; a message that goes deeper is not written.</summary>
    internal const int MaxNesting = 24;

    /// <summary>Longest address of a link in characters; a longer one is shown as text.</summary>
    internal const int MaxAddress = 2_048;

    // An unpaired bracket holds all that follows it in the tree, so plain text can be deep without any element.
    private const int MaxRecursion = 256;
    private const int MaxGrowth = 10;
    private const int FreeLength = 1_000;

    private const int FreePerName = 120;

    private readonly StringBuilder _html;
    private readonly string _source;
    private readonly TextNames? _names;
    private int _free = FreeLength;
    private int _ink;
    private int _nesting;
    private int _recursion;
    private bool _inLink;
    private bool _failed;

    private SafeHtmlWriter(string source, TextNames? names)
    {
        _source = source;
        _names = names;
        _html = new StringBuilder(source.Length * 2);
    }

    /// <summary>Writes the document.</summary>
    /// <param name="document">Syntax tree of <paramref name="source"/>.</param>
    /// <param name="source">The text that was parsed.</param>
    /// <param name="names">What names stood for when it was parsed; null where they stood for nothing.</param>
    /// <returns>The HTML; null where it would be too deep, too long or show nothing at all (as for a lone "-").</returns>
    internal static string? Write(MarkdownDocument document, string source, TextNames? names)
    {
        var writer = new SafeHtmlWriter(source, names);
        writer.Blocks(document, tight: false);
        return writer._failed || writer._ink == 0 ? null : writer._html.ToString();
    }

    /// <summary>Appends text for use between tags and inside double quotes.</summary>
    internal static void AppendEscaped(StringBuilder html, ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            switch (c)
            {
                case '&': html.Append("&amp;"); break;
                case '<': html.Append("&lt;"); break;
                case '>': html.Append("&gt;"); break;
                case '"': html.Append("&quot;"); break;
                case '\0': html.Append('\uFFFD'); break;
                case >= '\uD800' and <= '\uDFFF':
                    // Entities and cut slices can bring half a pair here though the source had none.
                    if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                        html.Append(c).Append(text[++i]);
                    else
                        html.Append('\uFFFD');
                    break;
                default: html.Append(c); break;
            }
        }
    }

    private void Blocks(ContainerBlock container, bool tight)
    {
        foreach (var block in container)
            Block(block, tight);
    }

    private void Block(Block block, bool tight)
    {
        if (!Descend())
            return;
        switch (block)
        {
            case ParagraphBlock paragraph when tight: Inlines(paragraph); break;
            case ParagraphBlock paragraph: Element("<p>", "</p>", () => Inlines(paragraph)); break;
            case HeadingBlock heading: Element("<p><strong>", "</strong></p>", () => Inlines(heading)); break;
            case QuoteBlock quote: Element("<blockquote>", "</blockquote>", () => Blocks(quote, tight: false)); break;
            case ListBlock list: List(list); break;
            case CodeBlock code: Code(code); break;
            case ThematicBreakBlock: _html.Append("<hr>"); _ink++; break;
            default: Element("<p>", "</p>", () => Source(block.Span)); break;
        }
        _recursion--;
    }

    private void List(ListBlock list)
    {
        var name = list.IsOrdered ? "ol" : "ul";
        _html.Append('<').Append(name);
        // Up to nine digits by the grammar, so it always fits; anything else counts from one.
        if (list.IsOrdered && int.TryParse(list.OrderedStart, NumberStyles.None, CultureInfo.InvariantCulture, out var start) && start != 1)
            _html.Append(CultureInfo.InvariantCulture, $" start=\"{start}\"");
        _html.Append('>');
        _nesting++;
        foreach (var item in list)
        {
            _html.Append("<li>");
            if (item is ContainerBlock content)
                Blocks(content, tight: !list.IsLoose);
            else
                Block(item, tight: false);
            _html.Append("</li>");
        }
        _nesting--;
        _html.Append("</").Append(name).Append('>');
    }

    private void Lines(LeafBlock block, string separator)
    {
        for (var i = 0; i < block.Lines.Count; i++)
        {
            _html.Append(i == 0 ? "" : separator);
            Text(block.Lines.Lines[i].Slice.AsSpan());
        }
    }

    private void Inlines(LeafBlock block)
    {
        if (block.Inline is { } inline)
            Inlines(inline);
        else
            Lines(block, "<br>");
    }

    private void Inlines(ContainerInline container)
    {
        for (var inline = container.FirstChild; inline is not null && !_failed; inline = inline.NextSibling)
            Inline(inline);
    }

    private void Inline(Inline inline)
    {
        if (!Descend())
            return;
        switch (inline)
        {
            case LiteralInline literal: Text(literal.Content.AsSpan()); break;
            case LineBreakInline: _html.Append("<br>"); break;
            case CodeInline code: Element("<code>", "</code>", () => Text(code.Content)); break;
            case HtmlEntityInline entity: Text(entity.Transcoded.AsSpan()); break;
            case EmphasisInline emphasis when TagOf(emphasis) is { } tag:
                Element($"<{tag}>", $"</{tag}>", () => Inlines(emphasis));
                break;
            case LinkInline link: Link(link.Url ?? "", link.Url ?? "", link); break;
            case NameInline name: Name(name); break;
            case PermalinkInline link: LinkTo(link.Link, link.Link.ToString()); break;
            case AutolinkInline link when _names?.PermalinkAt(link.Url) is { } own: LinkTo(own, link.Url); break;
            case AutolinkInline link: Link(link.IsEmail ? "mailto:" + link.Url : link.Url, link.Url, label: null); break;
            case DelimiterInline unpaired: Text(unpaired.ToLiteral()); Inlines(unpaired); break;
            default: Source(inline.Span); break;
        }
        _recursion--;
    }

    private static string? TagOf(EmphasisInline emphasis) => (emphasis.DelimiterChar, emphasis.DelimiterCount) switch
    {
        ('*' or '_', 1) => "em",
        ('*' or '_', 2) => "strong",
        ('~', 2) => "del",
        _ => null,
    };

    // Images are links too: fetching one would tell a stranger's server who reads the room, and when.
    private void Link(string url, string shown, ContainerInline? label)
    {
        if (_inLink || SafeAddress(url) is not { } address)
        {
            Label(shown, label);
            return;
        }
        _inLink = true;
        _html.Append("<a href=\"");
        AppendEscaped(_html, address);
        _html.Append("\" rel=\"noopener nofollow ugc\" target=\"_blank\">");
        Label(shown, label);
        _html.Append("</a>");
        _inLink = false;
    }

    private void Label(string shown, ContainerInline? label)
    {
        var before = _ink;
        if (label is not null)
            Inlines(label);
        // A link that shows nothing could be neither seen nor reached, and a message would look empty.
        if (_ink == before)
            Text(shown);
    }

    /// <summary>
    /// The address as it may stand in an attribute, or null. Judged on the decoded text without control characters,
    /// which is what a browser judges: it drops tabs and line ends inside "java\tscript:" too.
    /// </summary>
    private static string? SafeAddress(string url)
    {
        if (url.Length > MaxAddress)
            return null;
        var clean = string.Concat(url.Where(c => !char.IsControl(c))).Trim();
        var rest = clean.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? clean.AsSpan(8)
            : clean.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? clean.AsSpan(7)
            : clean.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? clean.AsSpan(7)
            : default;
        // Without a host a browser would read on, in its own way, what follows the slashes.
        if (rest.IsEmpty || "/\\?#".Contains(rest[0]))
            return null;
        var address = new StringBuilder(clean.Length);
        foreach (var rune in clean.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format || (rune.IsAscii && "<>\"\\^`{|}".Contains((char)rune.Value)))
                address.Append(Uri.EscapeDataString(rune.ToString()));
            else
                address.Append(rune);
        }
        return address.ToString();
    }

    private void Source(SourceSpan span)
    {
        if (span.Start < 0 || span.End >= _source.Length || span.Length <= 0)
            return;
        var first = true;
        foreach (var line in _source.AsSpan(span.Start, span.Length).EnumerateLines())
        {
            _html.Append(first ? "" : "<br>");
            Text(line);
            first = false;
        }
    }

    /// <summary>Writes an element, or nothing at all where its content shows nothing.</summary>
    private void Element(string open, string close, Action content)
    {
        var (start, before) = (_html.Length, _ink);
        _html.Append(open);
        _nesting++;
        content();
        _nesting--;
        if (_ink == before)
            _html.Length = start;
        else
            _html.Append(close);
    }

    private void Text(ReadOnlySpan<char> text)
    {
        if (!text.IsWhiteSpace())
            _ink++;
        AppendEscaped(_html, text);
    }

    /// <summary>Goes one node deeper, or fails the whole message where a bound is passed.</summary>
    private bool Descend()
    {
        _recursion++;
        _failed |= _recursion > MaxRecursion || _nesting > MaxNesting || _html.Length > _free + (_source.Length * MaxGrowth);
        return !_failed;
    }
}
