using System.Runtime.InteropServices;
using System.Text;

namespace ChatApp.Messages;

/// <summary>What a stretch of code is.</summary>
internal enum CodeToken
{
    /// <summary>A word of the language itself, or the name of a tag.</summary>
    Keyword,

    /// <summary>Text between quotes.</summary>
    String,

    /// <summary>For people only.</summary>
    Comment,

    /// <summary>A number.</summary>
    Number,

    /// <summary>The name of a property or attribute.</summary>
    Name,

    /// <summary>A line that came.</summary>
    Inserted,

    /// <summary>A line that went.</summary>
    Deleted,
}

/// <summary>A stretch of code that is coloured.</summary>
/// <param name="Start">Where it begins, in UTF-16 units.</param>
/// <param name="End">Where the next thing begins.</param>
/// <param name="Token">What it is.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CodeSpan(int Start, int End, CodeToken Token);

/// <summary>
/// Colours code: finds comments, strings, numbers and words of the language, and writes them as spans of class
/// <c>tok-...</c>. Any text is fine, nothing is looked at more than a few times, and no span stands in another.
/// </summary>
internal static class CodeHighlighter
{
    /// <summary>Characters that one span costs besides its text, at most.</summary>
    internal const int SpanCost = 27;

    private const string Close = "</span>";

    /// <summary>Finds what is coloured, in order and without overlaps.</summary>
    internal static List<CodeSpan> Find(string code, CodeLanguage language)
    {
        List<CodeSpan> spans = [];
        switch (language.Shape)
        {
            case CodeShape.Diff: FindInDiff(code, spans); break;
            case CodeShape.Markup: new MarkupScanner(code, spans).Run(); break;
            default: new WordScanner(code, language, spans).Run(); break;
        }
        return spans;
    }

    /// <summary>Writes the code with its spans, escaped.</summary>
    /// <param name="html">Where to.</param>
    /// <param name="code">The code.</param>
    /// <param name="language">Its language.</param>
    /// <param name="room">Characters that spans may still cost; what comes after has no colour.</param>
    internal static void Append(StringBuilder html, string code, CodeLanguage language, ref int room)
    {
        var at = 0;
        foreach (var span in Find(code, language))
        {
            if (room < SpanCost) break;
            room -= SpanCost;
            SafeHtmlWriter.AppendEscaped(html, code.AsSpan(at, span.Start - at));
            html.Append("<span class=\"tok-").Append(ClassOf(span.Token)).Append("\">");
            SafeHtmlWriter.AppendEscaped(html, code.AsSpan(span.Start, span.End - span.Start));
            html.Append(Close);
            at = span.End;
        }
        SafeHtmlWriter.AppendEscaped(html, code.AsSpan(at));
    }

    private static char ClassOf(CodeToken token) => token switch
    {
        CodeToken.Keyword => 'k',
        CodeToken.String => 's',
        CodeToken.Comment => 'c',
        CodeToken.Number => 'n',
        CodeToken.Name => 'a',
        CodeToken.Inserted => 'i',
        _ => 'd',
    };

    private static void FindInDiff(string code, List<CodeSpan> spans)
    {
        for (var start = 0; start < code.Length;)
        {
            var end = code.IndexOf('\n', start);
            if (end < 0) end = code.Length;
            CodeToken? token = code[start] switch
            {
                '+' => CodeToken.Inserted,
                '-' => CodeToken.Deleted,
                '@' => CodeToken.Keyword,
                '#' or '\\' => CodeToken.Comment,
                _ => null,
            };
            if (token is { } found) spans.Add(new CodeSpan(start, end, found));
            start = end + 1;
        }
    }

    /// <summary>The end of a string or comment whose beginning has been read; the end of the code where it is left open.</summary>
    private static int EndOf(string code, int from, CodeString form)
    {
        for (var at = from; at < code.Length; at++)
        {
            var c = code[at];
            if (c == '\n' && !form.SpansLines) return at;
            if (c == form.Escape && c != '\0' && at + 1 < code.Length && (form.SpansLines || code[at + 1] != '\n')) at++;
            else if (StartsAt(code, at, form.Close)) return at + form.Close.Length;
        }
        return code.Length;
    }

    private static bool StartsAt(string code, int at, string part) =>
        part.Length <= code.Length - at && code.AsSpan(at, part.Length).SequenceEqual(part);

    private static CodeString? FindAt(string code, int at, IReadOnlyList<CodeString> forms)
    {
        foreach (var form in forms)
        {
            if (StartsAt(code, at, form.Open)) return form;
        }
        return null;
    }

