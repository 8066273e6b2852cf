using System.Text;
using System.Text.RegularExpressions;
using ChatApp.Messages;

namespace ChatApp.Tests.Messages;

/// <summary>Colours in code: what is found, that any text is safe, and that none costs more than its length.</summary>
public sealed class CodeHighlighterTests
{
    // Each kind of token as k[...], s[...] and so on.
    public static TheoryData<string, string, string> Corpus => new()
    {
        { "cs", "var x = $\"a {1}\"; // so", "k[var] x = s[$\"a {1}\"]; c[// so]" },
        { "cs", "@\"a\\\" + 'c' + \"\"\"x \" y\"\"\"", "s[@\"a\\\"] + s['c'] + s[\"\"\"x \" y\"\"\"]" },
        { "js", "const a = `x\n${b}` /* c\nd */ + 0xFF_n", "k[const] a = s[`x\n${b}`] c[/* c\nd */] + n[0xFF_n]" },
        { "ts", "interface A { b: string }", "k[interface] A { b: k[string] }" },
        { "py", "def f():\n    '''doc\n    '''  # why\n    return None", "k[def] f():\n    s['''doc\n    ''']  c[# why]\n    k[return] k[None]" },
        { "java", "public class A { int b = 1.5e3; }", "k[public] k[class] A { k[int] b = n[1.5e3]; }" },
        { "c", "#include <stdio.h>\nreturn 'a';", "k[#include] <stdio.h>\nk[return] s['a'];" },
        { "cpp", "constexpr auto s = R\"(a\"b)\";", "k[constexpr] k[auto] s = s[R\"(a\"b)\"];" },
        { "go", "func f() { x := `a\\` }", "k[func] f() { x := s[`a\\`] }" },
        { "rust", "fn f<'a>(x: &'a str) -> u8 { 1..2 }", "k[fn] f<'a>(x: &'a k[str]) -> k[u8] { n[1]..n[2] }" },
        { "rb", "def a # b\n  \"#{c}\"\nend", "k[def] a c[# b]\n  s[\"#{c}\"]\nk[end]" },
        { "php", "function f($a) { ECHO 'x'; } # y", "k[function] f($a) { k[ECHO] s['x']; } c[# y]" },
        { "sql", "SELECT 'it''s' from t -- all", "k[SELECT] s['it']s['s'] k[from] t c[-- all]" },
        { "bash", "if [ \"$a\" = 'b' ]; then # c\n  echo http://x#y\nfi", "k[if] [ s[\"$a\"] = s['b'] ]; k[then] c[# c]\n  k[echo] http://x#y\nk[fi]" },
        { "json", "{ \"a\" : \"b\", \"c\": [1, true] }", "{ a[\"a\"] : s[\"b\"], a[\"c\"]: [n[1], k[true]] }" },
        { "yaml", "a-b: yes # c\nd: \"e\"", "a[a-b]: k[yes] c[# c]\na[d]: s[\"e\"]" },
        { "html", "<a href=\"x\" b>c</a><!-- d -->", "k[<a] a[href]=s[\"x\"] a[b]>ck[</a]>c[<!-- d -->]" },
        { "xml", "1 < 2 <?xml a='b'?>", "1 < 2 k[<?xml] a[a]=s['b']?>" },
        { "css", "a { color: #fff; } /* b */ @media", "a { a[color]: #fff; } c[/* b */] k[@media]" },
        { "kt", "val a: Int? = null // b", "k[val] a: Int? = k[null] c[// b]" },
        { "swift", "let a = \"b\" as? String", "k[let] a = s[\"b\"] k[as]? String" },
        { "ps1", "ForEach ($a in 1) <# b #>", "k[ForEach] ($a k[in] n[1]) c[<# b #>]" },
        { "toml", "a = true ; b", "a = k[true] c[; b]" },
        { "dockerfile", "FROM a AS b", "k[FROM] a k[AS] b" },
        { "diff", "@@ 1 @@\n-a\n+b\n c\n\n", "k[@@ 1 @@]\nd[-a]\ni[+b]\n c\n\n" },
    };

    [Theory]
    [MemberData(nameof(Corpus))]
    public void Each_language_has_its_words_strings_comments_and_numbers(string tag, string code, string expected)
    {
        var seen = new StringBuilder();
        var at = 0;
        foreach (var span in CodeHighlighter.Find(code, CodeLanguage.Find(tag)!))
        {
            seen.Append(code, at, span.Start - at).Append("ksncaid"[Letter(span.Token)]).Append('[').Append(code, span.Start, span.End - span.Start).Append(']');
            at = span.End;
        }

        Assert.Equal(expected, seen.Append(code, at, code.Length - at).ToString());
    }

