using System.Globalization;
using System.Text;
using ChatApp.Accounts.Mail;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Accounts.Mail;

/// <summary>Mails as bytes: what mail programs read, and what nobody can smuggle into them.</summary>
public sealed class MailFormatTests
{
    [Theory]
    [InlineData("A plain subject")]
    [InlineData("你的 ChatApp 密码已更改，各设备已退出。这一行很长，长到一个编码词放不下")]
    [InlineData("Änn 👩‍👩‍👧‍👦 says hello and goodbye and hello and goodbye and hello")]
    public void Every_subject_and_text_comes_out_as_it_went_in(string text)
    {
        var mail = Write(text, text + "\n" + text, $"<p>{text}</p>");
        Assert.Equal(text, mail.Subject);
        Assert.Equal(text + "\r\n" + text, mail.Text);
        Assert.Equal($"<p>{text}</p>", mail.Html);
        Assert.All(mail.Raw.Split("\r\n"), line =>
        {
            Assert.InRange(line.Length, 0, 78);
            Assert.All(line, c => Assert.InRange(c, ' ', '~'));
        });
    }

    [Theory]
    [InlineData("hello\r\nBcc: all@example.org")]
    [InlineData("hello\nBcc: all@example.org")]
    [InlineData("hello\r\n\r\n<html>")]
    [InlineData("hello\u2028Bcc: all@example.org")]
    public void A_line_end_in_a_subject_begins_no_header(string subject)
    {
        var head = Write(subject, "", "").Raw.Split("\r\n\r\n")[0].Split("\r\n").Where(line => !line.StartsWith(' ')).Select(line => line.Split(':')[0]);
        Assert.Equal(["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Language", "Auto-Submitted", "Content-Type"], head);
    }

    [Theory]
    [InlineData("ann@example.org\r\nBcc: all@example.org")]
    [InlineData("ann@example.org>\r\nRCPT TO:<all@example.org")]
    [InlineData("ann@example.org, bob@example.org")]
    [InlineData("\"ann\"@example.org")]
    [InlineData("Ann <ann@example.org>")]
    [InlineData("ann")]
    public void What_is_not_one_plain_address_is_not_written_to(string address) =>
        Assert.True(Assert.Throws<MailException>(() => MailFormat.Address(address)).IsFinal);

    [Fact]
    public void A_host_in_any_script_is_written_as_mail_servers_take_it() =>
        Assert.Equal("ann@xn--bcher-kva.example", MailFormat.Address("ann@bücher.example"));

    [Theory]
    [InlineData("en", "Confirm your address for ChatApp")]
    [InlineData("zh-Hans", "确认你的 ChatApp 邮箱")]
    public void Mails_speak_the_persons_language_and_a_name_is_never_markup(string language, string subject)
    {
        var mail = new MailWords(CultureInfo.GetCultureInfo(language)).Write(MailKind.Confirm, "ann@example.org", "<b>Ann</b> & \"co\"", new Uri("https://chat.example.org/x?a=1&b=2"));
        Assert.Equal(subject, mail.Subject);
        Assert.Contains($"lang=\"{language}\"", mail.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", mail.Html, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;Ann", mail.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://chat.example.org/x?a=1&amp;b=2\"", mail.Html, StringComparison.Ordinal);
        Assert.Contains("https://chat.example.org/x?a=1&b=2", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_of_mail_has_words_in_every_language()
    {
        foreach (var language in ChatApp.Components.PageServices.Languages)
        {
            foreach (var kind in Enum.GetValues<MailKind>())
                Assert.NotEmpty(new MailWords(CultureInfo.GetCultureInfo(language)).Write(kind, "ann@example.org", "Ann", kind == MailKind.Deleted ? null : new Uri("https://chat.example.org/")).Text);
        }
    }

    private static ReceivedMail Write(string subject, string text, string html) => ReceivedMail.Read(Encoding.UTF8.GetString(
        MailFormat.Write(new OutgoingMail("ann@example.org", subject, text, html, "en"), "chatapp@localhost", TimeProvider.System.GetUtcNow())));
}
