using ChatApp.Accounts;

namespace ChatApp.Tests.Accounts;

public sealed class DisplayNameTests
{
    [Theory]
    [InlineData("Ann", "Ann")]
    [InlineData("  Ann \t Lee  ", "Ann Lee")]
    [InlineData("Ann\u00A0Lee", "Ann Lee")]
    [InlineData("A\u0308nn", "\u00C4nn")]
    [InlineData("王小明", "王小明")]
    [InlineData("👩\u200D🚀", "👩\u200D🚀")]
    public void A_name_is_trimmed_with_single_spaces_in_composed_form(string input, string name) => Assert.Equal(name, DisplayName.Normalize(input));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t\n")]
    [InlineData("Ann\u202Eeel")]
    [InlineData("Ann\u2066")]
    [InlineData("An\u200Bn")]
    [InlineData("An\u0007n")]
    [InlineData("\u200D")]
    [InlineData("\u3164")]
    [InlineData("\u2800")]
    [InlineData("\uFE0F")]
    [InlineData("Ann\uE000")]
    [InlineData("An\u00ADn")]
    public void A_name_without_anything_visible_or_with_characters_that_deceive_is_refused(string? input) => Assert.Null(DisplayName.Normalize(input));

    [Fact]
    public void Half_of_a_surrogate_pair_is_refused() => Assert.Null(DisplayName.Normalize("Ann" + (char)0xD800));

    [Theory]
    [InlineData("x")]
    [InlineData("😀")]
    public void A_name_has_at_most_30_code_points(string character)
    {
        var longest = string.Concat(Enumerable.Repeat(character, 30));
        Assert.Equal(longest, DisplayName.Normalize(longest));
        Assert.Null(DisplayName.Normalize(longest + character));
    }

    [Theory]
    [InlineData("Al\u200Dice", "alice")]
    [InlineData("Ali\uFE0Fce", "alice")]
    [InlineData("ann", "ANN")]
    [InlineData("\uFF21nn", "ann")]
    [InlineData("ﬁona", "fiona")]
    [InlineData("\u00C4nn", "a\u0308NN")]
    public void Names_that_differ_only_in_form_or_case_are_the_same_name(string one, string other) =>
        Assert.Equal(DisplayName.Fold(DisplayName.Normalize(one)!), DisplayName.Fold(DisplayName.Normalize(other)!));
}
