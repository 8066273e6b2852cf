using System.ComponentModel.DataAnnotations;
using ChatApp.Settings;

namespace ChatApp.Accounts;

/// <summary>Another site with which people may sign in: OAuth 2.0 with an authorization code, PKCE, and a page that says who somebody is.</summary>
public sealed class ExternalProvider
{
    /// <summary>Names it in addresses and in the database; 1 to 32 small letters, digits and dashes. Whoever changes it loses the links of all accounts.</summary>
    [Required]
    [RegularExpression("[a-z0-9-]{1,32}")]
    public string Name { get; init; } = "";

    /// <summary>What people read on its button; 1 to 64 characters.</summary>
    [Required]
    [StringLength(64, MinimumLength = 1)]
    public string Label { get; init; } = "";

    /// <summary>Where browsers are sent; https, or http on this machine.</summary>
    [Required]
    public string AuthorizationEndpoint { get; init; } = "";

    /// <summary>Where the server changes the code for a token; https, or http on this machine.</summary>
    [Required]
    public string TokenEndpoint { get; init; } = "";

    /// <summary>Where the server reads who it is, as JSON; https, or http on this machine.</summary>
    [Required]
    public string UserInfoEndpoint { get; init; } = "";

    /// <summary>What the site calls this server.</summary>
    [Required]
    [StringLength(512, MinimumLength = 1)]
    public string ClientId { get; init; } = "";

    /// <summary>What this server shows to the site. Belongs into the environment, not into a file that others read.</summary>
    [Required]
    [StringLength(4096, MinimumLength = 1)]
    public string ClientSecret { get; init; } = "";

    /// <summary>What is asked for; <c>openid</c>, <c>profile</c> and <c>email</c> by default.</summary>
    public string[] Scopes { get; init; } = ["openid", "profile", "email"];

    /// <summary>Member of the user info that never changes for a person; <c>sub</c> by default.</summary>
    [StringLength(64, MinimumLength = 1)]
    public string IdClaim { get; init; } = "sub";

    /// <summary>Member with the e-mail address; <c>email</c> by default.</summary>
    [StringLength(64, MinimumLength = 1)]
    public string EmailClaim { get; init; } = "email";

    /// <summary>Member with the name that is proposed for a new account; <c>name</c> by default.</summary>
    [StringLength(64, MinimumLength = 1)]
    public string NameClaim { get; init; } = "name";

    /// <summary>True where whoever the site knows may make an account here by signing in; false by default: then accounts must be linked first.</summary>
    public bool AllowRegistration { get; init; }

    /// <summary>
    /// True where the site is known to have confirmed the addresses that it tells (unless <c>email_verified</c> says no); false by
    /// default: then the address of a new account counts as not confirmed.
    /// </summary>
    public bool TrustEmail { get; init; }

    /// <summary>Name of the authentication scheme, and of the links in the database.</summary>
    internal string Scheme => "external." + Name;

    /// <summary>Refuses what the attributes cannot.</summary>
    /// <exception cref="StartException">An address is none, or is not encrypted.</exception>
    internal void Validate()
    {
        foreach (var (setting, address) in new[] { (nameof(AuthorizationEndpoint), AuthorizationEndpoint), (nameof(TokenEndpoint), TokenEndpoint), (nameof(UserInfoEndpoint), UserInfoEndpoint) })
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && !(uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback)))
                throw new StartException($"setting Accounts:Providers of '{Name}' has the {setting} '{address}', but must be an https address, or http on this machine");
        }
    }
}
