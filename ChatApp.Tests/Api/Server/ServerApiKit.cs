using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Api.Server;

/// <summary>Keys and requests of the server API, as tests want them.</summary>
internal static class ServerApiKit
{
    public const ApiScopes Everything = ApiScopes.Publish | ApiScopes.Read | ApiScopes.Manage;

    /// <summary>A key of that person.</summary>
    public static async Task<string> KeyOfAsync(this TestServer server, TestPerson person, ApiScopes scopes = Everything, string channels = "")
    {
        var (key, row) = ApiKeys.Make("test " + Guid.NewGuid().ToString("N"), scopes, channels, person.Id, server.Get<TimeProvider>().GetUtcNow());
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.ApiKeys.Add(row));
        return key;
    }

    /// <summary>What <c>key revoke</c> does.</summary>
    public static Task RevokeAsync(this TestServer server, TestPerson person) => server.Get<CommitQueue>().CommitAsync(commit =>
    {
        foreach (var key in commit.Db.ApiKeys.Where(key => key.UserId == person.Id.Value)) key.RevokedAt = commit.Now;
        return true;
    });

    /// <summary>Sends a command and reads the answer, which must have status 200.</summary>
    public static async Task<JsonElement> AskAsync(this TestServer server, string key, string command, object body)
    {
        using var response = await server.SendAsync(key, command, JsonSerializer.Serialize(body));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Sends a body as it is.</summary>
    public static async Task<HttpResponseMessage> SendAsync(this TestServer server, string? key, string command, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/" + command) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null) request.Headers.Add("X-API-Key", key);
        return await server.Http.SendAsync(request);
    }

    /// <summary>The result; fails where it was refused.</summary>
    public static JsonElement Result(this JsonElement answer) =>
        answer.TryGetProperty("result", out var result) ? result : throw new Xunit.Sdk.XunitException($"refused: {answer}");

    /// <summary>The code of the refusal.</summary>
    public static int Error(this JsonElement answer) =>
        answer.TryGetProperty("error", out var error) ? error.GetProperty("code").GetInt32() : throw new Xunit.Sdk.XunitException($"not refused: {answer}");
}
