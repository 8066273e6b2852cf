using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ChatApp.Client.Wire;

namespace ChatApp.Client;

/// <summary>
/// A signed-in account: keeps its tokens in memory only and renews them before they expire.
/// Its <see cref="TokenAsync"/> is made for <see cref="ChatClientOptions.Token"/>.
/// </summary>
public sealed class ChatLogin : IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private readonly HttpClient _http;
    private readonly Uri _site;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private Tokens _tokens;
    private Task<Tokens>? _renewal;

    private ChatLogin(HttpClient http, Uri site, TimeProvider time, Tokens tokens)
    {
        _http = http;
        _site = site;
        _time = time;
        _tokens = tokens;
    }

    /// <summary>The site's socket, for <see cref="ChatClientOptions.Endpoint"/>.</summary>
    public Uri Endpoint => new UriBuilder(new Uri(_site, "/connection/websocket")) { Scheme = _site.Scheme == "https" ? "wss" : "ws" }.Uri;

    /// <summary>Signs in.</summary>
    /// <param name="http">Carries the requests, now and at each renewal; stays the caller's.</param>
    /// <param name="site">The site's address, http or https, for example <c>https://chat.example/</c>.</param>
    /// <param name="email">The account's address.</param>
    /// <param name="password">The account's password; not kept.</param>
    /// <param name="time">The clock that expiry is judged by; default the system's.</param>
    /// <param name="name">What the account's owner sees the program as in the list of sessions; at most 200 characters; null for nothing.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ChatException">101: wrong address or password, or locked out. 111: too many attempts (temporary).
    /// 100: the server failed (temporary). 107: anything else, as where nothing listens for logins.</exception>
    /// <exception cref="HttpRequestException">The server could not be reached.</exception>
    public static async Task<ChatLogin> LoginAsync(
        HttpClient http,
        Uri site,
        string email,
        string password,
        TimeProvider? time = null,
        string? name = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(site);
        ArgumentException.ThrowIfNullOrEmpty(email);
        ArgumentException.ThrowIfNullOrEmpty(password);
        if (!site.IsAbsoluteUri || site.Scheme is not ("http" or "https"))
            throw new ArgumentException($"The site must be an absolute http:// or https:// address, but is \"{site}\".", nameof(site));
        time ??= TimeProvider.System;
        var tokens = await AskAsync(
            http, new Uri(site, "/api/account/login"), new(email, password, name), LoginJson.Default.LoginRequest, time, cancel);
        return new(http, site, time, tokens);
    }

    /// <summary>An access token that is good for a while: the last one, or a new one shortly before that expires.</summary>
    /// <param name="outworn">A token that is not to be given again, whatever this machine's clock says of it; null for any.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ChatException">As at the login; 101 when the account's session is over, as after an
    /// answer to a renewal that was lost on its way: sign in again.</exception>
    /// <exception cref="HttpRequestException">The server could not be reached.</exception>
    public async ValueTask<string> TokenAsync(string? outworn, CancellationToken cancel)
    {
        // A refresh token is good for one use, so two renewals must not overlap.
        await _oneAtATime.WaitAsync(cancel);
        try
        {
            // Twice at most: the first answer may be one that nobody took for a long time.
            for (var attempt = 0; attempt < 2 && (_tokens.Access == outworn || _time.GetUtcNow() >= _tokens.RenewAt); attempt++)
            {
                // Carried through, whoever gives up: the answer that nobody takes would be the only good token, and asking
                // again with the old one would end the session.
                var renewal = _renewal ??= AskAsync(
                    _http, new Uri(_site, "/api/account/refresh"), new(_tokens.Refresh), LoginJson.Default.RefreshRequest, _time, CancellationToken.None);
                try
                {
                    _tokens = await renewal.WaitAsync(cancel);
                    _renewal = null;
                }
                catch when (renewal.IsFaulted || renewal.IsCanceled)
                {
                    _renewal = null;
                    throw;
                }
            }
            return _tokens.Access;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _oneAtATime.Dispose();

    private static async Task<Tokens> AskAsync<T>(
        HttpClient http, Uri address, T question, JsonTypeInfo<T> type, TimeProvider time, CancellationToken cancel)
    {
        // Read before the request: the token's life began no earlier.
        var now = time.GetUtcNow();
        using var response = await http.PostAsJsonAsync(address, question, type, cancel);
        if (!response.IsSuccessStatusCode)
            throw new ChatException(Explain(response));
        LoginReply? reply;
        try
        {
            reply = await response.Content.ReadFromJsonAsync(LoginJson.Default.LoginReply, cancel);
        }
        catch (JsonException e)
        {
            throw new ChatException(ChatError.NotTheProtocol, e);
        }
        if (reply is not { AccessToken: { } access, RefreshToken: { } refresh, ExpiresIn: > 0 and < int.MaxValue })
            throw new ChatException(ChatError.NotTheProtocol);
        var life = TimeSpan.FromSeconds(reply.ExpiresIn);
        return new(access, refresh, now + life - (life > 2 * Margin ? Margin : life / 2));
    }

    private static ChatError Explain(HttpResponseMessage response)
    {
        var status = $"{response.RequestMessage?.RequestUri?.AbsolutePath} answered {(int)response.StatusCode}";
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new(ChatError.Unauthorized, status, Temporary: false),
            HttpStatusCode.TooManyRequests =>
                new(ChatError.TooManyRequests, status, Temporary: true, response.Headers.RetryAfter?.Delta),
            >= HttpStatusCode.InternalServerError => new(ChatError.Internal, status, Temporary: true),
            _ => new(ChatError.BadRequest, status, Temporary: false),
        };
    }

    private sealed record Tokens(string Access, string Refresh, DateTimeOffset RenewAt);
}
