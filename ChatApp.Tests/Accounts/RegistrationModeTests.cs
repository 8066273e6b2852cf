using ChatApp.Accounts;
using ChatApp.Settings;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Accounts;

public sealed class RegistrationModeTests
{
    private static int _number;

    [Theory]
    [InlineData("closed")]
    [InlineData("invite-only")]
    public async Task Of_twenty_first_accounts_at_once_exactly_one_is_made_where_nobody_else_may(string mode)
    {
        await using var server = await TestServer.StartAsync([$"Accounts:Registration={mode}"]);
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => RegisterAsync(server))));
        var first = Assert.Single(results, result => result.User is not null);
        Assert.Equal(Rank.Administrator, first.Rank);
        var refusal = mode == "closed" ? RegistrationError.Closed : RegistrationError.NotInvited;
        Assert.Equal(19, results.Count(result => result.Error == refusal));
        using var db = server.Get<ChatDatabase>().OpenRead();
        Assert.Equal(first.User!.Value.Value, Assert.Single(db.Users).Id);
    }

    [Fact]
    public async Task The_mode_holds_from_the_moment_it_is_set()
    {
        await using var server = await TestServer.StartAsync();
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        Assert.NotNull((await RegisterAsync(server)).User);
        await server.SetModeAsync(boss, RegistrationMode.InviteOnly);
        Assert.Equal(RegistrationError.NotInvited, (await RegisterAsync(server)).Error);
        await server.SetModeAsync(boss, RegistrationMode.Closed);
        Assert.Equal(RegistrationError.Closed, (await RegisterAsync(server)).Error);
        await server.SetModeAsync(boss, RegistrationMode.Open);
        Assert.NotNull((await RegisterAsync(server)).User);
    }

    [Fact]
    public async Task Where_nobody_may_come_an_invitation_does_not_help_and_nobody_learns_about_names()
    {
        await using var server = await TestServer.StartAsync();
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        var made = await server.InviteAsync(boss);
        await server.SetModeAsync(boss, RegistrationMode.Closed);
        Assert.Equal(RegistrationError.Closed, (await RegisterAsync(server, made)).Error);
        Assert.Equal(RegistrationError.Closed, (await RegisterAsync(server, name: boss.Name)).Error);
        Assert.Equal(RegistrationError.Closed, (await RegisterAsync(server, name: "\u202e")).Error);
        await server.SetModeAsync(boss, RegistrationMode.InviteOnly);
        Assert.Equal(RegistrationError.NotInvited, (await RegisterAsync(server, name: boss.Name)).Error);
    }

    [Fact]
    public async Task The_operator_makes_accounts_in_any_mode()
    {
        await using var server = await TestServer.StartAsync(["Accounts:Registration=closed"]);
        await server.AddPersonAsync();
        Assert.NotNull((await RegisterAsync(server, byOperator: true)).User);
    }

    [Fact]
    public async Task Without_anything_that_says_who_may_come_nobody_may()
    {
        await using var server = await TestServer.StartAsync();
        await using var scope = server.Services.CreateAsyncScope();
        var bare = new Registration(
            scope.ServiceProvider.GetRequiredService<Microsoft.AspNetCore.Identity.UserManager<ChatUser>>(), server.Get<CommitQueue>(), server.Get<TimeProvider>());
        await Assert.ThrowsAsync<InvalidOperationException>(() => bare.RegisterAsync("ann@example.org", "Ann", "correct horse battery"));
    }

    private static async Task<RegistrationResult> RegisterAsync(TestServer server, string? invitation = null, string? name = null, bool byOperator = false)
    {
        var number = Interlocked.Increment(ref _number);
        await using var scope = server.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<Registration>()
            .RegisterAsync($"stranger{number}@example.net", name ?? $"Stranger {number}", "correct horse battery", invitation: invitation, byOperator: byOperator);
    }
}
