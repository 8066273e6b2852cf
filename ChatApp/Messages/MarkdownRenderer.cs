using System.Buffers;
using System.Text;
using Markdig;

namespace ChatApp.Messages;

/// <summary>
/// Turns the text of a message into HTML that every reader's page may insert as it is. One instance serves all threads.
/// </summary>
/// <remarks>
/// Called when a message is written, never while a page renders: an exception in a component ends the circuit of each
/// reader, so <see cref="Render(string)"/> has no failing input. What cannot be rendered as Markdown is shown as plain text.
/// </remarks>
public sealed class MarkdownRenderer
{
    /// <summary>
    /// Version of the rules, stored beside each result. It grows with every change of the output, so that stored HTML
    /// of an older version can be told apart and rendered again.
    /// </summary>
    public const int Version = 3;

    /// <summary>Longest text that is read as Markdown, in Unicode code points; longer text becomes plain paragraphs.</summary>
    public const int MaxCodePoints = 8_000;

    private const char Replacement = '\uFFFD';

    // What no parser of ChatMarkdown looks at, and what means nothing in HTML.
    private static readonly SearchValues<char> Prose = SearchValues.Create(
        " $%'(),-./0123456789;=?ABCDEFGHIJKLMNOPQRSTUVWXYZ^abcdefghijklmnopqrstuvwxyz{|}\u2013\u2014\u2018\u2019\u201C\u201D\u2026" +
        string.Concat(Enumerable.Range(0x00C0, 0x0250 - 0x00C0).Select(c => (char)c)) +
        string.Concat(Enumerable.Range(0x0400, 0x0460 - 0x0400).Select(c => (char)c)) +
        "\u3001\u3002\uFF01\uFF0C\uFF1A\uFF1B\uFF1F" +
        string.Concat(Enumerable.Range(0x3041, 0x3097 - 0x3041).Select(c => (char)c)) +
        string.Concat(Enumerable.Range(0x30A1, 0x30FB - 0x30A1).Select(c => (char)c)) +
        string.Concat(Enumerable.Range(0x4E00, 0xA000 - 0x4E00).Select(c => (char)c)));

    private readonly MarkdownPipeline _pipeline = ChatMarkdown.Build();

    /// <summary>The one instance that everybody shares.</summary>
    public static MarkdownRenderer Shared { get; } = new();

    /// <summary>Renders one message. Never throws, whatever the text.</summary>
    /// <param name="text">Text as its author typed it; any length, any characters, line ends of any system.</param>
    /// <returns>
    /// HTML of allow-listed elements without line breaks between them; empty where the text has only white space. At
    /// most about 10 characters for each one of <paramref name="text"/>, and about 1,000 more.
    /// </returns>
    public string Render(string text) => Render(text, names: null);

    /// <summary>The same where names in the text stand for somebody.</summary>
    /// <param name="text">The text.</param>
    /// <param name="names">Says for whom, and learns which of them were written; null where they are words like others.</param>
    internal string Render(string text, TextNames? names)
    {
        if (string.IsNullOrWhiteSpace(text))
            return "";
        if (names is null && IsProse(text))
            return string.Concat("<p>", text, "</p>");
        var source = Normalize(text);
        if (IsTooLong(source))
            return Plain(source);
        try
        {
            var document = Markdown.Parse(source, _pipeline, ContextOf(names));
            if (SafeHtmlWriter.Write(document, source, names) is { } html) return html;
            names?.WroteNothing();
            return Plain(source);
        }
#pragma warning disable CA1031 // A fault of the parser that no test met must cost one message its formatting and nothing else.
        catch (Exception)
#pragma warning restore CA1031
        {
            names?.WroteNothing();
            return Plain(source);
        }
    }

    private static MarkdownParserContext? ContextOf(TextNames? names)
    {
        if (names is null) return null;
        var context = new MarkdownParserContext();
        context.Properties[typeof(TextNames)] = names;
        return context;
    }

    /// <summary>
    /// True for one line of letters, digits and harmless marks that begins with a letter: most of what people write. The parser
    /// would find a paragraph of one text in it, at fifty times the price.
    /// </summary>
    private static bool IsProse(string text) =>
        text.Length <= MaxCodePoints && char.IsLetter(text[0]) && text[^1] != ' ' && text.AsSpan().IndexOfAnyExcept(Prose) < 0;

    /// <summary>The text as escaped paragraphs: blank lines part them, other line ends are kept as breaks.</summary>
    private static string Plain(string source)
    {
        var html = new StringBuilder(source.Length + (source.Length / 8) + 16);
        var open = false;
        foreach (var line in source.AsSpan().EnumerateLines())
        {
            if (line.IsWhiteSpace())
            {
                html.Append(open ? "</p>" : "");
                open = false;
                continue;
            }
            html.Append(open ? "<br>" : "<p>");
            open = true;
            SafeHtmlWriter.AppendEscaped(html, line.TrimEnd());
        }
        return html.Append(open ? "</p>" : "").ToString();
    }

    /// <summary>
    /// One kind of line end, no NUL and no half surrogate pairs: the parser, the database, JSON and the browser then
    /// agree about what the text is.
    /// </summary>
    private static string Normalize(string text)
    {
        if (!text.AsSpan().ContainsAny('\r', '\0') && !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return text;
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                clean.Append(c).Append(text[++i]);
            else if (c == '\0' || char.IsSurrogate(c))
                clean.Append(Replacement);
            else if (c != '\r')
                clean.Append(c);
            else if (i + 1 == text.Length || text[i + 1] != '\n')
                clean.Append('\n');
        }
        return clean.ToString();
    }

    private static bool IsTooLong(string source)
    {
        if (source.Length <= MaxCodePoints)
            return false;
        if (source.Length > MaxCodePoints * 2)
            return true;
        var codePoints = 0;
        foreach (var c in source)
            codePoints += char.IsLowSurrogate(c) ? 0 : 1;
        return codePoints > MaxCodePoints;
    }
}
