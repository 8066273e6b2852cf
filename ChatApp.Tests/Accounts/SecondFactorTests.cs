using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using ChatApp.Accounts;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Accounts;

/// <summary>The second factor, walked through by pages without JavaScript and by programs.</summary>
public sealed partial class SecondFactorTests(FactorServer server) : IClassFixture<FactorServer>
{
    private const string Step = "/account/second-factor?returnUrl=%2Faccount%2Fpreferences";

    [Fact]
    public async Task A_person_sets_up_an_app_and_is_asked_for_its_code_from_then_on()
    {
        var person = await server.AddPersonAsync();
        using var visitor = new Visitor(server.Address);
        await visitor.EnterAsync(person);
        var page = await visitor.GetAsync("/account/security/authenticator");
        var key = FactorKit.KeyOf(KeyText().Match(page).Groups["key"].Value);
        var setUp = SetUp().Match(page).Groups["setup"].Value;
        Assert.Contains("<svg class=\"qr\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", page, StringComparison.Ordinal);

        using var wrong = await visitor.PostAsync("/account/security/authenticator", ("_handler", "authenticator"), ("setup", setUp), ("code", "000000"));
        var again = await wrong.Content.ReadAsStringAsync();
        Assert.Contains("code-error", again, StringComparison.Ordinal);
        Assert.Equal(key, FactorKit.KeyOf(KeyText().Match(again).Groups["key"].Value));
        Assert.False(server.Get<SecondFactor>().StateOf(person.Id).IsOn);

        using var right = await visitor.PostAsync("/account/security/authenticator", ("_handler", "authenticator"), ("setup", setUp), ("code", FactorKit.CodeAt(key, server.Now)));
        var codes = Code().Matches(await right.Content.ReadAsStringAsync()).Select(match => match.Groups["code"].Value).ToList();
        Assert.Equal(RecoveryCodes.Count, codes.Distinct().Count());
        Assert.DoesNotContain(codes[0], await visitor.GetAsync("/account/security"), StringComparison.Ordinal);
        Assert.Equal(new SecondFactorState(IsOn: true, HasApp: true, CodesLeft: 10, Passkeys: 0, HasPassword: true), server.Get<SecondFactor>().StateOf(person.Id));

        using var other = new Visitor(server.Address);
        Assert.Equal(Step, await other.EnterAsync(person));
        Assert.False(other.Has("chat.session"));
        // The code that set the app up is spent.
        Assert.Equal("", await ShowAsync(other, FactorKit.CodeAt(key, server.Now)));
        server.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal("/account/preferences", await ShowAsync(other, FactorKit.CodeAt(key, server.Now)));
        Assert.True(other.Has("chat.session"));
        Assert.False(other.Has("chat.half-way"));
        Assert.Equal(["account.app.add"], ActionsOf(person));
    }

