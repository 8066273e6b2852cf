using ChatApp.Components.Account;
using Microsoft.AspNetCore.Http;

namespace ChatApp.Tests.Components;

/// <summary>Addresses to return to come from links that anybody can write: none of them may lead to another site.</summary>
public sealed class LocalPathTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/rooms/general")]
    [InlineData("/rooms/general?at=17#end")]
    [InlineData("/a//b")]
    [InlineData("/%5Cevil.example")]
    public void A_path_of_this_site_is_followed(string address) => Assert.Equal(address, LocalPath.Safe(address));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("rooms")]
    [InlineData("//evil.example")]
    [InlineData("///evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("/rooms\\..\\..")]
    [InlineData("https://evil.example/")]
    [InlineData("https:evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData(" //evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("/\n/evil.example")]
    [InlineData("/rooms\r\nSet-Cookie: a=b")]
    [InlineData("/\u0000/evil.example")]
    [InlineData("/\u007f")]
    [InlineData("/\uff0fevil.example")]
    public void Everything_else_leads_to_the_default(string? address) => Assert.Equal(LocalPath.Default, LocalPath.Safe(address));

    [Fact]
    public void A_path_that_is_too_long_is_not_followed() => Assert.Equal(LocalPath.Default, LocalPath.Safe("/" + new string('a', 2048)));

    [Theory]
    [InlineData("http://chat.example/rooms/abc?x=1", "/rooms/abc?x=1")]
    [InlineData("http://CHAT.example/rooms", "/rooms")]
    [InlineData("http://evil.example/rooms", "/")]
    [InlineData("http://chat.example:81/rooms", "/")]
    [InlineData("http://chat.example//evil.example", "/")]
    [InlineData("nonsense", "/")]
    [InlineData("", "/")]
    public void The_page_before_is_followed_on_this_host_only(string referer, string expected)
    {
        var context = new DefaultHttpContext();
        context.Request.Host = new HostString("chat.example");
        context.Request.Headers.Referer = referer;
        Assert.Equal(expected, LocalPath.OfReferer(context.Request, "/"));
    }
}
