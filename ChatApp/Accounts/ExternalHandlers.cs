using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Json;
using ChatApp.Settings;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Accounts;

/// <summary>Sets up the framework's OAuth handler for each site of the settings.</summary>
internal static class ExternalHandlers
{
    /// <summary>Claim of an arrival: the site says that it has confirmed the address.</summary>
    public const string EmailVerified = "email_verified";

    /// <summary>Where browsers go with what came of it.</summary>
    public const string ArrivalPath = "/account/external-arrival";

    private const string AddressKey = "external.address";
    private const int MaxTextLength = 256;

    /// <summary>Adds a scheme for each.</summary>
    /// <exception cref="StartException">One is set up wrongly, or two have one name.</exception>
    public static AuthenticationBuilder AddExternalProviders(this AuthenticationBuilder authentication, ExternalProvider[] providers)
    {
        if (providers.GroupBy(provider => provider.Name).FirstOrDefault(same => same.Skip(1).Any()) is { } twice)
            throw new StartException($"setting Accounts:Providers has the name '{twice.Key}' twice");
        foreach (var provider in providers)
        {
            provider.Validate();
            authentication.AddOAuth(provider.Scheme, provider.Label, oauth => SetUp(oauth, provider));
        }

        return authentication;
    }

    /// <summary>
    /// Prepares the way to a site, and says its address: a form may not be answered with a redirect to elsewhere, since the pages'
    /// content security policy holds for where forms lead to, too.
    /// </summary>
    public static async Task<string> AddressAsync(HttpContext context, ExternalProvider provider, AuthenticationProperties properties)
    {
        await context.ChallengeAsync(provider.Scheme, properties);
        return (string)context.Items[AddressKey]!;
    }

    private static void SetUp(OAuthOptions oauth, ExternalProvider provider)
    {
        oauth.AuthorizationEndpoint = provider.AuthorizationEndpoint;
        oauth.TokenEndpoint = provider.TokenEndpoint;
        oauth.UserInformationEndpoint = provider.UserInfoEndpoint;
        oauth.ClientId = provider.ClientId;
        oauth.ClientSecret = provider.ClientSecret;
        oauth.CallbackPath = $"/account/external/{provider.Name}/callback";
        oauth.SignInScheme = IdentityConstants.ExternalScheme;
        oauth.UsePkce = true;
        oauth.SaveTokens = false;
        oauth.RemoteAuthenticationTimeout = ExternalSignIn.ArrivalTime;
        oauth.BackchannelTimeout = TimeSpan.FromSeconds(15);
        oauth.BackchannelHttpHandler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        oauth.CorrelationCookie.Name = "chat.external.";
        oauth.CorrelationCookie.SameSite = SameSiteMode.Lax;
        oauth.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        oauth.Scope.Clear();
        foreach (var scope in provider.Scopes) oauth.Scope.Add(scope);
        oauth.Events.OnRedirectToAuthorizationEndpoint = static going =>
        {
            going.HttpContext.Items[AddressKey] = going.RedirectUri;
            return Task.CompletedTask;
        };
        oauth.Events.OnCreatingTicket = arriving => ReadPersonAsync(arriving, provider);
        oauth.Events.OnAccessDenied = static refused =>
        {
            refused.Response.Redirect(ArrivalPath + "?problem=denied");
            refused.HandleResponse();
            return Task.CompletedTask;
        };
        oauth.Events.OnRemoteFailure = static failed =>
        {
            failed.Response.Redirect(ArrivalPath + "?problem=failed");
            failed.HandleResponse();
            return Task.CompletedTask;
        };
    }

    // Whatever is thrown here ends in OnRemoteFailure: nobody is signed in who is not known for certain.
    private static async Task ReadPersonAsync(OAuthCreatingTicketContext arriving, ExternalProvider provider)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, provider.UserInfoEndpoint);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", arriving.AccessToken);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("ChatApp", "1.0"));
        using var response = await arriving.Backchannel.SendAsync(request, arriving.HttpContext.RequestAborted);
        if (!response.IsSuccessStatusCode) throw new AuthenticationFailureException(string.Create(CultureInfo.InvariantCulture, $"The user info answered {(int)response.StatusCode}."));
        using var person = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(arriving.HttpContext.RequestAborted));
        if (TextOf(person, provider.IdClaim) is not { } id) throw new AuthenticationFailureException("The user info names nobody.");
        arriving.Identity!.AddClaim(new Claim(ClaimTypes.NameIdentifier, id));
        if (TextOf(person, provider.EmailClaim) is { } email) arriving.Identity.AddClaim(new Claim(ClaimTypes.Email, email));
        if (TextOf(person, provider.NameClaim) is { } name) arriving.Identity.AddClaim(new Claim(ClaimTypes.GivenName, name));
        if (provider.TrustEmail && !IsFalse(person, EmailVerified)) arriving.Identity.AddClaim(new Claim(EmailVerified, "1"));
    }

    // Ids are numbers at some sites.
    private static string? TextOf(JsonDocument person, string member) =>
        person.RootElement.ValueKind == JsonValueKind.Object && person.RootElement.TryGetProperty(member, out var value)
            && value.ValueKind is JsonValueKind.String or JsonValueKind.Number && value.ToString() is { Length: > 0 and <= MaxTextLength } text
            ? text
            : null;

    private static bool IsFalse(JsonDocument person, string member) =>
        person.RootElement.TryGetProperty(member, out var value) && (value.ValueKind == JsonValueKind.False || (value.ValueKind == JsonValueKind.String && value.GetString() == "false"));
}
