using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ChatApp.Tests.Api;

/// <summary>What a person can show to say who they are, made without the pages.</summary>
internal static class Proofs
{
    private static readonly ConditionalWeakTable<TestServer, Task<string>> Tokens = new();

    /// <summary>The session cookie of a signed-in browser, as <c>name=value</c>.</summary>
    /// <param name="server">The server.</param>
    /// <param name="person">Who signed in.</param>
    /// <param name="isInSession">False makes one as it was before there were sessions.</param>
    public static async Task<string> CookieOfAsync(this TestServer server, TestPerson person, bool isInSession = true)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<ChatUser>>();
        var sessions = scope.ServiceProvider.GetRequiredService<SignInManager<ChatUser>>();
        var account = (await accounts.FindByIdAsync(person.Id.Value))!;
        var principal = await sessions.CreateUserPrincipalAsync(account);
        if (isInSession)
        {
            var session = await server.Get<Sessions>().BeginAsync(account, SessionKind.Browser, "Firefox on Linux", "127.0.0.1");
            ((ClaimsIdentity)principal.Identity!).AddClaims(SessionClaims.Of(session!));
        }

        var now = server.Get<TimeProvider>().GetUtcNow();
        var properties = new AuthenticationProperties { IssuedUtc = now, ExpiresUtc = now.AddDays(1) };
        var cookie = server.Get<IOptionsMonitor<CookieAuthenticationOptions>>().Get(IdentityConstants.ApplicationScheme);
        return $"{cookie.Cookie.Name}={cookie.TicketDataFormat.Protect(new AuthenticationTicket(principal, properties, IdentityConstants.ApplicationScheme))}";
    }

    /// <summary>A connected socket of somebody, the same account each time: signing up and in is the slow part of a test.</summary>
    public static async Task<TestSocket> ConnectAnybodyAsync(this TestServer server)
    {
        var socket = await server.OpenSocketAsync();
        await socket.SendAsync(new { id = 1, connect = new { token = await Tokens.GetValue(server, TokenOfNewAsync) } });
        Assert.True((await socket.ReplyAsync(1)).TryGetProperty("connect", out _));
        return socket;
    }

    /// <summary>The whole answer of the login endpoint.</summary>
    public static async Task<JsonElement> LoginAsync(this TestServer server, TestPerson person, object? body = null, string? userAgent = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/login") { Content = JsonContent.Create(body ?? new { email = person.Email, password = person.Password }) };
        if (userAgent is not null) request.Headers.UserAgent.ParseAdd(userAgent);
        using var response = await server.Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Makes everything that was signed for the account before worthless, as a changed password does.</summary>
    public static async Task ChangeStampAsync(this TestServer server, TestPerson person)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<ChatUser>>();
        Assert.True((await accounts.UpdateSecurityStampAsync((await accounts.FindByIdAsync(person.Id.Value))!)).Succeeded);
    }

    private static async Task<string> TokenOfNewAsync(TestServer server) => await server.TokenOfAsync(await server.AddPersonAsync("Anybody"));
}
