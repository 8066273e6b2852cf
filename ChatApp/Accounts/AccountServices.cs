using System.Threading.RateLimiting;
using ChatApp.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Accounts;

/// <summary>Registers what accounts need.</summary>
public static class AccountServices
{
    /// <summary>Accounts without sign-in: all that the command line needs.</summary>
    public static IdentityBuilder AddAccounts(this IServiceCollection services, AccountOptions options, DataFolder folder)
    {
        services.AddSingleton(options);
        services.AddSingleton<UserDirectory>();
        services.AddScoped(provider => provider.GetRequiredService<ChatDatabase>().OpenGated());
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
        services.AddSingleton<SignInTurns>();
        services.AddScoped<SignIn>();
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
                cookie.ExpireTimeSpan = TimeSpan.FromDays(30);
                cookie.Events.OnValidatePrincipal = SecurityStampValidator.ValidatePrincipalAsync;
                // By itself it follows any address that begins with one slash, and fails at one that fits no header. The pages look first.
                cookie.Events.OnRedirectToReturnUrl = static _ => Task.CompletedTask;
            })
            .AddBearerToken(IdentityConstants.BearerScheme, bearer =>
                bearer.BearerTokenExpiration = TimeSpan.FromMinutes(options.AccessTokenMinutes));
        services.Configure<SecurityStampValidatorOptions>(stamp => stamp.ValidationInterval = TimeSpan.FromMinutes(1));
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

    /// <summary>The client's network address as text.</summary>
    public static string Address(HttpContext context) =>
        context?.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    private static bool IsGuess(HttpRequest request) => HttpMethods.IsPost(request.Method) &&
        (request.Path.StartsWithSegments("/account/login", StringComparison.OrdinalIgnoreCase) ||
         request.Path.StartsWithSegments("/account/register", StringComparison.OrdinalIgnoreCase) ||
         (request.Path.StartsWithSegments("/api/account", StringComparison.OrdinalIgnoreCase) &&
          // Whoever asks for a ticket shows a token or a cookie, which nobody guesses.
          !request.Path.StartsWithSegments("/api/account/ticket", StringComparison.OrdinalIgnoreCase)));
}
