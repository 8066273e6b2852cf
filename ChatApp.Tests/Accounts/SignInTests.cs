using System.Net;
using System.Net.Http.Json;
using ChatApp.Accounts;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Accounts;

public sealed class SignInTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Guesses_at_the_same_moment_are_all_counted()
    {
        var person = await server.AddPersonAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => LogInAsync(person.Email, $"wrong {i}")));
        Assert.Equal(await LogInAsync(person.Email, "wrong"), await LogInAsync(person.Email, person.Password));
    }

    [Fact]
    public async Task Unknown_wrong_and_locked_get_the_same_answer()
    {
        var (wrong, locked) = (await server.AddPersonAsync(), await server.AddPersonAsync());
        for (var i = 0; i < 5; i++) await LogInAsync(locked.Email, "not the password");
        var answers = new[]
        {
            await LogInAsync("nobody@example.org", wrong.Password),
            await LogInAsync(wrong.Email, "not the password"),
            await LogInAsync(locked.Email, locked.Password),
            await LogInAsync(locked.Email, "not the password"),
            await LogInAsync("", ""),
            await LogInAsync(email: null, password: null),
            await LogInAsync("' OR 1=1 --", "' OR 1=1 --"),
            await LogInAsync(wrong.Email, new string('x', 5000)),
        };
        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        Assert.StartsWith("Unauthorized", answers[0], StringComparison.Ordinal);
        Assert.StartsWith("OK", await LogInAsync(wrong.Email, wrong.Password), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_passwords_lock_the_account_for_a_while_and_then_the_right_one_works()
    {
        var clock = new MovableTime();
        await using var strict = await TestServer.StartAsync(["Accounts:LockoutAttempts=3", "Accounts:LockoutMinutes=7"]);
        var person = await strict.AddPersonAsync();
        for (var i = 0; i < 3; i++) Assert.False(await ChecksAsync(strict, person.Email, "not the password"));
        Assert.False(await ChecksAsync(strict, person.Email, person.Password));
        await using var scope = strict.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<ChatUser>>();
        var account = (await users.FindByEmailAsync(person.Email))!;
        var left = account.LockoutEnd!.Value - clock.GetUtcNow();
        Assert.InRange(left, TimeSpan.FromMinutes(6), TimeSpan.FromMinutes(7));
        await users.SetLockoutEndDateAsync(account, clock.GetUtcNow() - TimeSpan.FromSeconds(1));
        Assert.True(await ChecksAsync(strict, person.Email, person.Password));
    }

    [Fact]
    public async Task A_token_proves_who_it_was_given_to_until_it_expires_and_then_says_so()
    {
        var clock = new MovableTime();
        await using var timed = await TestServer.StartAsync(["Accounts:AccessTokenMinutes=10"], services => services.AddSingleton<TimeProvider>(clock));
        var person = await timed.AddPersonAsync();
        var tokens = timed.Get<AccessTokens>();
        var token = await timed.TokenOfAsync(person);
        var credential = tokens.Read(token);
        Assert.Equal((person.Id, false), (credential.User, credential.HasExpired));
        Assert.InRange(credential.Expires!.Value - clock.GetUtcNow(), TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
        clock.Advance(TimeSpan.FromMinutes(11));
        credential = tokens.Read(token);
        Assert.Null(credential.User);
        Assert.True(credential.HasExpired);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("CfDJ8AAAAAAAAAAAAAAAAAAAAAA")]
    public void What_is_no_token_proves_nothing(string token) => Assert.Equal(default, server.Get<AccessTokens>().Read(token));

    [Fact]
    public async Task A_token_of_another_server_and_a_token_that_was_changed_prove_nothing()
    {
        await using var other = await TestServer.StartAsync();
        var person = await server.AddPersonAsync();
        var token = await server.TokenOfAsync(person);
        Assert.Equal(default, server.Get<AccessTokens>().Read(token[..^4] + (token.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBB" : "AAAA")));
        Assert.Equal(default, other.Get<AccessTokens>().Read(token));
        Assert.Equal(default, server.Get<AccessTokens>().Read(token + new string('A', 9000)));
    }

    [Fact]
    public async Task A_change_of_the_security_stamp_makes_all_tokens_worthless()
    {
        var person = await server.AddPersonAsync();
        var token = await server.TokenOfAsync(person);
        await using (var scope = server.Services.CreateAsyncScope())
        {
            var users = scope.ServiceProvider.GetRequiredService<UserManager<ChatUser>>();
            await users.UpdateSecurityStampAsync((await users.FindByEmailAsync(person.Email))!);
        }

        var credential = server.Get<AccessTokens>().Read(token);
        Assert.Equal(((UserId?)null, false), (credential.User, credential.HasExpired));
        Assert.Equal(person.Id, server.Get<AccessTokens>().Read(await server.TokenOfAsync(person)).User);
    }

    private static async Task<bool> ChecksAsync(TestServer where, string email, string password)
    {
        await using var scope = where.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<SignIn>().CheckAsync(email, password) is not null;
    }

    private async Task<string> LogInAsync(string? email, string? password)
    {
        using var answer = await server.Http.PostAsJsonAsync("/api/account/login", new { email, password });
        var body = await answer.Content.ReadAsStringAsync();
        return answer.StatusCode == HttpStatusCode.OK ? "OK" : $"{answer.StatusCode} {answer.Content.Headers.ContentType} {answer.Headers.WwwAuthenticate} {body}";
    }

    /// <summary>The real clock, moved forward; timers are the real ones.</summary>
    private sealed class MovableTime : TimeProvider
    {
        private TimeSpan _ahead;

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _ahead;

        public void Advance(TimeSpan by) => _ahead += by;
    }
}
