using Xunit;

namespace ChatApp.Tests.Messages;

/// <summary>Texts for the Markdown tests: what people mean, what attackers send, what costs a parser most.</summary>
public static class MarkdownCorpus
{
    private const string Blank = "rel=\"noopener nofollow ugc\" target=\"_blank\"";

    public static TheoryData<string, string> Golden => new()
    {
        { "hello", "<p>hello</p>" },
        { "one\ntwo", "<p>one<br>two</p>" },
        { "one\r\ntwo\rthree", "<p>one<br>two<br>three</p>" },
        { "one  \ntwo\\\nthree", "<p>one<br>two<br>three</p>" },
        { "one\n\n\n\ntwo", "<p>one</p><p>two</p>" },
        { "\n\n  padded \n\n", "<p>padded</p>" },
        { "**bold** __too__", "<p><strong>bold</strong> <strong>too</strong></p>" },
        { "*lean* _too_ snake_case_name", "<p><em>lean</em> <em>too</em> snake_case_name</p>" },
        { "***both***", "<p><em><strong>both</strong></em></p>" },
        { "~~gone~~ ~not~", "<p><del>gone</del> ~not~</p>" },
        { "**你好。**世界", "<p><strong>你好。</strong>世界</p>" },
        { "`a < b` ``c`d``", "<p><code>a &lt; b</code> <code>c`d</code></p>" },
        { "```\na\n\n  b < c\n```", "<pre><code tabindex=\"0\">a\n\n  b &lt; c</code></pre>" },
        { "```C#\nint x;\n```", "<pre data-language=\"C#\"><code class=\"language-c#\" tabindex=\"0\"><span class=\"tok-k\">int</span> x;</code></pre>" },
        { "~~~c++ title=x\na\n~~~", "<pre data-language=\"C++\"><code class=\"language-c++\" tabindex=\"0\">a</code></pre>" },
        { "```asp.net\na\n```", "<pre><code tabindex=\"0\">a</code></pre>" },
        { "    indented", "<pre><code tabindex=\"0\">indented</code></pre>" },
        { "```Brainf-k\na < b\n```", "<pre data-language=\"brainf-k\"><code class=\"language-brainf-k\" tabindex=\"0\">a &lt; b</code></pre>" },
        { "> ```js\n> // <b>\n> ```", "<blockquote><pre data-language=\"JavaScript\"><code class=\"language-js\" tabindex=\"0\"><span class=\"tok-c\">// &lt;b&gt;</span></code></pre></blockquote>" },
        { "```\nnever closed", "<pre><code tabindex=\"0\">never closed</code></pre>" },
        { "> quoted\n> twice\n\nanswer", "<blockquote><p>quoted<br>twice</p></blockquote><p>answer</p>" },
        { "> a\n>> b", "<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>" },
        { "- a\n- b\n  - c", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>" },
        { "- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>" },
        { "1. a\n2. b", "<ol><li>a</li><li>b</li></ol>" },
        { "7) a\n8) b", "<ol start=\"7\"><li>a</li><li>b</li></ol>" },
        { "0. a", "<ol start=\"0\"><li>a</li></ol>" },
        { "999999999. a", "<ol start=\"999999999\"><li>a</li></ol>" },
        { "1234567890. a", "<p>1234567890. a</p>" },
        { "a\n\n---\n\nb", "<p>a</p><hr><p>b</p>" },
        { "a\n***\nb", "<p>a</p><hr><p>b</p>" },
        { "a\n---\nb", "<p>a<br>---<br>b</p>" },
        { "a\n===", "<p>a<br>===</p>" },
        { "# Big", "<p><strong>Big</strong></p>" },
        { "###### *small* ##", "<p><strong><em>small</em></strong></p>" },
        { "#general is a room", "<p>#general is a room</p>" },
        { "a | b\n--|--\n1 | 2", "<p>a | b<br>--|--<br>1 | 2</p>" },
        { "[x](https://a.b/c?d=1&e=2)", $"<p><a href=\"https://a.b/c?d=1&amp;e=2\" {Blank}>x</a></p>" },
        { "[*x* `y`](http://a.b \"title\")", $"<p><a href=\"http://a.b\" {Blank}><em>x</em> <code>y</code></a></p>" },
        { "[x](<https://a.b/c d>)", $"<p><a href=\"https://a.b/c%20d\" {Blank}>x</a></p>" },
        { "[](https://a.b)", $"<p><a href=\"https://a.b\" {Blank}>https://a.b</a></p>" },
        { "[me](mailto:me@a.b)", $"<p><a href=\"mailto:me@a.b\" {Blank}>me</a></p>" },
        { "<https://a.b> <me@a.b>", $"<p><a href=\"https://a.b\" {Blank}>https://a.b</a> <a href=\"mailto:me@a.b\" {Blank}>me@a.b</a></p>" },
        { "see https://a.b/c_(d), ok", $"<p>see <a href=\"https://a.b/c_(d)\" {Blank}>https://a.b/c_(d)</a>, ok</p>" },
        { "(http://localhost:5080/rooms/x)", $"<p>(<a href=\"http://localhost:5080/rooms/x\" {Blank}>http://localhost:5080/rooms/x</a>)</p>" },
        { "看https://a.b/路，好", $"<p>看<a href=\"https://a.b/路\" {Blank}>https://a.b/路</a>，好</p>" },
        { "**https://a.b**", $"<p><strong><a href=\"https://a.b\" {Blank}>https://a.b</a></strong></p>" },
        { "mailto:me@a.b mailto:nobody", $"<p><a href=\"mailto:me@a.b\" {Blank}>mailto:me@a.b</a> mailto:nobody</p>" },
        { "xhttps://a.b https:// `https://a.b`", "<p>xhttps://a.b https:// <code>https://a.b</code></p>" },
        { "[https://a.b](https://c.d)", $"<p><a href=\"https://c.d\" {Blank}>https://a.b</a></p>" },
        { "![a cat](https://a.b/cat.png)", $"<p><a href=\"https://a.b/cat.png\" {Blank}>a cat</a></p>" },
        { "![](https://a.b/cat.png)", $"<p><a href=\"https://a.b/cat.png\" {Blank}>https://a.b/cat.png</a></p>" },
        { "[![cat](https://a.b/c.png)](https://a.b)", $"<p><a href=\"https://a.b\" {Blank}>cat</a></p>" },
        { "[a]\n\n[a]: https://a.b", $"<p>[a]</p><p>[a]: <a href=\"https://a.b\" {Blank}>https://a.b</a></p>" },
        { "[x](/rooms/a) [y](javascript:1)", "<p>x y</p>" },
        { "<b>bold</b> & \"co\"", "<p>&lt;b&gt;bold&lt;/b&gt; &amp; &quot;co&quot;</p>" },
        { "&lt;b&gt; &copy; &nosuch;", "<p>&lt;b&gt; © &amp;nosuch;</p>" },
        { "\\*plain\\*", "<p>*plain*</p>" },
        { "-", "<p>-</p>" },
        { "#", "<p>#</p>" },
        { ">", "<p>&gt;</p>" },
        { "```", "<p>```</p>" },
        { "a\n\n#\n\nb", "<p>a</p><p>b</p>" },
        { "سلام **علیکم**", "<p>سلام <strong>علیکم</strong></p>" },
        { "👩‍👩‍👧 *😀*", "<p>👩‍👩‍👧 <em>😀</em></p>" },
        { "", "" },
        { " \t\r\n\u00A0", "" },
    };

    /// <summary>Each would run, load or restyle something if any part of it came through as markup.</summary>
    public static TheoryData<string> Hostile => new()
    {
        "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x]( javascript:alert(1))", "[x](<java\tscript:alert(1)>)",
        "[x](&#106;avascript:alert(1))", "[x](&#x6A;avascript&colon;alert(1))", "[x](java&#10;script:alert(1))",
        "[x](java&Tab;script:alert(1))", "[x](java&NewLine;script:alert(1))", "[x](&#1;javascript:alert(1))",
        "[x](javascript\\:alert(1))", "[x](%6Aavascript:alert(1))", "[x](java\nscript:alert(1))", "[x](<java\u0000script:alert(1)>)",
        "[x](\u00A0javascript:alert(1))", "[x](\u202Ejavascript:alert(1))", "[x](view-source:javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)", "[x](data:text/html;base64,PHNjcmlwdD4=)", "![x](data:image/svg+xml,<svg onload=alert(1)>)",
        "[x](vbscript:msgbox(1))", "[x](file:///etc/passwd)", "[x](blob:https://a.b/c)", "[x](about:blank)", "[x](tel:1)", "[x](ftp://a.b)",
        "[x](//evil.test)", "[x](/admin)", "[x](\\\\evil.test)", "[x](#top)", "[x](?a=b)", "[x](http:evil)", "[x](https:///evil)", "[x](http:/\\evil)",
        "<javascript:alert(1)>", "<data:text/html,x>", "<vbscript:x>", "<JAVASCRIPT:alert(1)>", "javascript:alert(1)", "<https://a.b\"onclick=alert(1)>",
        "https://a.b/\"onmouseover=alert(1)//", "https://a.b/'onmouseover='alert(1)", "https://a.b/<script>alert(1)</script>",
        "![x](x \"onerror=alert(1)\")", "![\"onerror=\"alert(1)](https://a.b)", "<img src=x onerror=alert(1)>", "![x](https://a.b\"onerror=\"alert(1))",
        "[x](https://a.b \"\\\" onclick=\\\"alert(1)\")", "[x](https://a.b '\" onclick=\"alert(1)')", "[x](https://a.b/&quot;onclick=&quot;alert(1))",
        "[x](https://a.b/%22onclick=alert(1))", "[x](<https://a.b/\" onclick=\"alert(1)>)", "[x](https://a.b/`onclick=alert(1)`)",
        "```\"><script>alert(1)</script>\nx\n```", "```js\"onclick=\"alert(1)\nx\n```", "```&quot;onclick=alert(1)\nx\n```", "~~~`x` {onclick=alert(1)}\nx\n~~~",
        "```\n</code></pre><script>alert(1)</script>\n```", "`</code><script>alert(1)</script>`",
        "<!-- x --><script>alert(1)</script>", "<!--><img src=x onerror=alert(1)>-->", "<![CDATA[<script>alert(1)</script>]]>", "<?php x ?>", "<!DOCTYPE x>",
        "<script>alert(1)</script>", "<style>*{display:none}</style>", "<iframe src=javascript:alert(1)></iframe>", "<svg onload=alert(1)>",
        "<svg><script>alert(1)</script></svg>", "<math><mtext></p><img src=x onerror=alert(1)>", "<a href=javascript:alert(1)>x</a>", "<form action=//evil><input>",
        "<base href=//evil>", "<meta http-equiv=refresh content=0;url=//evil>", "<object data=x>", "<template><script>x</script></template>", "<scr<script>ipt>",
        "<img/src=x/onerror=alert(1)>", "<\u0000script>alert(1)</script>", "\uFF1Cscript\uFF1E", "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;",
        "# x {.y onclick=alert(1)}", "x {#id .class onclick=\"alert(1)\"}", "[x](https://a.b){onclick=alert(1)}", "{onclick=alert(1)}\n- x", "![x](https://www.youtube.com/watch?v=1)",
        "[x]\n\n[x]: javascript:alert(1)", "[x][y]\n\n[y]: https://a.b \"\\\" onclick=1\"", "[x]: <data:text/html,1>\n\n[x][]", "x[^1]\n\n[^1]: <script>alert(1)</script>",
        "---\ntitle: x\n---\n<script>", "+++\nx\n+++", "$$<script>$$", ":::onclick\nx\n:::", "|a|<script>|\n|-|-|", "- [x] <input autofocus onfocus=alert(1)>", "@import 'x'", "*[HTML]: <script>",
        "[a [b](https://c.d) e](https://f.g)", "[![x](javascript:1)](javascript:2)", "**<b>*_~~`x", "[x](https://a.b/\u202Egnp.exe)", "<p><p></p></div></body></html>",
        "&#0; &#xD800; &#xDFFF; &#x110000; \u0000 \u000B\u000C\u001B", "[x](https://a.b/&#xD800;)", "\uD800 **\uDC00** `\uD83D`", "https://a.b/\uD800x", "\uDE00\uD83D",
    };

    /// <summary>Texts that make a parser nest, pair or look back as much as possible; name and text.</summary>
    public static IEnumerable<(string Name, string Text)> Expensive(int length)
    {
        string[] units =
        [
            "[", "![", "]", "[]", "[[", "*", "**", "_", "~~a", "`", "` ", "<", "(", ")", ">", "> ", "- ", "1. ", "> - ", "> 1. ", "+ * ", "a**b", "*a ", "a* ", "*a_ ",
            "a**b _c* d_ ", "*a **b ***c ", "_a_b", "[a](b", "[](", "[a](<b", "[a](b \"", "[a](http://b) ", "![a](http://b)", "[a][b]", "[a]: b\n", "<http://a>", "<a@b.c>", "<http:a",
            "http://a ", "http://", "https://a.b/((", "mailto:", "hm", "\\", "&", "&#1", "&amp;", "\"", "a\n", "- a\n", "> a\n", "> \n\n", "- \n\n", "# \n", "#", "```\n", "* a\n * b\n", "\n",
            " ", "\t", "a  \n", "=\n", "---\n", "<!-- ", "{", "|", "\u0000", "\uD800", "\u202E", "。", "😀", "*。", "[*_~`<(",
        ];
        foreach (var unit in units)
            yield return (unit, string.Concat(Enumerable.Repeat(unit, length / unit.Length)));
        yield return ("[[…]]", new string('[', length / 2) + new string(']', length / 2));
        yield return ("[[…](](", new string('[', length / 4) + string.Concat(Enumerable.Repeat("](", length / 3)));
        yield return ("*…*", new string('*', length / 2) + "a" + new string('*', (length / 2) - 1));
        yield return ("https://a/)))", "https://a/" + new string(')', length - 10));
        yield return ("growing ticks", string.Concat(Enumerable.Range(1, (int)Math.Sqrt(2 * length) - 2).Select(n => new string('`', n) + " ")));
        yield return ("growing indent", string.Concat(Enumerable.Range(0, (int)Math.Sqrt(length) - 2).Select(n => new string(' ', 2 * n) + "- a\n")));
        yield return ("lazy quote", new string('>', 60) + "a\n" + string.Concat(Enumerable.Repeat("b\n", (length - 62) / 2)));
        yield return ("deep list, blank lines", string.Concat(Enumerable.Repeat("- ", 60)) + "a\n" + new string('\n', length - 122));
        yield return ("list, then blank lines", "- a\n" + new string('\n', length - 5) + "b");
        yield return ("quoted list, blank lines", "> - > - a\n" + string.Concat(Enumerable.Repeat("> - >\n", (length - 10) / 6)));
        yield return ("full paragraphs of [", string.Concat(Enumerable.Repeat(new string('[', 500) + "\n\n", length / 502)));
        yield return ("full paragraphs of *a_ ", string.Concat(Enumerable.Repeat(string.Concat(Enumerable.Repeat("*a_ ", 250)) + "\n\n", length / 1002)));
        yield return ("quoted headings", string.Concat(Enumerable.Repeat("> # *a* [b](c)\n", length / 15)));
    }
}
