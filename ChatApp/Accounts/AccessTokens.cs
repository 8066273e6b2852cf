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
public readonly record struct Credential(UserId? User, DateTimeOffset? Expires = null, bool HasExpired = false)
{
    /// <summary>The session that it belongs to; null where it proves nothing.</summary>
    public string? Session { get; init; }
}

/// <summary>Says what the cookies of browsers and the access tokens of programs prove at this moment; all entrances ask here.</summary>
/// <param name="bearer">The framework's token format.</param>
/// <param name="identity">Names of claims.</param>
/// <param name="database">For security stamps and sessions, from memory where they are known.</param>
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
        return Judge(ticket.Principal, expires);
    }

    /// <summary>
    /// What a principal proves whose sign-in still holds: the account exists and is open, its security stamp is the one that was
    /// signed, and the session has not ended. Nothing otherwise.
    /// </summary>
    /// <param name="principal">As signed in a cookie or a token.</param>
    /// <param name="expires">When that ends; null where it does not by itself.</param>
    public Credential Judge(ClaimsPrincipal principal, DateTimeOffset? expires = null)
    {
        ArgumentNullException.ThrowIfNull(principal);
        var claims = identity.Value.ClaimsIdentity;
        if (principal.FindFirstValue(claims.UserIdClaimType) is not { } id || SessionClaims.IdOf(principal) is not { } session) return default;
        var signed = principal.FindFirstValue(claims.SecurityStampClaimType);
        var user = new UserId(id);
        return StampOf(user) is { } stored && stored == signed && SessionOf(session)?.User == user ? new Credential(user, expires) { Session = session } : default;
    }

    /// <summary>The account of a principal whose sign-in still holds; null otherwise, see <see cref="Judge"/>.</summary>
    public UserId? Holds(ClaimsPrincipal principal) => Judge(principal).User;

    /// <summary>
    /// True where the session behind an open page still holds. Its security stamp may be an older one: a change of that ends all
    /// sessions but the one in which it was made, and a page keeps to the end what its browser has shown at its beginning.
    /// </summary>
    public bool SessionHolds(ClaimsPrincipal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        return principal.FindFirstValue(identity.Value.ClaimsIdentity.UserIdClaimType) is { } id && StillHolds(new UserId(id), SessionClaims.IdOf(principal));
    }

    /// <summary>
    /// True where what was good a moment ago still is. To be asked once more by whoever has just put a connection among the
    /// live ones: an end that came in between has not seen it.
    /// </summary>
    public bool StillHolds(UserId user, string? session) => session is not null && StampOf(user) is not null && SessionOf(session)?.User == user;

    private string? StampOf(UserId user)
    {
        var kept = database.Kept.Stamps;
        if (kept.TryFind(user, out var known)) return known;
        var moment = kept.Moment;
        using var db = database.OpenRead();
        var stored = db.Users.Where(account => account.Id == user.Value).Where(AccountLock.IsOpenAccount).Select(account => account.SecurityStamp).FirstOrDefault();
        if (stored is not null) kept.Keep(user, stored, moment);
        return stored;
    }

    private KeptSession? SessionOf(string id)
    {
        var (kept, now) = (database.Kept.Sessions, time.GetUtcNow());
        // Its use may have prolonged it since it was read.
        if (kept.TryFind(id, out var known) && known.ExpiresAt > now) return known;
        var moment = kept.Moment;
        using var db = database.OpenRead();
        var stored = db.Sessions
            .Where(session => session.Id == id && session.EndedAt == null && session.ExpiresAt > now)
            .Select(session => new KeptSession(new UserId(session.UserId), session.ExpiresAt)).FirstOrDefault();
        if (stored is not null) kept.Keep(id, stored, moment);
        return stored;
    }
}
