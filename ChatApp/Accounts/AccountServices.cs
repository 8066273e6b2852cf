using System.Threading.RateLimiting;
using ChatApp.Api;
using ChatApp.Storage;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ChatApp.Accounts;

/// <summary>Registers what accounts need.</summary>
public static class AccountServices
{
    /// <summary>Accounts without sign-in: all that the command line needs.</summary>
    public static IdentityBuilder AddAccounts(this IServiceCollection services, AccountOptions options, DataFolder folder)
    {
        services.AddSingleton(options);
        services.AddSingleton<UserDirectory>();
        services.AddScoped<ActingSession>();
        services.AddScoped(provider => provider.GetRequiredService<ChatDatabase>().OpenGated(provider.GetRequiredService<ActingSession>()));
        services.AddScoped<Registration>();
        services.AddDataProtection().SetApplicationName("ChatApp").PersistKeysToFileSystem(Directory.CreateDirectory(folder.Keys));
        return services.AddIdentityCore<ChatUser>(identity =>
            {
                identity.User.RequireUniqueEmail = true;
                identity.User.AllowedUserNameCharacters = ""; // the address is the user name; RequireUniqueEmail has looked at it
                identity.Password.RequiredLength = 8;
                identity.Password.RequireDigit = false;
                identity.Password.RequireLowercase = false;
                identity.Password.RequireUppercase = false;
                identity.Password.RequireNonAlphanumeric = false;
                identity.Password.RequiredUniqueChars = 1;
                identity.Lockout.MaxFailedAccessAttempts = options.LockoutAttempts;
                identity.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(options.LockoutMinutes);
            })
            .AddPasswordValidator<CommonPasswords>()
            .AddEntityFrameworkStores<ChatDbContext>();
    }

