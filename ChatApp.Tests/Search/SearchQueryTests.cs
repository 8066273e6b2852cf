using ChatApp.Search;

namespace ChatApp.Tests.Search;

/// <summary>What a person types, as it is understood. No input fails.</summary>
public sealed class SearchQueryTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("   \t\n ", "")]
    [InlineData("hello world", "hello|world")]
    [InlineData("hello hello", "hello")]
    [InlineData("\"hello world\" again", "hello world|again")]
    [InlineData("“hello world” 「你好 世界」", "hello world|你好 世界")]
    [InlineData("\"open to the end", "open to the end")]
    [InlineData("\"\" \" \" x", "x")]
    [InlineData("a\"b", "a\"b")]
    [InlineData("-", "-")]
    [InlineData("- x", "-|x")]
    [InlineData("well-known", "well-known")]
    [InlineData("-draft", "~draft")]
    [InlineData("--draft", "~-draft")]
    [InlineData("report -\"first draft\"", "report|~first draft")]
    [InlineData("-from:ann", "~from:ann")]
    [InlineData("colour:red http://a.example", "colour:red|http://a.example")]
    [InlineData("from:", "from:")]
    [InlineData("from:@ in:#", "from:@|in:#")]
    [InlineData("from: ann", "from:|ann")]
    [InlineData("has:cheese is:late has:file", "has:cheese|is:late|has:file")]
    [InlineData("before:lunch on:2026-13-01 after:2026-02-30", "before:lunch|on:2026-13-01|after:2026-02-30")]
    [InlineData("before:0001-01-01 before:9999-12-31", "before:0001-01-01|before:9999-12-31")]
    [InlineData("\u0301 x", "x")]
    [InlineData("OR AND NOT NEAR(a b) a* ^b {c}:d", "OR|AND|NOT|NEAR(a|b)|a*|^b|{c}:d")]
    public void Words_and_phrases(string text, string expected)
    {
        var query = SearchQuery.Parse(text);
        Assert.Equal(expected, string.Join('|', query.Words.Concat(query.Excluded.Select(word => "~" + word))));
        Assert.Empty(query.From);
        Assert.Empty(query.In);
        Assert.True(query is { HasLink: false, IsPinned: false, Since: null, Until: null });
    }

    [Fact]
    public void Null_is_an_empty_text() => Assert.True(SearchQuery.Parse(null).IsEmpty);

    [Fact]
    public void Filters_of_people_and_rooms()
    {
        var query = SearchQuery.Parse("from:ann FROM:@bob from:\"Eve Adams\" in:#general in：\"The Lobby\" tea");
        Assert.Equal(["ann", "bob", "Eve Adams"], query.From);
        Assert.Equal(["general", "The Lobby"], query.In);
        Assert.Equal(["tea"], query.Words);
    }

    [Fact]
    public void Filters_of_state()
    {
        var query = SearchQuery.Parse("has:link Is:Pinned");
        Assert.True(query is { HasLink: true, IsPinned: true, IsEmpty: false });
        Assert.Empty(query.Words);
    }

    [Theory]
    [InlineData("before:2026-11-20", null, "2026-11-20")]
    [InlineData("after:2026-11-20", "2026-11-21", null)]
    [InlineData("on:2026-11-20", "2026-11-20", "2026-11-21")]
    [InlineData("on:2026-1-2", "2026-01-02", "2026-01-03")]
    [InlineData("on:2026-12", "2026-12-01", "2027-01-01")]
    [InlineData("on:2026", "2026-01-01", "2027-01-01")]
    [InlineData("after:2025 before:2026-03 before:2026-06", "2026-01-01", "2026-03-01")]
    public void Filters_of_time(string text, string? since, string? until)
    {
        var query = SearchQuery.Parse(text);
        Assert.Equal(Utc(since), query.Since);
        Assert.Equal(Utc(until), query.Until);
        Assert.Empty(query.Words);
        Assert.False(query.IsEmpty);
    }

    [Fact]
    public void Days_begin_where_the_person_is()
    {
        var shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");
        Assert.Equal(new DateTimeOffset(2026, 11, 19, 16, 0, 0, TimeSpan.Zero), SearchQuery.Parse("on:2026-11-20", shanghai).Since);
        // In Cairo the clocks skip the first hour of that day.
        var cairo = TimeZoneInfo.FindSystemTimeZoneById("Africa/Cairo");
        Assert.Equal(new DateTimeOffset(2024, 4, 25, 22, 0, 0, TimeSpan.Zero), SearchQuery.Parse("on:2024-04-26", cairo).Since);
    }

    [Fact]
    public void Filters_are_told_as_typed_with_their_place_and_whether_they_were_understood()
    {
        var query = SearchQuery.Parse("hello\tFrom:\"Ann B\" before:soon 你好 -in:x has:file is:pinned");
        Assert.Equal(
            [("from", "Ann B", true), ("before", "soon", false), ("in", "x", false), ("has", "file", false), ("is", "pinned", true)],
            query.Filters.Select(filter => (filter.Name, filter.Value, filter.IsUnderstood)));
        Assert.Equal(["From:\"Ann B\"", "before:soon", "-in:x", "has:file", "is:pinned"], query.Filters.Select(filter => query.Text[filter.Place]));
        Assert.Equal(["hello", "before:soon", "你好", "has:file"], query.Words);
    }

    [Fact]
    public void Only_what_must_not_occur_asks_for_nothing() => Assert.True(SearchQuery.Parse("-draft").IsEmpty);

    [Fact]
    public void What_is_too_long_is_cut()
    {
        Assert.Equal(SearchQuery.MaxLength, SearchQuery.Parse(new string('x', 5000)).Words.Single().Length);
        Assert.Equal(SearchQuery.MaxTerms, SearchQuery.Parse(string.Join(' ', Enumerable.Range(0, 100))).Words.Count);
        var half = new string('x', SearchQuery.MaxLength - 1) + "😀";
        Assert.Equal(new string('x', SearchQuery.MaxLength - 1), SearchQuery.Parse(half).Words.Single());
    }

    [Fact]
    public void A_word_of_the_index_is_always_one_quoted_phrase()
    {
        Assert.Equal("\"say \"\"hi\"\"\"", SearchCandidates.MatchOf(new SearchQuery { Words = ["say \"hi\""] }));
        Assert.Equal("(\"abc\" AND \"def\") NOT (\"ghi\")", SearchCandidates.MatchOf(SearchQuery.Parse("abc def -ghi xy -z")));
        Assert.Equal("\"abc\" AND \"://\"", SearchCandidates.MatchOf(SearchQuery.Parse("abc has:link")));
        Assert.Null(SearchCandidates.MatchOf(SearchQuery.Parse("ab -cdef from:ann")));
    }

    private static DateTimeOffset? Utc(string? day) =>
        day is null ? null : DateTimeOffset.Parse(day + "T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture);
}
