using System.Reflection;
using ChatApp.Accounts;
using ChatApp.Accounts.Mail;
using ChatApp.Settings;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.Configuration;

namespace ChatApp.Tests.Settings;

/// <summary>Settings of mail and accounts: what is wrong stops the start, and what there is stands in the handbook.</summary>
public sealed class MailSettingsTests
{
    [Theory]
    [InlineData("From", "")]
    [InlineData("From", "no address")]
    [InlineData("From", "a@b>\r\nBcc: all@example.org")]
    [InlineData("SmtpPort", "0")]
    [InlineData("SmtpPort", "65536")]
    [InlineData("SmtpTls", "Perhaps")]
    [InlineData("PublicUrl", "javascript:alert(1)")]
    [InlineData("PublicUrl", "https://chat.example.org/path")]
    [InlineData("QueueLength", "0")]
    [InlineData("SmtpSeconds", "301")]
    [InlineData("Smtp", "x")]
    public void A_wrong_setting_stops_the_start_and_names_itself(string name, string value) =>
        Assert.Contains($"Mail:{name}", Assert.Throws<StartException>(() => Read((name, value))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("https://chat.example.org")]
    [InlineData("https://chat.example.org/")]
    [InlineData("http://[::1]:5080")]
    [InlineData("http://10.0.0.5:5080")]
    public void An_address_of_the_server_is_taken(string address) => Assert.Equal(address, Read(("PublicUrl", address)).PublicUrl);

    [Fact]
    public async Task Every_setting_of_mail_and_accounts_stands_in_the_handbook()
    {
        var handbook = await File.ReadAllTextAsync(Checkout.PathTo("docs/OPERATIONS.md"));
        foreach (var (section, type) in new[] { ("Accounts", typeof(AccountOptions)), ("Mail", typeof(MailOptions)) })
        {
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
                Assert.Contains($"`{section}:{property.Name}`", handbook, StringComparison.Ordinal);
        }
    }

    private static MailOptions Read((string Name, string Value) setting) => SettingsReader.Read<MailOptions>(
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create($"Mail:{setting.Name}", (string?)setting.Value)]).Build(), "Mail");
}
