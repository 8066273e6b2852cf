using System.Net;
using System.Text.RegularExpressions;
using ChatApp.Accounts;
using ChatApp.Accounts.Mail;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Accounts;

/// <summary>Forgotten passwords and other addresses, by links that come in mails.</summary>
public sealed class MailFlowTests(TestServer server) : IClassFixture<TestServer>
{
    private const string NewPassword = "another short sentence";

    [Fact]
    public async Task A_forgotten_password_is_changed_by_a_link_that_works_once_and_ends_all_sign_ins()
    {
        var ann = await server.AddPersonAsync("Ann");
        using var signedIn = await Visitor.SignInAsync(server, ann);
        using var visitor = new Visitor(server.Address);
        using var asked = await visitor.PostAsync("/account/forgot", ("_handler", "forgot"), ("email", ann.Email));
        Assert.Equal("/account/forgot?sent=1", Visitor.PathOf(asked));
        var link = (await server.MailToAsync(ann.Email)).Link;
        Assert.StartsWith("/account/reset?", link, StringComparison.Ordinal);

        using var weak = await visitor.PostAsync(link, ("_handler", "reset"), ("password", "password"));
        Assert.Contains("password-error", await weak.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var reset = await visitor.PostAsync(link, ("_handler", "reset"), ("password", NewPassword));
        Assert.Equal("/account/reset?done=1", Visitor.PathOf(reset));
        Assert.False(await visitor.TrySignInAsync(ann.Email, ann.Password));
        Assert.True(await visitor.TrySignInAsync(ann.Email, NewPassword));
        using var ended = await signedIn.Http.GetAsync("/account/login-data");
        Assert.StartsWith("/account/login", Visitor.PathOf(ended), StringComparison.Ordinal);
        Assert.Contains("password of your account", (await server.MailToAsync(ann.Email, 2)).Text, StringComparison.Ordinal);

        using var other = new Visitor(server.Address);
        using var again = await other.PostAsync(link, ("_handler", "reset"), ("password", "yet another sentence"));
        Assert.Contains("no longer good", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.True(await other.TrySignInAsync(ann.Email, NewPassword));
    }

    [Theory]
    [InlineData("/account/forgot", "forgot")]
    [InlineData("/account/resend", "resend")]
    public async Task Nobody_learns_from_a_request_for_a_link_who_has_an_account(string path, string form)
    {
        var known = await server.AddPersonAsync();
        var (answers, times) = (new List<string>(), new List<double>[] { [], [] });
        foreach (var _ in Enumerable.Range(0, 20))
        {
            string[] emails = [known.Email, "nobody@example.org", "no address\r\nBcc: all@example.org"];
            foreach (var (email, kind) in emails.Select((email, kind) => (email, kind)))
            {
                using var visitor = new Visitor(server.Address);
                await visitor.GetAsync(path);
                var watch = System.Diagnostics.Stopwatch.StartNew();
                using var answer = await visitor.PostAsync(path, ("_handler", form), ("email", email));
                if (kind < 2) times[kind].Add(watch.Elapsed.TotalMilliseconds);
                // The form says again what was typed.
                var page = Regex.Replace(Visitor.Plain(await answer.Content.ReadAsStringAsync()), "value=\"[^\"]*\"", "", RegexOptions.None, TimeSpan.FromSeconds(1));
                answers.Add($"{answer.StatusCode} {Visitor.PathOf(answer)} {page}");
            }
        }

        Assert.Single(answers.Distinct());
        // The smallest are the ones that nothing else disturbed. Mails are made elsewhere, so there is nothing that could take longer.
        Assert.InRange(times[0].Min() / times[1].Min(), 0.3, 3);
        await server.MailIsQuietAsync();
        Assert.Empty(server.MailsTo("nobody@example.org"));
    }

    [Fact]
    public async Task Nobody_learns_from_how_long_a_registration_takes_who_has_an_account()
    {
        var known = await server.AddPersonAsync();
        var times = new List<double>[] { [], [] };
        for (var round = 0; round < 20; round++)
        {
            using var visitor = new Visitor(server.Address);
            foreach (var (email, kind) in new[] { (known.Email, 0), ($"fresh{round}@example.org", 1) })
            {
                await visitor.GetAsync("/account/register");
                var watch = System.Diagnostics.Stopwatch.StartNew();
                using var answer = await visitor.PostAsync("/account/register", ("_handler", "register"), ("name", $"Timed {round}.{kind}"), ("email", email), ("password", NewPassword));
                times[kind].Add(watch.Elapsed.TotalMilliseconds);
                Assert.Equal("/account/login?registered=1", Visitor.PathOf(answer));
            }
        }

        Assert.InRange(times[0].Min() / times[1].Min(), 0.4, 2.5);
    }

    [Fact]
    public async Task An_account_gets_a_few_links_an_hour_and_no_more()
    {
        var ann = await server.AddPersonAsync("Ann");
        for (var i = 0; i < 9; i++) server.Get<AccountMails>().Reset(ann.Email);
        await server.MailIsQuietAsync();
        Assert.Equal(5, server.MailsTo(ann.Email).Count);
    }

    [Fact]
    public async Task Registering_with_an_address_that_has_an_account_is_told_to_that_address_alone()
    {
        var ann = await server.AddPersonAsync("Ann");
        using var visitor = new Visitor(server.Address);
        using var registered = await visitor.PostAsync("/account/register", ("_handler", "register"), ("name", "Not Ann " + ann.Id.Value[..8]), ("email", ann.Email.ToUpperInvariant()), ("password", NewPassword));
        Assert.Equal("/account/login?registered=1", Visitor.PathOf(registered));
        Assert.Contains("It has one already", (await server.MailToAsync(ann.Email)).Text, StringComparison.Ordinal);
        Assert.True(await visitor.TrySignInAsync(ann.Email, ann.Password));
    }

    [Fact]
    public async Task Links_lead_to_this_server_whatever_a_request_says_of_the_host()
    {
        var ann = await server.AddPersonAsync("Ann");
        using var visitor = new Visitor(server.Address);
        var page = await visitor.GetAsync("/account/forgot");
        var token = Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["token"].Value;
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("_handler", "forgot"), new("email", ann.Email)]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/account/forgot") { Content = form };
        request.Headers.Host = "evil.example";
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        using var answer = await visitor.Http.SendAsync(request);
        var mail = await server.MailToAsync(ann.Email);
        Assert.StartsWith(server.Address + "/account/reset?", mail.Address, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", mail.Raw + mail.Text + mail.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_begin_with_the_address_that_the_operator_has_named()
    {
        await using var named = await TestServer.StartAsync(["Mail:PublicUrl=https://chat.example.org/"]);
        var ann = await named.AddPersonAsync("Ann");
        named.Get<AccountMails>().Reset(ann.Email);
        Assert.StartsWith("https://chat.example.org/account/reset?user=", (await named.MailToAsync(ann.Email)).Address, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mails_are_written_for_the_eyes_of_their_owner_only()
    {
        var ann = await server.AddPersonAsync("Ann");
        server.Get<AccountMails>().Reset(ann.Email);
        await server.MailToAsync(ann.Email);
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(server.MailFolder()));
        foreach (var file in Directory.GetFiles(server.MailFolder())) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task A_link_that_is_too_old_or_for_something_else_changes_nothing()
    {
        await using var late = await TestServer.StartAsync(replace: services => services
            .PostConfigure<ResetTokenOptions>(options => options.TokenLifespan = TimeSpan.FromSeconds(-1)));
        var ann = await late.AddPersonAsync("Ann");
        await using var scope = late.Services.CreateAsyncScope();
        var (users, data) = (scope.ServiceProvider.GetRequiredService<UserManager<ChatUser>>(), scope.ServiceProvider.GetRequiredService<LoginData>());
        var account = (await users.FindByIdAsync(ann.Id.Value))!;
        var confirm = await users.GenerateEmailConfirmationTokenAsync(account);
        foreach (var token in new[] { await users.GeneratePasswordResetTokenAsync(account), confirm, "", "nonsense", new string('x', 5000), null })
            Assert.Equal(LoginDataOutcome.BadLink, await data.ResetAsync(ann.Id.Value, token, NewPassword));
        foreach (var id in new[] { null, "", "nobody", new string('x', 5000) }) Assert.Equal(LoginDataOutcome.BadLink, await data.ResetAsync(id, confirm, NewPassword));
        // A link for one address is none for another.
        var change = await users.GenerateChangeEmailTokenAsync(account, "first@example.org");
        Assert.Equal(LoginDataOutcome.BadLink, await data.ChangeEmailAsync(ann.Id.Value, "second@example.org", change));
        Assert.Equal(LoginDataOutcome.Done, await data.ChangeEmailAsync(ann.Id.Value, "first@example.org", change));
        Assert.Equal(LoginDataOutcome.BadLink, await data.ChangeEmailAsync(ann.Id.Value, "first@example.org", change));
    }

    [Fact]
    public async Task Another_address_wants_the_password_and_a_link_that_went_there_and_the_former_one_is_told()
    {
        var ann = await server.AddPersonAsync("Ann");
        using var visitor = await Visitor.SignInAsync(server, ann);
        var wanted = $"new.{ann.Email}";
        using var wrong = await visitor.PostAsync("/account/login-data", ("_handler", "email"), ("new-email", wanted), ("email-password", "wrong"));
        Assert.Contains("email-password-error", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var asked = await visitor.PostAsync("/account/login-data", ("_handler", "email"), ("new-email", wanted), ("email-password", ann.Password));
        Assert.Equal("/account/login-data?asked=1", Visitor.PathOf(asked));
        var link = (await server.MailToAsync(wanted)).Link;

        // Programs that look into mails open links; nothing may come of that.
        Assert.Contains(wanted, await visitor.GetAsync(link), StringComparison.Ordinal);
        using var stranger = new Visitor(server.Address);
        Assert.True(await stranger.TrySignInAsync(ann.Email, ann.Password));

        using var confirmed = await visitor.PostAsync(link, ("_handler", "confirm"));
        Assert.Equal("/account/login-data?saved=1", Visitor.PathOf(confirmed));
        Assert.Contains(wanted, await visitor.GetAsync("/account/login-data"), StringComparison.Ordinal);
        Assert.Contains("another e-mail address", (await server.MailToAsync(ann.Email)).Text, StringComparison.Ordinal);
        using var fresh = new Visitor(server.Address);
        Assert.False(await fresh.TrySignInAsync(ann.Email, ann.Password));
        Assert.True(await fresh.TrySignInAsync(wanted, ann.Password));
        using var ended = await stranger.Http.GetAsync("/account/login-data");
        Assert.StartsWith("/account/login", Visitor.PathOf(ended), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asking_for_the_address_of_somebody_else_says_the_same_and_tells_them()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        using var visitor = await Visitor.SignInAsync(server, ann);
        using var asked = await visitor.PostAsync("/account/login-data", ("_handler", "email"), ("new-email", bob.Email), ("email-password", ann.Password));
        Assert.Equal("/account/login-data?asked=1", Visitor.PathOf(asked));
        var mail = await server.MailToAsync(bob.Email);
        Assert.Contains("It has one already", mail.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("token=", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_password_ends_other_sign_ins_and_this_browser_goes_on()
    {
        var ann = await server.AddPersonAsync("Ann");
        using var here = await Visitor.SignInAsync(server, ann);
        using var elsewhere = await Visitor.SignInAsync(server, ann);
        using var wrong = await here.PostAsync("/account/login-data", ("_handler", "password"), ("present", "wrong"), ("wanted", NewPassword));
        Assert.Contains("present-error", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var changed = await here.PostAsync("/account/login-data", ("_handler", "password"), ("present", ann.Password), ("wanted", NewPassword));
        Assert.Equal("/account/login-data?saved=1", Visitor.PathOf(changed));
        Assert.Contains(ann.Email, await here.GetAsync("/account/login-data"), StringComparison.Ordinal);
        using var ended = await elsewhere.Http.GetAsync("/account/login-data");
        Assert.Equal(HttpStatusCode.Found, ended.StatusCode);
        Assert.Contains("was changed", (await server.MailToAsync(ann.Email)).Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guesses_at_the_present_password_lock_the_account_like_those_at_a_sign_in()
    {
        var ann = await server.AddPersonAsync("Ann");
        using var visitor = await Visitor.SignInAsync(server, ann);
        for (var i = 0; i < 5; i++)
        {
            using var wrong = await visitor.PostAsync("/account/login-data", ("_handler", "password"), ("present", "wrong"), ("wanted", NewPassword));
        }

        using var right = await visitor.PostAsync("/account/login-data", ("_handler", "password"), ("present", ann.Password), ("wanted", NewPassword));
        Assert.Contains("present-error", await right.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_reads_mails_in_their_own_language()
    {
        var ann = await server.AddPersonAsync("Ann");
        Assert.Equal(ProfileOutcome.Done, await server.Get<Profiles>().ChooseAsync(ann.Id, new Choices("zh-Hans", Theme: null, TimeZone: null)));
        server.Get<AccountMails>().Reset(ann.Email);
        var mail = await server.MailToAsync(ann.Email);
        Assert.Equal("重设 ChatApp 密码", mail.Subject);
        Assert.Contains("一小时内有效", mail.Text, StringComparison.Ordinal);
        Assert.Contains("一小时内有效", mail.Html, StringComparison.Ordinal);
    }
}