    [Fact]
    public void Every_language_of_the_table_is_in_the_corpus()
    {
        var tried = Corpus.Select(row => CodeLanguage.Find((string)row[0])!.Name).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(CodeLanguage.All.Select(language => language.Name).Order(StringComparer.Ordinal), tried.Order(StringComparer.Ordinal));
        Assert.True(CodeLanguage.All.Count() >= 15);
        Assert.All(CodeLanguage.All.SelectMany(language => language.Tags), tag => Assert.Matches("^[a-z0-9+#-]{1,20}$", tag));
    }

    [Theory]
    [InlineData("cs", "\"never closed\nint x", "s[\"never closed]k[int]")]
    [InlineData("cs", "/* never closed\nint x", "c[/* never closed\nint x]")]
    [InlineData("cs", "\"a\\", "s[\"a\\]")]
    [InlineData("html", "<a href=\"never", "k[<a]a[href]s[\"never]")]
    public void What_is_never_closed_ends_with_its_line_or_with_the_code(string tag, string code, string expected) =>
        Assert.Equal(expected, string.Concat(CodeHighlighter.Find(code, CodeLanguage.Find(tag)!).Select(span => $"{"ksncaid"[Letter(span.Token)]}[{code[span.Start..span.End]}]")));

    [Fact]
    public void Five_thousand_random_texts_in_every_language_stay_whole_and_safe()
    {
        string[] alphabet = ["\"", "'", "`", "\"\"\"", "'''", "\\", "/*", "*/", "//", "#", "--", "<!--", "-->", "<", ">", "</", "&", "=", ":", "\n", " ", "\t", "@\"", "$\"", "r#\"", "\"#", "R\"(", ")\"", "if", "return", "1", "0x", ".", "e", "_", "-", "+", "@", "$", "😀", "你", "<script>", "</span>", "</code>", "\u202E"];
        // A fixed seed: a failure repeats, and its message carries the text.
        var random = new Random(20_261_129);
        var languages = CodeLanguage.All.ToList();
        for (var i = 0; i < 5_000; i++)
        {
            var code = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var language = languages[i % languages.Count];
            AssertWhole(code, language);
            SafeHtmlList.Check(new MarkdownRenderer().Render($"~~~~~~{language.Tags[0]}\n{code}\n~~~~~~"));
        }
    }

    [Fact]
    public void The_longest_message_of_any_repeated_piece_keeps_its_form_and_stays_below_the_bound()
    {
        string[] pieces = ["\"\" ", "'", "`", "/*", "//\n", "#", "<a ", "<", "<!--", "1 ", "if ", "\\\"", "a:", "\n", " ", "+\n", "\"\"\"", "-", "@", "&\"", "😀"];
        foreach (var language in CodeLanguage.All)
        {
            foreach (var piece in pieces)
            {
                var text = $"~~~~~~{language.Tags[0]}\n{string.Concat(Enumerable.Repeat(piece, 7_900 / piece.Length))}\n~~~~~~";
                var html = new MarkdownRenderer().Render(text);
                Assert.InRange(html.Length, 0, 1_100 + (text.Length * 10));
                Assert.True(string.IsNullOrWhiteSpace(piece) || html.StartsWith("<pre ", StringComparison.Ordinal), $"{language.Name}: {piece}");
            }
        }
    }

    [Fact]
    public void Where_the_room_for_colours_ends_the_rest_is_plain_and_nothing_is_missing()
    {
        var code = string.Concat(Enumerable.Repeat("1 ", 3_000)).TrimEnd();
        var html = new MarkdownRenderer().Render($"```js\n{code}\n```");
        var spans = Regex.Count(html, "<span");
        Assert.InRange(spans, 500, 2_999);
        Assert.Equal(code, new AngleSharp.Html.Parser.HtmlParser().ParseDocument(html).Body!.TextContent);
    }

    // A count of steps, not a clock: what is looked at may grow with the length only.
    [Fact]
    public void Spans_stand_in_order_and_do_not_overlap_at_a_hundred_thousand_characters()
    {
        string[] pieces = ["\"", "'", "/*", "<a", "<", "a ", "1.", "a   ", "#", "\\", "\"\\", "<!-", "\"\"", "`\n"];
        foreach (var language in CodeLanguage.All)
        {
            foreach (var piece in pieces)
                AssertWhole(string.Concat(Enumerable.Repeat(piece, 100_000 / piece.Length)), language);
        }
    }

    private static void AssertWhole(string code, CodeLanguage language)
    {
        var at = 0;
        foreach (var span in CodeHighlighter.Find(code, language))
        {
            Assert.True(span.Start >= at && span.End > span.Start && span.End <= code.Length, $"{language.Name}: {span} after {at} in {code[..Math.Min(code.Length, 200)]}");
            Assert.False(span.End < code.Length && char.IsLowSurrogate(code[span.End]), "half a character");
            at = span.End;
        }
    }

    private static int Letter(CodeToken token) => (int)token switch { 0 => 0, 1 => 1, 2 => 3, 3 => 2, var other => other };
}
