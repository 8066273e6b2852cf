using System.Text;

namespace ChatApp.Messages;

/// <summary>
/// The words of a Markdown text without its marks, as one line: for where the beginning of a message is shown in a line of its own. No parser, and
/// none is needed: what is cut off in the middle is no whole document either.
/// </summary>
internal static class PlainLine
{
    private const string Bullet = "• ";

    /// <summary>The line.</summary>
    /// <param name="text">Markdown, perhaps only its beginning; it takes time in proportion to its length.</param>
    public static string Of(string text)
    {
        var line = new StringBuilder(text.Length);
        var isCode = false;
        foreach (var part in text.AsSpan().EnumerateLines())
        {
            var rest = part.Trim();
            if (rest.StartsWith("```", StringComparison.Ordinal) || rest.StartsWith("~~~", StringComparison.Ordinal))
            {
                isCode = !isCode;
                continue;
            }

            if (rest.IsEmpty) continue;
            if (line.Length > 0) line.Append(' ');
            if (isCode) line.Append(rest);
            else Words(line, WithoutBegin(line, rest));
        }

        return line.ToString();
    }

    // Quotations, headings and lists say at the beginning of a line what they are.
    private static ReadOnlySpan<char> WithoutBegin(StringBuilder line, ReadOnlySpan<char> rest)
    {
        while (rest is ['>', ..]) rest = rest[1..].TrimStart();
        var hashes = rest.Length - rest.TrimStart('#').Length;
        if (hashes is >= 1 and <= 6 && rest.Length > hashes && rest[hashes] == ' ') return rest[hashes..].TrimStart();
        if (rest is not ['-' or '*' or '+', ' ', ..]) return rest;
        line.Append(Bullet);
        return rest[2..].TrimStart();
    }

    private static void Words(StringBuilder line, ReadOnlySpan<char> text)
    {
        var isCode = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '`')
            {
                isCode = !isCode;
            }
            else if (isCode)
            {
                line.Append(c);
            }
            else if (c == '\\' && i + 1 < text.Length && char.IsAscii(text[i + 1]) && !char.IsLetterOrDigit(text[i + 1]) && text[i + 1] != ' ')
            {
                line.Append(text[++i]);
            }
            else if (c is '*' or '_' or '~')
            {
                var length = RunAt(text, i);
                if (!IsMark(text, i, length)) line.Append(text.Slice(i, length));
                i += length - 1;
            }
            else if (c is '[' && LinkAt(text, i) is var (words, end))
            {
                Words(line, text[words]);
                i = end;
            }
            else
            {
                line.Append(c);
            }
        }
    }

    private static int RunAt(ReadOnlySpan<char> text, int start)
    {
        var end = start + 1;
        while (end < text.Length && text[end] == text[start]) end++;
        return end - start;
    }

    // A sign between spaces stands for itself, and so does one within a word: 2 * 3, snake_case.
    private static bool IsMark(ReadOnlySpan<char> text, int start, int length)
    {
        var (before, after) = (start == 0 ? ' ' : text[start - 1], start + length == text.Length ? ' ' : text[start + length]);
        if (char.IsWhiteSpace(before) && char.IsWhiteSpace(after)) return false;
        if (text[start] == '~') return length == 2;
        return (length > 1 && text[start] == '*') || !char.IsLetterOrDigit(before) || !char.IsLetterOrDigit(after);
    }

    // [words](address): where the words stand, and the last character of it.
    private static (Range Words, int End)? LinkAt(ReadOnlySpan<char> text, int start)
    {
        var close = text[start..].IndexOf(']');
        if (close < 0) return null;
        close += start;
        if (close + 1 >= text.Length || text[close + 1] != '(') return null;
        var end = text[close..].IndexOf(')');
        return end < 0 ? null : ((start + 1)..close, close + end);
    }
}
