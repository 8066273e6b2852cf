using ChatApp.Rooms;

namespace ChatApp.Tests.Rooms;

/// <summary>What somebody means who types a few letters of a name.</summary>
public sealed class NameMatcherTests
{
    [Theory]
    [InlineData("gen", "General")]
    [InlineData("GEN", "general")]
    [InlineData("eral", "General")]
    [InlineData("gd", "General Design")]
    [InlineData("gedes", "General Design")]
    [InlineData("design gen", "General Design")]
    [InlineData("bp", "build-pipeline")]
    [InlineData("bp", "build_pipeline")]
    [InlineData("cafe", "Café")]
    [InlineData("café", "CAFE")]
    [InlineData("naive", "Naïve")]
    [InlineData("strasse", "Straße")]
    [InlineData("lodz", "Łódź")]
    [InlineData("小明", "王小明")]
    [InlineData("王明", "王小明")]
    [InlineData("明", "王小明")]
    [InlineData("ｇｅｎ", "General")]
    [InlineData("مرح", "مرحبا")]
    [InlineData("  gen  ", "General")]
    public void It_fits(string typed, string name) => Assert.NotNull(Rate(typed, name));

    [Theory]
    [InlineData("xyz", "General")]
    [InlineData("lareneg", "General")]
    [InlineData("nrl", "General")] // letters in order, of which the first begins no word
    [InlineData("gen x", "General")]
    [InlineData("明王", "王小明")]
    [InlineData("generals", "General")]
    public void It_does_not_fit(string typed, string name) => Assert.Null(Rate(typed, name));

    [Theory]
    [InlineData("ann", "Ann", "Annabel")] // the whole name
    [InlineData("des", "Design", "General Design")] // its beginning
    [InlineData("des", "General Design", "Modes")] // the beginning of a word
    [InlineData("ode", "Modes", "Old desk")] // a part of it
    [InlineData("gd", "General Design", "Gadgets")] // words rather than letters inside of one
    [InlineData("gen", "General", "General Design and Everything")] // the shorter one
    public void The_first_fits_better(string typed, string better, string worse) => Assert.True(Rate(typed, better) > Rate(typed, worse));

    [Fact]
    public void Nothing_typed_fits_everything_and_long_texts_are_cut()
    {
        Assert.True(new NameMatcher("   ").IsEmpty);
        Assert.Equal(0, Rate("", "General"));
        var endless = new string('a', 100_000);
        Assert.NotNull(Rate(endless, endless));
        Assert.Equal(NameMatcher.MaxLength, NameMatcher.Fold(endless).Length);
        Assert.Null(Rate("\ud83d", "half of a pair"));
    }

    private static int? Rate(string typed, string name) => new NameMatcher(typed).Rate(NameMatcher.Fold(name));
}
