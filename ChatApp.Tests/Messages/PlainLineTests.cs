using ChatApp.Messages;

namespace ChatApp.Tests.Messages;

/// <summary>The beginning of a message where it stands in a line of its own.</summary>
public sealed class PlainLineTests
{
    [Theory]
    [InlineData("hello", "hello")]
    [InlineData("**bold** and *soft*, __both__ and ~~gone~~", "bold and soft, both and gone")]
    [InlineData("Plan:\n\n- one\n- two\n\n1. first", "Plan: • one • two 1. first")]
    [InlineData("# Title\n> quoted\n>> twice", "Title quoted twice")]
    [InlineData("run `git *push*` now", "run git *push* now")]
    [InlineData("```python\ndef f(*args):\n    return 2\n```\nafter", "def f(*args): return 2 after")]
    [InlineData("see [the plan](https://example.org/a_b) today", "see the plan today")]
    [InlineData("[not a link] (really)", "[not a link] (really)")]
    [InlineData("2 * 3, 5*3, snake_case_name, ~5, a \\*star\\*", "2 * 3, 5*3, snake_case_name, ~5, a *star*")]
    [InlineData("@Ann 你好 **世界** مرحبا", "@Ann 你好 世界 مرحبا")]
    [InlineData("#general is a room, -5 is a number", "#general is a room, -5 is a number")]
    [InlineData("", "")]
    public void Marks_go_and_words_stay(string text, string expected) => Assert.Equal(expected, MessageViews.ExtractOf(text));

    [Theory]
    [InlineData("word ")]
    [InlineData("**b** ")]
    [InlineData("😀")]
    [InlineData("[a](b)")]
    public void An_extract_is_the_same_whether_all_of_the_text_is_at_hand_or_what_a_log_reads_of_it(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, 400));
        var extract = MessageViews.ExtractOf(text);
        Assert.EndsWith("…", extract, StringComparison.Ordinal);
        Assert.InRange(extract.Length, 2, 141);
        // As a log reads it: 300 code points.
        Assert.Equal(extract, MessageViews.ExtractOf(string.Concat(text.EnumerateRunes().Take(300).Select(rune => rune.ToString()))));
        Assert.Equal(extract, string.Concat(extract.EnumerateRunes().Select(rune => rune.ToString())));
    }

    [Theory]
    [InlineData('[')]
    [InlineData('*')]
    [InlineData('`')]
    [InlineData('>')]
    [InlineData('\\')]
    public void Nothing_makes_it_fail_or_slow(char sign) => Assert.InRange(MessageViews.ExtractOf(new string(sign, 8000)).Length, 0, 141);
}
