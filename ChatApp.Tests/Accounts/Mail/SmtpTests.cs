using ChatApp.Accounts.Mail;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Accounts.Mail;

/// <summary>The conversation with a mail server, and what becomes of mails that it does not take.</summary>
public sealed class SmtpTests
{
    private static readonly OutgoingMail Letter = new("ann@example.org", "Hello", ".\n..two\ntext https://chat.example.org/secret-token", "<p>.</p>", "en");

    [Fact]
    public async Task A_mail_arrives_as_it_was_written_lines_of_dots_included()
    {
        await using var server = new TinySmtp();
        await SendAsync(server, SmtpTls.None);
        var mail = ReceivedMail.Read(Assert.Single(server.Mails));
        Assert.Equal(("ann@example.org", "Hello"), (mail.To, mail.Subject));
        Assert.StartsWith(".\r\n..two\r\n", mail.Text, StringComparison.Ordinal);
        Assert.Equal(["EHLO chatapp", "MAIL FROM:<chatapp@localhost>", "RCPT TO:<ann@example.org>", "DATA"], server.Said.Take(4));
    }

    [Fact]
    public async Task Without_the_protection_that_the_settings_ask_for_nothing_is_sent()
    {
        await using var server = new TinySmtp();
        var problem = await Assert.ThrowsAsync<MailException>(() => SendAsync(server, SmtpTls.StartTls));
        Assert.False(problem.IsFinal);
        Assert.Equal(["EHLO chatapp"], server.Said);
    }

    [Fact]
    public async Task A_certificate_of_nobodys_making_is_not_believed()
    {
        await using var server = new TinySmtp(offersTls: true);
        await Assert.ThrowsAsync<MailException>(() => SendAsync(server, SmtpTls.StartTls, user: "me", password: "secret"));
        Assert.Equal(["EHLO chatapp", "STARTTLS"], server.Said);
    }

    [Fact]
    public async Task What_is_said_before_the_handshake_is_not_taken_for_what_comes_after_it()
    {
        await using var server = new TinySmtp(offersTls: true) { BeforeTls = "\r\n250 injected" };
        var problem = await Assert.ThrowsAsync<MailException>(() => SendAsync(server, SmtpTls.StartTls));
        Assert.Contains("before its turn", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_never_goes_over_an_open_line()
    {
        await using var server = new TinySmtp();
        Assert.True((await Assert.ThrowsAsync<MailException>(() => SendAsync(server, SmtpTls.None, "me", "secret"))).IsFinal);
        Assert.Equal(["EHLO chatapp"], server.Said);
    }

    [Theory]
    [InlineData("EHLO", "no number at all")]
    [InlineData("EHLO", "250-a\r\n250-b\r\n999")]
    [InlineData("MAIL", "451 later")]
    [InlineData("DATA", "250 what?")]
    public async Task Odd_answers_are_failures_and_no_crashes(string line, string answer)
    {
        await using var server = new TinySmtp();
        server.Answers[line] = answer;
        Assert.False((await Assert.ThrowsAsync<MailException>(() => SendAsync(server, SmtpTls.None))).IsFinal);
        Assert.Empty(server.Mails);
    }

    [Fact]
    public async Task A_mail_that_is_refused_for_now_is_tried_again_with_growing_pauses_and_what_is_refused_for_good_is_not()
    {
        await using var server = new TinySmtp();
        var time = new ManualTime();
        using var lines = new LogLines();
        using var queue = Queue(server, time, lines);
        await queue.StartAsync(CancellationToken.None);
        server.Answers["RCPT"] = "450 busy, ann@example.org";
        queue.Order(_ => Task.FromResult<OutgoingMail?>(Letter));
        await time.PassAsync(TimeSpan.FromSeconds(5));
        await Eventually.BecomesAsync(() => time.IsArmed(TimeSpan.FromSeconds(10)));
        server.Answers.Clear();
        time.Advance(TimeSpan.FromSeconds(10));
        await Eventually.BecomesAsync(() => queue.Waiting == 0);
        Assert.Single(server.Mails);

        server.Answers["RCPT"] = "550 there is no ann@example.org";
        queue.Order(_ => Task.FromResult<OutgoingMail?>(Letter));
        await Eventually.BecomesAsync(() => queue.Waiting == 0);
        await queue.StopAsync(CancellationToken.None);
        Assert.Single(server.Mails);
        Assert.Equal(3, server.Said.Count(line => line.StartsWith("RCPT", StringComparison.Ordinal) && line.Contains("ann", StringComparison.Ordinal)) - 1);
        Assert.Contains(lines.Lines, line => line.Contains("given up", StringComparison.Ordinal));
        Assert.All(lines.Lines, line =>
        {
            Assert.DoesNotContain("example.org", line, StringComparison.Ordinal);
            Assert.DoesNotContain("secret-token", line, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Nothing_waits_for_a_mail_server_that_is_down_and_the_queue_has_an_end()
    {
        int port;
        await using (var gone = new TinySmtp()) port = gone.Port;
        using var lines = new LogLines();
        using var queue = Queue(port, new ManualTime(), lines, length: 3);
        await queue.StartAsync(CancellationToken.None);
        for (var i = 0; i < 10; i++) queue.Order(_ => Task.FromResult<OutgoingMail?>(Letter));
        Assert.Equal(3, queue.Waiting);
        Assert.Equal(7, lines.Lines.Count(line => line.Contains("dropped", StringComparison.Ordinal)));
        await queue.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task One_mail_that_cannot_be_made_does_not_keep_others_back()
    {
        await using var server = new TinySmtp();
        using var lines = new LogLines();
        using var queue = Queue(server, TimeProvider.System, lines);
        await queue.StartAsync(CancellationToken.None);
        queue.Order(_ => throw new InvalidOperationException("broken"));
        queue.Order(_ => Task.FromResult<OutgoingMail?>(null));
        queue.Order(_ => Task.FromResult<OutgoingMail?>(Letter));
        await Eventually.BecomesAsync(() => queue.Waiting == 0);
        await queue.StopAsync(CancellationToken.None);
        Assert.Single(server.Mails);
    }

    private static MailQueue Queue(TinySmtp server, TimeProvider time, LogLines lines) => Queue(server.Port, time, lines, length: 100);

    private static MailQueue Queue(int port, TimeProvider time, LogLines lines, int length)
    {
        var services = new ServiceCollection().AddLogging(logging => logging.AddProvider(lines)).BuildServiceProvider();
        var options = new MailOptions { SmtpHost = "127.0.0.1", SmtpPort = port, SmtpTls = SmtpTls.None, QueueLength = length };
        return ActivatorUtilities.CreateInstance<MailQueue>(services, services.GetRequiredService<IServiceScopeFactory>(), options,
            new MailFolder(ChatApp.Storage.DataFolder.At(new ChatApp.Storage.DataOptions { Folder = Path.Combine(Path.GetTempPath(), "never-made") }), time), time);
    }

    private static Task SendAsync(TinySmtp server, SmtpTls tls, string user = "", string password = "") =>
        new SmtpSender(new MailOptions { SmtpHost = "127.0.0.1", SmtpPort = server.Port, SmtpTls = tls, SmtpUser = user, SmtpPassword = password })
            .SendAsync(MailFormat.Address(Letter.To), MailFormat.Write(Letter, "chatapp@localhost", TimeProvider.System.GetUtcNow()), CancellationToken.None);
}
