using System.Text;
using System.Text.RegularExpressions;
using ChatApp.Messages;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Xunit;

namespace ChatApp.Tests.Messages;

public sealed class MarkdownRendererTests
{
    private static readonly MarkdownRenderer Renderer = new();

    [Theory]
    [MemberData(nameof(MarkdownCorpus.Golden), MemberType = typeof(MarkdownCorpus))]
    public void Each_supported_construct_has_one_exact_form(string text, string html)
    {
        Assert.Equal(html, Renderer.Render(text));
        AssertSafe(text);
    }

    [Theory]
    [MemberData(nameof(MarkdownCorpus.Hostile), MemberType = typeof(MarkdownCorpus))]
    public void A_hostile_text_comes_out_as_text(string text) => AssertSafe(text);

    [Theory]
    [MemberData(nameof(MarkdownCorpus.Hostile), MemberType = typeof(MarkdownCorpus))]
    public void A_hostile_text_stays_text_inside_other_constructs(string text)
    {
        AssertSafe("> - **" + text + "**");
        AssertSafe("# " + text);
        AssertSafe("[" + text + "](https://a.b)");
        AssertSafe("[x](https://a.b/" + text + ")");
        AssertSafe("[x](<https://a.b/" + text + ">)");
        AssertSafe("![" + text + "](https://a.b \"" + text + "\")");
        AssertSafe("https://a.b/" + text);
        AssertSafe("<https://a.b/" + text + ">");
        AssertSafe("```" + text + "\n" + text + "\n```");
        AssertSafe("a" + text + "\n\n" + text);
    }

    [Theory]
    [InlineData("[x](javascript:alert(1))")]
    [InlineData("[x](JAVA&#10;SCRIPT:alert(1))")]
    [InlineData("![x](data:text/html,1)")]
    [InlineData("[x](//a.b)")]
    [InlineData("[x](https:///a.b)")]
    public void A_link_elsewhere_than_http_https_and_mailto_is_only_its_label(string text) =>
        Assert.Equal("<p>x</p>", Renderer.Render(text));

    [Fact]
    public void A_forbidden_link_without_a_label_shows_its_address_as_text() =>
        Assert.Equal("<p>javascript:alert(1)</p>", Renderer.Render("[](javascript:alert(1))"));

    [Fact]
    public void Control_characters_are_taken_out_of_an_address() =>
        Assert.Contains("href=\"https://a.b/cd\"", Renderer.Render("[x](&#1;ht&#9;tps://a.b/c&#10;d)"), StringComparison.Ordinal);

    [Fact]
    public void Quotes_and_direction_marks_in_an_address_are_percent_encoded() =>
        Assert.Contains("href=\"https://a.b/%22%20%E2%80%AE\"", Renderer.Render("[x](<https://a.b/\" \u202E>)"), StringComparison.Ordinal);

    [Fact]
    public void An_address_above_2048_characters_is_not_a_link()
    {
        var address = "https://a.b/" + new string('c', 2_037);
        Assert.Equal("<p>x</p>", Renderer.Render($"[x]({address})"));
        Assert.Equal($"<p>{address} <em>b</em></p>", Renderer.Render($"{address} *b*"));
        Assert.StartsWith("<p><a ", Renderer.Render(address[..^1]), StringComparison.Ordinal);
    }

    [Fact]
    public void Half_surrogates_and_NUL_become_the_replacement_character() =>
        Assert.Equal("<p>\uFFFD \uFFFD <code>\uFFFD</code> \uFFFD\uFFFD</p>", Renderer.Render("\0 \uD800 `\uDC00` &#0;&#xD800;"));

    [Fact]
    public void Direction_marks_in_text_are_kept() =>
        Assert.Equal("<p>a\u202Eb\u2066c\u2069</p>", Renderer.Render("a\u202Eb\u2066c\u2069"));

    [Fact]
    public void Forty_thousand_brackets_are_text() =>
        Assert.Equal("<p>" + new string('[', 40_000) + "</p>", Renderer.Render(new string('[', 40_000)));

    [Fact]
    public void A_crowded_paragraph_is_text_and_its_neighbours_keep_their_form()
    {
        var brackets = new string('[', ChatMarkdown.MaxInlineMarks + 1);
        Assert.Equal($"<p><strong>a</strong></p><p>{brackets}<br>&lt;b&gt;</p>", Renderer.Render($"**a**\n\n{brackets}\n<b>"));
        Assert.Equal($"<p><strong>{brackets}</strong></p>", Renderer.Render("# " + brackets));
    }

