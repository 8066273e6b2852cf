using ChatApp.Search;

namespace ChatApp.Tests.Search;

/// <summary>What counts as a hit, and how it is shown. Hits stand in brackets here.</summary>
public sealed class SearchMatcherTests
{
    [Theory]
    [InlineData("cafe", "Am Café vorbei", "Am [Café] vorbei")]
    [InlineData("CAFÉ", "am cafe vorbei", "am [cafe] vorbei")]
    [InlineData("cafe", "Cafe\u0301!", "[Cafe\u0301]!")]
    [InlineData("strasse", "Hauptstraße 1", "Haupt[straße] 1")]
    [InlineData("ras", "Straße", "St[raß]e")]
    [InlineData("aeon", "Æon", "[Æon]")]
    [InlineData("istanbul", "İstanbul", "[İstanbul]")]
    [InlineData("lodz", "Łódź", "[Łódź]")]
    [InlineData("abc", "ＡＢＣ", "[ＡＢＣ]")]
    [InlineData("привет", "ПРИВЕТ, мир", "[ПРИВЕТ], мир")]
    [InlineData("σοφος", "ΣΟΦΌΣ σοφός", "[ΣΟΦΌΣ] [σοφός]")]
    [InlineData("聊天", "我们聊天吧", "我们[聊天]吧")]
    [InlineData("가", "각 가", "각 [가]")]
    [InlineData("an", "banana", "b[anan]a")]
    [InlineData("ana nan", "banana", "b[anan]a")]
    [InlineData("<b>", "1 <b>&amp; \"2\"", "1 [<b>]&amp; \"2\"")]
    [InlineData("\"a b\"", "a\nb", "[a b]")]
    [InlineData("😀", "so 😀 so", "so [😀] so")]
    [InlineData("from:me", "nothing to mark", "nothing to mark")]
    public void Hits_are_marked(string search, string text, string expected) => Assert.Equal(expected, Shown(search, text));

    [Theory]
    [InlineData("cafe", "coffee")]
    [InlineData("й", "и")]
    [InlineData("a b", "a")]
    [InlineData("a -b", "ab")]
    public void What_is_not_there_is_no_match(string search, string text) =>
        Assert.False(new SearchMatcher(SearchQuery.Parse(search)).Matches(text));

    [Fact]
    public void A_long_text_is_cut_around_the_first_hit()
    {
        var text = string.Concat(Enumerable.Repeat("😀", 500)) + "needle" + string.Concat(Enumerable.Repeat("😀", 500));
        var shown = Shown("needle", text);
        Assert.StartsWith("…😀", shown, StringComparison.Ordinal);
        Assert.EndsWith("😀…", shown, StringComparison.Ordinal);
        Assert.Contains("[needle]", shown, StringComparison.Ordinal);
        Assert.True(shown.Length <= SearchMatcher.ExtractLength + 5);
        Assert.DoesNotContain('\uFFFD', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(shown)));
    }

    [Fact]
    public void A_hit_at_the_very_end_keeps_a_full_extract()
    {
        var shown = Shown("needle", new string('x', 1000) + "needle");
        Assert.EndsWith("x[needle]", shown, StringComparison.Ordinal);
        Assert.Equal(SearchMatcher.ExtractLength + 3, shown.Length);
    }

    [Fact]
    public void The_pieces_are_the_text_itself()
    {
        var random = new Random(20261120);
        const string Letters = "aAbBéßæ\u0301İ가聊😀 \"<&ﬁ";
        for (var round = 0; round < 5_000; round++)
        {
            var text = Any(random, Letters, 40);
            var search = Any(random, Letters, 4);
            var matcher = new SearchMatcher(SearchQuery.Parse(search));
            var parts = matcher.Extract(text);
            Assert.Equal(text, string.Concat(parts.Select(part => part.Text)));
            if (matcher.Matches(text) && SearchQuery.Parse(search).Words.Count > 0) Assert.Contains(parts, part => part.IsHit);
        }
    }

    private static string Any(Random random, string letters, int most) =>
        string.Concat(letters.EnumerateRunes().ToArray() is var runes ? Enumerable.Range(0, random.Next(1, most)).Select(_ => runes[random.Next(runes.Length)].ToString()) : []);

    private static string Shown(string search, string text) =>
        string.Concat(new SearchMatcher(SearchQuery.Parse(search)).Extract(text).Select(part => part.IsHit ? $"[{part.Text}]" : part.Text));
}