    private sealed class WordScanner(string code, CodeLanguage language, List<CodeSpan> spans)
    {
        private int _at;

        public void Run()
        {
            while (_at < code.Length)
            {
                var start = _at;
                if (IsLineComment())
                    Take(LineEnd(start), CodeToken.Comment);
                else if (FindAt(code, start, language.BlockComments) is { } comment)
                    Take(EndOf(code, start + comment.Open.Length, comment), CodeToken.Comment);
                else if (FindAt(code, start, language.Strings) is { } text)
                    TakeString(EndOf(code, start + text.Open.Length, text));
                else if (char.IsAsciiDigit(code[start]))
                    Take(NumberEnd(start), CodeToken.Number);
                else if (IsWord(code[start]))
                    TakeWord();
                else
                    _at++;
            }
        }

        // "#" stands in addresses and colours too: a comment begins a line or follows a space.
        private bool IsLineComment()
        {
            foreach (var mark in language.LineComments)
            {
                if (StartsAt(code, _at, mark) && (mark.Length > 1 || _at == 0 || char.IsWhiteSpace(code[_at - 1]))) return true;
            }
            return false;
        }

        private int LineEnd(int from) => code.IndexOf('\n', from) is var end and >= 0 ? end : code.Length;

        private bool IsWord(char c) => char.IsLetter(c) || c == '_' || language.WordCharacters.Contains(c, StringComparison.Ordinal);

        private int NumberEnd(int from)
        {
            var end = from + 1;
            for (; end < code.Length; end++)
            {
                var c = code[end];
                if (c == '.' ? end + 1 >= code.Length || !char.IsAsciiDigit(code[end + 1]) : !char.IsAsciiLetterOrDigit(c) && c != '_') break;
            }
            return end;
        }

        private void TakeWord()
        {
            var start = _at;
            while (_at < code.Length && (IsWord(code[_at]) || char.IsAsciiDigit(code[_at]))) _at++;
            if (language.NamesBeforeColons && IsBeforeColon()) spans.Add(new CodeSpan(start, _at, CodeToken.Name));
            else if (language.IsKeyword(code.AsSpan(start, _at - start))) spans.Add(new CodeSpan(start, _at, CodeToken.Keyword));
        }

        private void TakeString(int end)
        {
            var start = _at;
            _at = end;
            spans.Add(new CodeSpan(start, end, language.NamesBeforeColons && IsBeforeColon() ? CodeToken.Name : CodeToken.String));
        }

        private bool IsBeforeColon()
        {
            var at = _at;
            while (at < code.Length && code[at] == ' ') at++;
            return at < code.Length && code[at] == ':';
        }

        private void Take(int end, CodeToken token)
        {
            spans.Add(new CodeSpan(_at, end, token));
            _at = end;
        }
    }

    private sealed class MarkupScanner(string code, List<CodeSpan> spans)
    {
        private static readonly CodeString Comment = new("<!--", "-->", '\0', SpansLines: true);
        private static readonly CodeString[] Values = [new("\"", "\"", '\0', SpansLines: true), new("'", "'", '\0', SpansLines: true)];

        private int _at;
        private bool _inTag;

        public void Run()
        {
            while (_at < code.Length)
            {
                if (StartsAt(code, _at, Comment.Open)) Take(EndOf(code, _at + Comment.Open.Length, Comment), CodeToken.Comment);
                else if (code[_at] == '<' && TagNameEnd() is var end && end > _at + 1) TakeTag(end);
                else if (!_inTag) _at++;
                else if (FindAt(code, _at, Values) is { } value) Take(EndOf(code, _at + 1, value), CodeToken.String);
                else if (IsName(code[_at])) Take(NameEnd(_at), CodeToken.Name);
                else _inTag = code[_at++] != '>';
            }
        }

        private static bool IsName(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or ':' or '.' or '@';

        private int NameEnd(int from)
        {
            while (from < code.Length && IsName(code[from])) from++;
            return from;
        }

        private int TagNameEnd() =>
            NameEnd(_at + 1 < code.Length && code[_at + 1] is '/' or '!' or '?' ? _at + 2 : _at + 1);

        private void TakeTag(int end)
        {
            Take(end, CodeToken.Keyword);
            _inTag = true;
        }

        private void Take(int end, CodeToken token)
        {
            spans.Add(new CodeSpan(_at, end, token));
            _at = end;
        }
    }
}
