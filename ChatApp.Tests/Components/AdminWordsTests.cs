using System.Globalization;
using ChatApp.Components.Admin;
using ChatApp.Moderation;
using ChatApp.Resources;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ChatApp.Tests.Components;

/// <summary>What the admin page says about lengths of time and about entries of the audit log.</summary>
public sealed class AdminWordsTests
{
    private static readonly StringLocalizer<Text> Words =
        new(new ResourceManagerStringLocalizerFactory(Options.Create(new LocalizationOptions()), NullLoggerFactory.Instance));

    [Theory]
    [InlineData(-5, "0 s")]
    [InlineData(58, "58 s")]
    [InlineData(60, "1 min")]
    [InlineData((59 * 60) + 59, "59 min")]
    [InlineData((3 * 3600) + 120, "3 h 2 min")]
    [InlineData((12 * 86400) + (3 * 3600) + 59, "12 d 3 h")]
    public void An_age_has_its_two_largest_units(int seconds, string expected) =>
        Assert.Equal(expected, In("en", () => AdminWords.Age(Words, TimeSpan.FromSeconds(seconds))));

    [Fact]
    public void An_age_is_told_in_the_readers_language() => Assert.Equal("3 小时 2 分钟", In("zh-Hans", () => AdminWords.Age(Words, TimeSpan.FromMinutes(182))));

    [Theory]
    [InlineData("user.rank", "Ada: Member -> Moderator", "Promoted: Moderator", "Ada")]
    [InlineData("user.rank", "A: B: Administrator -> Member", "Demoted: Member", "A: B")]
    [InlineData("user.rank", "Ada -> Bob", "Changed a role", "Ada -> Bob")]
    [InlineData("connection.disconnect", "Socket of Deploy bot from 198.51.100.7", "Disconnected", "Deploy bot · Program · 198.51.100.7")]
    [InlineData("connection.disconnect", "Circuit of man of from from ::1", "Disconnected", "man of from · Browser · ::1")]
    [InlineData("message.delete", "by Ada in General", "Deleted a message", "Ada in General")]
    [InlineData("message.delete", "by Ada in in General", "Deleted a message", "by Ada in in General")]
    [InlineData("message.delete", "", "Deleted a message", "")]
    [InlineData("later.action", "details", "later.action", "details")]
    public void An_entry_is_readable(string action, string details, string expectedAction, string expectedTarget)
    {
        var words = In("en", () => AuditWords.Of(Words, new AuditLine(default, "Root", action, "42", details, "")));
        Assert.Equal(expectedAction, words.Action);
        Assert.Equal(expectedTarget, words.Target.Replace("\u2068", "", StringComparison.Ordinal).Replace("\u2069", "", StringComparison.Ordinal));
    }

    [Fact]
    public void An_entry_is_told_in_the_readers_language()
    {
        var words = In("zh-Hans", () => AuditWords.Of(Words, new AuditLine(default, "Root", "user.rank", "42", "Ada: Member -> Moderator", "")));
        Assert.Equal("升为版主", words.Action);
    }

    private static T In<T>(string language, Func<T> say)
    {
        var before = CultureInfo.CurrentUICulture;
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);
        try
        {
            return say();
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }
}
