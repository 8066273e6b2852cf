using ChatApp.Accounts;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Accounts;

public sealed class RegistrationTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Password = "correct horse battery";
    private static int _number;

    [Fact]
    public async Task The_first_account_becomes_the_administrator_and_the_second_does_not()
    {
        await using var fresh = await TestServer.StartAsync();
        Assert.Equal(Rank.Administrator, (await RegisterAsync(fresh, "ann@example.org", "Ann")).Rank);
        Assert.Equal(Rank.Member, (await RegisterAsync(fresh, "bob@example.org", "Bob")).Rank);
    }

    [Fact]
    public async Task Of_twenty_first_accounts_at_once_exactly_one_becomes_the_administrator()
    {
        await using var fresh = await TestServer.StartAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => RegisterAsync(fresh, $"person{i}@example.org", $"Person {i}"))));
        Assert.All(results, result => Assert.NotNull(result.User));
        var first = Assert.Single(results, result => result.Rank == Rank.Administrator);
        using var db = fresh.Get<ChatDatabase>().OpenRead();
        Assert.Equal(first.User!.Value.Value, Assert.Single(db.Users.Where(user => user.Rank == Rank.Administrator)).Id);
    }

    [Fact]
    public async Task A_taken_address_is_no_error_and_makes_no_account()
    {
        var person = await server.AddPersonAsync();
        var result = await RegisterAsync(server, person.Email.ToUpperInvariant(), UniqueName());
        Assert.Null(result.Error);
        Assert.Null(result.User);
    }

    [Fact]
    public async Task Of_many_who_want_the_same_address_or_name_at_once_one_gets_it()
    {
        var (email, name) = ($"same{Interlocked.Increment(ref _number)}@example.org", UniqueName());
        var sameEmail = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => RegisterAsync(server, email, UniqueName()))));
        Assert.All(sameEmail, result => Assert.Null(result.Error));
        Assert.Single(sameEmail, result => result.User is not null);
        var sameName = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => RegisterAsync(server, $"other{i}.{email}", name))));
        Assert.Single(sameName, result => result.User is not null);
        Assert.Equal(7, sameName.Count(result => result.Error == RegistrationError.NameTaken));
    }

    [Fact]
    public async Task A_name_that_looks_the_same_is_taken()
    {
        await RegisterAsync(server, "fiona@example.org", "Fiona");
        foreach (var name in (string[])["fiona", "FIONA", "\uFB01ona", " Fiona ", "\uFF26iona"])
            Assert.Equal(RegistrationError.NameTaken, (await RegisterAsync(server, "other@example.org", name)).Error);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ann")]
    [InlineData("ann@")]
    [InlineData("@example.org")]
    [InlineData("a b@example.org")]
    [InlineData("a@b@example.org")]
    [InlineData("Ann <ann@example.org>")]
    [InlineData("ann@example.org\nbcc: all@example.org")]
    public async Task What_is_no_address_is_refused(string? email) =>
        Assert.Equal(RegistrationError.BadEmail, (await RegisterAsync(server, email, UniqueName())).Error);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1234567")]
    [InlineData("password")]
    [InlineData("PASSWORD123")]
    [InlineData("ababababab")]
    [InlineData("weak.person@example.org")]
    [InlineData("Person of weak words")]
    public async Task What_is_tried_first_is_no_password(string? password) =>
        Assert.Equal(RegistrationError.WeakPassword, (await RegisterAsync(server, "weak.person@example.org", "Person of weak words", password)).Error);

    [Fact]
    public async Task A_password_has_8_to_256_characters_of_any_kind()
    {
        foreach (var password in (string[])["8 chars.", "只要八个字就够了", string.Concat(Enumerable.Repeat("abcd", 64))])
            Assert.NotNull((await RegisterAsync(server, $"good{Interlocked.Increment(ref _number)}@example.org", UniqueName(), password)).User);
        Assert.Equal(RegistrationError.WeakPassword, (await RegisterAsync(server, "long@example.org", UniqueName(), string.Concat(Enumerable.Repeat("abcd", 64)) + "e")).Error);
    }

    private static string UniqueName() => $"Somebody {Interlocked.Increment(ref _number)}";

    private static async Task<RegistrationResult> RegisterAsync(TestServer where, string? email, string? name, string? password = Password)
    {
        await using var scope = where.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<Registration>().RegisterAsync(email, name, password);
    }
}
