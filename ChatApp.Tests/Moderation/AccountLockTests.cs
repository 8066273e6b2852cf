using System.Net;
using System.Net.Http.Json;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Storage;
using ChatApp.Tests.Accounts;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Moderation;

/// <summary>Administrators lock accounts and unlock them; who is locked out learns no more than somebody with a wrong password.</summary>
public sealed class AccountLockTests(TestServer server) : IClassFixture<TestServer>
{
    private ModerationDesk Desk => server.Get<ModerationDesk>();

    [Fact]
    public async Task Only_administrators_lock_and_only_whom_they_stand_above()
    {
        var (boss, other) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Other", Rank.Administrator));
        var (mod, ann) = (await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Ann"));
        Assert.Equal(ModerationOutcome.NotAllowed, await Desk.LockAsync(ann.Id, mod.Id, "no"));
        Assert.Equal(ModerationOutcome.NotAllowed, await Desk.LockAsync(mod.Id, ann.Id, "no"));
        Assert.Equal(ModerationOutcome.NotAllowed, await Desk.LockAsync(boss.Id, other.Id, "no"));
        Assert.Equal(ModerationOutcome.NotAllowed, await Desk.LockAsync(boss.Id, boss.Id, "no"));
        Assert.Equal(ModerationOutcome.NotFound, await Desk.LockAsync(boss.Id, new UserId("nobody"), "no"));
        Assert.Equal(ModerationOutcome.ReasonMissing, await Desk.LockAsync(boss.Id, ann.Id, " "));
        Assert.Empty(Locked());
        Assert.Equal(ModerationOutcome.Done, await Desk.LockAsync(boss.Id, mod.Id, "spam"));
        Assert.Equal([mod.Id], Locked());
        Assert.Equal(ModerationOutcome.Done, await Desk.UnlockAsync(boss.Id, mod.Id, "a mistake"));
        Assert.Empty(Locked());

        UserId[] Locked() => [.. Desk.Accounts(boss.Id)!.Where(line => line.IsLocked && new[] { boss, other, mod, ann }.Any(person => person.Id == line.User.Id)).Select(line => line.User.Id)];
    }

    [Fact]
    public async Task Who_is_locked_gets_the_answer_of_a_wrong_password_and_comes_back_with_their_own_when_unlocked()
    {
        var (boss, ann) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Ann"));
        var wrong = await LogInAsync(ann.Email, "not the password");
        var pair = await server.LoginAsync(ann);
        Assert.Equal(ModerationOutcome.Done, await Desk.LockAsync(boss.Id, ann.Id, "spam"));
        Assert.Equal(wrong, await LogInAsync(ann.Email, ann.Password));
        using var refresh = await server.RefreshAsync(pair);
        Assert.Equal(HttpStatusCode.Unauthorized, refresh.StatusCode);

        Assert.Equal(ModerationOutcome.Done, await Desk.UnlockAsync(boss.Id, ann.Id, "a mistake"));
        Assert.StartsWith("OK", await LogInAsync(ann.Email, ann.Password), StringComparison.Ordinal);
        // What was ended does not come to life again.
        Assert.Null(server.Get<AccessTokens>().Read(pair.GetProperty("accessToken").GetString()!).User);
        Assert.Equal(["user.unlock a mistake", "user.lock spam"], Desk.Audit(boss.Id)!.Where(line => line.Target == ann.Id.Value).Select(line => $"{line.Action} {line.Reason}"));
    }

    [Fact]
    public async Task A_lock_is_no_automatic_one_and_guesses_do_not_turn_it_into_one()
    {
        var (boss, ann, bob) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        for (var i = 0; i < 5; i++) await LogInAsync(bob.Email, "wrong");
        Assert.DoesNotContain(Desk.Accounts(boss.Id)!, line => line.User.Id == bob.Id && line.IsLocked);

        await server.WithIdentityAsync(ann, async (users, account) =>
        {
            // As for a guess that was being judged when the lock came.
            for (var i = 0; i < 4; i++) await users.AccessFailedAsync(account);
            Assert.Equal(ModerationOutcome.Done, await Desk.LockAsync(boss.Id, ann.Id, "spam"));
            Assert.False((await users.AccessFailedAsync(account)).Succeeded);
        });
        using var db = server.Get<ChatDatabase>().OpenRead();
        Assert.True(AccountLock.IsByAdministrator(db.Users.Single(user => user.Id == ann.Id.Value).LockoutEnd));
    }

    [Fact]
    public async Task Nobody_comes_in_who_was_locked_between_the_password_and_the_session()
    {
        var (boss, ann) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Ann"));
        await using var scope = server.Services.CreateAsyncScope();
        var checkedAccount = (await scope.ServiceProvider.GetRequiredService<SignIn>().CheckAsync(ann.Email, ann.Password))!;
        await Desk.LockAsync(boss.Id, ann.Id, "spam");
        Assert.Null(await server.Get<Sessions>().BeginAsync(checkedAccount, SessionKind.Browser, "", ""));
    }

    [Fact]
    public async Task The_last_administrator_who_can_act_stays_one()
    {
        await using var small = await TestServer.StartAsync();
        var (boss, ann) = (await small.AddPersonAsync("Boss", Rank.Administrator), await small.AddPersonAsync("Ann"));
        var desk = small.Get<ModerationDesk>();
        Assert.Equal(ModerationOutcome.Done, await desk.LockAsync(boss.Id, ann.Id, "spam"));
        Assert.Equal(ModerationOutcome.Done, await desk.SetRankAsync(boss.Id, ann.Id, Rank.Administrator));
        Assert.Equal(ModerationOutcome.LastAdministrator, await desk.SetRankAsync(boss.Id, boss.Id, Rank.Member));
    }

    [Fact]
    public async Task A_key_of_the_server_API_is_worth_nothing_while_its_account_is_locked()
    {
        var (boss, ann) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Ann"));
        var (key, row) = ApiKeys.Make("a key of Ann's", ApiScopes.Read, "", ann.Id, server.Get<TimeProvider>().GetUtcNow());
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.ApiKeys.Add(row));
        Assert.NotNull(server.Get<ApiKeys>().Read(key));
        await Desk.LockAsync(boss.Id, ann.Id, "spam");
        Assert.Null(server.Get<ApiKeys>().Read(key));
        await Desk.UnlockAsync(boss.Id, ann.Id, "a mistake");
        Assert.NotNull(server.Get<ApiKeys>().Read(key));
    }

    private async Task<string> LogInAsync(string email, string password)
    {
        using var answer = await server.Http.PostAsJsonAsync("/api/account/login", new { email, password });
        return answer.StatusCode == HttpStatusCode.OK ? "OK" : $"{answer.StatusCode} {answer.Content.Headers.ContentType} {answer.Headers.WwwAuthenticate} {await answer.Content.ReadAsStringAsync()}";
    }
}
