using System.Globalization;
using System.Security.Claims;

namespace ChatApp.Accounts;

/// <summary>What cookies and tokens say of the session that they belong to, and how connections name it.</summary>
public static class SessionClaims
{
    private const string Session = "session";
    private const string Generation = "generation";
    private const string Prefix = "session:";

    /// <summary>The claims of a session.</summary>
    public static Claim[] Of(UserSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return [new(Session, session.Id), new(Generation, session.Generation.ToString(CultureInfo.InvariantCulture))];
    }

    /// <summary>The claims of a session, as somebody has shown them.</summary>
    public static Claim[] In(ClaimsPrincipal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        return [.. principal.Claims.Where(static claim => claim.Type is Session or Generation)];
    }

    /// <summary>The id of the session; null where none is named.</summary>
    public static string? IdOf(ClaimsPrincipal principal) => principal.FindFirstValue(Session);

    /// <summary>Of which generation of its session a refresh token is; null where that is not said.</summary>
    public static int? GenerationOf(ClaimsPrincipal principal) =>
        int.TryParse(principal.FindFirstValue(Generation), NumberStyles.None, CultureInfo.InvariantCulture, out var generation) ? generation : null;

    /// <summary>What connections of a session have for a credential.</summary>
    public static string? CredentialOf(string? session) => session is null ? null : Prefix + session;

    /// <summary>The session that a connection's credential names; null where it names none.</summary>
    public static string? IdOf(string? credential) =>
        credential?.StartsWith(Prefix, StringComparison.Ordinal) == true ? credential[Prefix.Length..] : null;
}