    /// <summary>Signing in: a cookie for browsers, tokens for programs, and a limit for guessing.</summary>
    public static void AddSignIn(this IdentityBuilder identity, AccountOptions options)
    {
        identity.AddSignInManager();
        var services = identity.Services;
        services.AddSingleton<SignInTurns>().AddSingleton<DecoyPassword>();
        services.AddScoped<SignIn>().AddScoped<SecondStep>().AddScoped<SecondFactor>();
        services.AddPasskeys(options);
        services.AddSingleton<Sessions>().AddSingleton<SessionUses>().AddSingleton<LiveSessions>().AddSingleton<SessionUpkeep>();
        services.AddHostedService(static provider => provider.GetRequiredService<LiveSessions>());
        services.AddHostedService(static provider => provider.GetRequiredService<SessionUses>());
        services.AddSingleton(new TokenIssuers(options.Issuers)).AddSingleton<IssuedTokens>().AddSingleton<PersonalTokens>().AddSingleton<Bots>();
        services.AddSingleton<AccessTokens>().AddSingleton<SocketTickets>().AddSingleton<SubscriptionTokens>();
        services.AddAuthentication(IdentityConstants.ApplicationScheme)
            .AddCookie(IdentityConstants.ApplicationScheme, cookie =>
            {
                cookie.Cookie.Name = "chat.session";
                cookie.Cookie.SameSite = SameSiteMode.Lax;
                cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                cookie.LoginPath = "/account/login";
                cookie.AccessDeniedPath = "/account/login";
                cookie.ReturnUrlParameter = "returnUrl";
                cookie.ExpireTimeSpan = Sessions.BrowserLife;
                cookie.Events.OnValidatePrincipal = ValidateCookieAsync;
                // By itself it follows any address that begins with one slash, and fails at one that fits no header. The pages look first.
                cookie.Events.OnRedirectToReturnUrl = static _ => Task.CompletedTask;
            })
            .AddCookie(IdentityConstants.TwoFactorUserIdScheme, static cookie => Narrow(cookie, "chat.half-way", SecondStep.HalfWayTime))
            .AddCookie(IdentityConstants.TwoFactorRememberMeScheme, static cookie => Narrow(cookie, "chat.remembered", SecondStep.RememberTime))
            .AddCookie(IdentityConstants.ExternalScheme, static cookie => Narrow(cookie, "chat.external", ExternalSignIn.ArrivalTime))
            .AddExternalProviders(options.Providers)
            .AddBearerToken(IdentityConstants.BearerScheme, bearer =>
            {
                bearer.BearerTokenExpiration = TimeSpan.FromMinutes(options.AccessTokenMinutes);
                bearer.RefreshTokenExpiration = Sessions.ProgramLife;
            });
        services.AddAuthorization();
        services.AddCascadingAuthenticationState();
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => IsGuess(context.Request)
                ? RateLimitPartition.GetFixedWindowLimiter(Address(context), _ => new FixedWindowRateLimiterOptions
                {
                    PermitLimit = options.AttemptsPerMinute,
                    Window = TimeSpan.FromMinutes(1),
                })
                : RateLimitPartition.GetNoLimiter(""));
            limiter.OnRejected = static async (rejected, cancellation) =>
            {
                var response = rejected.HttpContext.Response;
                response.Headers.RetryAfter = "60";
                response.ContentType = "text/plain; charset=utf-8";
                await response.WriteAsync("Too many attempts from this address. Please wait a minute and try again.", cancellation);
            };
        });
    }

    // Where a password, a code or a link is guessed, or a mail is sent.
    private static readonly PathString[] GuessedPaths =
    [
        "/account/login", "/account/register", "/account/second-factor", "/account/security", "/account/external", "/account/forgot", "/account/resend",
        "/account/confirm", "/account/reset", "/account/login-data", "/account/data", "/api/account",
    ];

    // For one step of a sign-in each: good for a fixed time, and for the pages around accounts alone.
    private static void Narrow(CookieAuthenticationOptions cookie, string name, TimeSpan life)
    {
        cookie.Cookie.Name = name;
        cookie.Cookie.Path = "/account";
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        cookie.ExpireTimeSpan = life;
        cookie.SlidingExpiration = false;
    }

    private static void AddPasskeys(this IServiceCollection services, AccountOptions options)
    {
        services.AddScoped<Passkeys>().AddSingleton<PasskeyCeremonies>().AddScoped<ExternalSignIn>();
        services.TryAddScoped<IPasskeyHandler<ChatUser>, PasskeyHandler<ChatUser>>();
        services.AddOptions<IdentityPasskeyOptions>().Configure<OriginCheck>((passkeys, origins) =>
        {
            passkeys.ServerDomain = options.PasskeyDomain is { Length: > 0 } domain ? domain : null;
            // A passkey is a whole sign-in by itself, so the device has to know its owner.
            passkeys.UserVerificationRequirement = "required";
            passkeys.ResidentKeyRequirement = "preferred";
            passkeys.ValidateOrigin = asked => ValueTask.FromResult(!asked.CrossOrigin && origins.IsOwn(asked.HttpContext.Request, asked.Origin));
        });
    }

    /// <summary>The client's network address as text.</summary>
    public static string Address(HttpContext context) =>
        context?.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    // At each request, from memory. A cookie that proves nothing is not taken back: the answer might overtake a newer one, which the
    // same browser has just been given in another window.
    private static Task ValidateCookieAsync(CookieValidatePrincipalContext context)
    {
        var services = context.HttpContext.RequestServices;
        var shown = context.Principal is { } principal ? services.GetRequiredService<AccessTokens>().Judge(principal) : default;
        if (shown.User is null) context.RejectPrincipal();
        services.GetRequiredService<SessionUses>().Note(SessionClaims.IdOf(shown.Id), Address(context.HttpContext));
        services.GetRequiredService<ActingSession>().Id = SessionClaims.IdOf(shown.Id);
        return Task.CompletedTask;
    }

    private static bool IsGuess(HttpRequest request) => HttpMethods.IsPost(request.Method) &&
        GuessedPaths.Any(path => request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase)) &&
        // Whoever asks for a ticket shows a token or a cookie, which nobody guesses.
        !request.Path.StartsWithSegments("/api/account/ticket", StringComparison.OrdinalIgnoreCase);
}