    [Fact]
    public async Task Of_two_that_show_one_code_at_the_same_moment_one_comes_in()
    {
        var guarded = await server.AddGuardedAsync();
        var code = server.NextCode(guarded);
        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.Get<SecondFactor>().CheckAsync(guarded.Person.Id, CodeKind.App, code)));
        Assert.Single(results, isRight => isRight);
    }

    [Fact]
    public async Task Wrong_codes_lock_the_account_whatever_right_passwords_come_between()
    {
        var guarded = await server.AddGuardedAsync();
        using var visitor = new Visitor(server.Address);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(Step, await visitor.EnterAsync(guarded.Person));
            Assert.Equal("", await ShowAsync(visitor, server.WrongCode(guarded)));
        }

        // Locked: neither the right code nor the right password says so.
        Assert.Equal("", await ShowAsync(visitor, server.NextCode(guarded)));
        Assert.Equal("", await ShowAsync(visitor, guarded.Codes[0], "recovery"));
        using var fresh = new Visitor(server.Address);
        Assert.Equal("", await fresh.EnterAsync(guarded.Person));
        Assert.NotNull(await EndLockoutAsync(guarded.Person));
        Assert.Equal(Step, await fresh.EnterAsync(guarded.Person));
        Assert.Equal("/account/preferences", await ShowAsync(fresh, server.NextCode(guarded)));
    }

    [Fact]
    public async Task A_recovery_code_is_good_once_and_new_ones_end_the_old()
    {
        var guarded = await server.AddGuardedAsync();
        using var first = new Visitor(server.Address);
        await first.EnterAsync(guarded.Person);
        Assert.Equal("/account/preferences", await ShowAsync(first, guarded.Codes[3].ToUpperInvariant().Replace('-', ' '), "recovery"));
        Assert.Equal(9, server.Get<SecondFactor>().StateOf(guarded.Person.Id).CodesLeft);

        using var second = new Visitor(server.Address);
        await second.EnterAsync(guarded.Person);
        Assert.Equal("", await ShowAsync(second, guarded.Codes[3], "recovery"));

        using var answer = await first.PostAsync("/account/security/recovery-codes", ("_handler", "proof"), ("proof", guarded.Person.Password));
        var codes = Code().Matches(await answer.Content.ReadAsStringAsync()).Select(match => match.Groups["code"].Value).ToList();
        Assert.Equal(RecoveryCodes.Count, codes.Count);
        await second.EnterAsync(guarded.Person);
        Assert.Equal("", await ShowAsync(second, guarded.Codes[4], "recovery"));
        Assert.Equal("/account/preferences", await ShowAsync(second, codes[0], "recovery"));
    }

    [Fact]
    public async Task A_remembered_browser_is_not_asked_for_thirty_days_and_not_after_a_change_of_the_stamp()
    {
        var guarded = await server.AddGuardedAsync();
        using var visitor = new Visitor(server.Address);
        await visitor.EnterAsync(guarded.Person);
        using (var shown = await visitor.PostAsync(Step, ("_handler", "second-factor"), ("code", server.NextCode(guarded)), ("remember", "on")))
            Assert.Equal("/account/preferences", Visitor.PathOf(shown));
        Assert.Equal("/account/preferences", await SignInAgainAsync());
        server.Pass(TimeSpan.FromDays(29));
        Assert.Equal("/account/preferences", await SignInAgainAsync());
        using (var stranger = new Visitor(server.Address)) Assert.Equal(Step, await stranger.EnterAsync(guarded.Person));

        await using (var scope = server.Services.CreateAsyncScope())
        {
            var users = scope.ServiceProvider.GetRequiredService<UserManager<ChatUser>>();
            await users.UpdateSecurityStampAsync((await users.FindByIdAsync(guarded.Person.Id.Value))!);
        }

        Assert.Equal(Step, await SignInAgainAsync());
        using (var shown = await visitor.PostAsync(Step, ("_handler", "second-factor"), ("code", server.NextCode(guarded)), ("remember", "on")))
            Assert.Equal("/account/preferences", Visitor.PathOf(shown));
        server.Pass(TimeSpan.FromDays(31));
        Assert.Equal(Step, await SignInAgainAsync());

        async Task<string> SignInAgainAsync()
        {
            foreach (var cookie in visitor.Cookies.GetAllCookies().Where(cookie => cookie.Name is "chat.session" or "chat.half-way")) cookie.Expired = true;
            return await visitor.EnterAsync(guarded.Person);
        }
    }

    [Fact]
    public async Task Whoever_stays_half_way_too_long_or_was_signed_out_meanwhile_begins_anew()
    {
        var guarded = await server.AddGuardedAsync();
        using var slow = new Visitor(server.Address);
        await slow.EnterAsync(guarded.Person);
        server.Pass(SecondStep.HalfWayTime + TimeSpan.FromSeconds(1));
        using (var late = await slow.Http.GetAsync("/account/second-factor")) Assert.StartsWith("/account/login?expired=1", Visitor.PathOf(late), StringComparison.Ordinal);

        await slow.EnterAsync(guarded.Person);
        await server.Get<SecondFactor>().NewCodesAsync(guarded.Person.Id);
        using (var ended = await slow.Http.GetAsync("/account/second-factor")) Assert.StartsWith("/account/login?expired=1", Visitor.PathOf(ended), StringComparison.Ordinal);
        using var nobody = new Visitor(server.Address);
        using (var never = await nobody.Http.GetAsync("/account/second-factor")) Assert.StartsWith("/account/login?expired=1", Visitor.PathOf(never), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Turning_it_off_asks_for_the_password_or_a_code_and_ends_the_other_sign_ins()
    {
        var guarded = await server.AddGuardedAsync();
        using var own = new Visitor(server.Address);
        using var other = new Visitor(server.Address);
        foreach (var visitor in new[] { own, other })
        {
            await visitor.EnterAsync(guarded.Person);
            Assert.Equal("/account/preferences", await ShowAsync(visitor, server.NextCode(guarded)));
        }

        foreach (var proof in new[] { "", "not the password", server.WrongCode(guarded), "abcd-efgh-ijkm-npqr" })
        {
            using var refused = await own.PostAsync("/account/security/turn-off", ("_handler", "proof"), ("proof", proof));
            Assert.Contains("proof-error", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.True(server.Get<SecondFactor>().StateOf(guarded.Person.Id).IsOn);
        using (var off = await own.PostAsync("/account/security/turn-off", ("_handler", "proof"), ("proof", server.NextCode(guarded))))
            Assert.Equal("/account/security?done=off", Visitor.PathOf(off));
        Assert.Contains("badge", await own.GetAsync("/account/security"), StringComparison.Ordinal);
        // Browsers' cookies are looked at once a minute.
        server.Pass(TimeSpan.FromMinutes(2));
        using (var ended = await other.Http.GetAsync("/account/security")) Assert.StartsWith("/account/login", Visitor.PathOf(ended), StringComparison.Ordinal);
        await own.GetAsync("/account/security");
        using var fresh = new Visitor(server.Address);
        Assert.Equal("/account/preferences", await fresh.EnterAsync(guarded.Person));
        Assert.Equal(["account.app.add", "account.second_factor.off"], ActionsOf(guarded.Person));
    }

    [Fact]
    public async Task Neither_key_nor_recovery_codes_are_in_the_database_in_clear()
    {
        var guarded = await server.AddGuardedAsync();
        using var db = server.Get<ChatDatabase>().OpenRead();
        var values = db.UserTokens.Where(token => token.UserId == guarded.Person.Id.Value).Select(token => token.Value!).ToList();
        Assert.Equal(3, values.Count);
        foreach (var secret in guarded.Codes.SelectMany(code => (string[])[code, code.Replace("-", "", StringComparison.Ordinal)])
            .Concat([Convert.ToBase64String(guarded.Key), Convert.ToHexString(guarded.Key), Totp.Grouped(guarded.Key).Replace(" ", "", StringComparison.Ordinal)]))
            Assert.DoesNotContain(values, value => value.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Programs_hear_of_the_second_factor_only_with_the_right_password()
    {
        var (guarded, plain) = (await server.AddGuardedAsync(), await server.AddPersonAsync());
        var person = guarded.Person;
        var unknown = await LogInAsync(new { email = "nobody@example.org", password = person.Password, code = "123456" });
        Assert.Equal("Unauthorized ", unknown);
        Assert.Equal(unknown, await LogInAsync(new { email = person.Email, password = "not the password" }));
        Assert.Equal(unknown, await LogInAsync(new { email = person.Email, password = "not the password", code = server.NextCode(guarded) }));
        Assert.Equal(unknown, await LogInAsync(new { email = plain.Email, password = "not the password" }));
        Assert.Equal("""Unauthorized {"error":"second_factor_required"}""", await LogInAsync(new { email = person.Email, password = person.Password }));
        Assert.Equal("""Unauthorized {"error":"second_factor_wrong"}""", await LogInAsync(new { email = person.Email, password = person.Password, code = server.WrongCode(guarded) }));
        Assert.StartsWith("OK", await LogInAsync(new { email = person.Email, password = person.Password, code = server.NextCode(guarded) }), StringComparison.Ordinal);
        Assert.StartsWith("OK", await LogInAsync(new { email = person.Email, password = person.Password, recovery_code = guarded.Codes[0] }), StringComparison.Ordinal);
        Assert.Equal("""Unauthorized {"error":"second_factor_wrong"}""", await LogInAsync(new { email = person.Email, password = person.Password, recovery_code = guarded.Codes[0] }));
    }

    [Fact]
    public async Task Guesses_at_codes_are_limited_per_address()
    {
        await using var strict = await TestServer.StartAsync(["Accounts:AttemptsPerMinute=3"]);
        var guarded = await strict.AddGuardedAsync();
        using var visitor = new Visitor(strict.Address);
        Assert.Equal(Step, await visitor.EnterAsync(guarded.Person));
        for (var i = 0; i < 2; i++) await ShowAsync(visitor, "000000");
        using var answer = await visitor.PostAsync(Step, ("_handler", "second-factor"), ("code", "000000"));
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
    }

    [Theory]
    [InlineData("/account/security")]
    [InlineData("/account/security/authenticator")]
    [InlineData("/account/security/turn-off")]
    [InlineData("/account/second-factor")]
    [InlineData("/account/passkey/options")]
    public async Task A_form_without_its_token_is_refused(string path)
    {
        var guarded = await server.AddGuardedAsync();
        using var visitor = new Visitor(server.Address);
        await visitor.EnterAsync(guarded.Person);
        await ShowAsync(visitor, server.NextCode(guarded));
        using var content = new FormUrlEncodedContent([new("_handler", "proof"), new("proof", guarded.Person.Password), new("use", "sign-in")]);
        using var answer = await visitor.Http.PostAsync(path, content);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private static async Task<string> ShowAsync(Visitor visitor, string code, string? with = null)
    {
        using var answer = await visitor.PostAsync(Step + (with is null ? "" : "&with=" + with), ("_handler", "second-factor"), ("code", code));
        if (Visitor.PathOf(answer) is { Length: > 0 } path) return path;
        Assert.Contains("role=\"alert\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        return "";
    }

    private async Task<string> LogInAsync(object body)
    {
        using var answer = await server.Http.PostAsJsonAsync("/api/account/login", body);
        return $"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
    }

    // Identity looks at its own clock.
    private Task<DateTimeOffset?> EndLockoutAsync(TestPerson person) => server.Get<CommitQueue>().CommitAsync(commit =>
    {
        var account = commit.Db.Users.Single(user => user.Id == person.Id.Value);
        var end = account.LockoutEnd;
        account.LockoutEnd = null;
        return end;
    });

    private List<string> ActionsOf(TestPerson person)
    {
        using var db = server.Get<ChatDatabase>().OpenRead();
        return [.. db.Audit.Where(entry => entry.ActorId == person.Id.Value && entry.Target == person.Id.Value).OrderBy(entry => entry.Id).Select(entry => entry.Action)];
    }

    [GeneratedRegex("""class="key-text"><code>(?<key>[A-Z2-7 ]+)<""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KeyText();

    [GeneratedRegex("""name="setup" value="(?<setup>[^"]+)" """, RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SetUp();

    [GeneratedRegex("<li><code>(?<code>[a-z0-9-]+)</code>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();
}
