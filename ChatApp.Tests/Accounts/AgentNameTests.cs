using ChatApp.Accounts;

namespace ChatApp.Tests.Accounts;

public sealed class AgentNameTests
{
    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36", "Chrome on Windows")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0", "Edge on Windows")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15", "Safari on macOS")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", "Safari on iOS")]
    [InlineData("Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/139.0 Mobile/15E148 Safari/604.1", "Chrome on iPadOS")]
    [InlineData("Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", "Samsung Internet on Android")]
    [InlineData("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36", "Chrome on ChromeOS")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux")]
    [InlineData("curl/8.14.1", "curl/8.14.1")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void A_browser_is_named_as_people_know_it(string? userAgent, string name) => Assert.Equal(name, AgentName.OfBrowser(userAgent));

    [Fact]
    public void What_is_unknown_is_cut_and_cleaned()
    {
        Assert.Equal("me you", AgentName.OfBrowser("\u202e me\u0000\r\n you\u200b "));
        Assert.Equal(AgentName.MaxLength, AgentName.OfBrowser(new string('x', 100_000)).Length);
        Assert.Equal(AgentName.MaxLength - 1, AgentName.Clean(new string('x', AgentName.MaxLength - 1) + "😀").Length);
        Assert.Equal("ab", AgentName.Clean("a\ud800b"));
    }

    [Theory]
    [InlineData("Firefox on Windows", "Firefox", "Windows")]
    [InlineData("Samsung Internet on Android", "Samsung Internet", "Android")]
    public void Both_parts_are_found_again(string name, string browser, string system) => Assert.Equal((browser, system), AgentName.Split(name));

    [Theory]
    [InlineData("Firefox")]
    [InlineData("my bot on Windows")]
    [InlineData("Firefox on Windows on Linux")]
    [InlineData("")]
    public void Whatever_else_stands_there_stays_as_it_is(string name) => Assert.Null(AgentName.Split(name));
}