    [Fact]
    public void Quotes_and_lists_nest_sixteen_deep_and_further_marks_are_text()
    {
        var html = Renderer.Render(new string('>', 20) + " a");
        Assert.Equal(ChatMarkdown.MaxBlockNesting, Regex.Count(html, "<blockquote>"));
        Assert.Contains("<p>&gt;&gt;&gt;&gt; a</p>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Emphasis_nested_too_deep_makes_the_message_plain_text()
    {
        var text = new string('*', 80) + "a" + new string('*', 80);
        Assert.Equal($"<p>{text}</p>", Renderer.Render(text));
    }

    [Fact]
    public void Text_above_eight_thousand_code_points_is_plain_paragraphs()
    {
        var longest = "**😀**" + string.Concat(Enumerable.Repeat("😀", MarkdownRenderer.MaxCodePoints - 5));
        Assert.StartsWith("<p><strong>😀</strong>", Renderer.Render(longest), StringComparison.Ordinal);
        Assert.StartsWith("<p>**😀**", Renderer.Render(longest + "!"), StringComparison.Ordinal);
        Assert.Equal("<p>*a*<br>  b</p><p>c</p><p>" + new string('d', 8_000) + "</p>", Renderer.Render("\n*a* \n  b\n \n\nc\n\n" + new string('d', 8_000) + "\n"));
    }

    [Fact]
    public void A_node_that_the_writer_does_not_know_is_written_as_its_source()
    {
        const string source = "<script>\n*x*";
        var block = new StrangeBlock { Span = new SourceSpan(0, 7) };
        var paragraph = new ParagraphBlock { Inline = new ContainerInline() };
        paragraph.Inline.AppendChild(new HtmlInline("<script>") { Span = new SourceSpan(0, 7) });
        paragraph.Inline.AppendChild(new EmphasisInline { DelimiterChar = '^', DelimiterCount = 1, Span = new SourceSpan(9, 11) });
        paragraph.Inline.AppendChild(new HtmlInline("nowhere") { Span = new SourceSpan(5, 99) });
        MarkdownDocument document = [block, paragraph];
        Assert.Equal("<p>&lt;script&gt;</p><p>&lt;script&gt;*x*</p>", SafeHtmlWriter.Write(document, source, names: null));
    }

    [Theory]
    [InlineData(8_000)]
    [InlineData(100_000)]
    public void Texts_that_cost_a_parser_most_are_answered_safely(int length)
    {
        foreach (var (_, text) in MarkdownCorpus.Expensive(length))
            AssertSafe(text);
    }

    [Fact]
    public async Task Texts_that_nest_most_need_little_of_the_stack()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // A stack overflow would end the whole process; half a megabyte is a third of what the server's threads have.
        new Thread(
            () =>
            {
                foreach (var (_, text) in MarkdownCorpus.Expensive(8_000))
                    Renderer.Render(text);
                done.SetResult();
            },
            512 * 1024).Start();
        await done.Task.WaitAsync(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void Twenty_thousand_random_texts_of_a_hostile_alphabet_pass_the_same_list()
    {
        string[] alphabet =
        [
            "[", "]", "(", ")", "<", ">", "!", "*", "**", "_", "~~", "`", "```", "\n", "\n\n", " ", "    ", "\t", "\\", "&", ";", "&#106;", "&Tab;", "&colon;", "&quot;", "\"", "'", "#", "- ", "1. ", "> ",
            ":", "/", "//", "http", "https://", "http://a.b", "mailto:", "a@b.c", "javascript:", "data:", "alert(1)", "script", "</", "<!--", "-->", "<img src=x onerror=", "onclick=", "{.x ", "}", "|", "---", "===",
            "[a]: ", "[^1]", "](", "](https://a.b", "](javascript:", "\0", "\r", "\uD800", "\uDC00", "😀", "\u202E", "\u200B", "\u00A0", "。", "，", "你", "س", "a", "b", "x", "0", "\u001B", "\u0085", "\u2028", "=", "+", "$", "@", "%6A",
        ];
        // A fixed seed: a failure repeats, and its message carries the text.
        var random = new Random(20_260_101);
        for (var i = 0; i < 20_000; i++)
        {
            var text = new StringBuilder();
            for (var left = random.Next(1, 40); left > 0; left--)
                text.Append(alphabet[random.Next(alphabet.Length)]);
            AssertSafe(text.ToString());
        }
    }

    [Fact]
    public void Plain_prose_comes_out_as_the_parser_would_write_it()
    {
        // A fixed seed. With a line end behind it no text takes the short way past the parser.
        var random = new Random(20_261_120);
        string[] pieces =
        [
            "a", "Word", "é", "Ж", "你好", "かな", "。", "，", "？", " ", "  ", ".", ",", ";", "?", "-", "/", "(", ")", "'", "$", "%", "=", "{", "}", "|", "^", "1", "1.", "1)", "…", "–", "“", "”", "www.a.b", "http", "mailto", "ftp//a",
            "---", "===", "$$", "^^", "==", "||", "{#a}", "(c)", "(tm)", "...", "\u00A0", "*", "_", ":", "<", "&", "\"", "+", "#", "~", "\t", "ſ", "ß", "İ",
        ];
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => pieces[random.Next(pieces.Length)]));
            Assert.Equal(Renderer.Render(text + "\n"), Renderer.Render(text));
        }
    }

    [Fact]
    public void Many_threads_share_one_renderer()
    {
        var texts = MarkdownCorpus.Golden.Select(row => ((string)row[0], (string)row[1])).ToArray();
        Parallel.For(0, 2_000, i => Assert.Equal(texts[i % texts.Length].Item2, Renderer.Render(texts[i % texts.Length].Item1)));
    }

    private static void AssertSafe(string text)
    {
        var html = Renderer.Render(text);
        try
        {
            SafeHtmlList.Check(html);
            Assert.InRange(html.Length, 0, 1_100 + (text.Length * 11));
            Assert.Equal(string.IsNullOrWhiteSpace(text), html.Length == 0);
        }
        catch (Xunit.Sdk.XunitException fault)
        {
            Assert.Fail($"{fault.Message}\ntext: {System.Text.Json.JsonSerializer.Serialize(text)}\nhtml: {html}");
        }
    }

    private sealed class StrangeBlock() : LeafBlock(parser: null);
}
