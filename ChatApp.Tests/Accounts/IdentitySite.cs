using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Accounts;

/// <summary>
/// Another site that people sign in with, as strict as a real one: authorization code, good once, with PKCE and the client's
/// secret, and a page that says who it is. The tests say who is there.
/// </summary>
internal sealed class IdentitySite : IAsyncDisposable
{
    private const string ClientId = "chat";
    private const string ClientSecret = "s3cret of the chat";
    private readonly ConcurrentDictionary<string, (string Challenge, string Redirect)> _codes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _tokens = new(StringComparer.Ordinal);
    private WebApplication _app = null!;

    /// <summary>Where it listens.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Who is signed in there; null refuses.</summary>
    public JsonObject? Person { get; set; }

    /// <summary>Status of its token endpoint; 200 for one that works.</summary>
    public int TokenStatus { get; set; } = 200;

    /// <summary>Codes that were shown a second time.</summary>
    public int Replays { get; private set; }

    /// <summary>Settings of a server that knows this site under a name.</summary>
    public string[] Settings(string name, int place = 0, bool mayRegister = true) =>
    [
        $"Accounts:Providers:{place}:Name={name}", $"Accounts:Providers:{place}:Label=The {name} site", $"Accounts:Providers:{place}:AuthorizationEndpoint={Address}/authorize",
        $"Accounts:Providers:{place}:TokenEndpoint={Address}/token", $"Accounts:Providers:{place}:UserInfoEndpoint={Address}/userinfo", $"Accounts:Providers:{place}:ClientId={ClientId}",
        $"Accounts:Providers:{place}:ClientSecret={ClientSecret}", $"Accounts:Providers:{place}:AllowRegistration={mayRegister}", $"Accounts:Providers:{place}:TrustEmail=true",
    ];

    /// <summary>Starts it on a free port.</summary>
    public static async Task<IdentitySite> StartAsync()
    {
        var site = new IdentitySite();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        site._app = builder.Build();
        site._app.MapGet("/authorize", site.Authorize);
        site._app.MapPost("/token", site.TokenAsync);
        site._app.MapGet("/userinfo", site.UserInfo);
        await site._app.StartAsync();
        site.Address = site._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return site;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private IResult Authorize(HttpRequest request)
    {
        var asked = request.Query;
        if (asked["client_id"] != ClientId || asked["response_type"] != "code" || asked["code_challenge_method"] != "S256" || asked["scope"] != "openid profile email") return Results.BadRequest();
        var back = (string)asked["redirect_uri"]!;
        if (Person is null) return Results.Redirect(QueryHelpers.AddQueryString(back, new Dictionary<string, string?> { ["error"] = "access_denied", ["state"] = asked["state"] }));
        var code = Guid.NewGuid().ToString("N");
        _codes[code] = ((string)asked["code_challenge"]!, back);
        return Results.Redirect(QueryHelpers.AddQueryString(back, new Dictionary<string, string?> { ["code"] = code, ["state"] = asked["state"] }));
    }

    private async Task<IResult> TokenAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        if (TokenStatus != 200) return Results.StatusCode(TokenStatus);
        if (!_codes.TryRemove((string)form["code"]!, out var given))
        {
            Replays++;
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        }

        var proof = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes((string)form["code_verifier"]!))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        if (proof != given.Challenge || form["redirect_uri"] != given.Redirect || form["client_id"] != ClientId || form["client_secret"] != ClientSecret)
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        var token = Guid.NewGuid().ToString("N");
        _tokens[token] = true;
        return Results.Json(new { access_token = token, token_type = "Bearer", expires_in = 60 });
    }

    private IResult UserInfo(HttpRequest request) =>
        request.Headers.Authorization.ToString() is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var token] && _tokens.ContainsKey(token)
            ? Results.Text(Person?.ToJsonString() ?? "null", "application/json")
            : Results.Unauthorized();
}
