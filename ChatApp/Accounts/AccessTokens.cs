using System.Security.Claims;
using ChatApp.Storage;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ChatApp.Accounts;

/// <summary>What a token or cookie proves.</summary>
/// <param name="User">Whose it is; null where it proves nothing.</param>
/// <param name="Expires">When it ends; null where it does not by itself.</param>
/// <param name="HasExpired">True where it was good once and only its time is over.</param>
public readonly record struct Credential(UserId? User, DateTimeOffset? Expires = null, bool HasExpired = false);

/// <summary>Reads the access tokens that programs send, outside the request pipeline: in a socket's first frame.</summary>
/// <param name="bearer">The framework's token format.</param>
/// <param name="identity">Names of claims.</param>
/// <param name="database">For the security stamp.</param>
/// <param name="time">The clock.</param>
public sealed class AccessTokens(
    IOptionsMonitor<BearerTokenOptions> bearer, IOptions<IdentityOptions> identity, ChatDatabase database, TimeProvider time)
{
    /// <summary>What an access token proves now.</summary>
    public Credential Read(string token)
    {
        if (string.IsNullOrEmpty(token) || token.Length > 8192) return default;
        var ticket = bearer.Get(IdentityConstants.BearerScheme).BearerTokenProtector.Unprotect(token);
        if (ticket?.Properties.ExpiresUtc is not { } expires) return default;
        if (expires <= time.GetUtcNow()) return new Credential(User: null, expires, HasExpired: true);
        return Holds(ticket.Principal) is { } user ? new Credential(user, expires) : default;
    }

    /// <summary>
    /// The account of a principal whose sign-in still holds: the account exists and its security stamp is the one that was
    /// signed. Null otherwise.
    /// </summary>
    public UserId? Holds(ClaimsPrincipal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        var claims = identity.Value.ClaimsIdentity;
        if (principal.FindFirstValue(claims.UserIdClaimType) is not { } id) return null;
        var signed = principal.FindFirstValue(claims.SecurityStampClaimType);
        var user = new UserId(id);
        return StampOf(user) is { } stored && stored == signed ? user : null;
    }

    private string? StampOf(UserId user)
    {
        var kept = database.Kept.Stamps;
        if (kept.TryFind(user, out var known)) return known;
        var moment = kept.Moment;
        using var db = database.OpenRead();
        var stored = db.Users.Where(account => account.Id == user.Value).Select(account => account.SecurityStamp).FirstOrDefault();
        if (stored is not null) kept.Keep(user, stored, moment);
        return stored;
    }
}
