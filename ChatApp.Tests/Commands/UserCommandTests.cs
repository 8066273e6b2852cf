using System.Net;
using System.Net.Http.Json;
using ChatApp.Accounts;
using ChatApp.Storage;
using ChatApp.Tests.Accounts;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Commands;

public sealed class UserCommandTests : ProcessTest
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task An_account_is_made_without_a_server_and_the_first_one_is_the_administrator()
    {
        Assert.Equal("added ann@example.org (administrator)", AssertAdded(await AddAsync("ann@example.org", "Ann")));
        Assert.Equal("added bob@example.org (member)", AssertAdded(await AddAsync("bob@example.org", "Bob")));
        Assert.Equal("added cid@example.org (administrator)", AssertAdded(await AddAsync("cid@example.org", "Cid", "--admin")));
    }

    [Fact]
    public async Task An_account_that_is_made_while_the_server_runs_can_sign_in_at_once()
    {
        await using var server = await ProductProcess.ServeAsync(Folder);
        AssertAdded(await AddAsync("ann@example.org", "Ann"));
        using var http = new HttpClient { BaseAddress = new Uri(server.Address) };
        using var answer = await http.PostAsJsonAsync("/api/account/login", new { email = "ann@example.org", password = Password });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(0, await server.StopAsync());
        Assert.Single(server.Output);
    }

    [Fact]
    public async Task What_the_operator_adds_stands_in_the_audit_log()
    {
        AssertAdded(await AddAsync("ann@example.org", "Ann"));
        using var database = new ChatDatabase(DataFolder.Open(new DataOptions { Folder = Folder }));
        using var db = database.OpenRead();
        var entry = Assert.Single(db.Audit);
        Assert.Equal(("operator", "user.add", "Ann: Administrator"), (entry.ActorId, entry.Action, entry.Details));
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_an_account_is_one_line()
    {
        AssertAdded(await AddAsync("ann@example.org", "Ann"));
        Assert.Equal("not added: 'nonsense' is not an e-mail address", AssertRefused(await AddAsync("nonsense", "Bob")));
        Assert.Contains("visible characters", AssertRefused(await AddAsync("bob@example.org", " ")), StringComparison.Ordinal);
        Assert.Contains("password must have 8 to 256 characters", AssertRefused(await AddAsync("bob@example.org", "Bob", password: "short")), StringComparison.Ordinal);
        Assert.Contains("password must have 8 to 256 characters", AssertRefused(await AddAsync("bob@example.org", "Bob", password: "")), StringComparison.Ordinal);
        Assert.Equal("not added: somebody is called 'ANN' already", AssertRefused(await AddAsync("bob@example.org", "ANN")));
        Assert.Equal("not added: ann@example.org has an account already", AssertRefused(await AddAsync("ann@example.org", "Bob")));
    }

    [Fact]
    public async Task The_operator_takes_a_lost_second_factor_off_an_account_also_while_the_server_runs()
    {
        await using var server = await TestServer.StartAsync(folder: Folder);
        var (guarded, plain) = (await server.AddGuardedAsync(), await server.AddPersonAsync());
        using var before = new Visitor(server.Address);
        Assert.StartsWith("/account/second-factor", await before.EnterAsync(guarded.Person), StringComparison.Ordinal);
        Assert.Equal(
            $"reset {guarded.Person.Email}: authenticator app, recovery codes and 0 passkeys are gone; the password alone opens it",
            AssertAdded(await ResetAsync(guarded.Person.Email)));
        Assert.Equal("/account/preferences", await before.EnterAsync(guarded.Person));
        Assert.False(server.Get<SecondFactor>().StateOf(guarded.Person.Id).HasApp);
        using (var db = server.Get<ChatDatabase>().OpenRead())
            Assert.Equal(("operator", guarded.Person.Id.Value), db.Audit.Where(entry => entry.Action == "account.second_factor.reset").Select(entry => ValueTuple.Create(entry.ActorId, entry.Target)).Single());
        Assert.Equal($"not reset: {plain.Email} has no second factor", AssertRefused(await ResetAsync(plain.Email)));
        Assert.Equal("not reset: nobody@example.org has no account", AssertRefused(await ResetAsync("nobody@example.org")));
    }

    [Theory]
    [InlineData("user", "reset-second-factor")]
    [InlineData("user")]
    [InlineData("user", "add", "ann@example.org", "--name", "Ann")]
    [InlineData("user", "add", "ann@example.org", "--password-stdin")]
    [InlineData("user", "add", "ann@example.org", "--name", "Ann", "--password-stdin", "--adnim")]
    public async Task Wrong_words_are_answered_with_the_usage_and_exit_code_2(params string[] words) =>
        Assert.StartsWith("usage: user add EMAIL", AssertRefused(await ProductProcess.RunAsync(words, Password), code: 2), StringComparison.Ordinal);

    [Fact]
    public async Task A_database_that_is_none_and_a_folder_that_is_none_are_one_line()
    {
        await File.WriteAllTextAsync(Path.Combine(Folder, "chat.db"), "Dear diary");
        Assert.Contains("is not a usable SQLite database", AssertRefused(await AddAsync("ann@example.org", "Ann")), StringComparison.Ordinal);
        Assert.Contains("cannot be written", AssertRefused(await ProductProcess.RunAsync(
            ["user", "add", "ann@example.org", "--name", "Ann", "--password-stdin", $"--Data:Folder={Folder}/chat.db"], Password)), StringComparison.Ordinal);
    }

    private static string AssertAdded(ProductResult result)
    {
        Assert.Empty(result.Errors);
        Assert.Equal(0, result.Code);
        return Assert.Single(result.Output);
    }

    private Task<ProductResult> ResetAsync(string email) => ProductProcess.RunAsync(["user", "reset-second-factor", email, $"--Data:Folder={Folder}"], "");

    private Task<ProductResult> AddAsync(string email, string name, string? more = null, string password = Password) => ProductProcess.RunAsync(
        ["user", "add", email, "--name", name, "--password-stdin", $"--Data:Folder={Folder}", .. more is null ? Array.Empty<string>() : [more]], password + "\n");
}
