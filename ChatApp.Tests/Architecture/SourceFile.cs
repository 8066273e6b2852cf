using System.Text.RegularExpressions;

namespace ChatApp.Tests.Architecture;

/// <summary>A text file of the checkout.</summary>
/// <param name="Path">From the root of the checkout, with slashes.</param>
/// <param name="Text">As it stands on disk.</param>
internal sealed partial record SourceFile(string Path, string Text)
{
    private string? _code;

    /// <summary>The text with comments blanked out, every line at its place: a comment may name what the code may not use.</summary>
    public string Code => _code ??= LiteralsAndComments().Replace(Text, KeepLiterals);

    /// <summary>The line, counted from 1, on which the character stands.</summary>
    public int LineAt(int index) => Text.AsSpan(0, index).Count('\n') + 1;

    /// <summary>The text of a line, counted from 1, without the space around it.</summary>
    public string Line(int number) => Text.Split('\n')[number - 1].Trim();

    private static string KeepLiterals(Match match) =>
        match.Groups["comment"].Success ? NotNewline().Replace(match.Value, " ") : match.Value;

    // Literals are matched so that a "//" inside one is not taken for a comment.
    [GeneratedRegex("""""
        "{3}.*?"{3} | [@$]*@[$]*"([^"]|"")*" | "(\\.|[^"\\\n])*" | '(\\[^\n]{1,9}|[^'\\\n])'
        | (?<comment> //[^\n]* | /\*.*?\*/ | @\*.*?\*@ | <!--.*?--> )
        """"", RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex LiteralsAndComments();

    [GeneratedRegex("[^\n]", RegexOptions.None, 10_000)]
    private static partial Regex NotNewline();
}
