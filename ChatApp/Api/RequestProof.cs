using ChatApp.Accounts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Api;

/// <summary>
/// Says what a request proves by itself: the Authorization header first; the site's own cookie only where a page of the
/// site, or of a named one, sends it.
/// </summary>
/// <param name="tokens">Reads access tokens.</param>
/// <param name="origins">From where a browser's cookie counts.</param>
/// <param name="uses">Notes the use of sessions.</param>
public sealed class RequestProof(AccessTokens tokens, OriginCheck origins, SessionUses uses)
{
    private const string Scheme = "Bearer ";

    /// <summary>The proof, to be looked at now and, by whoever keeps it for later, again.</summary>
    public async Task<Func<Credential>> OfAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Request.Headers.Authorization.ToString() is { Length: > 0 } header)
        {
            var token = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : "";
            var address = AccountServices.Address(context);
            await tokens.ReadAsync(token, address);
            return () => Noted(tokens.Read(token, address), address);
        }

        if (!origins.IsOwn(context.Request)) return static () => default;
        var cookie = await context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        return cookie.Principal is { } principal ? () => tokens.Judge(principal) : static () => default;
    }

    private Credential Noted(Credential shown, string address)
    {
        uses.Note(SessionClaims.IdOf(shown.Id), address);
        return shown;
    }
}
