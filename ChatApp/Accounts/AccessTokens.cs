using System.Security.Claims;
using ChatApp.Moderation;
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
    private readonly TokenGrant? _grant;

    /// <summary>By what it was shown.</summary>
    public CredentialKind Kind { get; init; }

    /// <summary>Names what was shown, such as <c>token:abcd2345</c>: what came by it ends with it. Null where only the account counts.</summary>
    public string? Id { get; init; }

    /// <summary>Whose bot the account is; null for people.</summary>
    public UserId? Owner { get; init; }

    /// <summary>The ban because of which it proves nothing, for its owner to read; null where another thing is wrong with it, or nothing.</summary>
    public SanctionTerm? Ban { get; init; }

    /// <summary>What is shown for an account that is not open: nothing, with the ban where it is that.</summary>
    internal static Credential Banned(ChatDbContext db, UserId user, DateTimeOffset now) =>
        Bans.Of(db, now).Where(ban => ban.UserId == user.Value).OrderByDescending(ban => ban.Until == null).ThenByDescending(ban => ban.Until).FirstOrDefault() is { } ban
            ? new Credential(User: null) { Ban = SanctionTerm.Of(ban) }
            : default;

    /// <summary>What it may be used for at most.</summary>
    public TokenGrant Grant
    {
        get => _grant ?? TokenGrant.Full;
        init => _grant = value;
    }
}

/// <summary>Says what the cookies of browsers and the access tokens of programs prove at this moment; all entrances ask here.</summary>
/// <param name="bearer">The framework's token format.</param>
/// <param name="identity">Names of claims.</param>
/// <param name="database">For security stamps and sessions, from memory where they are known.</param>
/// <param name="personal">Tokens that people made.</param>
/// <param name="issued">Tokens of configured issuers.</param>
/// <param name="time">The clock.</param>
public sealed class AccessTokens(
    IOptionsMonitor<BearerTokenOptions> bearer, IOptions<IdentityOptions> identity, ChatDatabase database, PersonalTokens personal, IssuedTokens issued, TimeProvider time)
{
    private const int MaxLength = 8192;

    /// <summary>The same, and an account is made first where a configured issuer may do that.</summary>
    /// <param name="token">As shown.</param>
    /// <param name="address">From which network address.</param>
    public async ValueTask<Credential> ReadAsync(string token, string address)
    {
        if (token is { Length: > 0 and <= MaxLength } && IssuedTokens.IsMeant(token)) await issued.WelcomeAsync(token);
        return Read(token, address);
    }

    /// <summary>What a token proves now: that of a login, one that somebody made, or one of a configured issuer.</summary>
    /// <param name="token">As shown.</param>
    /// <param name="address">From which network address, where that is known.</param>
    public Credential Read(string token, string address = "")
    {
        if (string.IsNullOrEmpty(token) || token.Length > MaxLength) return default;
        if (PersonalTokens.IsMeant(token)) return personal.Read(token, address);
        if (IssuedTokens.IsMeant(token)) return issued.Read(token);
        var ticket = bearer.Get(IdentityConstants.BearerScheme).BearerTokenProtector.Unprotect(token);
        if (ticket?.Properties.ExpiresUtc is not { } expires) return default;
        if (expires <= time.GetUtcNow()) return new Credential(User: null, expires, HasExpired: true);
        return Judge(ticket.Principal, expires);
    }

    /// <summary>
    /// True where a credential that was read a moment ago is still good. To be asked once the engine knows the connection: what is
    /// revoked earlier is seen here, and what is revoked later ends the connection.
    /// </summary>
    public bool StillHolds(Credential credential) => credential.Kind switch
    {
        CredentialKind.Personal => credential.Id is { } id && personal.StillHolds(id),
        CredentialKind.Issued => credential.User is { } user && issued.StillHolds(user),
        _ => credential.User is { } user && StillHolds(user, SessionClaims.IdOf(credential.Id)),
    };

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
        if (StampOf(user) is not { } stored) return BannedOwner(user, signed, session);
        return stored == signed && SessionOf(session)?.User == user ? new Credential(user, expires) { Id = SessionClaims.CredentialOf(session) } : default;
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

    /// <summary>The same for a session.</summary>
    internal bool StillHolds(UserId user, string? session) => session is not null && StampOf(user) is not null && SessionOf(session)?.User == user;

    // The ban has ended the session too; that it was one of this account is enough to hear why.
    private Credential BannedOwner(UserId user, string? signed, string session)
    {
        using var db = database.OpenRead();
        return db.Users.Any(account => account.Id == user.Value && account.SecurityStamp == signed) && db.Sessions.Any(row => row.Id == session && row.UserId == user.Value)
            ? Credential.Banned(db, user, time.GetUtcNow())
            : default;
    }

    private string? StampOf(UserId user)
    {
        var kept = database.Kept.Stamps;
        if (kept.TryFind(user, out var known)) return known;
        var moment = kept.Moment;
        using var db = database.OpenRead();
        var stored = db.OpenAccounts(time.GetUtcNow()).Where(account => account.Id == user.Value).Select(account => account.SecurityStamp).FirstOrDefault();
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
