using ChatApp.Accounts;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Accounts;

/// <summary>A server on which addresses must be confirmed.</summary>
public sealed class ConfirmingServer() : TestServer(["Accounts:ConfirmEmail=true"]);

public sealed class ConfirmationTests(ConfirmingServer server) : IClassFixture<ConfirmingServer>
{
    private const string Password = "a short sentence";
    private static int _number;

    [Fact]
    public async Task A_new_account_can_sign_in_once_its_address_is_confirmed_and_a_look_at_the_link_does_not_do_it()
    {
        using var visitor = new Visitor(server.Address);
        var email = await RegisterAsync(visitor);
        Assert.False(await visitor.TrySignInAsync(email, Password));
        var link = (await server.MailToAsync(email)).Link;
        await visitor.GetAsync(link);
        Assert.False(await visitor.TrySignInAsync(email, Password));

        using var confirmed = await visitor.PostAsync(link, ("_handler", "confirm"));
        Assert.Equal("/account/confirm?done=1", Visitor.PathOf(confirmed));
        using var again = await visitor.PostAsync(link, ("_handler", "confirm"));
        Assert.Contains("no longer good", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.True(await visitor.TrySignInAsync(email, Password));
    }

    [Fact]
    public async Task An_account_that_is_not_confirmed_looks_like_a_wrong_password_and_the_link_can_be_sent_again()
    {
        using var visitor = new Visitor(server.Address);
        var email = await RegisterAsync(visitor);
        var (right, wrong) = (await AnswerAsync(Password), await AnswerAsync("not the password"));
        Assert.Equal(right, wrong);
        Assert.Contains("/account/resend", right, StringComparison.Ordinal);
        await server.MailToAsync(email);
        using var asked = await visitor.PostAsync("/account/resend", ("_handler", "resend"), ("email", email));
        var mail = await server.MailToAsync(email, 2);
        using var confirmed = await visitor.PostAsync(mail.Link, ("_handler", "confirm"));
        Assert.True(await visitor.TrySignInAsync(email, Password));

        async Task<string> AnswerAsync(string password)
        {
            using var answer = await visitor.PostAsync("/account/login", ("_handler", "login"), ("email", email), ("password", password));
            return Visitor.Plain(await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task A_link_for_another_password_confirms_the_address_too()
    {
        using var visitor = new Visitor(server.Address);
        var email = await RegisterAsync(visitor);
        server.Get<ChatApp.Accounts.Mail.AccountMails>().Reset(email);
        using var reset = await visitor.PostAsync((await server.MailToAsync(email, 2)).Link, ("_handler", "reset"), ("password", "another sentence"));
        Assert.Equal("/account/reset?done=1", Visitor.PathOf(reset));
        Assert.True(await visitor.TrySignInAsync(email, "another sentence"));
    }

    [Fact]
    public async Task The_first_account_and_one_made_on_the_machine_need_no_link()
    {
        await using var fresh = await TestServer.StartAsync(["Accounts:ConfirmEmail=true"]);
        using var visitor = new Visitor(fresh.Address);
        using var registered = await visitor.PostAsync("/account/register", ("_handler", "register"), ("name", "First"), ("email", "first@example.org"), ("password", Password));
        Assert.True(await visitor.TrySignInAsync("first@example.org", Password));
    }

    private async Task<string> RegisterAsync(Visitor visitor)
    {
        // An administrator is there already: the first one is let in without a link.
        await server.AddPersonAsync("Boss", Rank.Administrator);
        var number = Interlocked.Increment(ref _number);
        var email = $"unconfirmed{number}@example.org";
        using var registered = await visitor.PostAsync("/account/register", ("_handler", "register"), ("name", $"Unconfirmed {number}"), ("email", email), ("password", Password));
        Assert.Equal("/account/login?registered=1", Visitor.PathOf(registered));
        return email;
    }
}
