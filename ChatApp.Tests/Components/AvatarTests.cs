using ChatApp.Accounts;
using ChatApp.Components.Shared;

namespace ChatApp.Tests.Components;

/// <summary>What stands for a person is markup made by hand: nothing that somebody chose may become part of it.</summary>
public sealed class AvatarTests
{
    [Theory]
    [InlineData("<b> <i>", "&lt;&lt;")]
    [InlineData("\"quoted\" &all", "&quot;&amp;")]
    [InlineData("王 小明", "王小")]
    [InlineData("", "?")]
    public void Initials_are_text_whatever_the_name_is(string name, string expected)
    {
        var markup = Avatar.Of(new UserCard(new UserId("u1"), name, Rank.Member), "avatar-small").Value;
        Assert.Matches($"^<span class=\"avatar avatar-small hue-\\d+\" aria-hidden=\"true\">{System.Text.RegularExpressions.Regex.Escape(expected)}</span>$", markup);
    }

    [Fact]
    public void A_picture_is_an_image_without_words_of_its_own()
    {
        var markup = Avatar.Of(new UserCard(new UserId("u1\"onerror=x"), "Ann", Rank.Member, Avatar: "k3v9\">")).Value;
        Assert.Matches("^<img class=\"avatar hue-\\d+\" src=\"/avatars/u1%22onerror%3Dx/k3v9%22%3E\" alt=\"\" decoding=\"async\" loading=\"lazy\">$", markup);
    }
}
