using System.Net.Http.Json;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Accounts;

/// <summary>What tests do with sessions, in short words.</summary>
internal static class SessionKit
{
    /// <summary>The sessions of a person that hold.</summary>
    public static IReadOnlyList<SessionLine> SessionsOf(this TestServer server, TestPerson person) => server.Get<Sessions>().List(person.Id);

    /// <summary>A new session of a person, stored and nothing else.</summary>
    public static async Task<UserSession> BeginAsync(this TestServer server, TestPerson person, SessionKind kind = SessionKind.Browser, string name = "Firefox on Linux")
    {
        using var db = server.Get<ChatDatabase>().OpenRead();
        return (await server.Get<Sessions>().BeginAsync(db.Users.Single(user => user.Id == person.Id.Value), kind, name, "192.0.2.7"))!;
    }

    /// <summary>The stored row; null where there is none.</summary>
    public static UserSession? RowOf(this TestServer server, string session)
    {
        using var db = server.Get<ChatDatabase>().OpenRead();
        return db.Sessions.FirstOrDefault(row => row.Id == session);
    }

    /// <summary>The session by which a connection came.</summary>
    public static string SessionOf(Connection connection) => SessionClaims.IdOf(connection.Credential)!;

    /// <summary>Exchanges a refresh token.</summary>
    public static Task<HttpResponseMessage> RefreshAsync(this TestServer server, JsonElement pair) =>
        server.Http.PostAsJsonAsync("/api/account/refresh", new { refreshToken = pair.GetProperty("refreshToken").GetString() });

    /// <summary>A socket by an access token, listening to a room.</summary>
    public static async Task<TestSocket> ListenAsync(this TestServer server, string token, RoomId room)
    {
        var socket = await server.OpenSocketAsync();
        await socket.SendAsync(new { id = 1, connect = new { token } });
        Assert.True((await socket.ReplyAsync(1)).TryGetProperty("connect", out _));
        Assert.True((await socket.AskAsync(new { subscribe = new { channel = $"room:{room}" } })).TryGetProperty("subscribe", out _));
        return socket;
    }

    /// <summary>Does something with Identity, as account pages do, in the name of a session or of none.</summary>
    public static async Task WithIdentityAsync(this TestServer server, TestPerson person, Func<UserManager<ChatUser>, ChatUser, Task> change, string? acting = null)
    {
        await using var scope = server.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<ActingSession>().Id = acting;
        var users = scope.ServiceProvider.GetRequiredService<UserManager<ChatUser>>();
        await change(users, (await users.FindByIdAsync(person.Id.Value))!);
    }

    /// <summary>Another password.</summary>
    public static Task ChangePasswordAsync(this TestServer server, TestPerson person, string? acting = null) => server.WithIdentityAsync(
        person, async (users, account) => Assert.True((await users.ChangePasswordAsync(account, person.Password, "another long sentence")).Succeeded), acting);
}
