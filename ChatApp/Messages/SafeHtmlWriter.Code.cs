using System.Text;
using Markdig.Syntax;

namespace ChatApp.Messages;

/// <summary>Blocks of code: a frame that says which language it is, and the code with its words coloured.</summary>
internal sealed partial class SafeHtmlWriter
{
    private const int MaxLanguage = 20;

    // With five characters for a quotation mark, and one more, a message of nothing but strings stays below MaxGrowth.
    private const int FreeSpanCost = 700;
    private const int SpanGrowth = 4;

    private int _spanCost;

    private void Code(CodeBlock code)
    {
        var tag = TagOf(code);
        var language = tag is null ? null : CodeLanguage.Find(tag);
        // The inner element scrolls sideways, so that what is put on the frame stays; it must be reachable without a mouse.
        var open = tag is null
            ? "<pre><code tabindex=\"0\">"
            : $"<pre data-language=\"{language?.Name ?? tag}\"><code class=\"language-{tag}\" tabindex=\"0\">";
        Element(open, "</code></pre>", () =>
        {
            if (language is null) Lines(code, "\n");
            else Coloured(TextOf(code), language);
        });
    }

    private void Coloured(string code, CodeLanguage language)
    {
        if (!string.IsNullOrWhiteSpace(code))
            _ink++;
        var room = FreeSpanCost + (_source.Length * SpanGrowth) - _spanCost;
        var left = room;
        CodeHighlighter.Append(_html, code, language, ref left);
        _spanCost += room - left;
    }

    private static string TextOf(CodeBlock code)
    {
        var text = new StringBuilder();
        for (var i = 0; i < code.Lines.Count; i++)
            text.Append(i == 0 ? "" : "\n").Append(code.Lines.Lines[i].Slice.AsSpan());
        return text.ToString();
    }

    private static string? TagOf(CodeBlock code)
    {
        if (code is not FencedCodeBlock { Info: { Length: > 0 and <= MaxLanguage } info })
            return null;
        foreach (var c in info)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '#' or '-'))
                return null;
        }
        return string.Create(info.Length, info, (name, from) => Ascii.ToLower(from, name, out _));
    }
}
