using System.Net;
using System.Net.Http.Json;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Commands;

public sealed class KeyCommandTests : ProcessTest
{
    [Fact]
    public async Task A_key_that_is_made_beside_a_running_server_works_at_once_and_ends_at_once()
    {
        await using var server = await ProductProcess.ServeAsync(Folder);
        Assert.Equal(0, (await ProductProcess.RunAsync(["user", "add", "ann@example.org", "--name", "Ann", "--password-stdin", $"--Data:Folder={Folder}"], "correct horse battery\n")).Code);
        var added = Assert.Single((await DoneAsync("key", "add", "--name", "ci", "--scopes", "publish,read", "--user", "Ann@example.org", "--channels", "room:")).Output);
        Assert.StartsWith("added 'ci' (publish,read, as ann@example.org); it is shown only now: chatapp_", added, StringComparison.Ordinal);
        var key = added.Split(' ')[^1];
        using var http = new HttpClient { BaseAddress = new Uri(server.Address) };
        http.DefaultRequestHeaders.Add("X-API-Key", key);
        using (var answer = await http.PostAsJsonAsync("/api/publish", new { channel = "room:general", data = new { text = "hello" } }))
            Assert.Contains("\"offset\":", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        Assert.Equal("not added: there is a key 'ci' already", AssertRefused(await RunAsync("key", "add", "--name", "ci", "--scopes", "read", "--user", "ann@example.org")));
        var line = Assert.Single((await DoneAsync("key", "list")).Output);
        Assert.Contains("\tci\tpublish,read\troom:\tann@example.org\t", line, StringComparison.Ordinal);
        Assert.EndsWith("\tholds", line, StringComparison.Ordinal);
        Assert.DoesNotContain(key, line, StringComparison.Ordinal);

        Assert.Equal("revoked 'ci'", Assert.Single((await DoneAsync("key", "revoke", "ci")).Output));
        using (var answer = await http.PostAsJsonAsync("/api/info", new { })) Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("not revoked: there is no key 'ci'", AssertRefused(await RunAsync("key", "revoke", "ci")));
        Assert.Contains("\trevoked 20", Assert.Single((await DoneAsync("key", "list")).Output), StringComparison.Ordinal);
        Assert.Equal(0, await server.StopAsync());
        using var database = new ChatDatabase(DataFolder.Open(new DataOptions { Folder = Folder }));
        using var db = database.OpenRead();
        Assert.Equal(["user.add", "key.add", "key.revoke"], db.Audit.OrderBy(entry => entry.Id).Select(entry => entry.Action));
    }

    [Fact]
    public async Task What_is_wrong_is_one_line()
    {
        Assert.Equal("not added: bob@example.org has no account", AssertRefused(await RunAsync("key", "add", "--name", "ci", "--scopes", "read", "--user", "bob@example.org")));
        Assert.Contains("visible characters", AssertRefused(await RunAsync("key", "add", "--name", " ", "--scopes", "read", "--user", "bob@example.org")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key")]
    [InlineData("key", "add", "--name", "ci", "--user", "ann@example.org")]
    [InlineData("key", "add", "--name", "ci", "--user", "ann@example.org", "--scopes", "publish,everything")]
    [InlineData("key", "add", "--name", "ci", "--scopes", "read")]
    [InlineData("key", "list", "more")]
    [InlineData("key", "revoke")]
    public async Task Wrong_words_are_answered_with_the_usage_and_exit_code_2(params string[] words) =>
        Assert.StartsWith("usage: key add", AssertRefused(await ProductProcess.RunAsync(words), code: 2), StringComparison.Ordinal);

    private Task<ProductResult> RunAsync(params string[] words) => ProductProcess.RunAsync([.. words, $"--Data:Folder={Folder}"]);

    private async Task<ProductResult> DoneAsync(params string[] words)
    {
        var result = await RunAsync(words);
        Assert.Empty(result.Errors);
        Assert.Equal(0, result.Code);
        return result;
    }
}
