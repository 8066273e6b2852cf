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
    private readonly TokenGrant? _grant;

    /// <summary>By what it was shown.</summary>
    public CredentialKind Kind { get; init; }

    /// <summary>Names what was shown, such as <c>token:abcd2345</c>: what came by it ends with it. Null where only the account counts.</summary>
    public string? Id { get; init; }

    /// <summary>Whose bot the account is; null for people.</summary>
    public UserId? Owner { get; init; }

    /// <summary>What it may be used for at most.</summary>
    public TokenGrant Grant
    {
        get => _grant ?? TokenGrant.Full;
        init => _grant = value;
    }
}

/// <summary>Reads the access tokens that programs send, outside the request pipeline: in a socket's first frame.</summary>
/// <param name="bearer">The framework's token format.</param>
/// <param name="identity">Names of claims.</param>
/// <param name="database">For the security stamp.</param>
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
        return Holds(ticket.Principal) is { } user ? new Credential(user, expires) : default;
    }

    /// <summary>
    /// True where a credential that was read a moment ago is still good. To be asked once the engine knows the connection: what is
    /// revoked earlier is seen here, and what is revoked later ends the connection.
    /// </summary>
    public bool StillHolds(Credential credential) => credential.Kind switch
    {
        CredentialKind.Personal => credential.Id is { } id && personal.StillHolds(id),
        CredentialKind.Issued => credential.User is { } user && issued.StillHolds(user),
        _ => true,
    };

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
